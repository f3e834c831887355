"""`synth-assets report`."""

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
    write_page,
)


@click.command(
    epilog=examples(
        "synth-assets report order_to_cash",
        "synth-assets report wholesale --out wholesale.html",
    ),
)
@world_argument
@click.option("--out", metavar="FILE", help="An HTML file (default: WORLD.html).")
@data_dir_option
@reports_errors
def report(name: str, out: str | None, directory: str | None) -> None:
    """Write one page on a published world: what was made, proof, pictures, books, difficulty, dictionary."""
    from synth_assets.evaluate.report import report_page

    world = one_world(name)
    file = file_to_write("--out", f"{world.name}.html" if out is None else out, ".html")
    page, _ = report_page(store_of(world, directory))
    write_page(page, file)
    click.echo(str(file))
