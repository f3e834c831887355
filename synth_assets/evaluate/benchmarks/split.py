"""A split of a benchmark in memory: its tables, its labels and its decoys."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pyarrow as pa

from synth_assets.evaluate.benchmarks.benchmark import Benchmark
from synth_assets.evaluate.opened import opened
from synth_assets.export.file_formats.csv import export_csv
from synth_assets.generation.generate import Dataset, in_memory
from synth_assets.model.decoy_list import DECOYS
from synth_assets.model.table import Table


@dataclass(frozen=True)
class Split:
    """A split of a benchmark.

    Attributes:
        name: train, validation or test.
        data: every table of the world.
        tables: what the split shows, by table.
        labels: what is to be found, by table: the manifest, and the list of decoys.
    """

    name: str
    data: Dataset
    tables: dict[Table, pa.Table]
    labels: dict[Table, pa.Table]

    @property
    def rows(self) -> dict[str, int]:
        """Rows by table."""
        return {table.name: rows.num_rows for table, rows in (self.tables | self.labels).items()}

    @property
    def labels_by_grade(self) -> Counter[tuple[str, str]]:
        """Labels by kind and difficulty."""
        truth = self.data.truth
        return Counter(zip(truth["type"].to_pylist(), truth["difficulty"].to_pylist(), strict=True))

    @property
    def decoys_by_kind(self) -> Counter[tuple[str, str]]:
        """Decoys by the kind that they look like and their name."""
        rows = next((rows for table, rows in self.labels.items() if table.name == DECOYS), None)
        if rows is None:
            return Counter()
        return Counter(zip(rows["looks_like"].to_pylist(), rows["decoy"].to_pylist(), strict=True))


@dataclass(frozen=True)
class Made:
    """What is known of a split once it is written.

    Attributes:
        rows: by table, those of the labels too.
        labels: by kind and difficulty.
        decoys: by the kind that they look like and their name.
        files: SHA-256 of each Parquet file, by its path below the benchmark's directory, with its table.
    """

    rows: Mapping[str, int]
    labels: Counter[tuple[str, str]]
    decoys: Counter[tuple[str, str]]
    files: Mapping[str, tuple[Table, str]]


def make_split(benchmark: Benchmark, name: str) -> Split:
    """Generate a split."""
    data = in_memory(benchmark.scenario(name))
    world = data.scenario.world
    labels = {world.manifest: data.truth}
    for view in world.derived:
        if view.name == DECOYS:
            with opened(data) as there:
                rows = there.connection.sql(world.query_of(view)).to_arrow_table()
            labels[view.table] = rows.cast(view.table.schema)
    return Split(name, data, {table: data.tables[table.name] for table in benchmark.tables}, labels)


def canonical(split: Split, table: Table, directory: Path) -> Path:
    """Write a table as `synth-assets export --to csv` does: the same bytes under any version of pyarrow."""
    world = split.data.scenario.world
    rows = (split.tables | split.labels)[table]
    (path,) = export_csv(world, lambda _: [rows], directory, [table])
    return path


def content_hash(split: Split, directory: Path) -> str:
    """SHA-256 over lines of each table's name and the SHA-256 of its canonical form.

    Parquet files are not compared: their bytes differ between versions of pyarrow.
    """
    lines = ""
    for table in (*split.tables, *split.labels):
        path = canonical(split, table, directory)
        lines += f"{file_hash(path)}  {table.name}\n"
        path.unlink()
    return sha256(lines.encode()).hexdigest()


def file_hash(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        digest = sha256()
        while piece := file.read(1 << 20):
            digest.update(piece)
        return digest.hexdigest()
