"""`load`, `reset` and `clear` as they are typed: asked, told, refused in one line; no password anywhere."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from synth_assets.cli import databases as commands
from synth_assets.cli import main, progress
from synth_assets.export import databases
from synth_assets.model.errors import Problem
from tests import servers
from tests.servers import PASSWORD
from tests.test_databases import TINY, broken, in_parts, tiny_made


def run(*arguments: str, **options: Any):
    return CliRunner().invoke(main, arguments, **options)


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> str:
    directory = str(tmp_path_factory.mktemp("data"))
    few = ("--set", "num_customers=100", "--data-dir", directory)
    assert run("generate", "subscriptions", *few).exit_code == 0
    return directory


def test_the_three_commands(place, data, monkeypatch):
    to = ("--url", place.url)
    done = run("load", "subscriptions", *to, "--data-dir", data)
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.splitlines()[0].split() == ["customers", "100", "rows"]
    refused = run("load", "subscriptions", *to, "--data-dir", data)
    assert (refused.exit_code, refused.stderr.count("\n")) == (1, 1)
    assert run("load", "subscriptions", *to, "--data-dir", data, "--if-exists", "replace").exit_code == 0
    for command in ("clear", "reset"):
        refused = run(command, "subscriptions", *to)
        what = {"clear": "take all rows out of the tables of", "reset": "drop and make again the tables of"}[
            command
        ]
        line = f"this would {what} subscriptions: give --yes where nobody can be asked\n"
        assert (refused.exit_code, refused.stderr) == (2, line)
    assert place.count("customers") == 100
    done = run("clear", "subscriptions", *to, "--yes")
    assert (done.exit_code, done.stdout.splitlines()[0].split()[:2]) == (0, ["customers", "100"])
    assert run("reset", "subscriptions", *to, "--yes").exit_code == 0
    assert place.count("customers") == 0


def test_clear_says_that_there_is_nothing(place):
    place.ask("CREATE TABLE mine (id INT)")
    done = run("clear", "subscriptions", "--url", place.url, "--yes")
    assert (done.exit_code, done.output) == (0, "there is no table of subscriptions\n")


@pytest.mark.parametrize("kind", ["sqlite", "duckdb"])
@pytest.mark.parametrize("answers", [(), ("--yes",)], ids=["asked", "not asked"])
def test_clear_makes_no_file(tmp_path, monkeypatch, kind, answers):
    monkeypatch.setattr(commands, "_is_terminal", lambda: True)
    url = f"{kind}:///{tmp_path}/none.db"
    refused = run("clear", "subscriptions", "--url", url, *answers)
    line = f"{tmp_path}/none.db is not there: give the --url of a database that is\n"
    assert (refused.exit_code, refused.output) == (1, line)
    assert list(tmp_path.iterdir()) == []


CATALOGUE = "synth_assets.duckdb"


@pytest.mark.parametrize("command", ["load", "reset", "clear"])
@pytest.mark.parametrize("kind", ["sqlite", "duckdb"])
@pytest.mark.parametrize("path", [CATALOGUE, f"../here/{CATALOGUE}", "link.db"])
@pytest.mark.parametrize("is_there", [True, False])
def test_a_catalogue_is_no_database_to_load_into(tmp_path, monkeypatch, command, kind, path, is_there):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    if is_there:
        Path(CATALOGUE).write_bytes(b"as it was")
    Path("link.db").symlink_to(CATALOGUE)
    before = sorted(Path().iterdir())
    yes = () if command == "load" else ("--yes",)
    refused = run(command, "subscriptions", "--url", f"{kind}:///{path}", *yes)
    assert (refused.exit_code, refused.output) == (
        2,
        f"--url: {path} would be the catalogue of a data directory, which generate writes anew: give the "
        f"file a name that is not {CATALOGUE}\n",
    )
    assert sorted(Path().iterdir()) == before
    assert not is_there or Path(CATALOGUE).read_bytes() == b"as it was"


@pytest.mark.parametrize("kind", ["sqlite", "duckdb"])
def test_a_file_that_cannot_be_opened_is_said_with_what_to_do(tmp_path, monkeypatch, kind):
    monkeypatch.chdir(tmp_path)
    Path("folder").mkdir()
    refused = run("reset", "subscriptions", "--url", f"{kind}:///folder", "--yes")
    assert (refused.exit_code, refused.output.count("\n")) == (1, 1)
    assert refused.output.startswith("folder: ")
    assert refused.output.endswith(
        ": see that it is a file, and that you may write to it and its directory, or give another --url\n"
    )


def test_a_server_that_goes_away_is_one_line(make_place):
    place = make_place("postgresql")

    def parts(name: str):
        if name == "orders":
            ours = "FROM pg_stat_activity WHERE application_name = 'synth-assets'"
            place.ask(f"SELECT pg_terminate_backend(pid) {ours}")
        return [tiny_made()[name]]

    with pytest.raises(Problem) as refused:
        databases.load(TINY, parts, place.url)
    assert str(refused.value).startswith("books on 127.0.0.1: ")
    assert "\n" not in str(refused.value)
    assert place.tables() == set()


@pytest.mark.parametrize("command", ["clear", "reset"])
def test_a_person_is_asked_before_a_database_of_others_is_touched(make_place, data, monkeypatch, command):
    monkeypatch.setattr(commands, "_is_terminal", lambda: True)
    place = make_place("sqlite")
    to = ("--url", place.url)
    assert run("load", "subscriptions", *to, "--data-dir", data).exit_code == 0
    assert run(command, "subscriptions", *to).exit_code == 0, "nothing but its own: no question"
    assert run("load", "subscriptions", *to, "--data-dir", data).exit_code == 0
    place.ask("CREATE TABLE mine (id INT)")
    said_no = run(command, "subscriptions", *to, input="n\n")
    assert (said_no.exit_code, place.count("customers")) == (1, 100)
    asked, *_, answer = said_no.stderr.splitlines()
    assert asked == "There are tables that are not of subscriptions: mine."
    assert answer == "nothing was changed"
    assert run(command, "subscriptions", *to, input="y\n").exit_code == 0
    assert (place.count("customers"), place.tables() >= {"mine"}) == (0, True)


def test_progress_is_said_off_a_terminal_too(make_place, data, monkeypatch):
    monkeypatch.setattr(progress, "ROWS_A_LINE", 100)
    done = run("load", "subscriptions", "--url", make_place("sqlite").url, "--data-dir", data)
    assert done.stderr.splitlines()[0] == "customers: 100 rows"


LIKE_PG = "write it like postgresql://user@host:5432/books, with the password in PGPASSWORD"
LIKE_MY = "write it like mysql://user@host:3306/books, with the password in MYSQL_PWD"
LIKE_FILE = "write it like sqlite:///spendsense.db"
LIKE_DUCK = "write it like duckdb:///books.duckdb"
URLS = {
    "postgresql+asyncpg://me:{}@host/bank": "--url: the driver postgresql+asyncpg is not supported: "
    + LIKE_PG,
    "mysql+mysqldb://me:{}@host/bank": "--url: the driver mysql+mysqldb is not supported: " + LIKE_MY,
    "oracle://me:{}@host/bank": "--url: oracle is not supported (databases: sqlite, "
    "postgresql, mysql, mariadb, duckdb): " + LIKE_FILE,
    "postgresql://me:{}@host": "--url: no database is named: " + LIKE_PG,
    "mysql://me:{}@host/": "--url: no database is named: " + LIKE_MY,
    "mysql://me:a@{}@host/bank": "--url: in a name or password, write @ as %40, / as %2F and : as %3A",
    "postgresql://me:{}@host/bank?sslmod=require": "--url: unknown option sslmod (options: sslmode, "
    "sslrootcert, sslcert, sslkey, host, options, service): " + LIKE_PG,
    "postgresql://me:{}@host:port/bank": "--url is not a database's address: " + LIKE_FILE,
    "duckdb://me:{}@host/bank": "--url: a file is needed, and no options: " + LIKE_DUCK,
    "duckdb:///:memory:": "--url: a file is needed, and no options: " + LIKE_DUCK,
}


@pytest.mark.parametrize("url", URLS)
@pytest.mark.parametrize("command", ["load", "reset"])
def test_a_wrong_url_is_one_line_without_its_password(data, command, url):
    more = ("--data-dir", data) if command == "load" else ("--yes",)
    refused = run(command, "subscriptions", "--url", url.format(PASSWORD), *more)
    assert (refused.exit_code, refused.stderr) == (2, URLS[url] + "\n")
    assert PASSWORD not in refused.output


UNREACHED = {
    "a wrong password": ("books:{}x@127.0.0.1:{port}/books", ""),
    "no such user": ("nobody:{}@127.0.0.1:{port}/books", ""),
    "no such database": ("books:{}@127.0.0.1:{port}/nowhere", ""),
    "no server there": ("books:{}@127.0.0.1:{free}/books", ""),
    "no such host": ("books:{}@nowhere.invalid/books", ""),
    "no password": ("books@127.0.0.1:{port}/books", ""),
    "a wrong one in the environment": ("books@127.0.0.1:{port}/books", PASSWORD + "x"),
}


@pytest.mark.parametrize("what", UNREACHED)
def test_a_database_that_cannot_be_reached_is_one_line(place_of_server, data, monkeypatch, what):
    address, variable = UNREACHED[what]
    for name in ("PGPASSWORD", "MYSQL_PWD"):
        monkeypatch.setenv(name, variable)
    port = sa.make_url(place_of_server.url).port
    url = f"{place_of_server.kind}://" + address.format(PASSWORD, port=port, free=servers.free_port())
    for command in (("load", "subscriptions", "--data-dir", data), ("clear", "subscriptions", "--yes")):
        refused = run(*command, "--url", url)
        assert (refused.exit_code, refused.stdout, refused.stderr.count("\n")) == (1, "", 1)
        assert refused.stderr.startswith("cannot connect to ")
        assert ": check the address, " in refused.stderr
        assert PASSWORD not in refused.stderr


def test_a_user_without_the_right_is_one_line(place_of_server, data):
    place = place_of_server
    if place.kind == "postgresql":
        place.ask(f"CREATE ROLE reader LOGIN PASSWORD '{PASSWORD}'")
    url = place.url.replace("books@", f"reader:{PASSWORD}@")
    refused = run("load", "subscriptions", "--data-dir", data, "--url", url)
    assert (refused.exit_code, refused.stdout, refused.stderr.count("\n")) == (1, "", 1)
    assert "grant it, or give another --url" in refused.stderr
    assert PASSWORD not in refused.stderr


def test_no_password_is_left_anywhere(place_of_server, data, caplog):
    """Neither what is said, nor what is logged, nor what an error holds, nor what is published."""
    place = place_of_server
    url = place.url.replace("books@", f"books:{PASSWORD}@")
    with caplog.at_level(0):
        done = run("load", "subscriptions", "--data-dir", data, "--url", url)
        again = run("load", "subscriptions", "--data-dir", data, "--url", url)
        with pytest.raises(Problem) as refused:
            databases.load(TINY, in_parts(broken(tiny_made())), url)
    assert (done.exit_code, again.exit_code) == (0, 1)
    error: BaseException | None = refused.value
    said = [done.output, again.output, caplog.text]
    while error is not None:
        said.append(repr(error))
        error = error.__cause__
    assert PASSWORD not in "".join(said)
    files = [path for path in Path(data).rglob("*") if path.is_file()]
    assert files
    assert not any(PASSWORD.encode() in path.read_bytes() for path in files)


@pytest.mark.parametrize(
    ("url", "library", "package"),
    [
        ("postgresql://host/bank", "psycopg", "psycopg[binary]"),
        ("mysql://host/bank", "pymysql", "pymysql[rsa]"),
    ],
)
def test_a_missing_driver_is_one_line_that_names_what_to_install(data, monkeypatch, url, library, package):
    for module in [name for name in sys.modules if name.partition(".")[0] == library]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, library, None)
    kind = url.partition(":")[0]
    monkeypatch.delitem(sys.modules, f"synth_assets.export.drivers.{kind}", raising=False)
    refused = run("load", "subscriptions", "--url", url, "--data-dir", data)
    line = f"{kind} needs {library}: pip install '{package}'\n"
    assert (refused.exit_code, refused.stderr) == (1, line)


def test_files_need_no_driver_of_a_server(tmp_path):
    code = (
        "import sys; sys.modules['psycopg'] = sys.modules['pymysql'] = None\n"
        "from synth_assets.cli import main; main(['reset', 'subscriptions', '--yes', '--url', sys.argv[1]])"
    )
    for kind in ("sqlite", "duckdb"):
        command = [sys.executable, "-c", code, f"{kind}:///{tmp_path}/{kind}.db"]
        assert subprocess.run(command, check=True, capture_output=True).stderr == b""


def test_a_file_that_is_no_duckdb_database_is_one_line(data, tmp_path):
    (tmp_path / "text.duckdb").write_text("no database\n" * 1000)
    lines = {
        tmp_path / "text.duckdb": "is not a DuckDB database: give another --url",
        tmp_path / "nowhere" / "x.duckdb": "is not a directory: make it, or give another --url",
        tmp_path: "",
    }
    for path, line in lines.items():
        refused = run("load", "subscriptions", "--url", f"duckdb:///{path}", "--data-dir", data)
        assert (refused.exit_code, refused.stderr.count("\n")) == (1, 1)
        assert line in refused.stderr


def test_duckdb_in_use_by_another_process_is_one_line(data, tmp_path):
    code = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", code, str(tmp_path / "x.duckdb")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        other.stdout.readline()
        refused = run("load", "subscriptions", "--url", f"duckdb:///{tmp_path}/x.duckdb", "--data-dir", data)
        other.stdin.close()
    assert (refused.exit_code, refused.stderr.count("\n")) == (1, 1)
    assert "is in use by another program: end that, then run again" in refused.stderr
