"""What the commands share: options, the worlds and stores that they name, and how a problem is told."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from synth_assets import worlds
from synth_assets.model.errors import Problem, UsageProblem, first_line
from synth_assets.model.table import Table
from synth_assets.model.world import World
from synth_assets.scenario.resolve import find_world
from synth_assets.storage.paths import StoragePath, translate_os_errors, write_atomic
from synth_assets.storage.publication import opened
from synth_assets.storage.store import DATA_DIR_VARIABLE, DEFAULT_DATA_DIR, Store, data_dir

if TYPE_CHECKING:
    from synth_assets.evaluate.page import Page


def reports_errors(command: Callable[..., None]) -> Callable[..., None]:
    """A problem, an error of the system or Ctrl-C ends the command with one line and its exit code."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> None:
        try:
            command(*args, **kwargs)
        except Problem as problem:
            line, code = str(problem), problem.exit_code
        except KeyboardInterrupt:
            line, code = "stopped: nothing is half-written", 1
        except BrokenPipeError:  # the reader of stdout has seen enough: see `_Commands`
            raise
        except OSError as error:
            line, code = f"{error.filename or 'the output cannot be written'}: {first_line(error)}", 1
        else:
            return
        click.echo(line, err=True)
        sys.exit(code)

    return run


data_dir_option = click.option(
    "--data-dir",
    "directory",
    type=click.Path(file_okay=False),
    help=f"Where the tables are (default: ${DATA_DIR_VARIABLE}, else {DEFAULT_DATA_DIR}).",
)
world_argument = click.argument("name", metavar="WORLD")


def examples(*commands: str) -> str:
    """The end of a command's help: what a person may type, one a line."""
    return "\n".join(("\b", "Examples:", *(f"  {command}" for command in commands)))


def one_world(name: str) -> World:
    """The world of that name, for a command that takes no more than one.

    Raises:
        UsageProblem: there is none, or it is `all`.
    """
    if name == "all":
        command = click.get_current_context().info_name
        raise UsageProblem(f"{command}: one world at a time, not all (worlds: {', '.join(worlds.NAMES)})")
    return find_world(name)


def worlds_of(*names: str) -> list[World]:
    """The worlds of these names, each once; `all` is every world."""
    named = [find_world(name) for name in dict.fromkeys(names) if name != "all"]
    return [find_world(name) for name in worlds.NAMES] if "all" in names else named


def store_of(world: World, directory: str | None) -> Store:
    """The store that a command reads; its errors name the command that mends it."""
    there = f" --data-dir {shlex.quote(directory)}" if directory else ""
    store = opened(Store(world, data_dir(directory), f"synth-assets generate {world.name}{there}"))
    path = store.home / "scenario.json"
    with suppress(Problem):
        if store.scenario() and isinstance(path, Path):  # the same again, not the defaults in its place
            again = f"synth-assets generate {world.name} --config {shlex.quote(shown(path))}{there}"
            return Store(world, store.root, again)
    return store


def table_of(world: World, name: str) -> Table:
    """A world's table or view by its name, or a UsageProblem that lists them."""
    for table in world.relations:
        if table.name == name:
            return table
    known = ", ".join(table.name for table in world.relations)
    raise UsageProblem(f"{world.name}: unknown table {name!r} (tables: {known})")


def file_to_write(option: str, file: str, ending: str) -> Path:
    """The file that an option names, for what is written to it at the end.

    Raises:
        UsageProblem: its name is empty, or a directory's.
    """
    if not file:
        raise UsageProblem(f"{option} is an empty text: name a file that ends with {ending}")
    if Path(file).is_dir():
        raise UsageProblem(f"{option} {file} is a directory: name a file in it that ends with {ending}")
    return Path(file)


def write_page(page: Page, file: Path) -> None:
    """Write a page to an HTML file, in one step; directories on the way to it are made.

    Raises:
        Problem: it cannot be written.
    """
    from synth_assets.evaluate.page import html

    with translate_os_errors(file.parent, "or use another directory"):
        if not file.parent.exists():
            file.parent.mkdir(parents=True)
        write_atomic(file, html(page).encode())


def shown(path: StoragePath) -> str:
    """A path as a person would type it here."""
    if not isinstance(path, Path):
        return str(path)
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
