"""Exports as assets: chosen formats of a world, written after every run of its tables; none by default."""

import os
from collections.abc import Iterable, Sequence
from hashlib import sha256
from pathlib import Path

import dagster as dg

from synth_assets import __version__
from synth_assets.checks.spec import CATALOGUE
from synth_assets.export.formats import published, vendor_of, write
from synth_assets.model.errors import Problem, UsageProblem
from synth_assets.model.world import World
from synth_assets.orchestration import metadata
from synth_assets.orchestration.failures import (
    fail_in_one_line,
    refuse_other_scenario,
    refuse_unused_config,
)
from synth_assets.orchestration.keys import OWNERS, asset_key, store_for, tags
from synth_assets.worlds import NAMES

EXPORTS_VARIABLE = "SYNTH_ASSETS_EXPORTS"
"""Which exports the nightly run refreshes: `order_to_cash/beancount, subscriptions/stripe`."""

EXPORTS = "exports"
"""The group of these assets, what their keys begin with, and the directory of their files."""


def chosen_exports(world: World) -> list[str]:
    """The formats of a world that the environment asks for.

    Raises:
        UsageProblem: one of them is no `world/format`, or the world has no such format.
    """
    chosen = []
    for word in os.environ.get(EXPORTS_VARIABLE, "").replace(",", " ").split():
        name, slash, form = word.partition("/")
        if not (slash and form) or name not in NAMES:
            raise UsageProblem(
                f"{EXPORTS_VARIABLE} holds {word!r}: write a world and a format like order_to_cash/csv, with "
                f"commas between them (worlds: {', '.join(NAMES)})"
            )
        if name == world.name:
            chosen.append(form)
    return list(dict.fromkeys(chosen))


def export_assets(world: World, forms: Iterable[str]) -> list[dg.AssetsDefinition]:
    """An asset for each of some formats of a world, below its catalogue.

    Raises:
        UsageProblem: the world cannot be written in a format.
    """
    return [_export(world, form) for form in dict.fromkeys(forms)]


def _export(world: World, form: str) -> dg.AssetsDefinition:
    vendor_of(world, form)
    name = form.replace("-", "_")

    @dg.asset(
        key=[EXPORTS, *asset_key(world, name).path],
        deps=[asset_key(world, CATALOGUE)],
        description=(
            f"{world.name} as {form}: what `synth-assets export {world.name} --to {form}` writes, in the "
            f"directory `{EXPORTS}/{world.name}/{form}` of the data. It is written after every run of the "
            "catalogue that selects it."
        ),
        group_name=EXPORTS,
        kinds={"python", "file"},
        owners=OWNERS,
        tags=tags(world),
        code_version=metadata.code_version(__version__),
    )
    def leave(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        with fail_in_one_line():
            refuse_unused_config(context)
            store = store_for(world, CATALOGUE)
            if not isinstance(store.root, Path):
                raise Problem(f"{store.root}: exports need a directory on a disk: set SYNTH_ASSETS_DATA_DIR")
            with store.lock(wait=True):
                refuse_other_scenario(context, world, store)
                source = published(store)
                paths = write(source, form, store.root / EXPORTS / world.name / form)
        return _result(source.scenario.id, str(source.scenario.config.day), paths)

    return leave


def _result(scenario: str, day: str, paths: Sequence[Path]) -> dg.MaterializeResult:
    files = sorted(file for path in paths for file in ([path] if path.is_file() else path.rglob("*")))
    files = [file for file in files if file.is_file()]
    return dg.MaterializeResult(
        data_version=dg.DataVersion(sha256(scenario.encode()).hexdigest()),
        metadata={
            "path": dg.MetadataValue.path(str(paths[0].parent)),
            "files": len(files),
            "bytes": sum(file.stat().st_size for file in files),
            "scenario": scenario,
            "as_of": day,
        },
    )
