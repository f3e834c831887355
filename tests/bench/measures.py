"""What is measured: each function runs in a process of its own and gives its figures.

All take a world, the number of root rows (transactions, customers, users or a wholesaler's clients; for
tpchgen-cli: cells) and the directory to write in. `cpu` is in seconds and counts the whole process, with its
children if it has any, unless the function says otherwise.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from synth_assets.generation.blocks import BlockTable, check_block, make_block, make_table
from synth_assets.generation.engines import engine
from synth_assets.generation.facts import Facts
from synth_assets.generation.file_task import FileTask, StandingPart, build
from synth_assets.generation.generate import write_world
from synth_assets.model.table import Table
from synth_assets.scenario.resolve import resolve
from synth_assets.scenario.scenario import Scenario
from synth_assets.storage.parquet import part_name, write_part
from synth_assets.storage.published import Published
from synth_assets.storage.store import Store
from synth_assets.worlds import load
from tests.bench import scoring

Figures = dict[str, float]

SAMPLE_BLOCKS = 8
"""Blocks of each root that are written for the write-only figure."""

TPCH_TABLES = ("orders", "lineitem")
TPCH_CELLS = 1_500_000 * 9 + 6_001_215 * 16
"""Cells of orders and lineitem at scale factor 1 (TPC-H specification 4.2.5: rows; 9 and 16 columns)."""


def _usage(who: int) -> Figures:
    spent = resource.getrusage(who)
    to_mib = 2**20 if sys.platform == "darwin" else 2**10  # macOS counts bytes, Linux KiB
    return {"cpu": spent.ru_utime + spent.ru_stime, "peak_mib": spent.ru_maxrss / to_mib}


def scenario_of(world: str, rows: int, clean: bool = False) -> Scenario:
    """The scenario of a size; a pinned day, and contacts that grow with the transactions, up to a million."""
    if world == "order_to_cash":
        contacts = max(200, min(rows // 50, 1_000_000))
        values = {"num_transactions": rows, "num_contacts": contacts, "as_of": "2026-11-21"}
        return resolve(world, values, clean=clean)
    if world == "personal_banking":
        return resolve(world, {"num_users": rows, "as_of": "2026-11-21"}, clean=clean)
    counted = "num_clients" if world == "wholesale" else "num_customers"
    return resolve(world, {counted: rows}, clean=clean)


def publish(scenario: Scenario, directory: Path, workers: int) -> dict[str, Published]:
    """The whole set, with labels and manifest, to published Parquet and catalogue."""
    with engine("local", workers) as map_blocks:
        return write_world(scenario, directory / "data", map_blocks)


def generate(world: str, rows: int, directory: Path, workers: int = 1, clean: bool = False) -> Figures:
    """Generated, checked, written and published, by one process."""
    scenario = scenario_of(world, rows, clean)
    published = publish(scenario, directory, workers)
    counted = {
        "rows": sum(version.rows for version in published.values()),
        "cells": sum(v.rows * len(scenario.world.table(name).columns) for name, v in published.items()),
        "bytes": sum(version.bytes for version in published.values()),
    }
    return counted | _usage(resource.RUSAGE_SELF)


def grown_to(world: str, rows: int, directory: Path, as_of: str) -> Figures:
    """A history that began ten years before the night of 2026-11-21, or with the first of a month after that,
    published up to a day."""
    history: dict[str, object] = {
        "transactions_per_year": rows // 10,
        "new_customers_per_year": max(20, min(rows // 500, 100_000)),
    }
    start, others = "2016-11-21", {}
    if world == "subscriptions":
        history = {"customers_at_start": rows // 20, "new_customers_per_year": rows // 100}
    if world == "personal_banking":  # whose history has ten years, and not a day more
        start, history, others = "2016-11-22", {}, {"num_users": max(10, rows // 5)}
    if world == "wholesale":
        start, history, others = "2016-12-01", {}, {"num_clients": rows}
    values = {"history": {"start": start} | history, "as_of": as_of} | others
    store = Store(load(world), directory / "data")
    publish(resolve(world, values, recall=store.recall_plan), directory, 1)
    return _usage(resource.RUSAGE_SELF)


def ten_years(world: str, rows: int, directory: Path) -> Figures:
    """Ten years at once."""
    return grown_to(world, rows, directory / "grown", "2026-11-20")


def one_more_day(world: str, rows: int, directory: Path) -> Figures:
    """The night after them, in a process of its own."""
    return grown_to(world, rows, directory / "grown", "2026-11-21")


def clean_twin(world: str, rows: int, directory: Path) -> Figures:
    """The same rows without any anomaly."""
    return generate(world, rows, directory, clean=True)


def two_workers(world: str, rows: int, directory: Path) -> Figures:
    """The same bytes from two workers: CPU of this process and, as their pool has ended, of theirs."""
    figures = generate(world, rows, directory, workers=2)
    return figures | {"cpu": figures["cpu"] + _usage(resource.RUSAGE_CHILDREN)["cpu"]}


def write_only(world: str, rows: int, directory: Path) -> Figures:
    """Encoding and writing of tables that are in memory, by the code that `generate` uses.

    `cpu` counts the writing of a sample of blocks alone, scaled to all of them; neither the making of the
    tables nor the start of the process is in it.
    """
    scenario, cpu = scenario_of(world, rows), 0.0
    sampled = existing = 0
    for root in scenario.world.roots:
        blocks = scenario.world.blocks(scenario.config, root)
        sample = blocks[:: max(1, len(blocks) // SAMPLE_BLOCKS)]
        spent = 0.0
        for numbers in sample:
            made = make_block(scenario.world, scenario.config, root, numbers)
            started = time.process_time()
            for name, table in made.items():
                write_part(scenario.world.table(name), table, directory / "part.parquet")
            spent += time.process_time() - started
        cpu += spent * sum(map(len, blocks)) / max(1, sum(map(len, sample)))
        sampled, existing = sampled + len(sample), existing + len(blocks)
    return {"cpu": cpu, "sampled": sampled, "blocks": existing}


def table_by_table(world: str, rows: int, directory: Path) -> Figures:
    """Every table of eight blocks from its parents' parts, as Dagster makes them, against the same block by
    block; `cpu_blocks` is the latter's. Neither the start of the process nor the pools are in them."""
    scenario = scenario_of(world, min(rows, SAMPLE_BLOCKS * (load(world).block_rows or rows)))
    make_block(scenario.world, scenario.config, scenario.world.root(scenario.world.manifest), range(100))
    found = {}
    for name, make in (("cpu_blocks", _block_by_block), ("cpu", _table_by_table)):
        home = directory / name
        for table in scenario.world.tables:
            (home / table.name).mkdir(parents=True)
        started = time.process_time()
        make(scenario, home)
        found[name] = time.process_time() - started
    return found


def _block_by_block(scenario: Scenario, home: Path) -> None:
    world = scenario.world
    for root, tables in world.roots.items():
        staged = {table.name: home / table.name for table in tables}
        for file, blocks in enumerate(_blocks_of_files(scenario, root)):
            build(FileTask(world, scenario.config, file, 0, blocks, staged, {}))


def _blocks_of_files(scenario: Scenario, root: str) -> list[list[range]]:
    """The root rows of each block of each file."""
    blocks = scenario.world.blocks(scenario.config, root)
    return [[blocks[number] for number in held] for held in scenario.world.files(scenario.config, root)]


def _table_by_table(scenario: Scenario, home: Path) -> None:
    world, parts = scenario.world, {}
    for table in world.tables:
        parts[table.name] = []
        for file, blocks in enumerate(_blocks_of_files(scenario, world.root(table))):
            parents = {
                name: [StandingPart(home / name / part_name(file), parts[name][file], "")]
                for name in table.parents
            }
            staged = {table.name: home / table.name}
            task = FileTask(world, scenario.config, file, 0, blocks, staged, parents)
            parts[table.name].append(build(task).parts[table.name][file])


def verify(world: str, rows: int, directory: Path) -> Figures:
    """Every check of `synth-assets verify` over what `generate` published there."""
    from synth_assets.checks.verify import verify as verify_tables

    store = Store(load(world), directory / "data")
    scenario = store.scenario()
    published = {t.name: store.published(t.name, scenario) for t in store.world.tables}
    checks = verify_tables(store.world, scenario.config, published)
    assert all(check.passed for check in checks)
    return {"checks": len(checks)} | _usage(resource.RUSAGE_SELF)


def score(world: str, rows: int, directory: Path) -> Figures:
    """`synth-assets score` over what `generate` published there: see `scoring`."""
    told = json.loads(scoring.run(rows, directory))["overall"]
    counted = {name: told[name] for name in ("labels", "findings", "found")}
    return counted | {"transactions": rows} | _usage(resource.RUSAGE_CHILDREN)


def export_csv(world: str, rows: int, directory: Path) -> Figures:
    """`synth-assets export --to csv` of what `generate` published there."""
    return _exported("export", world, "--to", "csv", "--out", str(directory / "csv"), at=directory)


def load_sqlite(world: str, rows: int, directory: Path) -> Figures:
    """`synth-assets load` of the same into a new SQLite file."""
    return _exported("load", world, "--url", f"sqlite:///{directory / 'loaded.db'}", at=directory)


def _exported(*command: str, at: Path) -> Figures:
    program = Path(sys.executable).parent / "synth-assets"
    subprocess.run([program, *command, "--data-dir", at / "data"], check=True, capture_output=True)
    return _usage(resource.RUSAGE_CHILDREN)


def command_line(world: str, rows: int, directory: Path) -> Figures:
    """`synth-assets generate` at the defaults of the world, which `rows` does not change."""
    command = [Path(sys.executable).parent / "synth-assets", "generate", world, "--data-dir", directory]
    subprocess.run(command, check=True, capture_output=True)
    return _usage(resource.RUSAGE_CHILDREN)


def tpchgen(world: str, cells: int, directory: Path) -> Figures:
    """tpchgen-cli: orders and lineitem with about so many cells, one thread, Parquet with zstd level 1."""
    scale = cells / TPCH_CELLS
    command = [
        str(Path(sys.executable).parent / "tpchgen-cli"),
        "parquet",
        "--compression=ZSTD(1)",
        "--quiet",
    ]
    command += [f"--scale-factor={scale:.6f}", f"--tables={','.join(TPCH_TABLES)}", "--num-threads=1"]
    subprocess.run([*command, f"--output-dir={directory / 'tpch'}"], check=True)
    return {"scale": round(scale, 6)} | _counted(directory / "tpch") | _usage(resource.RUSAGE_CHILDREN)


def _counted(directory: Path) -> Figures:
    """Rows, cells and bytes of Parquet files, by their own metadata."""
    import pyarrow.parquet as pq

    files = sorted(directory.glob("*.parquet"))
    found = [pq.read_metadata(file) for file in files]
    return {
        "rows": sum(data.num_rows for data in found),
        "cells": sum(data.num_rows * data.num_columns for data in found),
        "bytes": sum(file.stat().st_size for file in files),
    }


class Step(NamedTuple):
    """A stage of one table in one block, for the table of stages."""

    table: str
    stage: str
    cpu: float


def stages(world: str, rows: int, directory: Path) -> Figures:
    """CPU seconds of each stage of each table over all blocks: `<table> <stage>`; also `<table> rows`."""
    scenario, found = scenario_of(world, rows), {}
    for root in scenario.world.roots:
        for numbers in scenario.world.blocks(scenario.config, root):
            for step in _steps(scenario, root, numbers, directory / "part.parquet"):
                key = f"{step.table} {step.stage}"
                found[key] = found.get(key, 0.0) + step.cpu
    return found


def _steps(scenario: Scenario, root: str, numbers: range, path: Path) -> Iterator[Step]:
    """What `make_block` and then `write_part` do, with a clock between."""
    world, config = scenario.world, scenario.config
    made: dict[str, BlockTable] = {}
    facts = Facts(world, config, numbers)
    for table in world.roots[root]:
        started = time.process_time()
        made[table.name] = BlockTable(make_table(world, config, table, numbers, made, facts))
        generated = time.process_time()
        check_block(world, config, table, made)
        checked = time.process_time()
        yield Step(table.name, "make_table", generated - started)
        yield Step(table.name, "check_block", checked - generated)
    for table in world.roots[root]:
        yield _written(table, made, path)
        yield Step(table.name, "rows", made[table.name].rows.num_rows)


def _written(table: Table, made: dict[str, BlockTable], path: Path) -> Step:
    started = time.process_time()
    write_part(table, made[table.name].rows, path)
    return Step(table.name, "write_part", time.process_time() - started)


MEASURES: dict[str, Callable[[str, int, Path], Figures]] = {
    function.__name__: function
    for function in (
        generate,
        clean_twin,
        ten_years,
        one_more_day,
        two_workers,
        write_only,
        table_by_table,
        verify,
        score,
        export_csv,
        load_sqlite,
        command_line,
        tpchgen,
        stages,
    )
}
