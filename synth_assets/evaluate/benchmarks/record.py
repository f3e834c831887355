"""What is committed of each benchmark: hashes that stand before the labels do, and reference scores."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from synth_assets.evaluate.benchmarks.benchmark import SPLITS, TEST, TRAIN, Benchmark
from synth_assets.evaluate.benchmarks.reference import reference_scores
from synth_assets.evaluate.benchmarks.split import Split, canonical, content_hash, file_hash, make_split
from synth_assets.model.errors import Problem
from synth_assets.storage.paths import temporary_directory

FILE = "committed.json"


@dataclass(frozen=True)
class Record:
    """What is known of a benchmark before it is made.

    Attributes:
        versions: package, Faker and format version that give these hashes.
        test_labels_sha256: of `test_labels/anomaly_manifest.csv`.
        splits: of each split its rows, labels and the hash of its content, see `split.content_hash`.
        small_sha256: hash of the content of the smaller benchmark's test split.
        reference_scores: see `reference.py`.
    """

    versions: Mapping[str, str | int]
    test_labels_sha256: str
    splits: Mapping[str, Mapping[str, int | str]]
    small_sha256: str
    reference_scores: Mapping[str, Any]


@lru_cache(maxsize=1)
def committed() -> Mapping[str, Record]:
    """The record of each benchmark, by its name with version."""
    text = (files(__package__) / FILE).read_text(encoding="utf-8")
    return {name: Record(**values) for name, values in json.loads(text).items()}


def record_of(benchmark: Benchmark) -> Record:
    """What is committed of a benchmark; a Problem where nothing is yet."""
    if benchmark.id not in committed():
        raise Problem(
            f"{benchmark.id}: no hashes are committed yet. Run: python -m synth_assets.evaluate.benchmarks"
        )
    return committed()[benchmark.id]


def measured(benchmark: Benchmark) -> Record:
    """The record of a benchmark, from all of its splits."""
    splits, said, labels = {}, {}, ""
    with temporary_directory("benchmark") as directory:
        for name in SPLITS:
            split = make_split(benchmark, name)
            said[name] = summary(split, directory)
            if name == TEST:
                labels = labels_hash(split, directory)
            if name in (TRAIN, TEST):
                splits[name] = split.data
        small = small_hash(benchmark, directory)
    test = splits[TEST]
    scores = reference_scores(splits[TRAIN], test)
    return Record(test.scenario.versions, labels, said, small, scores)


def summary(split: Split, directory: Path) -> dict[str, int | str]:
    """What a record says of a split; its tables are written to a directory one after the other."""
    return {
        "rows": sum(rows.num_rows for rows in split.tables.values()),
        "labels": split.data.truth.num_rows,
        "sha256": content_hash(split, directory),
    }


def labels_hash(split: Split, directory: Path) -> str:
    """SHA-256 of the canonical form of a split's labels, which is written to a directory for a moment."""
    path = canonical(split, split.data.scenario.world.manifest, directory)
    found = file_hash(path)
    path.unlink()
    return found


def small_hash(benchmark: Benchmark, directory: Path) -> str:
    """Hash of the content of the smaller benchmark's test split."""
    return content_hash(make_split(benchmark.smaller(), TEST), directory)


def as_text(records: Mapping[str, Record]) -> str:
    """The content of the file that is committed."""
    return json.dumps({name: asdict(record) for name, record in records.items()}, indent=1) + "\n"
