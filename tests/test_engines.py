"""Engines: the same bytes from this process, a pool and a Ray cluster, also when workers are killed."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from synth_assets.generation.engines import engine
from synth_assets.generation.generate import Step, write_world
from synth_assets.generation.map_blocks import IN_FLIGHT, MapBlocks
from synth_assets.model.errors import Problem, UsageProblem
from synth_assets.model.file_plan import SHARED_FILES
from synth_assets.scenario.resolve import resolve
from synth_assets.storage.store import Store
from synth_assets.worlds import load
from tests.bad_blocks import die, fail_at_five, sleep_a_minute
from tests.dagster_runs import AS_OF
from tests.processes import command_line, cpu_ticks, descendants, listening
from tests.thorough import size

BLOCKS = size(4, 18)
"""More than 16 share files: two of them are in one."""

SCENARIO = resolve(
    "order_to_cash", {"as_of": AS_OF, "num_transactions": BLOCKS * 65_536 - 10_000, "num_contacts": 500}
)
WON = {"lost_deals_per_order": 0, "open_deals_per_order": 0}
"""No deals but those of orders: a third of the rows, where the number of orders matters alone."""

SETTINGS = [f"--set={key}={getattr(SCENARIO.config, key)}" for key in ("num_transactions", "num_contacts")]


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Content of every table, made in this process."""
    published = write_world(SCENARIO, tmp_path_factory.mktemp("expected"))
    return {name: version.content for name, version in published.items()}


@pytest.fixture(scope="module")
def pool() -> Iterator[MapBlocks]:
    with engine("local", 2) as map_blocks:
        yield map_blocks


@pytest.fixture(scope="module")
def ray() -> Iterator[MapBlocks]:
    with engine("ray", 2) as map_blocks:
        yield map_blocks


@pytest.fixture(params=["pool", "ray"])
def map_blocks(request: pytest.FixtureRequest) -> MapBlocks:
    return request.getfixturevalue(request.param)


def content(home: Path) -> dict[str, str]:
    """Content of every published table in a data directory."""
    store = Store(load("order_to_cash"), home)
    return {table.name: store.published(table.name).content for table in store.world.tables}


def test_the_bytes_are_the_same(map_blocks: MapBlocks, expected: dict[str, str], tmp_path: Path) -> None:
    write_world(SCENARIO, tmp_path, map_blocks)
    assert content(tmp_path) == expected


@pytest.mark.parametrize("preset", ["personas", "simple"])
def test_users_are_the_same_by_any_number_of_workers(pool: MapBlocks, preset: str, tmp_path: Path) -> None:
    scenario = resolve("personal_banking", {"as_of": AS_OF, "num_users": 2_500}, preset=preset)
    alone = write_world(scenario, tmp_path / "alone")
    shared = write_world(scenario, tmp_path / "shared", pool)
    assert {name: version.content for name, version in shared.items()} == {
        name: version.content for name, version in alone.items()
    }
    assert len(alone["transactions"].parts) == 3


def test_a_killed_worker_changes_nothing(
    map_blocks: MapBlocks, expected: dict[str, str], tmp_path: Path
) -> None:
    killed: list[int] = []

    def kill(step: Step) -> None:
        if step.done == 1:
            killed.append(busy_worker())
            os.kill(killed[0], signal.SIGKILL)

    write_world(SCENARIO, tmp_path, map_blocks, kill)
    assert len(killed) == 1
    assert content(tmp_path) == expected
    names = {path.name for path in tmp_path.rglob("*") if path.is_file()} - {".lock", ".catalogue.lock"}
    parts = {f"part-{block:05d}.parquet" for block in range(min(BLOCKS, SHARED_FILES))}
    documents = {"_table.json", "scenario.json", ".run", ".catalogue.json", "synth_assets.duckdb"}
    assert names == parts | documents


def busy_worker() -> int:
    """A process below this one that makes a block: of a pool the busiest, of Ray one that says so."""
    while True:
        for pid in list(descendants(os.getpid())):
            line = command_line(pid)
            if b"ray::build" in line or (b"spawn_main" in line and cpu_ticks(pid) > 20):
                return pid


def test_a_block_that_raises_is_named_with_its_error(map_blocks: MapBlocks) -> None:
    results = map_blocks(fail_at_five, range(9))
    assert [next(results) for _ in range(5)] == [0, 1, 2, 3, 4]
    with pytest.raises(Problem) as error:
        next(results)
    assert str(error.value) == (
        "order_to_cash: ValueError('boom') in block 5 (rows 50 to 60): a bug, please report"
    )


def test_a_pool_that_is_stopped_waits_for_no_file(pool: MapBlocks) -> None:
    results = pool(sleep_a_minute, range(4))
    assert next(results) == 0
    started = time.monotonic()
    results.close()
    assert time.monotonic() - started < 30
    assert list(pool(sleep_a_minute, [0, 0])) == [0, 0]


def test_a_block_that_always_kills_its_worker_ends_the_run(map_blocks: MapBlocks) -> None:
    results = map_blocks(die, range(6))
    with pytest.raises(Problem) as error:
        list(results)
    assert str(error.value) in (
        "a worker process was killed twice: is there enough memory? Use fewer workers",
        "workers were killed 4 times over the same block: is there enough memory? Use fewer workers",
    )


def test_a_bounded_number_of_blocks_is_in_flight(map_blocks: MapBlocks) -> None:
    drawn: list[int] = []

    def tasks() -> Iterator[int]:
        for block in range(100):
            drawn.append(block)
            yield block

    results = map_blocks(fail_at_five, tasks())
    next(results)
    assert len(drawn) <= 2 * IN_FLIGHT + 1


@pytest.mark.parametrize(
    ("name", "workers", "line"),
    [
        ("slurm", None, r"unknown engine 'slurm' \(engines: local, ray\)"),
        ("local", "two", "workers is two, but must be a whole number from 1 to 256"),
        ("local", 0, "workers is 0, but"),
        ("ray", 300, "workers is 300, but"),
    ],
)
def test_an_engine_that_does_not_exist_is_refused(name: str, workers: int | str | None, line: str) -> None:
    with pytest.raises(UsageProblem, match=line), engine(name, workers):
        pass


def command(
    *arguments: str, seconds: float | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """`synth-assets` in a process of its own, for so many seconds at most."""
    program = [sys.executable, "-c", "from synth_assets.cli import main; main()", *arguments]
    return subprocess.run(
        program, capture_output=True, text=True, timeout=seconds, env={**os.environ, **environment}
    )


def test_without_ray_the_option_says_how_to_get_it(tmp_path: Path) -> None:
    code = "import sys; sys.modules['ray'] = None; from synth_assets.cli import main; main()"
    arguments = ["generate", "order_to_cash", "--engine", "ray", "--data-dir", str(tmp_path)]
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr == "the engine ray needs Ray: pip install ray\n"


@pytest.mark.parametrize("scheme", ["", "ray://"])
def test_a_cluster_that_does_not_answer_is_said_at_once(scheme: str, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"{scheme}127.0.0.1:{taken.getsockname()[1]}"
    arguments = ["generate", "order_to_cash", "--engine", "ray", "--data-dir", str(tmp_path)]
    done = command(*arguments, RAY_ADDRESS=address, seconds=20)
    assert done.returncode == 1
    assert done.stderr == (
        f"no Ray cluster at {address} (RAY_ADDRESS): Connection refused: start it, or leave RAY_ADDRESS out\n"
    )


def test_a_cluster_that_cannot_start_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    import ray as cluster

    def refuse(*_: object, **__: object) -> None:
        raise ConnectionError("no port is free\nand more of it")

    monkeypatch.setattr(cluster, "init", refuse)
    with pytest.raises(Problem) as error, engine("ray", 1):
        pass
    assert str(error.value) == (
        "no Ray cluster here: no port is free: use --engine local, or mend what Ray says"
    )


def test_a_cluster_that_stands_is_used_and_left_standing(
    ray: MapBlocks, expected: dict[str, str], tmp_path: Path
) -> None:
    import ray as cluster

    address = cluster.get_runtime_context().gcs_address
    arguments = ["generate", "order_to_cash", "--as-of", AS_OF, "--data-dir", str(tmp_path), *SETTINGS]
    done = command(*arguments, "--engine", "ray", RAY_ADDRESS=address)
    assert done.returncode == 0, done.stderr
    assert content(tmp_path) == expected
    assert list(ray(fail_at_five, range(3))) == [0, 1, 2]
    refused = command(*arguments, "--engine", "ray", "--workers", "2", RAY_ADDRESS=address)
    assert refused.returncode == 2
    assert refused.stderr == (
        "--workers is for a cluster that is started here; RAY_ADDRESS names a running one: leave one of them "
        "out\n"
    )


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_cluster_that_is_started_here_listens_to_this_machine_alone(ray: MapBlocks) -> None:
    assert list(ray(fail_at_five, [1])) == [1]
    found = list(listening(os.getpid()))
    assert len(found) >= 3, "its controller, its node and its worker"
    assert {address for address in found if not address.is_loopback} == set()


def test_a_dagster_run_takes_its_engine_from_the_environment(tmp_path: Path) -> None:
    scenario = resolve("order_to_cash", {"as_of": AS_OF, "num_transactions": 70_000} | WON)
    expected = write_world(scenario, tmp_path / "expected")
    program = [str(Path(sys.executable).parent / "dagster"), "asset", "materialize", "--select", "*orders"]
    config = {"ops": {"scenario": {"config": json.loads(scenario.config.model_dump_json())}}}
    environment = {
        "SYNTH_ASSETS_DATA_DIR": str(tmp_path / "dagster"),
        "SYNTH_ASSETS_ENGINE": "ray",
        "SYNTH_ASSETS_WORKERS": "2",
    }
    done = subprocess.run(
        [*program, "--config-json", json.dumps(config)],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    store = Store(load("order_to_cash"), tmp_path / "dagster")
    for name in ("contacts", "deals", "opportunities", "orders"):
        assert store.published(name).content == expected[name].content
    assert "order_to_cash/orders: 2 of 2 blocks, 4,464 rows, " in done.stderr


def test_a_run_config_chooses_the_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.dagster_runs import run

    monkeypatch.setenv("SYNTH_ASSETS_DATA_DIR", str(tmp_path))
    seen: list[tuple[str, object]] = []
    starting: Callable[..., object] = engine

    def noted(name: str, workers: object) -> object:
        seen.append((name, workers))
        return starting(name, workers)

    monkeypatch.setattr("synth_assets.orchestration.engine.engine", noted)
    chosen = {"engine": {"config": {"engine": "local", "workers": 2}}}
    result = run("*orders", resources=chosen, num_transactions=70_000, num_contacts=100, **WON)
    assert result.success
    assert seen == [("local", 2)]  # once a run, not once an asset
    shown = result.asset_materializations_for_node("orders")[0].metadata
    assert shown["blocks"].value == 2
    assert shown["dagster/row_count"].value == 70_000
    assert shown["rows_per_second"].value > 0
    assert shown["cpu_seconds"].value > 0
