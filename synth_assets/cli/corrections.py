"""`synth-assets corrections`."""

from __future__ import annotations

import click

from synth_assets.cli.common import (
    data_dir_option,
    examples,
    file_to_write,
    one_world,
    reports_errors,
    store_of,
    world_argument,
)
from synth_assets.model.errors import UsageProblem


@click.command(
    epilog=examples(
        "synth-assets corrections order_to_cash --out right.parquet",
    ),
)
@world_argument
@click.option("--out", required=True, metavar="FILE", help="A Parquet file.")
@data_dir_option
@reports_errors
def corrections(name: str, out: str, directory: str | None) -> None:
    """Write what would be right, cell by cell: it turns the published world into its clean twin, and back."""
    from synth_assets.evaluate.corrections import write_corrections

    if not out.endswith(".parquet"):
        raise UsageProblem(f"--out is {out!r}: name a file that ends with .parquet")
    store, file = store_of(one_world(name), directory), file_to_write("--out", out, ".parquet")
    scenario = store.scenario()
    for table in store.world.tables:
        store.refuse_damage(store.published(table.name, scenario))
    cells = write_corrections(scenario, file)
    click.echo(f"{cells:,} cells to correct in {out}")
