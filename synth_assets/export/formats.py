"""A published world in any format: which there are, and writing one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import duckdb
import pyarrow as pa

from synth_assets import worlds
from synth_assets.derive.duckdb_view import attach_files, derived_query
from synth_assets.export.files import FORMATS, Parts, export
from synth_assets.export.vendors import export_vendor
from synth_assets.model.errors import Problem, UsageProblem
from synth_assets.model.table import Table
from synth_assets.model.variant import Variant
from synth_assets.model.vendor import Since, Vendor
from synth_assets.model.world import World
from synth_assets.scenario.scenario import Scenario
from synth_assets.storage.paths import translate_os_errors
from synth_assets.storage.store import Store

HEADER_CHARACTERS = 20_000
"""Of a file, to see which columns it has."""


def vendor_of(world: World, form: str) -> Vendor | None:
    """The vendor of that name; None for a format of all worlds; a UsageProblem where there is neither."""
    vendors = {vendor.name: vendor for vendor in world.vendors}
    if form not in {*FORMATS, *vendors}:
        known = ", ".join((*FORMATS, *vendors))
        raise UsageProblem(f"unknown format {form!r} (formats: {known}; world: {world.name})")
    return vendors.get(form)


def variants_of(world: World, names: Sequence[str]) -> list[Variant]:
    """The world's variants of these names; a UsageProblem where it has none of a name."""
    known = {variant.name: variant for variant in world.variants}
    for name in names:
        if name not in known:
            listed = ", ".join(known) or "none"
            raise UsageProblem(f"{world.name}: unknown variant {name!r} (variants: {listed})")
    return [known[name] for name in names]


class Source(NamedTuple):
    """Where rows come from.

    Attributes:
        scenario: what they were made from.
        names: the tables that there are.
        parts: gives, for the names of tables, what gives their rows; looks at all of the tables first.
    """

    scenario: Scenario
    names: tuple[str, ...]
    parts: Callable[[Sequence[str]], Parts]

    def varied(self, variants: Sequence[Variant]) -> Source:
        """The same rows, with some tables written in another way."""
        config = self.scenario.config

        def parts(names: Sequence[str]) -> Parts:
            stored = self.parts(names)

            def rows_of(name: str) -> Iterator[pa.Table]:
                for rows in stored(name):
                    for variant in variants:
                        rows = variant.rows(config, rows) if variant.table == name else rows
                    yield rows

            return rows_of

        return self._replace(parts=parts)


def published(store: Store) -> Source:
    """What is in a data directory.

    Raises:
        Problem: nothing is there, or, from `parts`, a table is damaged or from another scenario.
    """
    scenario, world = store.scenario(), store.world
    queries = {view.name: world.query_of(view) for view in world.derived}
    columns = {view.name: view.table.schema for view in world.derived}

    def parts(names: Sequence[str]) -> Parts:
        read = {name: world.tables_read(queries[name]) if name in queries else [name] for name in names}
        needed = dict.fromkeys(table for tables in read.values() for table in tables)
        versions = {name: store.published(name, scenario) for name in needed}

        def rows_of(name: str) -> Iterator[pa.Table]:
            if name in queries:
                sources = {table: versions[table].glob for table in read[name]}
                query = derived_query(queries[name], sources, scenario.config)
                yield _answer(query, str(store.root)).cast(columns[name])
                return
            for block in range(versions[name].blocks):
                yield store.part(versions[name], block).read()

        return rows_of

    return Source(scenario, tuple(table.name for table in world.relations), parts)


def _answer(query: str, address: str) -> pa.Table:
    with duckdb.connect() as connection:
        attach_files(connection, address)
        return connection.sql(query).to_arrow_table()


def holds(store: Store, preset: str) -> bool:
    """Whether what is in a data directory was made from a preset."""
    try:
        return getattr(store.scenario().config, "preset", None) == preset
    except Problem:
        return False


def write(
    source: Source,
    form: str,
    out: Path,
    tables: Sequence[str] | None = None,
    before: Iterable[Since] | None = None,
) -> list[Path]:
    """Write a world in a format.

    Args:
        source: its rows.
        form: csv, json or one of the world's vendors.
        out: directory; made where it does not exist.
        tables: names of tables of the world; None for all.
        before: each block as it was on an earlier day, to write a vendor's updates since then, too.

    Returns:
        What is now in `out`.

    Raises:
        Problem: an unknown format, tables together with a vendor, a table that is missing, damaged or of
            another scenario, or a directory that cannot be written to.
    """
    world = source.scenario.world
    vendor = vendor_of(world, form)
    if vendor and tables is not None:
        raise UsageProblem(f"--tables goes with {', '.join(FORMATS)}: {form} is made from whole users")
    if not vendor:
        _refuse_another_world(out, world, form)
    names = vendor.tables if vendor else tables
    parts = source.parts(source.names if names is None else names)
    with translate_os_errors(out, "use another --out or fewer --tables"):
        if vendor:
            config = source.scenario.config
            return export_vendor(vendor, config, world.draws(config, vendor.name), parts, out, before)
        return export(world, parts, form, out, source.names if tables is None else tables)


def _refuse_another_world(out: Path, world: World, form: str) -> None:
    """Worlds share names of files, such as invoices.csv: one would take the place of the other's.

    Raises:
        UsageProblem: the directory holds a table of another world, by its name or its columns.
    """
    own = {table.physical_name: table for table in world.relations}
    others = {
        table.physical_name: name
        for name in worlds.NAMES
        for table in worlds.load(name).relations
        if table.physical_name not in own
    }
    for file in sorted(path for path in out.glob(f"*.{form}") if path.is_file()):
        table = own.get(file.stem)
        if file.stem in others or (table and _columns_of(file) not in (None, set(_names(table)))):
            raise UsageProblem(
                f"{out} holds {file.name} of {others.get(file.stem, 'another world')}: give {world.name} "
                "another --out"
            )


def _names(table: Table) -> list[str]:
    return [table.physical_column(column) for column in table.columns]


def _columns_of(file: Path) -> set[str] | None:
    """The columns of an exported table, by its first row or header; None where it has none."""
    with file.open(encoding="utf-8", errors="replace") as stream:
        start = stream.read(HEADER_CHARACTERS)
    if file.suffix == ".csv":
        return set(start.partition("\n")[0].split(",")) if start else None
    return set(re.findall(r'"(\w+)": ', start.partition("}")[0])) or None
