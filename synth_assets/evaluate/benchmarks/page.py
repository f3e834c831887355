"""All benchmarks as a page for people: `docs/benchmarks.md`."""

from __future__ import annotations

from collections.abc import Mapping

from synth_assets.evaluate.benchmarks import tables
from synth_assets.evaluate.benchmarks.datasheet import rendered
from synth_assets.evaluate.benchmarks.declared import BENCHMARKS
from synth_assets.evaluate.benchmarks.record import Record


def page(records: Mapping[str, Record]) -> str:
    """The page, in Markdown, from what is committed of every benchmark."""
    entries = [(benchmark, records[benchmark.id]) for benchmark in BENCHMARKS]
    return rendered("benchmarks.md", entries=entries, tables=tables, versions=entries[0][1].versions)
