"""The stored history: Dagster's own files, which its own class reads, and which the page can follow."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Queue
from types import SimpleNamespace

import dagster as dg
import pytest

from synth_assets.orchestration.history import DEFINITIONS, OpenHistory
from tests.dagster_runs import run

ROOT = Path(__file__).parent.parent
RUN = "0b5c2a52-6f0e-4d0c-8a0e-6a1c3f8e9d01"
OTHER_RUN = RUN[:-1] + "2"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of Dagster as `make data` makes it, with an empty data directory."""
    path = tmp_path / "home"
    path.mkdir()
    shutil.copy(ROOT / "dagster.yaml", path)
    monkeypatch.setenv("DAGSTER_HOME", str(path))
    monkeypatch.setenv("SYNTH_ASSETS_DATA_DIR", str(tmp_path / "data"))
    return path


@pytest.fixture
def instance(home: Path) -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.get() as opened:
        yield opened


@pytest.fixture(params=("as the project opens it", "as Dagster opens it"))
def open_again(request: pytest.FixtureRequest, home: Path) -> Callable[[], dg.DagsterInstance]:
    """Opens the same history a second time, as the page does beside a run."""
    if request.param == "as Dagster opens it":
        return lambda: dg.DagsterInstance.local_temp(str(home))
    return dg.DagsterInstance.get


def storage(instance: dg.DagsterInstance) -> OpenHistory:
    assert isinstance(instance.event_log_storage, OpenHistory)
    return instance.event_log_storage


def tell(instance: dg.DagsterInstance, words: str, run_id: str = RUN) -> None:
    instance.report_engine_event(words, job_name="a job", run_id=run_id)


def test_what_a_run_stores_is_read_again(
    instance: dg.DagsterInstance, open_again: Callable[[], dg.DagsterInstance]
) -> None:
    result = run("*contacts", instance=instance, num_transactions=100)
    assert result.success
    with open_again() as other:
        record = other.get_run_record_by_id(result.run_id)
        assert record
        assert record.dagster_run.is_success
        origin = record.dagster_run.remote_job_origin
        assert origin, "the page's timeline shows no run without one"
        assert (origin.location_name, origin.job_name) == (DEFINITIONS, record.dagster_run.job_name)
        told = Counter(event.event_type_value for event in result.all_events)
        stored = Counter(
            log.dagster_event.event_type_value for log in other.all_logs(result.run_id) if log.dagster_event
        )
        assert told <= stored
        made = other.get_latest_materialization_event(dg.AssetKey("contacts"))
        assert made
        assert made.asset_materialization
        assert {"preview", "dagster/row_count"} <= set(made.asset_materialization.metadata)
        keys = [dg.AssetCheckKey(c.asset_key, c.check_name) for c in result.get_asset_check_evaluations()]
        found = other.event_log_storage.get_latest_asset_check_execution_by_key(keys)
        assert keys
        assert {found[key].status.value for key in keys} == {"SUCCEEDED"}


def test_a_batch_of_events_is_stored_whole_or_not_at_all(instance: dg.DagsterInstance) -> None:
    tell(instance, "told")
    event = instance.all_logs(RUN)[0]
    with pytest.raises(Exception, match="EventLogEntry"):
        storage(instance).store_event_batch([event, SimpleNamespace(run_id=RUN)])
    assert len(instance.all_logs(RUN)) == 1
    storage(instance).store_event_batch([event, event])
    assert len(instance.all_logs(RUN)) == 3


def test_a_page_hears_each_event_of_a_run_that_goes(
    instance: dg.DagsterInstance, open_again: Callable[[], dg.DagsterInstance]
) -> None:
    heard: Queue[str] = Queue()
    tell(instance, "before anybody listens")
    with open_again() as other:
        other.watch_event_logs(RUN, None, lambda event, _: heard.put(event.message))
        for words in ("first", "second"):
            tell(instance, words)
            assert words in iter(lambda: heard.get(timeout=30), None)


def test_a_process_that_is_killed_loses_no_event(home: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-c", KILLED.format(run=RUN)], cwd=ROOT, check=False, capture_output=True, text=True
    )
    assert told.returncode == -signal.SIGKILL, told.stderr
    with dg.DagsterInstance.get() as opened:
        assert [log.message for log in opened.all_logs(RUN)] == ["told"]


KILLED = """
import os, signal
import dagster as dg
opened = dg.DagsterInstance.get()
opened.report_engine_event("told", job_name="a job", run_id="{run}")
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="no /proc")
def test_only_the_index_and_one_run_stay_open(instance: dg.DagsterInstance) -> None:
    for run_id in (RUN, OTHER_RUN, RUN, OTHER_RUN):
        tell(instance, "told", run_id)
    assert opened_files(instance) == {"index.db", f"{OTHER_RUN}.db"}
    assert len(instance.all_logs(RUN)) == 2
    assert opened_files(instance) == {"index.db", f"{RUN}.db"}
    instance.event_log_storage.dispose()
    assert opened_files(instance) == set()


def opened_files(instance: dg.DagsterInstance) -> set[str]:
    """The databases of the history that this process holds open."""
    opened = {os.path.realpath(entry.path) for entry in os.scandir("/proc/self/fd")}
    directory = os.path.realpath(Path(storage(instance).path_for_shard("index")).parent)
    return {Path(path).name for path in opened if path.startswith(directory) and path.endswith(".db")}


def test_a_history_is_wiped(instance: dg.DagsterInstance) -> None:
    tell(instance, "told")
    instance.event_log_storage.wipe()
    assert instance.all_logs(RUN) == []
    tell(instance, "told again")
    assert [log.message for log in instance.all_logs(RUN)] == ["told again"]


def test_without_a_home_the_history_is_in_the_directory_that_dagster_makes(tmp_path: Path) -> None:
    ref = dg.DagsterInstance.local_temp(str(tmp_path), overrides=project_settings()).get_ref()
    with dg.DagsterInstance.from_ref(ref) as opened:
        tell(opened, "told")
        assert Path(storage(opened).path_for_shard(RUN)) == tmp_path / "history" / "runs" / f"{RUN}.db"


def project_settings() -> dict[str, object]:
    import yaml

    return yaml.safe_load((ROOT / "dagster.yaml").read_text())
