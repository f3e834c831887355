"""`synth-assets worlds`, `tables` and `schema`: what there is, without any data."""

from __future__ import annotations

import json

import click

from synth_assets import worlds
from synth_assets.cli.common import reports_errors, table_of, world_argument
from synth_assets.scenario.resolve import find_world


@click.command("worlds")
@reports_errors
def list_worlds() -> None:
    """List the worlds."""
    for name in worlds.NAMES:
        click.echo(f"{name}  {find_world(name).summary.splitlines()[0]}")


@click.command()
@world_argument
@reports_errors
def tables(name: str) -> None:
    """List a world's tables: what a row is, and its columns."""
    for table in find_world(name).relations:
        click.echo(f"{table.name}  {table.grain}")
        click.echo(f"    {', '.join(column.published_name for column in table.columns)}")


@click.command()
@world_argument
@click.argument("table", required=False)
@reports_errors
def schema(name: str, table: str | None) -> None:
    """Print the JSON Schema of a world's configuration, or of a table's exported rows."""
    from synth_assets.derive.json_schema import config_schema, table_schema

    world = find_world(name)
    document = table_schema(table_of(world, table)) if table else config_schema(world)
    click.echo(json.dumps(document, indent=2))
