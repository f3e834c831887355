"""Making a benchmark: its splits as Parquet, its labels, and the documents that describe them.

train/, validation/      a Parquet file a table, anomaly_manifest and decoys among them
test/                    the same without these two
test_labels/             these two of test; anomaly_manifest.csv, whose SHA-256 is committed; scenario.json
benchmark.json           what it is, and the SHA-256 of every other file
croissant.json, datasheet.md, reference_scores.json
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from synth_assets.evaluate.benchmarks.benchmark import SPLITS, TEST, Benchmark
from synth_assets.evaluate.benchmarks.croissant import croissant
from synth_assets.evaluate.benchmarks.datasheet import datasheet
from synth_assets.evaluate.benchmarks.record import Record, labels_hash, record_of, summary
from synth_assets.evaluate.benchmarks.split import Made, Split, canonical, file_hash, make_split
from synth_assets.evaluate.benchmarks.whole import whole_directory
from synth_assets.model.errors import Problem
from synth_assets.model.table import Table
from synth_assets.storage.parquet import write_part
from synth_assets.storage.paths import write_atomic

LABELS = "test_labels"
"""Directory of what may be withheld."""


def make(
    benchmark: Benchmark,
    out: Path,
    record: Record | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> None:
    """Write a benchmark into a directory, whole or not at all.

    Args:
        benchmark: which.
        out: a directory that is empty or not there yet.
        record: what it must be; None for what is committed.
        progress: is told the name of each split before it is made.

    Raises:
        UsageProblem: the directory is not empty.
        Problem: it cannot be written to, or what was made is not what is committed.
    """
    expected = record or record_of(benchmark)
    with whole_directory(out) as directory:
        made = {}
        for name in SPLITS:
            progress(name)
            split = make_split(benchmark, name)
            _refuse_others(benchmark, split, expected, directory)
            made[name] = _write(split, directory)
        _describe(benchmark, expected, made, directory)


def _refuse_others(benchmark: Benchmark, split: Split, expected: Record, directory: Path) -> None:
    """See that a split is the one that is committed.

    Raises:
        Problem: it is another one.
    """
    labels_agree = split.name != TEST or labels_hash(split, directory) == expected.test_labels_sha256
    if not labels_agree or summary(split, directory) != expected.splits[split.name]:
        wanted, here = (
            ", ".join(f"{name} {version}" for name, version in versions.items())
            for versions in (expected.versions, split.data.scenario.versions)
        )
        remedy = "install those versions, as the lock file has them"
        if wanted == here:
            remedy = "this copy of synth_assets was changed since: install one that was released"
        raise Problem(
            f"{benchmark.id}: the {split.name} split is not the one whose hashes are committed (for "
            f"{wanted}; here {here}): {remedy}"
        )


def _write(split: Split, directory: Path) -> Made:
    """Write a split's tables and labels."""
    beside = LABELS if split.name == TEST else split.name
    files: dict[str, tuple[Table, str]] = {}
    for folder, tables in ((split.name, split.tables), (beside, split.labels)):
        (directory / folder).mkdir(exist_ok=True)
        for table, rows in tables.items():
            files[f"{folder}/{table.name}.parquet"] = table, _write_table(table, rows, directory / folder)
    if split.name == TEST:
        canonical(split, split.data.scenario.world.manifest, directory / LABELS)
        write_atomic(directory / LABELS / "scenario.json", split.data.scenario.text.encode())
    return Made(split.rows, split.labels_by_grade, split.decoys_by_kind, files)


def _write_table(table: Table, rows: pa.Table, directory: Path) -> str:
    return write_part(table, rows, directory / f"{table.name}.parquet").sha256


def _describe(benchmark: Benchmark, record: Record, made: Mapping[str, Made], directory: Path) -> None:
    """Write the documents; last the one with the hashes of all files."""
    files = {path: entry for split in made.values() for path, entry in split.files.items()}
    _write_json(directory / "reference_scores.json", record.reference_scores)
    _write_json(directory / "croissant.json", croissant(benchmark, files))
    write_atomic(directory / "datasheet.md", datasheet(benchmark, record, made).encode())
    hashes = {path: sha256 for path, (_, sha256) in files.items()}
    for path in sorted(directory.rglob("*")):
        if path.is_file():
            hashes.setdefault(path.relative_to(directory).as_posix(), file_hash(path))
    scenario = benchmark.scenario(TEST)
    configuration = {key: value for key, value in scenario.document["config"].items() if key != "seed"}
    _write_json(
        directory / "benchmark.json",
        {
            "name": benchmark.name,
            "version": benchmark.version,
            "title": benchmark.title,
            "task": benchmark.task,
            "world": benchmark.world,
            "as_of": benchmark.as_of,
            "seeds": benchmark.seeds._asdict(),
            "configuration": configuration,
            "versions": dict(scenario.versions),
            "test_labels_sha256": record.test_labels_sha256,
            "splits": record.splits,
            "files": dict(sorted(hashes.items())),
        },
    )


def _write_json(path: Path, document: Any) -> None:
    write_atomic(path, (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode())
