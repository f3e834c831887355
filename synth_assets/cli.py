"""The `synth-assets` command. Progress on stderr, results on stdout; exit 0 done, 1 failed, 2 wrong use."""

from __future__ import annotations

import json
import shlex
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import click

from synth_assets import __version__, worlds
from synth_assets.build.engines import ENGINE_VARIABLE, MOST_WORKERS, WORKERS_VARIABLE, engine
from synth_assets.build.engines import NAMES as ENGINES
from synth_assets.build.places import Place, first_line, write_whole
from synth_assets.build.problems import Problem, UsageProblem
from synth_assets.build.scenario import CONFIG_VARIABLE, Scenario, find_world, from_assignments, resolve
from synth_assets.build.store import DATA_DIR_VARIABLE, DEFAULT_DATA_DIR, Store, data_dir
from synth_assets.model.table import Table
from synth_assets.model.world import World

if TYPE_CHECKING:
    from synth_assets.export.formats import Source


def told(command: Callable[..., None]) -> Callable[..., None]:
    """A problem, an error of the system or Ctrl-C ends the command with one line and its exit code."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> None:
        try:
            command(*args, **kwargs)
        except Problem as problem:
            line, code = str(problem), problem.exit_code
        except KeyboardInterrupt:
            line, code = "stopped: nothing stands half-written", 1
        except BrokenPipeError:  # the reader of stdout has seen enough; click ends quietly
            raise
        except OSError as error:
            line, code = f"{error.filename or 'the output cannot be written'}: {first_line(error)}", 1
        else:
            return
        click.echo(line, err=True)
        sys.exit(code)

    return run


at_directory = click.option(
    "--data-dir",
    "directory",
    type=click.Path(file_okay=False),
    help=f"Where the tables stand (default: ${DATA_DIR_VARIABLE}, else {DEFAULT_DATA_DIR}).",
)
of_preset = click.option(
    "--preset", help="What stands there, if it is of this preset; else the preset as it is by default."
)
of_world = click.argument("name", metavar="WORLD")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="synth-assets")
def main() -> None:
    """Finance data whose truth is known: linked worlds, every anomaly labelled."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends as Ctrl-C does: swept, and in words


@main.command()
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
    help=f"Processes; the bytes are the same (default: ${WORKERS_VARIABLE}, else 1; Ray: all processors).",
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
@at_directory
@told
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
    """Generate worlds into Parquet and the DuckDB catalogue. WORLD may be `all`."""
    from synth_assets.build.catalogue import FILE_NAME
    from synth_assets.build.generate import write_world

    overrides, chosen = from_assignments(assignments), _worlds(*names)
    for other in set(worlds.NAMES).intersection(overrides).difference(world.name for world in chosen):
        raise UsageProblem(f"--set {other}.…: {other} is not among the worlds to generate")
    scenarios = [
        resolve(world.name, overrides, preset=preset, file=file, as_of=as_of, clean=clean) for world in chosen
    ]
    root, sound = data_dir(directory), True
    with engine(engine_name, workers) as map_blocks:
        for scenario in scenarios:
            name, config, started = scenario.world.name, scenario.config, perf_counter()
            click.echo(f"{name}  as of {config.day} · seed {config.seed}", err=True)
            with _progress(name) as progress:
                published = write_world(scenario, root, map_blocks, progress)
            seconds = perf_counter() - started
            click.echo("  " + " ─ ".join(f"{table} {version.rows:,}" for table, version in published.items()))
            views = f", views in {_shown(root / FILE_NAME)}" if isinstance(root, Path) else ""
            click.echo(f"{_shown(root / name)}{views} · {seconds:.1f} s")
            sound &= not scenario.world.report or _reported(_store(scenario.world, directory), scenario)
    if not sound:
        sys.exit(1)


def _reported(store: Store, scenario: Scenario) -> bool:
    """Write the report of a world that has one; whether all of its list passed that is no warning."""
    from synth_assets.build.generate import said_in_words
    from synth_assets.evaluate.published import report_file, report_on

    with said_in_words(store.root), store.locked(wait=True):
        checks, content = report_on(store, scenario)
        write_whole(report_file(store), content)
    missed = [check for check in checks if not check.passed]
    blocked = any(check.severity == "ERROR" for check in missed)
    said = f", {'FAILED' if blocked else 'warned'}: {', '.join(check.title for check in missed)}"
    passed = f"{len(checks) - len(missed)} of {len(checks)} checks passed{said if missed else ''}"
    click.echo(f"{_shown(report_file(store))} · {passed}")
    return not blocked


@main.command()
@of_world
@at_directory
@told
def verify(name: str, directory: str | None) -> None:
    """Check published tables by independent rules in DuckDB; exit 1 when anything disagrees."""
    results = [_verified(_store(world, directory)) for world in _worlds(name)]
    if not all(results):
        sys.exit(1)


def _verified(store: Store) -> bool:
    """Print every check of a world; whether all of those passed that are no warning."""
    from synth_assets.evaluate.verify import as_text, verify

    world, scenario = store.world, store.scenario()
    sources = {t.name: store.published(t.name, scenario, allow_edits=True).glob for t in world.tables}
    checks = verify(world, scenario.config.model_dump(mode="json"), sources)
    click.echo(f"{world.name}  as of {scenario.config.day} · seed {scenario.config.seed}", err=True)
    click.echo(as_text(checks))
    return all(check.passed or check.severity == "WARN" for check in checks)


@main.command()
@of_world
@click.option(
    "--to",
    "form",
    required=True,
    metavar="FORMAT",
    help="csv or json; of personal_banking also plaid or users-json.",
)
@click.option("--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="Directory.")
@click.option("--tables", metavar="A,B", help="Only these tables, as csv or json.")
@of_preset
@at_directory
@told
def export(
    name: str, form: str, out: Path, tables: str | None, preset: str | None, directory: str | None
) -> None:
    """Write published tables, one file each, under the source document's names, or all in a vendor's shape.
    `all` makes a directory a world."""
    from synth_assets.export.formats import vendor_of, write

    chosen = _worlds(name)
    for world in chosen:
        vendor_of(world, form)
    for world in chosen:
        wanted = None if tables is None else [_table(world, word.strip()).name for word in tables.split(",")]
        place = out / world.name if name == "all" else out
        for path in write(_source(world, preset, directory), form, place, wanted):
            click.echo(_shown(path))


@main.command()
@of_world
@click.option(
    "--url",
    required=True,
    metavar="URL",
    help="The database: sqlite:///spendsense.db here, sqlite:////data/spendsense.db from the root.",
)
@of_preset
@at_directory
@told
def load(name: str, url: str, preset: str | None, directory: str | None) -> None:
    """Make a world's tables in a database, in the source document's schema, and fill them."""
    from synth_assets.export import databases

    world = find_world(name)
    tables = databases.tables(world, url)
    parts = _source(world, preset, directory).parts(tables)
    for table, rows in databases.load(world, parts, url).items():
        click.echo(f"{table}  {rows:,} rows")


@main.command("worlds")
def list_worlds() -> None:
    """List the worlds."""
    for name in worlds.NAMES:
        click.echo(f"{name}  {find_world(name).story.splitlines()[0]}")


@main.command()
@of_world
@told
def tables(name: str) -> None:
    """List a world's tables: what a row is, and its columns."""
    for table in find_world(name).tables:
        click.echo(f"{table.name}  {table.row}")
        click.echo(f"    {', '.join(column.document_name for column in table.columns)}")


@main.command()
@of_world
@click.argument("table", required=False)
@told
def schema(name: str, table: str | None) -> None:
    """Print the JSON Schema of a world's configuration, or of a table's exported rows."""
    from synth_assets.derive.json_schema import config_schema, table_schema

    world = find_world(name)
    document = table_schema(_table(world, table)) if table else config_schema(world)
    click.echo(json.dumps(document, indent=2))


def _worlds(*names: str) -> list[World]:
    """The worlds of these names, each once; `all` is every world."""
    named = [find_world(name) for name in dict.fromkeys(names) if name != "all"]
    return [find_world(name) for name in worlds.NAMES] if "all" in names else named


def _store(world: World, directory: str | None) -> Store:
    """The store that a command reads; its errors name the command that mends it."""
    there = f" --data-dir {shlex.quote(directory)}" if directory else ""
    return Store(world, data_dir(directory), f"synth-assets generate {world.name}{there}")


def _source(world: World, preset: str | None, directory: str | None) -> Source:
    """The rows that stand; those of a preset that does not stand are made on the way, in memory."""
    from synth_assets.export.formats import holds, made, published

    store = _store(world, directory)
    if preset is None or holds(store, preset):
        return published(store)
    scenario = resolve(world.name, preset=preset)
    click.echo(
        f"{_shown(store.home)} holds no preset {preset}: made here, as of {scenario.config.day}", err=True
    )
    return made(scenario)


def _table(world: World, name: str) -> Table:
    try:
        return world.table(name)
    except KeyError:
        known = ", ".join(table.name for table in world.tables)
        raise UsageProblem(f"{world.name}: unknown table {name!r} (tables: {known})") from None


def _shown(path: Place) -> str:
    """A path as a person would type it here."""
    if not isinstance(path, Path):
        return str(path)
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


@contextmanager
def _progress(name: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal, a plain line at every tenth otherwise; nothing for a handful of blocks."""
    if sys.stderr is None or not sys.stderr.isatty():

        def line(done: int, total: int) -> None:
            if total >= 10 and done * 10 // total > (done - 1) * 10 // total:
                click.echo(f"{name}: {done} of {total} blocks", err=True)

        yield line
        return
    from tqdm import tqdm

    with tqdm(desc=name, unit="block", leave=False) as bar:

        def step(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield step
