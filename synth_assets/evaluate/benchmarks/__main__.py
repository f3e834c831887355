"""Renew what is committed of the benchmarks: `python -m synth_assets.evaluate.benchmarks`."""

from __future__ import annotations

import os
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from synth_assets.evaluate.benchmarks.declared import BENCHMARKS
from synth_assets.evaluate.benchmarks.page import page
from synth_assets.evaluate.benchmarks.record import FILE, as_text, measured
from synth_assets.storage.paths import write_atomic

COMMITTED = Path(__file__).parent / FILE
PAGE = Path(__file__).parents[3] / "docs" / "benchmarks.md"


def main() -> None:
    """Measure every benchmark, a process each, and write both files once all are there."""
    names = [benchmark.id for benchmark in BENCHMARKS]
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        records = dict(zip(names, pool.map(measured, BENCHMARKS), strict=True))
    for path, text in ((COMMITTED, as_text(records)), (PAGE, page(records))):
        write_atomic(path, text.encode())
        print(path, file=sys.stderr)


if __name__ == "__main__":
    main()
