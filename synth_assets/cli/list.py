"""`synth-assets worlds`, `tables` and `schema`: what there is, without any data."""

from __future__ import annotations

import json

import click

from synth_assets import worlds
from synth_assets.cli.common import of_world, table_of, told
from synth_assets.scenario.resolve import find_world


@click.command("worlds")
def list_worlds() -> None:
    """List the worlds."""
    for name in worlds.NAMES:
        click.echo(f"{name}  {find_world(name).story.splitlines()[0]}")


@click.command()
@of_world
@told
def tables(name: str) -> None:
    """List a world's tables: what a row is, and its columns."""
    for table in find_world(name).tables:
        click.echo(f"{table.name}  {table.row}")
        click.echo(f"    {', '.join(column.document_name for column in table.columns)}")


@click.command()
@of_world
@click.argument("table", required=False)
@told
def schema(name: str, table: str | None) -> None:
    """Print the JSON Schema of a world's configuration, or of a table's exported rows."""
    from synth_assets.derive.json_schema import config_schema, table_schema

    world = find_world(name)
    document = table_schema(table_of(world, table)) if table else config_schema(world)
    click.echo(json.dumps(document, indent=2))
