"""Dagster's stored history in SQLite: its files kept open, and every run shown on the page's timeline."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from dagster import DagsterInstance, DagsterRun, EventLogEntry
from dagster._core.definitions.repository_definition.valid_definitions import SINGLETON_REPOSITORY_NAME
from dagster._core.remote_origin import (
    ManagedGrpcPythonEnvCodeLocationOrigin,
    RemoteJobOrigin,
    RemoteRepositoryOrigin,
)
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.event_log.sqlite.sqlite_event_log import INDEX_SHARD_NAME
from dagster._core.storage.runs import SqliteRunStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
from dagster._serdes import ConfigurableClassData

BATCH = 1_000
"""Events that Dagster may hand over at once, where it knows them together."""


class OpenHistory(SqliteEventLogStorage):
    """Dagster's own event log, in the same files; `dagster.yaml` names this class.

    Dagster opens a file, writes one row, waits for the disk, and closes it again, some five times an event.
    Here the index and the latest run stay open, the disk is not waited for, and what is known together is
    stored together. A process that is killed loses nothing; a machine that loses power may lose the last
    events, and the files stay sound.
    """

    def __init__(self, inst_data: ConfigurableClassData | None = None) -> None:
        self._inst_data = inst_data
        self._engines: dict[str, sa.Engine] = {}
        self._open: dict[str, sa.Connection] = {}
        self._tables: set[str] = set()

    @classmethod
    def config_type(cls) -> dict[str, Any]:
        """No options: the files are where Dagster's own would be."""
        return {}

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Any) -> OpenHistory:
        """As `dagster.yaml` asks for it."""
        return cls(inst_data)

    def register_instance(self, instance: DagsterInstance) -> None:
        """Open the history of an instance, whose directory is not known before."""
        super().__init__(os.path.join(instance.root_directory, "history", "runs"), self._inst_data)
        self._db_lock = threading.RLock()  # type: ignore[assignment]  # a batch holds it around its events
        super().register_instance(instance)
        os.environ.setdefault("DAGSTER_EVENT_BATCH_SIZE", str(BATCH))

    def store_event(self, event: EventLogEntry) -> None:
        """Store an event, and touch the run's file, which the page watches.

        What SQLite has just written is in a file beside it.
        """
        super().store_event(event)
        os.utime(self.path_for_shard(event.run_id))

    def store_event_batch(self, events: Sequence[EventLogEntry]) -> None:
        """Store events of a run all or none, in one go: those that say at its start what it intends."""
        with self._db_lock:
            try:
                for shard in dict.fromkeys([INDEX_SHARD_NAME, *(event.run_id for event in events)]):
                    self._open[shard] = self._engine(shard).connect()
                super().store_event_batch(events)
                for connection in self._open.values():
                    connection.commit()
            finally:
                for connection in self._open.values():
                    connection.close()
                self._open.clear()
        os.utime(self.path_for_shard(events[0].run_id))

    def has_table(self, table_name: str) -> bool:
        """Whether the index has a table; Dagster asks for every check, and none is ever dropped."""
        if table_name not in self._tables and super().has_table(table_name):
            self._tables.add(table_name)
        return table_name in self._tables

    @contextmanager
    def _connect(self, shard: str) -> Iterator[sa.Connection]:
        with self._db_lock:
            if shard in self._open:
                yield self._open[shard]
                return
            with self._engine(shard).connect() as connection, connection.begin():
                yield connection

    def _engine(self, shard: str) -> sa.Engine:
        """The engine of a file; the files of other runs are closed."""
        if shard not in self._engines:
            self._close(set(self._engines) - {INDEX_SHARD_NAME})
            engine = sa.create_engine(
                self.conn_string_for_shard(shard), connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS}
            )
            sa.event.listen(engine, "connect", _do_not_wait_for_the_disk)
            self._initdb(engine)
            self._engines[shard] = engine
        return self._engines[shard]

    def _close(self, shards: set[str]) -> None:
        for shard in shards:
            self._engines.pop(shard).dispose()

    def wipe(self) -> None:
        """Forget everything."""
        self._close_all()
        super().wipe()

    def dispose(self) -> None:
        """Close all files."""
        super().dispose()
        self._close_all()

    def _close_all(self) -> None:
        with self._db_lock:
            self._close(set(self._engines))


def _do_not_wait_for_the_disk(connection: Any, _: Any) -> None:
    connection.execute("PRAGMA synchronous = NORMAL")


DEFINITIONS = "synth_assets.definitions"


class ShownRuns(SqliteRunStorage):
    """Dagster's own list of runs, in the same file; `dagster.yaml` names this class.

    The page's timeline shows runs that say which code location they belong to. Dagster says it of the runs
    that the page starts. Here a run of `make data` or of `dagster asset materialize` says it, too.
    """

    def __init__(self, inst_data: ConfigurableClassData | None = None) -> None:
        self._inst_data = inst_data

    @classmethod
    def config_type(cls) -> dict[str, Any]:
        """No options: the file is where Dagster's own would be."""
        return {}

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Any) -> ShownRuns:
        """As `dagster.yaml` asks for it."""
        return cls(inst_data)

    def register_instance(self, instance: DagsterInstance) -> None:
        """Open the list of an instance, whose directory is not known before."""
        opened = SqliteRunStorage.from_local(os.path.join(instance.root_directory, "history"))
        super().__init__(opened._conn_string, self._inst_data)
        super().register_instance(instance)

    def add_run(self, dagster_run: DagsterRun) -> DagsterRun:
        """Store a run, under this project's code location where it names none."""
        if dagster_run.remote_job_origin is None:
            location = ManagedGrpcPythonEnvCodeLocationOrigin(LoadableTargetOrigin(module_name=DEFINITIONS))
            repository = RemoteRepositoryOrigin(location, SINGLETON_REPOSITORY_NAME)
            origin = RemoteJobOrigin(repository, dagster_run.job_name)
            dagster_run = dagster_run.with_job_origin(origin)
        return super().add_run(dagster_run)
