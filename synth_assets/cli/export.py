"""`synth-assets export`: a world in other people's formats."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from synth_assets.cli.common import (
    data_dir_option,
    examples,
    reports_errors,
    shown,
    store_of,
    table_of,
    world_argument,
    worlds_of,
)
from synth_assets.model.errors import UsageProblem
from synth_assets.model.world import World
from synth_assets.scenario.resolve import day_of, resolve

if TYPE_CHECKING:
    from synth_assets.export.formats import Source
    from synth_assets.model.vendor import Since, Vendor

preset_option = click.option(
    "--preset", help="What is published there, if it is of this preset; else the preset as it is by default."
)

variant_option = click.option(
    "--variant",
    "variants",
    multiple=True,
    metavar="NAME",
    help="Write a table in another way: of subscriptions period-ends, the end_date of who is active.",
)


@click.command(
    epilog=examples(
        "synth-assets export order_to_cash --to csv --out csv",
        "synth-assets export all --to parquet --out parquet",
        "synth-assets export order_to_cash --to xlsx --tables orders,invoices --out books",
        "synth-assets export personal_banking --to plaid --out plaid",
        "synth-assets export subscriptions --to stripe --out stripe",
    ),
)
@world_argument
@click.option(
    "--to",
    "form",
    required=True,
    metavar="FORMAT",
    help="csv, json, jsonl, parquet, arrow, xlsx, sql, delta, datapackage or datacontract; and of some "
    "worlds what docs/how_to/export_to_other_systems.md lists: plaid, users-json, quickbooks, stripe, ofx …",
)
@click.option("--out", required=True, type=click.Path(file_okay=False), help="Directory.")
@click.option("--tables", metavar="A,B", help="Only these tables, in a format of tables.")
@click.option(
    "--partition-by",
    type=click.Choice(["month"]),
    help="With parquet, a directory a month of each table's first day: invoices/month=2026-01/.",
)
@click.option(
    "--since",
    metavar="DATE",
    help="With plaid, of a history that grows: write the pages of /transactions/sync from that day, too.",
)
@preset_option
@variant_option
@data_dir_option
@reports_errors
def export(
    name: str,
    form: str,
    out: str,
    tables: str | None,
    partition_by: str | None,
    since: str | None,
    preset: str | None,
    variants: tuple[str, ...],
    directory: str | None,
) -> None:
    """Write published tables, one file each, under the source document's names, or all in a vendor's shape.
    `all` makes a directory a world. xlsx and sql are one file a world, delta a directory a table."""
    from synth_assets.export.formats import variants_of, vendor_of, write

    if not out:
        raise UsageProblem("--out is an empty text: name a directory, or . for this one")
    if "://" in out:
        raise UsageProblem(f"--out {out}: an export is written to a disk: name a directory")
    chosen = worlds_of(name)
    wanted: dict[str, list[str] | None] = {}
    for world in chosen:
        vendor_of(world, form)
        variants_of(world, variants)
        words = None if tables is None else tables.split(",")
        wanted[world.name] = words and [table_of(world, word.strip()).name for word in words]
    for world in chosen:
        place = Path(out) / world.name if name == "all" else Path(out)
        source = source_of(world, preset, directory, variants)
        before = None if since is None else _before(source, vendor_of(world, form), form, since)
        for path in write(source, form, place, wanted[world.name], partition_by, before):
            click.echo(shown(path))


def _before(source: Source, vendor: Vendor | None, form: str, since: str) -> Iterator[Since]:
    """The blocks on the day since which a vendor's updates are asked."""
    from synth_assets.generation.earlier import blocks_on

    if not (vendor and vendor.updates):
        raise UsageProblem(f"--since: {form} tells no changes from day to day: use `changes` for them")
    return blocks_on(source.scenario, day_of("--since", since), vendor.tables)


def source_of(
    world: World, preset: str | None, directory: str | None, variants: tuple[str, ...] = ()
) -> Source:
    """The published rows, or those of a preset that is not published, with some tables varied."""
    from synth_assets.export.formats import variants_of

    return _source_of(world, preset, directory).varied(variants_of(world, variants))


def _source_of(world: World, preset: str | None, directory: str | None) -> Source:
    """The published rows; those of a preset that is not published are made in memory."""
    from synth_assets.export.formats import holds, in_memory_source, published
    from synth_assets.generation.generate import in_memory

    store = store_of(world, directory)
    if preset is None or holds(store, preset):
        return published(store)
    scenario = resolve(world.name, preset=preset)
    day = scenario.config.day
    line = f"{shown(store.home)} holds no preset {preset}: made as of {day}, for this command alone"
    click.echo(line, err=True)
    return in_memory_source(scenario, in_memory(scenario).tables)
