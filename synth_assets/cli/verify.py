"""`synth-assets verify`."""

from __future__ import annotations

import sys

import click

from synth_assets.cli.common import (
    data_dir_option,
    examples,
    reports_errors,
    shown,
    store_of,
    world_argument,
    worlds_of,
)
from synth_assets.model.errors import Problem, UsageProblem
from synth_assets.storage.catalogue import FILE_NAME, damage
from synth_assets.storage.store import Store


@click.command(
    epilog=examples(
        "synth-assets verify order_to_cash",
        "synth-assets verify all --data-dir trial",
        "synth-assets verify order_to_cash --deep",
    ),
)
@world_argument
@click.option(
    "--deep",
    is_flag=True,
    help="Also measure, with detectors that learn, how hard each grade is to find, and whether what should "
    "not matter tells rows at fault from sound ones.",
)
@data_dir_option
@reports_errors
def verify(name: str, deep: bool, directory: str | None) -> None:
    """Check published tables by independent rules in DuckDB; exit 1 when anything disagrees."""
    sound = True
    for world in worlds_of(name):
        try:
            sound &= _verified(store_of(world, directory), deep)
        except UsageProblem:
            raise
        except Problem as problem:  # of one world: the others are looked at all the same
            click.echo(str(problem), err=True)
            sound = False
    _warn_of_damage(store_of(worlds_of(name)[0], directory))
    if not sound:
        sys.exit(1)


def _warn_of_damage(store: Store) -> None:
    """A catalogue holds no rows, so that one which cannot be read is no failure."""
    why = damage(store.root)
    if why:
        file = shown(store.root / FILE_NAME)
        click.echo(f"warning: the catalogue {file} cannot be read: {why}. Run: {store.remedy}", err=True)


def _verified(store: Store, deep: bool) -> bool:
    """Print every check of a world; whether all of those passed that are no warning."""
    from synth_assets.checks.check import as_text
    from synth_assets.checks.report import refuse_stale_report
    from synth_assets.checks.verify import verify

    world, scenario = store.world, store.scenario()
    published = {t.name: store.published(t.name, scenario, allow_edits=True) for t in world.tables}
    refuse_stale_report(store, scenario)
    checks = verify(world, scenario.config, published)
    if deep:
        from synth_assets.evaluate.deep import deep_checks

        checks += deep_checks(store)
    click.echo(f"{world.name}  as of {scenario.config.day} · seed {scenario.config.seed}", err=True)
    click.echo(as_text(checks))
    return all(check.passed or check.severity == "WARN" for check in checks)
