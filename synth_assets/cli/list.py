"""`synth-assets worlds`, `tables` and `schema`: what there is, without any data."""

from __future__ import annotations

import json

import click

from synth_assets import worlds
from synth_assets.cli.common import examples, one_world, reports_errors, table_of, world_argument, worlds_of
from synth_assets.scenario.resolve import find_world


@click.command("worlds", epilog=examples("synth-assets worlds"))
@reports_errors
def list_worlds() -> None:
    """List the worlds."""
    for name in worlds.NAMES:
        click.echo(f"{name}  {find_world(name).summary.splitlines()[0]}")


@click.command(
    epilog=examples(
        "synth-assets tables order_to_cash",
        "synth-assets tables all",
    ),
)
@world_argument
@reports_errors
def tables(name: str) -> None:
    """List a world's tables: what a row is, and its columns.

    Of `all` worlds, each table has its world's name before its own.
    """
    for world in worlds_of(name):
        before = f"{world.name}." if name == "all" else ""
        for table in world.relations:
            click.echo(f"{before}{table.name}  {table.grain}")
            click.echo(f"    {', '.join(column.published_name for column in table.columns)}")


@click.command(
    epilog=examples(
        "synth-assets schema order_to_cash",
        "synth-assets schema order_to_cash invoices",
        "synth-assets schema all",
    ),
)
@world_argument
@click.argument("table", required=False)
@reports_errors
def schema(name: str, table: str | None) -> None:
    """Print the JSON Schema of a world's configuration, or of a table's exported rows.

    Of `all` worlds, those of their configurations, by name: a file for --config may have a section each.
    """
    from synth_assets.derive.json_schema import config_schema, table_schema

    if table:
        document = table_schema(table_of(one_world(name), table))
    elif name == "all":
        document = {world.name: config_schema(world) for world in worlds_of(name)}
    else:
        document = config_schema(find_world(name))
    click.echo(json.dumps(document, indent=2))
