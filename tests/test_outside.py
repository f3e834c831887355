"""What is published without Dagster reaches the page: other versions, and damage."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from synth_assets.definitions import defs
from synth_assets.generation.generate import write_world
from synth_assets.orchestration.outside import files_on_disk
from synth_assets.scenario.resolve import resolve
from tests.dagster_runs import AS_OF, WORLD

TABLES = [table.name for table in WORLD.tables]


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    monkeypatch.setenv("SYNTH_ASSETS_DATA_DIR", str(tmp_path))
    with dg.DagsterInstance.ephemeral() as ephemeral:
        yield ephemeral


def tick(instance: dg.DagsterInstance) -> list:
    """What the sensor finds, told to the instance as the daemon tells it."""
    with dg.build_sensor_context(instance=instance) as context:
        found = files_on_disk(context)
    events = found.asset_events if isinstance(found, dg.SensorResult) else []
    for event in events:
        instance.report_runless_asset_event(event)
    return list(events)


def generate(directory: Path, seed: int) -> None:
    write_world(resolve("order_to_cash", {"as_of": AS_OF, "num_transactions": 60, "seed": seed}), directory)


def test_what_generate_publishes_is_on_the_page_at_the_next_tick(instance, tmp_path: Path) -> None:
    assert tick(instance) == []
    generate(tmp_path, seed=1)
    told = {event.asset_key.to_user_string(): event for event in tick(instance)}
    assert list(told) == ["scenario", *TABLES, "catalogue"]
    assert told["orders"].metadata["dagster/row_count"].value == 60
    assert {event.metadata["as_of"].value for event in told.values()} == {AS_OF}
    assert tick(instance) == []
    generate(tmp_path, seed=1)
    assert tick(instance) == [], "the same bytes are the same version"
    generate(tmp_path, seed=2)
    assert {"scenario", "orders", "catalogue"} <= {e.asset_key.to_user_string() for e in tick(instance)}


def test_a_damaged_table_fails_its_check_until_it_is_whole(instance, tmp_path: Path) -> None:
    generate(tmp_path, seed=1)
    tick(instance)
    part = tmp_path / "order_to_cash" / "orders" / "part-00000.parquet"
    content = part.read_bytes()
    part.write_bytes(content[:-9])
    [failed] = tick(instance)
    assert (failed.asset_key, failed.check_name, failed.passed) == (dg.AssetKey("orders"), "parts", False)
    assert failed.description.endswith("Run: dagster asset materialize --select 'orders+'")
    assert tick(instance) == [], "it is said once"
    part.write_bytes(content[:-9] + b"123456789")
    assert tick(instance) == [], "as long as it was, and still damaged"
    part.write_bytes(content)
    assert [event.passed for event in tick(instance)] == [True]


def test_the_page_is_not_told_while_a_run_publishes(instance, tmp_path: Path) -> None:
    generate(tmp_path, seed=1)
    job = defs.resolve_job_def("order_to_cash")
    publishing = instance.create_run_for_job(job, status=dg.DagsterRunStatus.STARTED)
    assert tick(instance) == []
    instance.report_run_canceled(publishing)
    assert tick(instance) != []


def test_an_object_store_is_left_alone(instance, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNTH_ASSETS_DATA_DIR", "s3://books/data")
    assert tick(instance) == []


def test_the_sensor_runs_where_the_daemon_does() -> None:
    assert defs.resolve_sensor_def("files_on_disk").default_status == dg.DefaultSensorStatus.RUNNING


def test_no_test_writes_into_the_history_of_the_project() -> None:
    assert not os.environ["DAGSTER_HOME"]
