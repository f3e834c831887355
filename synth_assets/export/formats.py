"""A published world in any format: which there are, and writing one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from synth_assets.build.generate import said_in_words
from synth_assets.build.problems import UsageProblem
from synth_assets.build.scenario import Scenario
from synth_assets.build.store import Store
from synth_assets.export.files import FORMATS, export
from synth_assets.export.vendors import export_vendor
from synth_assets.model.vendor import Vendor
from synth_assets.model.world import World


def vendor_of(world: World, form: str) -> Vendor | None:
    """The vendor of that name; None for a format of all worlds; a UsageProblem where there is neither."""
    vendors = {vendor.name: vendor for vendor in world.vendors}
    if form not in {*FORMATS, *vendors}:
        known = ", ".join((*FORMATS, *vendors))
        raise UsageProblem(f"unknown format {form!r} (formats: {known}; world: {world.name})")
    return vendors.get(form)


def write(store: Store, form: str, out: Path, tables: Sequence[str] | None = None) -> list[Path]:
    """Write what is published in a format.

    Args:
        store: of a world and a data directory.
        form: csv, json or one of the world's vendors.
        out: directory; made where it does not exist.
        tables: names of tables of the world; None for all.

    Returns:
        What now stands in `out`.

    Raises:
        Problem: an unknown format, tables together with a vendor, a table that is missing, damaged or of
            another scenario, or a directory that cannot be written to.
    """
    vendor = vendor_of(store.world, form)
    if vendor and tables is not None:
        raise UsageProblem(f"--tables goes with {', '.join(FORMATS)}: {form} is made from whole users")
    scenario = store.scenario()
    parts = _parts(store, scenario, vendor.tables if vendor else tables)
    with said_in_words(out, "use another --out or fewer --tables"):
        if vendor:
            return export_vendor(vendor, scenario.config, parts, out)
        return export(store.world, parts, form, out, tables)


def _parts(store: Store, scenario: Scenario, tables: Sequence[str] | None) -> Callable[[str], Iterator[Any]]:
    """Gives the published rows of a table, part by part; all of the tables are looked at first."""
    names = [table.name for table in store.world.tables] if tables is None else tables
    versions = {name: store.published(name, scenario) for name in names}

    def parts(table: str) -> Iterator[Any]:
        for block in range(len(versions[table].parts)):
            yield store.part(versions[table], block).read()

    return parts
