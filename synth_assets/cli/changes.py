"""`synth-assets changes`."""

from __future__ import annotations

from pathlib import Path

import click

from synth_assets.cli.common import (
    data_dir_option,
    examples,
    one_world,
    reports_errors,
    store_of,
    world_argument,
)
from synth_assets.model.errors import UsageProblem
from synth_assets.scenario.resolve import day_of


@click.command(
    epilog=examples(
        "synth-assets changes order_to_cash --since 2026-06-29 --out feed",
        "synth-assets changes order_to_cash --since 2026-06-01 --until 2026-06-29 --to jsonl --out feed",
    ),
)
@world_argument
@click.option("--since", required=True, metavar="DATE", help="The day that the feed goes on from.")
@click.option("--until", metavar="DATE", help="The last day of the feed (default: as_of).")
@click.option("--to", "form", default="parquet", metavar="FORMAT", help="parquet (the default) or jsonl.")
@click.option("--out", required=True, type=click.Path(file_okay=False), help="Directory.")
@data_dir_option
@reports_errors
def changes(name: str, since: str, until: str | None, form: str, out: str, directory: str | None) -> None:
    """Write what was inserted, updated and deleted between two days of a history that grows.

    One file a table: op, changed_on, the row's columns, and before, the row as it was.
    """
    from synth_assets.generation.changes import write_changes

    if not out:
        raise UsageProblem("--out is an empty text: name a directory, or . for this one")
    store = store_of(one_world(name), directory)
    scenario = store.scenario()
    store.recall_plan(scenario.config)
    days = day_of("--since", since), day_of("--until", until) if until else scenario.config.day
    counts = write_changes(scenario, *days, Path(out), form)
    told = " ─ ".join(f"{table} {number:,}" for table, number in counts.items() if number)
    click.echo(f"{told or 'nothing changed'} in {out}")
