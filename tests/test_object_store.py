"""A data directory in an object store: the same tables, put in force by pointers that are written last."""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import boto3
import pytest
from click.testing import CliRunner
from moto.server import ThreadedMotoServer

import synth_assets
from synth_assets.cli import main
from synth_assets.generation import window_chain
from synth_assets.generation.engines import engine
from synth_assets.generation.generate import write_world
from synth_assets.model.errors import Problem, UsageProblem
from synth_assets.model.latest import Latest
from synth_assets.model.world import World
from synth_assets.scenario.resolve import resolve
from synth_assets.scenario.scenario import with_versions
from synth_assets.storage import paths
from synth_assets.storage.carried import carried_dir
from synth_assets.storage.paths import ObjectPath, storage_path
from synth_assets.storage.store import Store
from synth_assets.worlds import load
from synth_assets.worlds.wholesale import courses, fault_plan, growing_plan
from tests import tiny
from tests.dagster_runs import AS_OF, failure, run
from tests.markdown_pages import Session
from tests.test_publish import hashes, small
from tests.test_readme import ELSEWHERE, STORES, page_of
from tests.thorough import size

WORLD: World = load("order_to_cash")
NUMBERS = count(1)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    started = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    started.start()
    _, port = started.get_host_and_port()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        patch.setenv("AWS_ACCESS_KEY_ID", "nobody")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "nothing")
        paths.file_system.cache_clear()
        yield f"http://127.0.0.1:{port}"
    started.stop()


@pytest.fixture
def bucket(server: str) -> ObjectPath:
    name = f"books-{os.getpid()}-{next(NUMBERS)}"
    boto3.client("s3").create_bucket(Bucket=name)
    found = storage_path(f"s3://{name}/data")
    assert isinstance(found, ObjectPath)
    return found


def store(bucket: ObjectPath) -> Store:
    return Store(WORLD, bucket)


def test_the_bytes_are_those_on_a_disk_for_any_engine(bucket: ObjectPath, tmp_path: Path) -> None:
    write_world(small(), tmp_path)
    write_world(small(), bucket)
    assert hashes(store(bucket)) == hashes(Store(WORLD, tmp_path))
    with engine("local", 2) as map_blocks:
        write_world(small(seed=2), bucket, map_blocks)
    write_world(small(seed=2), tmp_path)
    assert hashes(store(bucket)) == hashes(Store(WORLD, tmp_path))


def test_a_history_goes_on_from_what_its_windows_carried_over_to_objects(
    bucket: ObjectPath, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One of which is damaged on the second night."""
    keys = {"num_users": 20, "history": {"start": "2023-03-17"}}
    night, next_night = (resolve("personal_banking", keys, as_of=f"2023-11-{day}") for day in (20, 21))
    write_world(night, bucket)
    carried = carried_dir(bucket / "personal_banking", night)
    assert list(carried.sizes()) == ["0-20-window-1.npz"]
    (carried / "0-20-window-1.npz").write_bytes(b"?")
    for name in ("_PLANNED", "_CARRIED"):
        monkeypatch.setattr(window_chain, name, window_chain.Latest(8))
    write_world(next_night, bucket)
    write_world(next_night, tmp_path)
    assert hashes(Store(night.world, bucket)) == hashes(Store(night.world, tmp_path))
    assert carried.sizes()["0-20-window-1.npz"] > 1


def test_a_wholesalers_night_reads_what_is_planned_from_an_object(
    bucket: ObjectPath, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = {"preset": "small", "history": {"start": "2022-01-01"}}
    write_world(resolve("wholesale", keys, as_of="2022-03-02"), tmp_path)
    night = resolve("wholesale", keys, as_of="2022-03-01")
    write_world(night, bucket)
    assert list(carried_dir(bucket / "wholesale", night).sizes()) == ["planned-until-2022-12-31.bin"]
    monkeypatch.setattr(courses, "_KNOWN", Latest(1))
    monkeypatch.setattr(growing_plan, "chosen", None)
    fault_plan.plan.cache_clear()
    recall = Store(night.world, bucket).recall_plan
    write_world(resolve("wholesale", keys, as_of="2022-03-02", recall=recall), bucket)
    assert hashes(Store(night.world, bucket)) == hashes(Store(night.world, tmp_path))
    monkeypatch.undo()
    write_world(resolve("wholesale", keys, as_of="2023-01-01"), bucket)
    assert list(carried_dir(bucket / "wholesale", night).sizes()) == ["planned-until-2023-12-31.bin"]


def test_a_table_is_found_by_following_its_pointer(bucket: ObjectPath) -> None:
    write_world(small(), bucket)
    version = store(bucket).published("invoices")
    pointer = (bucket / "order_to_cash" / "invoices").read_text()
    assert pointer.startswith(f".versions/{small().id}/invoices-")
    assert str(version.path) == f"{bucket}/order_to_cash/{pointer}"
    assert set(version.path.sizes()) == {"part-00000.parquet", "_table.json"}


def test_a_connection_has_the_views_of_every_world(bucket: ObjectPath) -> None:
    write_world(small(), bucket)
    with synth_assets.connect(str(bucket)) as connection:
        query = "select count(*), sum(amount_due) from order_to_cash.invoices"
        rows, due = connection.execute(query).fetchone()
    invoices = store(bucket).block(store(bucket).published("invoices"), 0).read()
    assert (rows, int(due * 100)) == (294, sum(invoices["amount_due_cents"].to_pylist()))


def test_a_run_that_breaks_off_leaves_the_old_version(
    bucket: ObjectPath, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_world(small(seed=1), bucket)
    before, document = hashes(store(bucket)), (bucket / "order_to_cash" / ".catalogue.json").read_bytes()

    def gone(*_: object) -> None:
        raise OSError("the connection was lost\nand more")

    with monkeypatch.context() as patch:
        patch.setattr("synth_assets.generation.file_task.part_writer", gone)
        line = f"cannot write to {bucket}: the connection was lost: mend that, or use another directory"
        with pytest.raises(Problem, match=f"{line}$"):
            write_world(small(seed=2), bucket)
    assert hashes(store(bucket)) == before
    assert store(bucket).scenario().config.seed == 1
    assert (bucket / "order_to_cash" / ".catalogue.json").read_bytes() == document


def test_ctrl_c_leaves_an_object_whole(bucket: ObjectPath, monkeypatch: pytest.MonkeyPatch) -> None:
    pointer = bucket / "pointer"
    pointer.write_bytes(b"old")
    files = paths.file_system("/".join(str(bucket).split("/")[:3]))

    class Interrupted:
        @contextmanager
        def open_output_stream(self, path: str) -> Iterator[Interrupted]:
            with files.open_output_stream(path) as self.stream:
                yield self

        def write(self, content: bytes) -> None:
            os.kill(os.getpid(), signal.SIGINT)
            self.stream.write(content)

    with monkeypatch.context() as patch:
        patch.setattr(paths, "file_system", lambda _: Interrupted())
        with pytest.raises(KeyboardInterrupt):
            pointer.write_bytes(b"new")
    assert pointer.read_bytes() == b"new"


PUBLISHING = """
import os, sys
from synth_assets.generation.generate import write_world
from synth_assets.storage.carried import carried_dir
from synth_assets.storage.paths import ObjectPath, storage_path
from tests.test_publish import small

put, count = ObjectPath.write_chunks, 0
def die_at(self, chunks):
    global count
    count += 1
    if count > int(sys.argv[2]):
        os.kill(os.getpid(), 9)
    put(self, chunks)
ObjectPath.write_chunks = die_at
write_world(small(seed=2), storage_path(sys.argv[1]))
"""


@pytest.fixture(scope="module")
def new(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Content of every table of the world that is being published."""
    directory = tmp_path_factory.mktemp("new")
    write_world(small(seed=2), directory)
    return hashes(Store(WORLD, directory))


@pytest.mark.parametrize("puts", size([27], [4, 27]))
def test_kill_9_between_two_objects_leaves_every_table_whole(
    bucket: ObjectPath, new: dict[str, str], puts: int
) -> None:
    write_world(small(seed=1), bucket)
    old = hashes(store(bucket))
    done = subprocess.run([sys.executable, "-c", PUBLISHING, str(bucket), str(puts)], env=os.environ)
    assert done.returncode == -9
    torn = hashes(store(bucket))
    with synth_assets.connect(str(bucket)) as connection:  # the world as a whole turns last
        rows = connection.execute("select count(*) from order_to_cash.anomaly_manifest").fetchone()
    assert rows == (93,)
    assert all(torn[name] in (old[name], new[name]) for name in old)
    write_world(small(seed=2), bucket)
    assert hashes(store(bucket)) == new


def test_old_versions_are_removed_but_for_the_previous_one(
    bucket: ObjectPath, monkeypatch: pytest.MonkeyPatch
) -> None:
    def versions() -> set[str]:
        return {name.split("/")[0] for name in (bucket / "order_to_cash" / ".versions").sizes()}

    for seed in (1, 2, 3):
        write_world(small(seed=seed), bucket)
    assert versions() == {small(seed=seed).id for seed in (1, 2, 3)}, "another machine may be writing them"
    monkeypatch.setattr("synth_assets.storage.versions.SPARED_HOURS", 0)
    write_world(small(seed=4), bucket)
    assert versions() == {small(seed=seed).id for seed in (3, 4)}


def test_damage_is_named_with_its_remedy_and_mended_by_a_rerun(bucket: ObjectPath) -> None:
    write_world(small(), bucket)
    part = store(bucket).published("invoices").path / "part-00000.parquet"
    part.write_bytes(part.read_bytes()[:1000])
    with pytest.raises(
        Problem, match=r"s3://.*/part-00000.parquet is not as long .* Run: synth-assets generate"
    ):
        store(bucket).published("invoices")
    (bucket / "order_to_cash" / "orders").write_bytes(b".versions/nowhere")
    with pytest.raises(Problem, match="order_to_cash/orders has not been materialised"):
        store(bucket).published("orders")
    write_world(small(), bucket)
    assert hashes(store(bucket))


def test_a_part_that_another_run_swept_is_missed_before_the_pointer_turns(bucket: ObjectPath) -> None:
    write_world(small(seed=1), bucket)
    mine, scenario = store(bucket), small(seed=2)
    table = WORLD.table("invoices")
    before = mine.published("invoices")
    with (
        mine.lock(),
        pytest.raises(Problem, match=r"part-00000.parquet is not there as it was written: every"),
    ):
        mine.publish(scenario, table, list(before.parts))
    assert mine.published("invoices") == before


def test_a_second_run_of_this_machine_is_refused(bucket: ObjectPath) -> None:
    with (
        store(bucket).lock(),
        pytest.raises(Problem, match=r"another run is writing to s3://.*wait for it"),
    ):
        write_world(small(), bucket)


@pytest.mark.usefixtures("tiny_is_known")
def test_dagster_materialises_into_it(bucket: ObjectPath, monkeypatch: pytest.MonkeyPatch) -> None:
    """A world in miniature, whole: with its checks, its manifest, a view and the catalogue."""
    monkeypatch.setenv("SYNTH_ASSETS_DATA_DIR", str(bucket))
    result = run(world=tiny.WORLD)
    assert result.success, failure(result)
    assert all(each.passed for each in result.get_asset_check_evaluations())
    made = with_versions(tiny.WORLD, tiny.Config(as_of=dt.date.fromisoformat(AS_OF)))
    write_world(made, bucket)
    shown = result.asset_materializations_for_node("tiny__orders")[0].metadata
    assert shown["path"].value.startswith(f"{bucket}/tiny/.versions/{made.id}/orders-")
    assert shown["dagster/row_count"].value == Store(tiny.WORLD, bucket).published("orders").rows == 30


def test_a_command_in_a_process_of_its_own_takes_an_address(bucket: ObjectPath, tmp_path: Path) -> None:
    write_world(small(), bucket)
    program = [sys.executable, "-c", "from synth_assets.cli import main; main()"]
    arguments = ["export", "order_to_cash", "--to", "json", "--out", str(tmp_path), f"--data-dir={bucket}"]
    exported = subprocess.run([*program, *arguments], capture_output=True, text=True)
    assert exported.returncode == 0, exported.stderr
    assert len(json.loads((tmp_path / "invoices.json").read_text())) == 294


def test_a_report_stands_there_and_a_database_is_filled_from_there(
    bucket: ObjectPath, tmp_path: Path
) -> None:
    for directory in (bucket, tmp_path):
        words = ["generate", "personal_banking", "--as-of", "2026-11-21", "--data-dir", str(directory)]
        done = CliRunner().invoke(main, words)
        assert done.exit_code == 0, done.output
    here, there = (d / "personal_banking" / "validation_report.json" for d in (tmp_path, bucket))
    assert there.read_text(encoding="utf-8") == here.read_text(encoding="utf-8")
    url = f"sqlite:///{tmp_path / 'bank.db'}"
    done = CliRunner().invoke(main, ["load", "personal_banking", "--url", url, "--data-dir", str(bucket)])
    assert done.exit_code == 0, done.output
    assert done.stdout.split()[:3] == ["users", "75", "rows"]


def test_the_page_on_object_stores_is_as_it_says(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    boto3.client("s3").create_bucket(Bucket="books")
    session = Session(tmp_path, monkeypatch.setenv, ELSEWHERE, {}, str)
    session.follow(page_of(STORES))
    assert "books" in session.scope, "the query was asked"


@pytest.mark.parametrize(
    ("address", "problem", "line"),
    [
        ("nope://books/data", UsageProblem, r"^nope://books: Unrecognized filesystem"),
        ("s3://books/data?region=x", UsageProblem, "give endpoint and region as AWS_ENDPOINT_URL"),
        ("s3://", UsageProblem, r"^s3://: an object store's address is like s3://bucket/path"),
        ("s3:///data", UsageProblem, r"^s3:///data: an object store's address is like"),
        ("s3://books//data", UsageProblem, r"^s3://books//data: an object store's address is like"),
        ("file:///tmp/data", UsageProblem, r"a directory on disk is given by its path$"),
        ("s3://no-such-bucket/data", Problem, r"cannot write to s3://no-such-bucket/data: .*does not exist"),
    ],
)
def test_an_address_that_leads_nowhere_is_one_line(
    server: str, address: str, problem: type[Problem], line: str
) -> None:
    with pytest.raises(problem, match=line) as caught:
        write_world(small(), storage_path(address))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("address", "line"),
    [
        (
            "s3://books/nothing",
            r"^nothing in s3://books/nothing yet\. Run: synth-assets generate all",
        ),
        ("nope://books", r"^nope://books: Unrecognized filesystem"),
    ],
)
def test_a_connection_to_nothing_is_refused(server: str, address: str, line: str) -> None:
    with pytest.raises(Problem, match=line):
        synth_assets.connect(address)


UNREACHABLE = """
from synth_assets.storage.paths import storage_path
from synth_assets.derive import duckdb_view
duckdb_view.GS_SECONDS = 1
storage_path("gs://books/data").read_bytes()
"""


def test_google_is_not_waited_for_without_end() -> None:
    nowhere = {"CLOUD_STORAGE_EMULATOR_ENDPOINT": "http://127.0.0.1:1"}
    program = [sys.executable, "-c", UNREACHABLE]
    done = subprocess.run(program, capture_output=True, text=True, env=os.environ | nowhere, timeout=40)
    assert "OSError: google::cloud::Status(UNAVAILABLE" in done.stderr
