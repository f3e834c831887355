"""Files of several blocks: which blocks a file holds, and that every reader still finds each block alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from synth_assets.checks.partitions import check_partitions
from synth_assets.checks.verify import connect
from synth_assets.evaluate.explain.block_reader import StoredReader, block_of
from synth_assets.export.formats import published as source_of
from synth_assets.generation.file_task import FileTask, StandingPart, build
from synth_assets.generation.generate import write_world
from synth_assets.model.file_plan import SHARED_FILES, even_files, growing_files, settled_files
from synth_assets.model.world import World
from synth_assets.scenario.resolve import resolve
from synth_assets.scenario.scenario import Scenario
from synth_assets.storage.published import Published
from synth_assets.storage.store import Store
from synth_assets.worlds import load
from synth_assets.worlds.order_to_cash import growth, payment_numbers
from tests.worlds import some_checks

BLOCK = 10
"""Orders of a block here, and documents of a month's."""


# --- the plan -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("most", [1, 3, 54])
@pytest.mark.parametrize("blocks", [1, 2, 15, 16, 17, 20, 100, 153, 1_526])
def test_files_of_a_window_are_even_and_no_larger_than_they_may_be(blocks: int, most: int) -> None:
    files = even_files(blocks, most)

    assert list(chain.from_iterable(files)) == list(range(blocks))
    assert max(map(len, files)) <= most
    assert max(map(len, files)) - min(map(len, files)) <= 1
    assert len(files) == blocks or len(files) % SHARED_FILES == 0
    assert blocks > SHARED_FILES or len(files) == blocks


def test_a_hundred_million_orders_are_32_files_of_nearly_128_mib() -> None:
    world = load("order_to_cash")
    config = resolve("order_to_cash", {"as_of": "2026-11-21"}).config
    most = config.file_mib * 2**20 // world.block_bytes
    assert len(even_files(-(-100_000_000 // 65_536), most)) == 32
    assert 120 * 2**20 < -(-1_526 // 32) * world.block_bytes < 128 * 2**20


def blocks_on(day: int) -> tuple[list[range], int]:
    """The blocks of a history on a day, and how many of them are settled: a month of 30 days brings 0 to 50
    rows, in blocks of 10, and is settled 40 days after its end."""
    months, start, blocks, settled = (35, 50, 0, 7, 20, 41, 10, 10, 33), 0, [], 0
    for month, rows in enumerate(months):
        so_far = rows * min(max(day - 30 * month, 0), 30) // 30
        whole = [range(start + i, min(start + i + BLOCK, start + rows)) for i in range(0, rows, BLOCK)]
        blocks += [range(b.start, min(b.stop, start + so_far)) for b in whole if b.start < start + so_far]
        settled = len(blocks) if day >= 30 * (month + 1) + 40 else settled
        start += rows
    return blocks or [range(0)], settled


@pytest.mark.parametrize("most", [1, 2, 4])
def test_a_settled_file_of_a_history_never_changes(most: int) -> None:
    kept: list[list[range]] = []
    for day in range(360):
        blocks, settled = blocks_on(day)
        files = growing_files(blocks, most, BLOCK)
        assert list(chain.from_iterable(files)) == list(range(len(blocks)))
        held = [[blocks[number] for number in file] for file in files]
        assert held[: len(kept)] == kept
        kept = held[: settled_files(files, blocks, settled, most, BLOCK)]
    assert sum(map(len, kept)) == len(blocks)
    assert max(map(len, kept)) == most


# --- the files ----------------------------------------------------------------------------------------


@contextmanager
def in_blocks_of_ten() -> Iterator[World]:
    """The world with small blocks."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(payment_numbers, "TOGETHER", BLOCK)
        patch.setattr(growth, "BLOCK_ROWS", BLOCK)
        yield replace(load("order_to_cash"), block_rows=BLOCK, block_bytes=2**19)


@pytest.fixture(scope="module")
def scenario() -> Iterator[Scenario]:
    """Twenty blocks of ten orders, at most two of them in a file of a MiB: 16 files."""
    values = {"as_of": "2026-11-21", "num_transactions": 200, "num_contacts": 20, "file_mib": 1}
    with in_blocks_of_ten() as world:
        found = resolve("order_to_cash", values)
        yield Scenario(world, found.config, found.versions)


@pytest.fixture(scope="module")
def store(scenario: Scenario, tmp_path_factory: pytest.TempPathFactory) -> Store:
    directory = tmp_path_factory.mktemp("data")
    write_world(scenario, directory)
    return Store(scenario.world, directory)


def published(store: Store) -> dict[str, Published]:
    return {table.name: store.published(table.name, allow_edits=True) for table in store.world.tables}


def test_a_block_is_a_row_group_and_is_read_alone(store: Store) -> None:
    version = store.published("invoices")
    assert (len(version.parts), version.blocks) == (16, 20)
    assert [pq.ParquetFile(file).num_row_groups for file in version.files] == [
        len(part.ends) for part in version.parts
    ]
    whole = pq.read_table(version.path)
    alone = [store.block(version, block).read() for block in range(version.blocks)]
    assert pa.concat_tables(alone).equals(whole)
    assert [rows.num_rows for rows in alone] == [ends.rows for ends in version.ends]
    assert [rows["invoice_id"][0].as_py() for rows in alone] == [ends.first_key for ends in version.ends]


def test_duckdb_reads_any_blocks_in_order(store: Store) -> None:
    version = store.published("invoices")
    for some in (range(20), range(3, 9), [4], [3, 4, 8, 19]):
        expected = pa.concat_tables([store.block(version, block).read() for block in some])
        found = duckdb.sql(version.query_of(some)).fetchall()
        assert [row[0] for row in found] == expected["invoice_id"].to_pylist()


def test_a_row_is_looked_up_in_its_block(store: Store) -> None:
    reader, version = StoredReader(store), store.published("invoices")
    for block, ends in enumerate(version.ends):
        assert block_of(reader, store.world.table("invoices"), ends.last_key) == block


def test_table_by_table_gives_the_same_bytes(store: Store, scenario: Scenario, tmp_path: Path) -> None:
    world, config, versions = scenario.world, scenario.config, published(store)
    root = world.root(world.manifest)
    blocks, (file, held) = world.blocks(config, root), (7, world.files(config, root)[7])
    assert len(held) == 2
    for table in world.roots[root]:
        parents = {
            name: [StandingPart(versions[name].files[file], versions[name].parts[file], "")]
            for name in table.parents
        }
        own = [blocks[number] for number in held]
        task = FileTask(world, config, file, held.start, own, {table.name: tmp_path}, parents)
        assert build(task).parts[table.name] == {file: versions[table.name].parts[file]}, table.name


def test_groups_of_blocks_within_files_clear_what_is_sound(
    store: Store, scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = sum(version.rows for version in published(store).values())
    monkeypatch.setattr(
        "synth_assets.checks.partitions.GROUP_ROWS", rows // 4
    )  # from within a file to another
    with connect(scenario.world, scenario.config, published(store)) as connection:
        found = check_partitions(connection, scenario.world, published(store))
    assert {kind.name for kind in scenario.world.anomalies} <= {name for name, _ in found.passed}
    assert found.rows["invoices"] == store.published("invoices").rows


def test_decoys_of_groups_of_blocks_are_those_of_the_whole(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def listed() -> list[dict[str, str]]:
        return pa.concat_tables(source_of(store).parts(["decoys"])("decoys")).to_pylist()

    whole = listed()
    monkeypatch.setattr("synth_assets.export.formats.GROUP_ROWS", 700)
    assert listed() == whole
    assert {row["decoy"] for row in whole} >= {"repeat_order", "aged_unpaid", "approved_discount"}


def test_verify_names_each_changed_file(store: Store, scenario: Scenario) -> None:
    files = [Path(str(store.published("invoices").files[number])) for number in (0, 7)]
    contents = [file.read_bytes() for file in files]
    for file, content in zip(files, contents, strict=True):
        file.write_bytes(content[:100] + bytes([content[100] ^ 1]) + content[101:])
    try:
        checks = some_checks(scenario.world, scenario.config, published(store), "invoices")
    finally:
        for file, content in zip(files, contents, strict=True):
            file.write_bytes(content)
    (parts,) = (check for check in checks if check.name == "parts")
    assert parts.numbers == (16, 2)
    assert [case["part"] for case in parts.failures] == list(map(str, files))


def test_a_closed_month_is_one_file_and_stays(tmp_path: Path) -> None:
    history = {"start": "2024-01-01", "transactions_per_year": 250, "new_customers_per_year": 20}

    def grown(day: str, directory: Path) -> dict[str, Published]:
        found = resolve("order_to_cash", {"history": history, "file_mib": 4}, as_of=day)
        return write_world(Scenario(world.growing, found.config, found.versions), directory)

    with in_blocks_of_ten() as world:
        growth_of = [grown(f"2024-{month}-20", tmp_path / "nights") for month in ("06", "07")]
        once = grown("2024-07-20", tmp_path / "once")
    before, after = (found["orders"] for found in growth_of)
    assert {name: version.content for name, version in growth_of[1].items()} == {
        name: version.content for name, version in once.items()
    }
    months = [
        {
            day.strftime("%Y-%m")
            for day in pq.read_table(file, columns=["order_date"])["order_date"].to_pylist()
        }
        for file in after.files
    ]
    assert [len(found) for found in months] == [1] * 7
    assert [len(part.ends) for part in after.parts[:2]] == [2, 2]
    assert dt.date(2024, 6, 20) - dt.date(2024, 2, 29) > dt.timedelta(growth.SETTLED_DAYS)
    same = [
        Path(str(one)).stat().st_ino == Path(str(other)).stat().st_ino
        for one, other in zip(before.files, after.files, strict=False)
    ]
    assert same[:2] == [True, True]
    assert not all(same)
