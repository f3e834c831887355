"""A world in a database: the document's schema to the letter, amounts to the cent, all or nothing."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from click.testing import CliRunner

from synth_assets.cli import main
from synth_assets.export import databases
from synth_assets.export.drivers import database
from synth_assets.model.errors import Problem
from synth_assets.scenario.resolve import resolve
from synth_assets.worlds import load as world_named
from tests.test_every_world import BANK_FAULTS
from tests.worlds import make_world

WORLD = world_named("personal_banking")
KEYS = {"num_users": 80, "as_of": "2026-11-21", "anomaly_rates": BANK_FAULTS}

SCHEMA = {
    "users": """
        user_id TEXT PRIMARY KEY
        name TEXT NOT NULL
        created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP
        consent_status BOOLEAN NOT NULL
        consent_updated_at TIMESTAMP""",
    "accounts": """
        account_id TEXT PRIMARY KEY
        user_id TEXT NOT NULL REFERENCES users
        account_type TEXT NOT NULL
        account_subtype TEXT
        balance_available REAL
        balance_current REAL
        balance_limit REAL
        iso_currency_code TEXT DEFAULT 'USD'
        holder_category TEXT""",
    "transactions": """
        transaction_id TEXT PRIMARY KEY
        account_id TEXT NOT NULL REFERENCES accounts
        user_id TEXT NOT NULL REFERENCES users
        date DATE NOT NULL
        amount REAL NOT NULL
        merchant_name TEXT
        payment_channel TEXT
        category_primary TEXT
        category_detailed TEXT
        pending BOOLEAN DEFAULT 0""",
    "liabilities": """
        liability_id TEXT PRIMARY KEY
        account_id TEXT NOT NULL REFERENCES accounts
        user_id TEXT NOT NULL REFERENCES users
        liability_type TEXT NOT NULL
        apr_percentage REAL
        apr_type TEXT
        minimum_payment_amount REAL
        last_payment_amount REAL
        is_overdue BOOLEAN DEFAULT 0
        next_payment_due_date DATE
        last_statement_balance REAL
        interest_rate REAL""",
}
"""Source document 002, section SQLite Tables: a line a column."""


@pytest.fixture(scope="module")
def made() -> dict[str, pa.Table]:
    return make_world(WORLD, resolve("personal_banking", KEYS).config)


def parts(made: dict[str, pa.Table]):
    """Each table in two parts, of which the first is short."""
    return lambda name: [made[name].slice(0, 7), made[name].slice(7)]


@pytest.fixture(scope="module")
def loaded(made, tmp_path_factory) -> Iterator[sqlite3.Connection]:
    file = tmp_path_factory.mktemp("load") / "spendsense.db"
    rows = databases.load(WORLD, parts(made), f"sqlite:///{file}")
    assert rows == {name: made[name].num_rows for name in SCHEMA}
    with closing(sqlite3.connect(file)) as connection:
        yield connection


def rows_of(file: Path, table: str = "users") -> int:
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


# --- what stands there --------------------------------------------------------------------------------


def described(connection: sqlite3.Connection, table: str) -> Iterator[str]:
    """A line a column, as SQLite knows it."""
    foreign = {row[3]: row[2:] for row in connection.execute(f"PRAGMA foreign_key_list({table})")}
    for _, name, kind, not_null, default, key in connection.execute(f"PRAGMA table_info({table})"):
        words = [name, kind, "PRIMARY KEY" * key, "NOT NULL" * not_null]
        words += [f"DEFAULT {default}"] if default else []
        if name in foreign:
            target, column, points_to, *_ = foreign[name]
            assert points_to == column
            words.append(f"REFERENCES {target}")
        yield " ".join(filter(None, words))


@pytest.mark.parametrize("table", SCHEMA)
def test_the_schema_is_the_documents(loaded, table):
    assert list(described(loaded, table)) == [line.strip() for line in SCHEMA[table].strip().splitlines()]


def test_there_are_four_tables_and_nothing_else(loaded):
    found = loaded.execute("SELECT name FROM sqlite_master WHERE type <> 'index' ORDER BY rowid").fetchall()
    assert [name for (name,) in found] == list(SCHEMA)


def test_foreign_keys_hold_and_are_enforced_by_who_asks_for_it(loaded):
    assert loaded.execute("PRAGMA foreign_key_check").fetchall() == []
    loaded.execute("PRAGMA foreign_keys = ON")
    with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
        loaded.execute("UPDATE accounts SET user_id = 'usr_999999999' WHERE account_id = 'acc_000000001'")
    loaded.rollback()


STORED = {"money": "real", "rate": "real", "flag": "integer"}


@pytest.mark.parametrize("table", SCHEMA)
def test_every_value_is_that_of_the_parquet(loaded, made, table):
    """Dollars from cents exactly, days and moments as ISO text, flags as 0 and 1, null as NULL."""
    key = WORLD.table(table).key
    for line in SCHEMA[table].strip().splitlines():
        name = line.split()[0]
        column = next(c for c in WORLD.table(table).columns if c.published_name == name)
        found = loaded.execute(f"SELECT {name}, typeof({name}) FROM {table} ORDER BY {key.name}").fetchall()
        stored = STORED.get(column.kind, "text")
        if (table, column.name) in WORLD.database_values:
            continue
        expected = [as_stored(column.kind, value) for value in made[table][column.name].to_pylist()]
        assert found == [(value, "null" if value is None else stored) for value in expected]


def test_every_line_has_words_and_who_is_known_keeps_the_name(loaded, made):
    """The document has no column for the statement's string; with its day it repeats nobody's name."""
    found = loaded.execute("SELECT merchant_name FROM transactions ORDER BY transaction_id").fetchall()
    rows = made["transactions"].to_pylist()
    assert len(found) == len(rows)
    for (said,), row in zip(found, rows, strict=True):
        assert said == (row["merchant_name"] or f"{row['name']} {row['date']:%m/%d}")
    employers = loaded.execute(
        "SELECT count(DISTINCT merchant_name) FROM transactions WHERE category_detailed = 'INCOME_WAGES'"
    ).fetchone()
    assert employers[0] > 10
    waters = "SELECT count(*) FROM transactions WHERE category_detailed LIKE '%_WATER'"
    assert loaded.execute(waters).fetchone()[0] > 50
    meals = "SELECT count(*) FROM transactions WHERE merchant_name = 'HelloFresh'"
    assert loaded.execute(meals).fetchone()[0] > 10


RECURRING = """
WITH charges AS (
    SELECT user_id, merchant_name, julianday(date) - lag(julianday(date)) OVER (
        PARTITION BY user_id, merchant_name ORDER BY date, transaction_id
    ) AS gap
    FROM transactions
    WHERE amount > 0 AND NOT pending AND date > date('2026-11-21', '-90 days') AND merchant_name IS NOT NULL
),
merchants AS (
    SELECT user_id, merchant_name FROM charges GROUP BY 1, 2
    HAVING count(*) >= 3 AND count(*) FILTER (WHERE gap BETWEEN 28 AND 32 OR gap BETWEEN 5 AND 9)
        >= 0.7 * (count(*) - 1)
)
SELECT user_id, count(*) FROM merchants GROUP BY 1
"""


def test_recurring_merchants_of_sqlite_are_those_of_the_signals(loaded, made):
    signals = made["signals_subscriptions"].to_pylist()
    expected = {row["user_id"]: row["recurring_merchants"] for row in signals if row["recurring_merchants"]}
    assert dict(loaded.execute(RECURRING)) == expected
    assert len(expected) > 30


def as_stored(kind: str, value):
    if value is None:
        return None
    if kind == "money":
        return float(Decimal(value).scaleb(-2))
    return {"flag": int, "day": str, "moment": str}.get(kind, lambda same: same)(value)


def test_sums_agree_to_the_cent(loaded, made):
    (dollars,) = loaded.execute("SELECT sum(amount) FROM transactions WHERE pending = 0").fetchone()
    posted = made["transactions"].filter(pc.invert(made["transactions"]["pending"]))
    assert round(dollars * 100) == pc.sum(posted["amount_cents"]).as_py()
    assert loaded.execute("SELECT count(*) FROM users WHERE consent_status = 1").fetchone() == (
        pc.sum(made["users"]["consent_status"]).as_py(),
    )


# --- what stands there already ------------------------------------------------------------------------


def test_a_second_load_is_refused_and_changes_nothing(made, tmp_path):
    file = tmp_path / "bank.db"
    databases.load(WORLD, parts(made), f"sqlite:///{file}")
    before = file.read_bytes()
    with pytest.raises(Problem) as refused:
        databases.load(WORLD, parts(made), f"sqlite:///{file}")
    assert str(refused.value) == (
        f"{file}: its table users holds 80 rows already. Remove the file, or give another --url"
    )
    assert file.read_bytes() == before


def test_empty_tables_of_the_same_columns_are_filled_and_others_left_alone(made, tmp_path):
    file = tmp_path / "bank.db"
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("CREATE TABLE notes (text)")
        connection.execute("INSERT INTO notes VALUES ('mine')")
        columns = "name TEXT, user_id TEXT PRIMARY KEY, created_at, consent_status, consent_updated_at"
        connection.execute(f"CREATE TABLE users ({columns})")
    databases.load(WORLD, parts(made), f"sqlite:///{file}")
    assert (rows_of(file), rows_of(file, "notes")) == (80, 1)
    with closing(sqlite3.connect(file)) as connection:
        first = connection.execute("SELECT user_id, name FROM users ORDER BY 1").fetchone()
    assert first == (made["users"]["user_id"][0].as_py(), made["users"]["name"][0].as_py())


def test_a_table_of_other_columns_is_refused(made, tmp_path):
    file = tmp_path / "bank.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE liabilities (id, owed)")
    with pytest.raises(Problem, match=r"its table liabilities has other columns \(id, owed\)"):
        databases.load(WORLD, parts(made), f"sqlite:///{file}")
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("liabilities",)]


# --- all of it or nothing -----------------------------------------------------------------------------


def test_rows_that_end_too_early_leave_nothing(made, tmp_path):
    def ends_early(name: str) -> Iterator[pa.Table]:
        yield made[name]
        if name == "transactions":
            raise Problem("part-00001.parquet is damaged")

    with pytest.raises(Problem, match="is damaged"):
        databases.load(WORLD, ends_early, f"sqlite:///{tmp_path / 'bank.db'}")
    with closing(sqlite3.connect(tmp_path / "bank.db")) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == []
    databases.load(WORLD, parts(made), f"sqlite:///{tmp_path / 'bank.db'}")
    assert rows_of(tmp_path / "bank.db") == 80


KILLED = """
import os, signal, sqlite3, sys
from synth_assets.scenario.resolve import resolve
from synth_assets.export import databases
from tests import test_load as t

made = t.make_world(t.WORLD, resolve("personal_banking", t.KEYS).config)

def parts(name):
    yield made[name]
    if name == "liabilities":
        os.kill(os.getpid(), signal.SIGKILL)

def connect(*given, **options):
    connection = sqlite_connect(*given, **options)
    connection.execute("PRAGMA cache_size = 10")  # so that pages are on the disk before the end
    return connection

sqlite_connect = sqlite3.connect
sqlite3.connect = connect
databases.load(t.WORLD, parts, sys.argv[1])
"""


def test_a_killed_run_leaves_the_database_as_it_was(made, tmp_path):
    file = tmp_path / "bank.db"
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("CREATE TABLE notes (text)")
        connection.execute("INSERT INTO notes VALUES ('mine')")
    ended = subprocess.run([sys.executable, "-c", KILLED, f"sqlite:///{file}"], check=False)
    assert ended.returncode == -signal.SIGKILL
    assert file.stat().st_size > 100_000, "rows had reached the file"
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("notes",)]
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_row_without_its_account_is_refused(made, tmp_path):
    broken = {**made, "accounts": made["accounts"].slice(1)}
    with pytest.raises(Problem) as refused:
        databases.load(WORLD, lambda name: [broken[name]], f"sqlite:///{tmp_path / 'bank.db'}")
    assert str(refused.value) == (
        f"{tmp_path}/bank.db: FOREIGN KEY constraint failed: the published tables do not fit together, see "
        "synth-assets verify (row 3 of transactions refers to no row of accounts)"
    )


def test_a_full_disk_is_said_in_one_line(made, tmp_path, monkeypatch):
    connect = sqlite3.connect

    def small(*given, **options):
        connection = connect(*given, **options)
        connection.execute("PRAGMA max_page_count = 50")
        return connection

    monkeypatch.setattr(sqlite3, "connect", small)
    file = tmp_path / "bank.db"
    with pytest.raises(Problem) as refused:
        databases.load(WORLD, parts(made), f"sqlite:///{file}")
    assert str(refused.value) == (
        f"no space left for {file}, which is as it was: free some, or give another --url"
    )


# --- on the command line ------------------------------------------------------------------------------


def run(*arguments: str):
    return CliRunner().invoke(main, arguments)


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> str:
    directory = str(tmp_path_factory.mktemp("data"))
    few = ("--set", "num_users=80", "--as-of", "2026-11-21", "--data-dir", directory)
    assert run("generate", "personal_banking", *few).exit_code == 0
    return directory


def test_one_line_a_table(data, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = run("load", "personal_banking", "--url", "sqlite:///spendsense.db", "--data-dir", data)
    assert (done.exit_code, done.stderr) == (0, "")
    assert [line.split()[0] for line in done.stdout.splitlines()] == list(SCHEMA)
    assert done.stdout.splitlines()[0].split() == ["users", "80", "rows"]
    assert rows_of(tmp_path / "spendsense.db") == 80
    again = run("load", "personal_banking", "--url", "sqlite:///spendsense.db", "--data-dir", data)
    assert (again.exit_code, again.stderr.count("\n")) == (1, 1)


EXAMPLE = "write it like sqlite:///spendsense.db\n"
WRONG_USE = {
    "spendsense.db": f"--url is not a database's address: {EXAMPLE}",
    "": f"--url is not a database's address: {EXAMPLE}",
    "oracle://me:secret@host/bank": f"--url: oracle is not supported (databases: sqlite, postgresql, mysql, "
    f"mariadb, duckdb): {EXAMPLE}",
    "mongodb+srv://host:port/x": f"--url is not a database's address: {EXAMPLE}",
    "sqlite://": f"--url: a file is needed, and no options: {EXAMPLE}",
    "sqlite:///:memory:": f"--url: a file is needed, and no options: {EXAMPLE}",
    "sqlite://bank.db": f"--url: a file is needed, and no options: {EXAMPLE}",
    **{
        f"sqlite:///{file}": f"--url: a database's file has no ? in its path, and no options: {EXAMPLE}"
        for file in ("bank.db?mode=ro", "x?y.db", "x?")
    },
}


@pytest.mark.parametrize(("url", "line"), WRONG_USE.items(), ids=list(WRONG_USE))
def test_a_wrong_url_is_refused_in_one_line(tmp_path, monkeypatch, url, line):
    monkeypatch.chdir(tmp_path)
    refused = run("load", "personal_banking", "--url", url, "--data-dir", str(tmp_path))
    assert (refused.exit_code, refused.stderr) == (2, line)
    assert list(tmp_path.iterdir()) == []


def test_nothing_generated_yet_is_said_with_the_remedy(tmp_path):
    url = f"sqlite:///{tmp_path / 'bank.db'}"
    refused = run("load", "personal_banking", "--url", url, "--data-dir", str(tmp_path / "data"))
    assert refused.exit_code == 1
    assert refused.stderr.startswith("personal_banking: nothing in ")
    assert not (tmp_path / "bank.db").exists()


def test_a_file_that_cannot_be_the_database_is_one_line(data, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(database, "WAIT_SECONDS", 0.1)
    (tmp_path / "text.db").write_text("no database\n")
    (tmp_path / "folder").mkdir()
    lines = {
        "nowhere/bank.db": "nowhere is not a directory: make it, or give another --url",
        "text.db": "text.db is not a SQLite database: give another --url",
        "folder": "folder: unable to open database file: see that it is a file, and that you may write to "
        "it and its directory, or give another --url",
        "locked.db": "locked.db is in use by another program: end that, then run again",
    }
    with closing(sqlite3.connect("locked.db", isolation_level=None)) as other:
        other.execute("CREATE TABLE notes (text)")
        other.execute("BEGIN EXCLUSIVE")
        for path, line in lines.items():
            refused = run("load", "personal_banking", "--url", f"sqlite:///{path}", "--data-dir", data)
            assert (refused.exit_code, refused.stderr) == (1, f"{line}\n")
    assert (tmp_path / "text.db").read_text() == "no database\n"


@pytest.mark.skipif(os.getuid() == 0, reason="who is root may write anywhere")
def test_a_file_that_may_not_be_written_is_one_line(data, tmp_path):
    (tmp_path / "bank.db").touch(mode=0o400)
    refused = run(
        "load", "personal_banking", "--url", f"sqlite:///{tmp_path / 'bank.db'}", "--data-dir", data
    )
    assert (refused.exit_code, refused.stderr.count("\n")) == (1, 1)
