"""`synth-assets load`, `reset` and `clear`: a world in other people's databases."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from synth_assets.cli.common import data_dir_option, examples, one_world, reports_errors, world_argument
from synth_assets.cli.export import preset_option, source_of, variant_option
from synth_assets.cli.progress import rows_of_tables
from synth_assets.model.errors import Problem, UsageProblem
from synth_assets.model.world import World

if TYPE_CHECKING:
    from synth_assets.export.databases import IfExists

NAMED = 5
"""Tables that a question names; it counts the others."""

url_option = click.option(
    "--url",
    required=True,
    metavar="URL",
    help="The database: sqlite:///spendsense.db here, sqlite:////data/spendsense.db from the root, "
    "duckdb:///books.duckdb, postgresql://user@host/books or mysql://user@host/books. A password is better "
    "in PGPASSWORD or MYSQL_PWD than in the URL.",
)
yes_option = click.option("--yes", is_flag=True, help="Do not ask.")


@click.command(
    epilog=examples(
        "synth-assets load order_to_cash --url sqlite:///books.db",
        "synth-assets load order_to_cash --url duckdb:///books.duckdb --if-exists replace",
        "synth-assets load wholesale --url postgresql://me@localhost/erp",
    ),
)
@world_argument
@url_option
@click.option(
    "--if-exists",
    type=click.Choice(("fail", "replace", "append")),
    default="fail",
    show_default=True,
    help="Where its tables are there and hold rows: refuse, replace the rows, or add to them.",
)
@preset_option
@variant_option
@data_dir_option
@reports_errors
def load(
    name: str,
    url: str,
    if_exists: IfExists,
    preset: str | None,
    variants: tuple[str, ...],
    directory: str | None,
) -> None:
    """Make a world's tables in a database, in the source document's schema, and fill them: all or nothing."""
    from synth_assets.export import databases

    world = one_world(name)
    tables = databases.tables(world, url)
    parts = source_of(world, preset, directory, variants).parts(tables)
    with rows_of_tables(name, len(tables)) as progress:
        loaded = databases.load(world, parts, url, if_exists, progress)
    _tell(loaded, "rows")


@click.command(
    epilog=examples(
        "synth-assets reset order_to_cash --url sqlite:///books.db --yes",
    ),
)
@world_argument
@url_option
@yes_option
@reports_errors
def reset(name: str, url: str, yes: bool) -> None:
    """Drop a world's tables in a database and make them again, empty."""
    from synth_assets.export import databases

    world = one_world(name)
    _ask(world, url, yes, "drop and make again the tables of")
    _tell(databases.reset(world, url), "rows removed")


@click.command(
    epilog=examples(
        "synth-assets clear order_to_cash --url sqlite:///books.db --yes",
    ),
)
@world_argument
@url_option
@yes_option
@reports_errors
def clear(name: str, url: str, yes: bool) -> None:
    """Take all rows out of a world's tables in a database, and keep the tables."""
    from synth_assets.export import databases

    world = one_world(name)
    _ask(world, url, yes, "take all rows out of the tables of")
    cleared = databases.clear(world, url)
    _tell(cleared, "rows removed")
    if not cleared:
        click.echo(f"there is no table of {name}", err=True)


def _ask(world: World, url: str, yes: bool, what: str) -> None:
    """Go on where a person says so, or where the database holds nothing but the world's tables."""
    from synth_assets.export import databases

    if yes:
        return
    if not _is_terminal():
        raise UsageProblem(f"this would {what} {world.name}: give --yes where nobody can be asked")
    others = databases.others(world, url)
    if not others:
        return
    more = f" and {len(others) - NAMED} more" if len(others) > NAMED else ""
    click.echo(f"There are tables that are not of {world.name}: {', '.join(others[:NAMED])}{more}.", err=True)
    if not click.confirm(f"{what.capitalize()} {world.name}?", err=True):
        raise Problem("nothing was changed")


def _is_terminal() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()


def _tell(rows: Mapping[str, int], what: str) -> None:
    width = max(map(len, rows), default=0)
    for table, count in rows.items():
        click.echo(f"{table:<{max(14, width)}}{count:>12,} {what}")
