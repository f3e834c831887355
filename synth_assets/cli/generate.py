"""`synth-assets generate`."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from time import perf_counter

import click

from synth_assets import worlds
from synth_assets.cli.common import data_dir_option, examples, reports_errors, shown, store_of, worlds_of
from synth_assets.cli.progress import said_meanwhile, steps
from synth_assets.generation.engines import ENGINE_VARIABLE, MOST_WORKERS, WORKERS_VARIABLE, engine
from synth_assets.generation.engines import NAMES as ENGINES
from synth_assets.model.errors import UsageProblem
from synth_assets.model.world import World
from synth_assets.scenario.resolve import CONFIG_VARIABLE, from_assignments, is_configured_in, resolve
from synth_assets.scenario.scenario import Scenario
from synth_assets.storage.paths import write_atomic
from synth_assets.storage.publication import opened
from synth_assets.storage.published import Published
from synth_assets.storage.store import Store, data_dir


@click.command(
    epilog=examples(
        "synth-assets generate order_to_cash",
        "synth-assets generate all --data-dir trial",
        "synth-assets generate order_to_cash --set seed=7 --set anomaly_rates.missing_invoice=0.1",
        "synth-assets generate subscriptions --preset investigation --as-of 2024-12-31",
        "synth-assets generate order_to_cash --clean --data-dir clean",
        "synth-assets generate order_to_cash subscriptions --config worlds.yaml",
    ),
)
@click.argument("names", metavar="WORLD…", nargs=-1, required=True)
@click.option(
    "--set",
    "assignments",
    metavar="KEY=VALUE",
    multiple=True,
    help="A key; dots go deeper, also into a world.",
)
@click.option("--preset", help="A named set of values of the world.")
@click.option(
    "--config",
    "file",
    type=click.Path(path_type=Path),
    envvar=CONFIG_VARIABLE,
    help=f"YAML: one section a world, or flat (default: ${CONFIG_VARIABLE}).",
)
@click.option("--as-of", metavar="DATE", help="Last day of the world: a date, or today.")
@click.option("--clean", is_flag=True, help="The clean twin: the same rows without any anomaly.")
@click.option(
    "--workers",
    type=click.IntRange(1, MOST_WORKERS),
    envvar=WORKERS_VARIABLE,
    help=f"Processes; the bytes are the same, and one block is made in one process (default: "
    f"${WORKERS_VARIABLE}, else 1; Ray: all processors).",
)
@click.option(
    "--engine",
    "engine_name",
    type=click.Choice(ENGINES),
    default="local",
    envvar=ENGINE_VARIABLE,
    help=f"Who makes the blocks: this machine, or the Ray cluster of $RAY_ADDRESS, else a "
    f"local one (default: ${ENGINE_VARIABLE}, else local).",
)
@data_dir_option
@reports_errors
def generate(
    names: tuple[str, ...],
    assignments: tuple[str, ...],
    preset: str | None,
    file: Path | None,
    as_of: str | None,
    clean: bool,
    workers: int | None,
    engine_name: str,
    directory: str | None,
) -> None:
    """Generate worlds into Parquet and the DuckDB catalogue. WORLD may be `all`.

    Without any key, a published history that grows goes on up to as_of.
    """
    from synth_assets.generation.generate import write_world
    from synth_assets.storage.catalogue import FILE_NAME
    from synth_assets.storage.history import continued

    overrides, chosen = from_assignments(assignments), worlds_of(*names)
    for other in set(worlds.NAMES).intersection(overrides).difference(world.name for world in chosen):
        raise UsageProblem(f"--set {other}.…: {other} is not among the worlds to generate")
    scenarios, root = [], data_dir(directory)
    for world in chosen:
        is_configured = bool(assignments or preset or clean) or is_configured_in(world, file)
        with said_meanwhile(f"{world.name}  simulating" if world.block_rows is None else ""):
            store = Store(world, root)
            before = None if is_configured else continued(opened(store), as_of)
            scenarios.append(
                before
                or resolve(
                    world.name, overrides, preset=preset, file=file, as_of=as_of, clean=clean,
                    recall=store.recall_plan,
                )
            )  # fmt: skip
    sound = True
    with engine(engine_name, workers) as map_blocks:
        for scenario in scenarios:
            name, config, started = scenario.world.name, scenario.config, perf_counter()
            click.echo(f"{name}  as of {config.day} · seed {config.seed}", err=True)
            with steps(name) as progress:
                published = write_world(scenario, root, map_blocks, progress)
            seconds = perf_counter() - started
            click.echo("  " + " ─ ".join(f"{table} {version.rows:,}" for table, version in published.items()))
            views = f", views in {shown(root / FILE_NAME)}" if isinstance(root, Path) else ""
            filled = _filled(scenario.world, published)
            click.echo(f"{shown(root / name)}{views} · {filled} · {seconds:.1f} s")
            sound &= not scenario.world.report or _reported(store_of(scenario.world, directory), scenario)
    if not sound:
        sys.exit(1)


def _filled(world: World, published: Mapping[str, Published]) -> str:
    """How many tables hold rows, but for the manifest, which may hold none."""
    rows = [version.rows for name, version in published.items() if name != world.manifest.name]
    return f"{sum(map(bool, rows))} of {len(rows)} tables beside the manifest have rows"


def _reported(store: Store, scenario: Scenario) -> bool:
    """Write the report of a world that has one; whether all of its list passed that is no warning."""
    from synth_assets.checks.report import report_file, report_on
    from synth_assets.storage.paths import translate_os_errors

    with translate_os_errors(store.root), store.lock(wait=True):
        checks, content = report_on(store, scenario)
        write_atomic(report_file(store), content)
    missed = [check for check in checks if not check.passed]
    blocked = any(check.severity == "ERROR" for check in missed)
    said = f", {'FAILED' if blocked else 'warned'}: {', '.join(check.title for check in missed)}"
    passed = f"{len(checks) - len(missed)} of {len(checks)} checks passed{said if missed else ''}"
    click.echo(f"{shown(report_file(store))} · {passed}")
    return not blocked
