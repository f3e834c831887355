"""Publishing is all or nothing: whatever happens to a run, every table stays whole, old or new."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

import synth_assets
from synth_assets.generation.engines import engine
from synth_assets.generation.generate import in_memory, write_world
from synth_assets.model.errors import Problem
from synth_assets.scenario.resolve import resolve
from synth_assets.storage.catalogue import FILE_NAME
from synth_assets.storage.parquet import write_part
from synth_assets.storage.publication import opened, publication
from synth_assets.storage.store import Store
from tests.thorough import size
from tests.worlds import failed, verify_quickly

AS_OF = "2026-11-21"


def small(seed: int = 42, **config):
    return resolve("order_to_cash", {"as_of": AS_OF, "seed": seed, "num_transactions": 300, **config})


def hashes(store: Store) -> dict[str, str]:
    """Content of every table, after reading all of its parts."""
    found = {}
    for table in store.world.tables:
        version = store.published(table.name)
        rows = sum(store.block(version, block).read().num_rows for block in range(version.blocks))
        assert rows == version.rows
        found[table.name] = version.content
    return found


def test_same_scenario_gives_the_same_bytes_in_any_number_of_workers(tmp_path):
    scenario = resolve("order_to_cash", {"as_of": AS_OF, "num_transactions": 140_000, "num_contacts": 70_000})
    one = write_world(scenario, tmp_path / "one")
    with engine("local", 2) as map_blocks:
        two = write_world(scenario, tmp_path / "two", map_blocks)
    assert len(one["orders"].parts) == 3
    assert [part.sha256 for part in one["orders"].parts] == [part.sha256 for part in two["orders"].parts]
    assert {name: version.content for name, version in one.items()} == {
        name: version.content for name, version in two.items()
    }


def test_tables_are_plain_parquet_under_their_names(tmp_path):
    write_world(small(), tmp_path)
    invoices = pq.read_table(tmp_path / "order_to_cash" / "invoices")
    assert invoices.num_rows == 294
    assert str(invoices.schema.field("amount_due_cents").type) == "int64"
    assert invoices.schema.field("amount_due_cents").metadata[b"unit"] == b"USD cents"


KILLING = """
import sys
from pathlib import Path
from synth_assets.generation.engines import engine
from synth_assets.generation.generate import write_world
from synth_assets.scenario.resolve import resolve
config = {"as_of": "2026-11-21", "seed": int(sys.argv[2]), "num_transactions": 300}
scenario = resolve("order_to_cash", config)
print("ready", flush=True)
while True:
    write_world(scenario, Path(sys.argv[1]))
"""


@pytest.mark.parametrize("moment", [0, 2, 4, 6])
def test_kill_9_leaves_every_table_whole(tmp_path, moment):
    before = hashes(_written(small(seed=1), tmp_path))
    after = hashes(_written(small(seed=2), tmp_path / "other"))
    process = subprocess.Popen(
        [sys.executable, "-c", KILLING, str(tmp_path), "2"], stdout=subprocess.PIPE, text=True
    )
    process.stdout.readline()
    time.sleep(random.Random(moment).uniform(0.02, 0.5))
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    store = Store(small().world, tmp_path)
    for name, content in hashes(store).items():
        assert content in (before[name], after[name]), f"{name} is neither old nor new"
    assert hashes(_written(small(seed=2), tmp_path)) == after
    assert not (store.home / ".staging").exists()


CUT_OFF = """
import os, signal, sys
from pathlib import Path
from synth_assets.generation.generate import write_world
from synth_assets.scenario.resolve import resolve
from synth_assets.storage import catalogue
from synth_assets.storage.store import Store
left, config = [int(sys.argv[2])], {"as_of": "2026-11-21", "seed": 2, "num_transactions": 300}

def counted(turn):
    def stop(*given):
        left[0] -= 1
        if not left[0]:
            os.kill(os.getpid(), signal.SIGKILL)
        return turn(*given)
    return stop

Store.write_scenario, Store.publish = counted(Store.write_scenario), counted(Store.publish)
catalogue._write, Store.prune = counted(catalogue._write), counted(Store.prune)
write_world(resolve("order_to_cash", config), Path(sys.argv[1]))
"""
"""Replaces a world, and dies before one of its turns: scenario, nine tables, the database, the last sweep."""


def cut_off(directory: Path, turn: int) -> Store:
    """The store that is opened after a run that died."""
    done = subprocess.run([sys.executable, "-c", CUT_OFF, str(directory), str(turn)])
    assert done.returncode == -signal.SIGKILL
    store = opened(Store(small().world, directory))
    assert not (store.home / ".publishing.json").exists()
    return store


ORDERS = "select count(*), sum(total_amount) from order_to_cash.orders"


def shown(directory: Path) -> list[list[tuple]]:
    """What a connection of the package and one to the database file say of the orders."""
    there = synth_assets.connect(str(directory)), duckdb.connect(directory / FILE_NAME, read_only=True)
    found = []
    for connection in there:
        with connection:
            found.append(connection.execute(ORDERS).fetchall())
    return found


@pytest.mark.parametrize("turn", size([1, 6, 11, 12], range(1, 13)))
def test_a_publication_that_is_cut_off_is_taken_back(tmp_path, turn):
    """Whoever opens the store next finds all of what stood before, in tables, documents and database."""
    old = hashes(_written(small(seed=1), tmp_path))
    before = shown(tmp_path)
    store = cut_off(tmp_path, turn)
    assert hashes(store) == old
    assert store.scenario().config.seed == 1
    published = {table.name: store.published(table.name, store.scenario()) for table in store.world.tables}
    assert not failed(verify_quickly(store.world, store.scenario().config, published))
    assert shown(tmp_path) == before
    assert hashes(_written(small(seed=2), tmp_path)) != old
    assert shown(tmp_path)[0] == shown(tmp_path)[1] != before[0]


def test_a_first_publication_that_is_cut_off_leaves_nothing(tmp_path):
    store = cut_off(tmp_path, 6)
    assert sorted(path.name for path in store.home.iterdir()) == [".lock", ".versions"]
    assert not (tmp_path / FILE_NAME).exists()
    with pytest.raises(Problem, match=r"nothing in .* yet"):
        store.scenario()


def test_a_disk_that_fills_up_amid_a_publication_leaves_what_stood(tmp_path, monkeypatch):
    store = _written(small(seed=1), tmp_path)
    before, publish = hashes(store), Store.publish

    def full(self, scenario, table, parts):
        if table.name == "payments":
            raise OSError(28, "No space left on device")
        return publish(self, scenario, table, parts)

    monkeypatch.setattr(Store, "publish", full)
    with pytest.raises(Problem, match=r"no space left in .*every file is complete"):
        write_world(small(seed=2), tmp_path)
    assert hashes(Store(small().world, tmp_path)) == before
    assert Store(small().world, tmp_path).scenario().config.seed == 1


def test_a_damaged_scenario_is_written_anew_and_restored_as_it_was(tmp_path, monkeypatch):
    """Its bytes are no text; a run that fails puts them back, the next one replaces them."""
    store = _written(small(seed=1), tmp_path)
    damaged = b"\xff\xfe{\x00"
    (store.home / "scenario.json").write_bytes(damaged)
    with monkeypatch.context() as patch:
        patch.setattr(Store, "prune", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            write_world(small(seed=2), tmp_path)
    assert (store.home / "scenario.json").read_bytes() == damaged
    assert _written(small(seed=2), tmp_path).scenario().config.seed == 2


@pytest.mark.parametrize("content", [b"\xff{", b"{", b"{}", b"[]", b'{"tables": []}', b'{"tables": {}}'])
def test_a_damaged_record_of_a_publication_is_left_aside(tmp_path, content):
    store = _written(small(seed=1), tmp_path)
    before = hashes(store)
    (store.home / ".publishing.json").write_bytes(content)
    assert hashes(opened(Store(small().world, tmp_path))) == before
    assert not (store.home / ".publishing.json").exists()


def test_while_a_run_publishes_nothing_is_taken_back(tmp_path):
    store = _written(small(seed=1), tmp_path)
    with store.lock(), publication(store):
        store.write_scenario(small(seed=2))
        assert opened(Store(small().world, tmp_path)).scenario().config.seed == 2


def _written(scenario, directory: Path) -> Store:
    write_world(scenario, directory)
    return Store(scenario.world, directory)


def test_a_second_run_is_refused_while_the_first_one_writes(tmp_path):
    store = Store(small().world, tmp_path)
    with store.lock(), pytest.raises(Problem, match=r"another run is writing to .*wait for it"):
        write_world(small(), tmp_path)


def test_a_failed_run_changes_nothing(tmp_path, monkeypatch):
    store = _written(small(seed=1), tmp_path)
    before = hashes(store)
    catalogue = (tmp_path / "synth_assets.duckdb").read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("synth_assets.generation.file_task.part_writer", full)
    with pytest.raises(Problem, match=r"no space left in .*every file is complete"):
        write_world(small(seed=2), tmp_path)
    assert hashes(store) == before
    assert store.scenario().config.seed == 1
    assert (tmp_path / "synth_assets.duckdb").read_bytes() == catalogue


def test_damage_is_named_with_its_remedy_and_mended_by_a_rerun(tmp_path):
    store = _written(small(), tmp_path)
    part = store.published("invoices").path / "part-00000.parquet"
    content = part.read_bytes()
    part.write_bytes(content[:1000])
    with pytest.raises(Problem, match=r"part-00000.parquet is not as long .* Run: synth-assets generate"):
        store.published("invoices")
    part.write_bytes(content[:-1] + b"?")
    with pytest.raises(Problem, match=r"part-00000\.parquet is damaged"):
        store.block(store.published("invoices"), 0).read()
    write_world(small(), tmp_path)
    assert (store.published("invoices").path / "part-00000.parquet").read_bytes() == content


@pytest.mark.parametrize("content", ["[]", "{", '{"parts": [], "scenario": "1", "content": "2"}'])
def test_a_table_document_that_was_changed_by_hand_is_mended_by_a_rerun(tmp_path, content):
    store = _written(small(), tmp_path)
    (store.published("invoices").path / "_table.json").write_text(content)
    with pytest.raises(Problem, match="Run: synth-assets generate"):
        store.published("invoices", small())
    write_world(small(), tmp_path)
    assert store.published("invoices", small()).rows == 294


def test_a_part_too_many_is_named_and_removed_by_a_rerun(tmp_path):
    store = _written(small(), tmp_path)
    path = store.published("invoices").path
    shutil.copy(path / "part-00000.parquet", path / "part-00001.parquet")
    with pytest.raises(Problem, match=r"part-00001\.parquet is not a part of the table\. Run: "):
        store.published("invoices")
    write_world(small(), tmp_path)
    assert pq.read_table(tmp_path / "order_to_cash" / "invoices").num_rows == 294


@pytest.mark.parametrize("kind", ["directory", "file"])
def test_what_somebody_else_put_in_a_tables_place_is_kept(tmp_path, kind):
    store = _written(small(seed=1), tmp_path)
    mine = store.home / "invoices"
    mine.unlink()
    mine.mkdir() if kind == "directory" else mine.write_text("mine")
    with pytest.raises(Problem, match="invoices is not a link to a published table: move it away"):
        write_world(small(seed=2), tmp_path)
    assert store.scenario().config.seed == 1
    assert mine.exists()


@pytest.mark.parametrize("content", ["[1]", '{"invoices": 5}', '{"nope": "."}', "{"])
def test_a_catalogue_document_that_was_changed_by_hand_hinders_nobody(tmp_path, content):
    store = _written(small(), tmp_path)
    (store.home / ".catalogue.json").write_text(content)
    write_world(resolve("subscriptions", {"num_customers": 20}), tmp_path)
    write_world(small(), tmp_path)
    with duckdb.connect(str(tmp_path / "synth_assets.duckdb"), read_only=True) as connection:
        assert connection.execute("select count(*) from order_to_cash.invoices").fetchall() == [(294,)]


def test_what_cannot_be_read_is_named(tmp_path):
    store = _written(small(), tmp_path)
    (store.home / "scenario.json").unlink()
    (store.home / "scenario.json").mkdir()
    with pytest.raises(Problem, match=r"scenario\.json cannot be read: Is a directory"):
        store.scenario()


def test_workers_end_with_the_process_that_started_them(tmp_path):
    program = KILLING.replace('"num_transactions": 300', '"num_transactions": 900_000')
    pooled = "with engine('local', 2) as map_blocks: write_world(scenario, Path(sys.argv[1]), map_blocks)"
    program = program.replace("write_world(scenario, Path(sys.argv[1]))", pooled)
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path), "1"], stdout=subprocess.PIPE, text=True
    )
    staging = tmp_path / "order_to_cash" / ".staging"
    while not list(staging.glob("*/orders/*")):
        assert process.poll() is None
        time.sleep(0.02)
    process.kill()
    process.communicate(timeout=60)  # ends when nobody holds the pipe any more: no worker is left
    assert process.returncode == -signal.SIGKILL


def test_a_table_of_another_scenario_is_named(tmp_path):
    store = _written(small(seed=1), tmp_path)
    store.write_scenario(small(seed=2))
    with pytest.raises(Problem, match="order_to_cash/invoices was made for another scenario"):
        store.published("invoices", store.scenario())


def test_the_previous_version_is_kept_until_the_next_one_stands(tmp_path):
    for seed in (1, 2, 3):
        store = _written(small(seed=seed), tmp_path)
    versions = {path.name for path in (store.home / ".versions").iterdir()}
    assert versions == {small(seed=2).id, small(seed=3).id}


def test_a_data_directory_may_have_any_name(tmp_path):
    directory = tmp_path / "it's [odd] *here* why? a'b"
    write_world(small(), directory)
    with duckdb.connect(str(directory / "synth_assets.duckdb"), read_only=True) as connection:
        assert connection.execute("select count(*) from order_to_cash.invoices").fetchall() == [(294,)]


def test_the_links_can_be_read_by_pattern(tmp_path):
    write_world(small(), tmp_path)
    pattern = f"{tmp_path}/order_to_cash/invoices/*.parquet"
    assert duckdb.execute(f"select count(*) from read_parquet('{pattern}')").fetchall() == [(294,)]


def test_a_world_that_was_removed_by_hand_does_not_hinder_the_others(tmp_path):
    write_world(small(), tmp_path)
    write_world(resolve("subscriptions", {"num_customers": 50}), tmp_path)
    shutil.rmtree(tmp_path / "subscriptions" / ".versions")
    write_world(small(seed=2), tmp_path)
    with duckdb.connect(str(tmp_path / "synth_assets.duckdb"), read_only=True) as connection:
        schemas = connection.execute("select distinct schema_name from duckdb_views() where not internal")
        assert schemas.fetchall() == [("order_to_cash",)]


def test_a_worker_that_outlives_its_run_does_not_write_into_the_next(tmp_path):
    scenario = small()
    table, rows = scenario.world.table("orders"), in_memory(scenario).tables["orders"]
    gone, store = (Store(scenario.world, tmp_path) for _ in range(2))
    with gone.lock():
        late = gone.staging_dir(small(seed=2), table) / "part-00000.parquet"
    with store.lock():
        part = write_part(table, rows, store.staging_dir(scenario, table) / "part-00000.parquet")
        with pytest.raises(FileNotFoundError):
            write_part(table, rows.slice(1), late)
        store.publish(scenario, table, [part])
    assert store.block(store.published("orders"), 0).read().num_rows == 300
