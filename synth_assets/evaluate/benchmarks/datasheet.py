"""The datasheet of a benchmark: the questions of Gebru et al. (2018), answered from its world."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from synth_assets import __version__
from synth_assets.evaluate.benchmarks import tables
from synth_assets.evaluate.benchmarks.benchmark import SPLITS, Benchmark
from synth_assets.evaluate.benchmarks.croissant import citation
from synth_assets.evaluate.benchmarks.record import Record
from synth_assets.evaluate.benchmarks.split import Made


def datasheet(benchmark: Benchmark, record: Record, made: Mapping[str, Made]) -> str:
    """The datasheet, in Markdown.

    Args:
        benchmark: what is described.
        record: what is committed of it.
        made: what each split holds.
    """
    story = benchmark.of_world.summary.partition("\n")
    return rendered(
        "datasheet.md",
        benchmark=benchmark,
        record=record,
        made=made,
        tables=tables,
        splits=SPLITS,
        package=__version__,
        citation=citation(benchmark),
        story=(story[0], story[2].strip()),
        configuration=list(_keys(benchmark.configuration)),
        labels=sum(split.labels.total() for split in made.values()),
        rows={
            name: sum(split.rows[table.name] for table in benchmark.tables) for name, split in made.items()
        },
    )


def rendered(template: str, **values: Any) -> str:
    """A Markdown template of this package, with one line end at its end."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("synth_assets.evaluate"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(template).render(**values).rstrip() + "\n"


def _keys(values: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """Configuration values by their dotted keys."""
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from _keys(value, f"{before}{key}.")
        else:
            yield f"{before}{key}", value
