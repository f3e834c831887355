"""Database servers of a test's own: in their own directory, on this machine alone, ended with the test."""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pymysql
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

PASSWORD = "correct-horse-7"
"""Of every server's users, `books` and `reader`."""

NEEDED = {"postgresql": ("postgres", "initdb"), "mysql": ("mariadbd", "mariadb-install-db")}
"""What each kind of server needs."""

START_SECONDS = 60


def program(name: str) -> str | None:
    """Where a program is, also where Debian keeps PostgreSQL's; None where it is not."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    places = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", *map(str, versions)])
    return shutil.which(name, path=places)


def free_port() -> int:
    """A port that nobody listens to."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def mariadb() -> Iterator[str]:
    """A MariaDB in strict mode; gives its URL without a password and database."""
    with tempfile.TemporaryDirectory(prefix="mariadb-") as directory:
        home, port = Path(directory), free_port()
        (home / "init.sql").write_text(
            f"CREATE USER books@127.0.0.1 IDENTIFIED BY '{PASSWORD}';\n"
            "GRANT ALL ON `books%`.* TO books@127.0.0.1;\n"
            f"CREATE USER reader@127.0.0.1 IDENTIFIED BY '{PASSWORD}';\n"
            "CREATE DATABASE books;\nGRANT SELECT ON books.* TO reader@127.0.0.1;\n"
        )
        user = ["--user=root"] if os.getuid() == 0 else []
        # A server that starts deletes `#sql*` in its temporary directory: /tmp is every server's by default.
        (home / "tmp").mkdir()
        given = ["--no-defaults", f"--datadir={home}/data", f"--tmpdir={home}/tmp", *user]
        quick = ["--innodb-buffer-pool-size=64M", "--innodb-log-file-size=16M"]
        install = [str(program("mariadb-install-db")), *given, *quick, "--skip-test-db"]
        subprocess.run(install, check=True, capture_output=True)
        options = [
            f"--init-file={home}/init.sql", f"--socket={home}/socket", f"--port={port}",
            "--bind-address=127.0.0.1", "--skip-name-resolve", "--sql-mode=STRICT_ALL_TABLES,TRADITIONAL",
            "--innodb-flush-log-at-trx-commit=0", "--innodb-flush-method=nosync", "--pid-file=pid",
        ]  # fmt: skip
        url = f"mysql://books@127.0.0.1:{port}"
        server = [str(program("mariadbd")), *given, *quick, *options]
        with _running(server, Place("mysql", f"{url}/books"), home / "log"):
            yield url


@contextmanager
def postgresql() -> Iterator[str]:
    """A PostgreSQL; gives its URL without a password and database. It does not run as root."""
    with tempfile.TemporaryDirectory(prefix="postgresql-") as directory:
        home, port = Path(directory), free_port()
        (home / "password").write_text(PASSWORD)
        as_user = []
        if os.getuid() == 0:
            as_user = [str(program("runuser")), "-u", "nobody", "--"]
            shutil.chown(home, "nobody")
            shutil.chown(home / "password", "nobody")
        install = [str(program("initdb")), "-D", f"{home}/data", "-U", "books", "--auth=scram-sha-256"]
        install += [f"--pwfile={home}/password", "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8"]
        subprocess.run([*as_user, *install], check=True, capture_output=True, cwd=home)
        options = ["-D", f"{home}/data", "-p", str(port), "-k", str(home), "-h", "127.0.0.1", "-F"]
        url = f"postgresql://books@127.0.0.1:{port}"
        server = [*as_user, str(program("postgres")), *options]
        with _running(server, Place("postgresql", f"{url}/postgres"), home / "log"):
            yield url


@contextmanager
def _running(command: list[str], there: Place, log: Path) -> Iterator[None]:
    """A server, from when it answers on."""
    with log.open("wb") as said, subprocess.Popen(command, stdout=said, stderr=said) as server:
        try:
            until = time.monotonic() + START_SECONDS
            while not _answers(there):
                if server.poll() is not None or time.monotonic() > until:
                    server.kill()
                    raise RuntimeError(log.read_text()[-2000:])
                time.sleep(0.05)
            yield
        finally:
            server.terminate()
            server.wait(timeout=START_SECONDS)


def _answers(there: Place) -> bool:
    try:
        there.connect().close()
    except (psycopg.Error, pymysql.Error):
        return False
    return True


@dataclass(frozen=True)
class Place:
    """An empty database of a test's own, and a way to it that is not the package's."""

    kind: str
    url: str
    first: str | None = None

    def connect(self) -> Any:
        url = sa.make_url(self.url)
        if self.kind == "postgresql":
            return psycopg.connect(self.url, password=PASSWORD, autocommit=True)
        if self.kind == "mysql":
            to = {"host": url.host, "port": url.port, "user": url.username, "database": url.database}
            return pymysql.connect(**to, password=PASSWORD, autocommit=True, init_command=self.first)
        if self.kind == "duckdb":
            return duckdb.connect(url.database)
        connection = sqlite3.connect(url.database, isolation_level=None)
        connection.execute("PRAGMA foreign_keys = ON")
        return connection

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """Run a statement on a connection of its own; names are quoted as the database likes."""
        with closing(self.connect()) as connection, closing(connection.cursor()) as cursor:
            cursor.execute(sql.replace('"', "`") if self.kind == "mysql" else sql)
            is_query = sql.lower().startswith(("select", "show"))
            return list(map(tuple, cursor.fetchall())) if is_query else []

    def engine(self) -> sa.Engine:
        """SQLAlchemy's way to it."""
        url = sa.make_url(self.url)
        drivers = {"postgresql": "postgresql+psycopg", "mysql": "mysql+pymysql"}
        if self.kind in drivers:
            url = url.set(drivername=drivers[self.kind], password=PASSWORD)
        return sa.create_engine(url, poolclass=NullPool)

    def tables(self) -> set[str]:
        schema = {"sqlite": "", "mysql": "database()"}.get(self.kind, "current_schema()")
        if not schema:
            return {name for (name,) in self.ask("SELECT name FROM sqlite_master WHERE type = 'table'")}
        there = f"SELECT table_name FROM information_schema.tables WHERE table_schema = {schema}"
        return {name for (name,) in self.ask(there)}

    def count(self, table: str) -> int:
        return self.ask(f'SELECT count(*) FROM "{table}"')[0][0]


STARTS = {"postgresql": postgresql, "mysql": mariadb}


def emptied(kind: str, url: str) -> Place:
    """The database `books` of a server, made anew."""
    if kind == "postgresql":
        other = Place(kind, f"{url}/postgres")
        other.ask("DROP DATABASE IF EXISTS books WITH (FORCE)")
        other.ask("CREATE DATABASE books")
    else:
        other = Place(kind, f"{url}/books", "SET foreign_key_checks = 0")
        other.ask("CREATE OR REPLACE DATABASE books")
    return Place(kind, f"{url}/books")
