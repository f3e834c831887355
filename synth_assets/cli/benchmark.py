"""`synth-assets benchmark`: fixed, versioned scenarios."""

from __future__ import annotations

from pathlib import Path

import click

from synth_assets.cli.common import examples, reports_errors, shown
from synth_assets.model.errors import UsageProblem


@click.group(
    epilog=examples(
        "synth-assets benchmark list", "synth-assets benchmark make subscription-leakage-1 --out benchmark"
    )
)
def benchmark() -> None:
    """List or make fixed, versioned scenarios to cite."""


@benchmark.command("list", epilog=examples("synth-assets benchmark list"))
@reports_errors
def list_benchmarks() -> None:
    """List the benchmarks: what is to be found, seeds, and the SHA-256 of the test labels."""
    from synth_assets.evaluate.benchmarks.declared import BENCHMARKS
    from synth_assets.evaluate.benchmarks.record import record_of

    for one in BENCHMARKS:
        record = record_of(one)
        rows = sum(int(split["rows"]) for split in record.splits.values())
        labels = sum(int(split["labels"]) for split in record.splits.values())
        seeds = ", ".join(f"{name} {seed}" for name, seed in one.seeds._asdict().items())
        click.echo(f"{one.id}  {one.title}")
        click.echo(f"    {one.task}")
        click.echo(f"    {one.world} as of {one.as_of}: {rows:,} rows, {labels:,} labels; seeds: {seeds}")
        click.echo(f"    test labels: sha256 {record.test_labels_sha256}")


@benchmark.command(
    "make", epilog=examples("synth-assets benchmark make subscription-leakage-1 --out benchmark")
)
@click.argument("name", metavar="NAME")
@click.option(
    "--out", required=True, type=click.Path(file_okay=False), help="A directory, empty or not there yet."
)
@reports_errors
def make_benchmark(name: str, out: str) -> None:
    """Make a benchmark: train, validation, test and test_labels as Parquet, datasheet.md, croissant.json,
    reference_scores.json, and benchmark.json with the SHA-256 of every file.

    DIR is there as a whole or not at all, and only if what was made is what is committed.
    """
    from synth_assets.evaluate.benchmarks.declared import find_benchmark
    from synth_assets.evaluate.benchmarks.make import make

    if not out:
        raise UsageProblem("--out is an empty text: name a directory")
    if "://" in out:
        raise UsageProblem(f"{out}: a benchmark is made on a disk: name a directory there, and copy it")
    chosen = find_benchmark(name)
    make(chosen, Path(out), progress=lambda split: click.echo(f"{chosen.id}  {split}", err=True))
    click.echo(shown(Path(out)))
