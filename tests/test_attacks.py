"""What somebody may put where this program reads: each is refused in one line, and nothing is lost."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

import synth_assets
from synth_assets.cli import main
from synth_assets.generation.generate import in_memory, write_world
from synth_assets.model.errors import UsageProblem
from synth_assets.scenario.resolve import resolve
from synth_assets.storage.parquet import part_name, write_part
from synth_assets.storage.store import Store

ROOT = Path(__file__).parent.parent
DEEP = "[" * 100_000


@pytest.fixture(scope="module")
def sound(tmp_path_factory) -> Path:
    directory = tmp_path_factory.mktemp("sound")
    write_world(resolve("order_to_cash", {"num_transactions": 60, "as_of": "2026-11-21"}), directory)
    return directory


@pytest.fixture
def data(sound, tmp_path) -> Path:
    shutil.copytree(sound, tmp_path / "data", symlinks=True)
    return tmp_path / "data"


def run(*arguments: str | Path) -> tuple[int, str]:
    """Exit code and the last line; a traceback is no line."""
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output.strip().splitlines()[-1]


# --- stored documents ---------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [DEEP, "null", "[]", '{"world": "order_to_cash"}'])
@pytest.mark.parametrize("name", ["scenario.json", "invoices/_table.json"])
def test_a_stored_document_that_is_none_is_named(data, name, content):
    (data / "order_to_cash" / name).write_text(content)
    code, line = run("verify", "order_to_cash", "--data-dir", data)
    assert code == 1
    assert "is damaged" in line
    assert "Run: synth-assets generate order_to_cash" in line
    assert run("generate", "order_to_cash", "--set", "num_transactions=60", "--data-dir", data)[0] == 0
    assert run("verify", "order_to_cash", "--data-dir", data)[0] == 0


def test_a_scenario_without_versions_is_damaged(data):
    path = data / "order_to_cash" / "scenario.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"versions": None}))
    assert "scenario.json is damaged" in run("verify", "order_to_cash", "--data-dir", data)[1]


def test_a_catalogue_document_that_is_none_is_written_anew(data):
    (data / "order_to_cash" / ".catalogue.json").write_text(DEEP)
    assert run("generate", "order_to_cash", "--set", "num_transactions=60", "--data-dir", data)[0] == 0


@pytest.mark.parametrize("command", [("verify",), ("export", "--to", "csv", "--out", "out")])
def test_a_link_to_another_table_is_named(data, command, monkeypatch):
    monkeypatch.chdir(data.parent)
    link = data / "order_to_cash" / "invoices"
    link.unlink()
    link.symlink_to((data / "order_to_cash" / "orders").readlink())
    code, line = run(command[0], "order_to_cash", *command[1:], "--data-dir", data)
    assert code == 1
    assert "invoices points to a version of another table. Run: synth-assets generate" in line


# --- configuration ------------------------------------------------------------------------------------

BOMB = "a0: &a0 {x: 1}\n" + "".join(
    f"a{i}: &a{i} {{{', '.join(f'k{j}: *a{i - 1}' for j in range(9))}}}\n" for i in range(1, 30)
)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("seed: 1\nseed: 2\n", "not valid YAML at line 2: the key seed is there twice"),
        ("seed: 010\n", 'seed is "010", but must be a whole number'),
        ("num_transactions: 1:30\n", 'num_transactions is "1:30", but must be a whole number'),
        ("seed: 0x10\n", 'seed is "0x10", but must be a whole number'),
        (BOMB, "too large for a configuration (at most 1,000,000 bytes and 10,000 values)"),
        ("a" * 1_000_001, "too large for a configuration"),
        (DEEP, "not valid YAML"),
        ("world: order_to_cash\nversions: {}\nconfig: [1]\n", "config must hold keys and values"),
    ],
)
def test_a_file_that_is_no_configuration_is_refused(tmp_path, content, said):
    (tmp_path / "given.yaml").write_text(content)
    code, line = run(
        "generate", "order_to_cash", "--config", tmp_path / "given.yaml", "--data-dir", tmp_path / "data"
    )
    assert code == 2
    assert said in line
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("text", ["1e-3", "0.001", ".001", "1.0e-3"])
def test_a_number_is_read_however_it_is_written(tmp_path, text):
    (tmp_path / "given.yaml").write_text(f"anomaly_rates: {{pricing_drift: {text}}}\n")
    found = resolve("order_to_cash", file=tmp_path / "given.yaml").config
    assert found.anomaly_rates.pricing_drift == 0.001


def test_a_wrong_value_under_another_name_of_its_key_names_that(tmp_path):
    code, line = run("generate", "personal_banking", "--set", "user_count=5", "--data-dir", tmp_path / "data")
    assert (code, line) == (
        2,
        "personal_banking: user_count is 5, but must be a whole number from 10 to 1,000,000",
    )


@pytest.mark.parametrize("address", ["s3://KEY:hunter2@bucket/data", "s3://KEY:hunter2@bucket"])
def test_keys_in_an_address_are_refused_and_not_repeated(address):
    code, line = run("verify", "order_to_cash", "--data-dir", address)
    assert code == 2
    assert "an address holds no keys" in line
    assert "hunter2" not in line


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("a\\b", "a\\b: DuckDB reads no path with a backslash"),
        ("a\udcff", "a�: DuckDB reads no path that is not UTF-8"),
    ],
)
@pytest.mark.parametrize("command", ["generate", "verify"])
def test_a_path_that_duckdb_cannot_read_is_refused_before_anything_is_written(tmp_path, name, said, command):
    directory = tmp_path / name
    assert run(command, "subscriptions", "--data-dir", directory) == (
        2,
        f"{tmp_path}/{said}: use another data directory",
    )
    assert not directory.exists()


def test_an_empty_directory_and_an_unknown_driver_are_refused(data):
    assert run("export", "order_to_cash", "--to", "csv", "--out", "", "--data-dir", data) == (
        2,
        "--out is an empty text: name a directory, or . for this one",
    )
    line = run("load", "personal_banking", "--url", "sqlite+pysqlcipher:///x.db", "--data-dir", data)[1]
    assert line.startswith("--url: the driver sqlite+pysqlcipher is not supported")


def test_an_export_does_not_take_the_place_of_another_worlds(data, tmp_path):
    write_world(resolve("subscriptions", {"num_customers": 100}), data)
    out = tmp_path / "out"
    to_out = ("--to", "csv", "--out", out, "--data-dir", data)
    assert run("export", "order_to_cash", *to_out)[0] == 0
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    assert run("export", "subscriptions", *to_out) == (
        2,
        f"{out} holds anomaly_manifest.csv of another world: give subscriptions another --out",
    )
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    assert run("export", "order_to_cash", *to_out)[0] == 0, "the same again is written"


@pytest.mark.parametrize("form", ["csv", "json"])
def test_a_single_table_does_not_take_the_place_of_another_worlds(data, tmp_path, form):
    write_world(resolve("subscriptions", {"num_customers": 100}), data)
    out = tmp_path / "out"
    to_out = ("--to", form, "--out", out, "--tables", "invoices", "--data-dir", data)
    assert run("export", "order_to_cash", *to_out)[0] == 0
    code, line = run("export", "subscriptions", *to_out)
    assert code == 2
    assert line == f"{out} holds invoices.{form} of another world: give subscriptions another --out"


# --- what is not ours ---------------------------------------------------------------------------------


def test_nobody_elses_files_are_swept(data, tmp_path):
    home = data / "order_to_cash"
    others = [data / ".env.new", home / ".env.new", home / ".versions" / "mine" / "notes"]
    for path in others:
        path.parent.mkdir(exist_ok=True)
        path.write_text("mine")
    (home / ".x.new").mkdir()
    assert run("generate", "order_to_cash", "--set", "num_transactions=50", "--data-dir", data)[0] == 0
    assert all(path.read_text() == "mine" for path in others)


def test_versions_that_somebody_moved_are_left_alone(data, tmp_path):
    versions = data / "order_to_cash" / ".versions"
    versions.rename(tmp_path / "elsewhere")
    versions.symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere" / "a" / "b").mkdir(parents=True)
    assert run("generate", "order_to_cash", "--set", "num_transactions=50", "--data-dir", data)[0] == 0
    assert (tmp_path / "elsewhere" / "a" / "b").is_dir()


def test_the_catalogue_is_for_reading_and_a_log_beside_it_goes_with_it(data):
    file = data / "synth_assets.duckdb"
    assert stat.S_IMODE(file.stat().st_mode) == 0o444
    log = data / "synth_assets.duckdb.wal"
    log.write_bytes(b"what a writer of yesterday left")
    assert run("generate", "order_to_cash", "--set", "num_transactions=60", "--data-dir", data)[0] == 0
    assert not log.exists()
    with duckdb.connect(str(file), read_only=True) as connection:
        assert connection.sql("SELECT count(*) FROM order_to_cash.orders").fetchall() == [(60,)]


def test_a_directory_that_was_moved_is_read_where_it_is(data, tmp_path):
    data.rename(tmp_path / "it's elsewhere [1]")
    with synth_assets.connect(str(tmp_path / "it's elsewhere [1]")) as connection:
        assert connection.sql("SELECT count(*) FROM order_to_cash.orders").fetchall() == [(60,)]
    assert run("verify", "order_to_cash", "--data-dir", tmp_path / "it's elsewhere [1]")[0] == 0


def test_dagster_is_told_of_this_project_where_there_is_no_other(tmp_path):
    """Nor where an option names other code."""
    file = ROOT / "synth_assets" / "orchestration" / "dagster_cli.py"
    variable = "DAGSTER_CLI_ASSET_MATERIALIZE_MODULE_NAME"
    clean = {key: value for key, value in os.environ.items() if key != variable}
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "pyproject.toml").write_text('[project]\nname = "another"\n')
    materialize = ["python", "/bin/dagster", "asset", "materialize"]
    for where, words, said in (
        (ROOT, materialize, "synth_assets.definitions"),
        (tmp_path, materialize, "synth_assets.definitions"),
        (tmp_path, [*materialize, "-f", "mine.py"], "None"),
        (tmp_path, ["python", "mine.py"], "None"),
        (tmp_path / "mine", materialize, "None"),
    ):
        code = f"import os, sys; sys.orig_argv = {words}; exec(open({str(file)!r}).read()); "
        done = subprocess.run(
            [sys.executable, "-S", "-c", f"{code}print(os.environ.get({variable!r}))"],
            cwd=where,
            env=clean,
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.strip() == said


# --- where the output goes ----------------------------------------------------------------------------


def command(*arguments: str, stdout=subprocess.PIPE, **environment: str) -> subprocess.CompletedProcess:
    code = "from synth_assets.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        stdout=stdout,
        stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONUNBUFFERED": ""} | environment,  # as people have it
        check=False,
    )


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no /dev/full")
@pytest.mark.parametrize("arguments", [("--help",), ("worlds",), ("schema", "order_to_cash")])
def test_help_that_cannot_be_written_is_one_line(arguments):
    with open("/dev/full", "w") as full:
        ended = command(*arguments, stdout=full)
    assert ended.returncode == 1
    assert ended.stderr.decode() == "the output cannot be written: No space left on device\n"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no /dev/full")
def test_results_that_cannot_be_written_are_one_line(tmp_path):
    """`verify` is tried in tests/test_cli.py."""
    directory = ("--data-dir", str(tmp_path / "data"))
    keys = {"num_users": 12, "as_of": "2026-11-21"}
    write_world(resolve("personal_banking", keys), tmp_path / "data")
    for arguments in (
        ("export", "--to", "csv", "--out", str(tmp_path / "out")),
        ("export", "--to", "plaid", "--out", str(tmp_path / "plaid")),
        ("load", "--url", f"sqlite:///{tmp_path}/x.db"),
    ):
        with open("/dev/full", "w") as full:
            ended = command(arguments[0], "personal_banking", *arguments[1:], *directory, stdout=full)
        assert ended.returncode == 1
        lines = [line for line in ended.stderr.decode().splitlines() if "  as of " not in line]
        assert lines == ["the output cannot be written: No space left on device"]


def test_a_terminal_with_a_small_alphabet_shows_what_it_can(tmp_path):
    arguments = ("generate", "order_to_cash", "--set", "num_transactions=50", "--data-dir", str(tmp_path))
    ended = command(*arguments, PYTHONIOENCODING="latin-1")
    assert ended.returncode == 0
    assert b"order_to_cash" in ended.stdout


def test_the_worlds_are_described_without_docstrings():
    plain, optimised = command("worlds"), command("worlds", PYTHONOPTIMIZE="2")
    assert optimised.returncode == 0
    assert optimised.stdout == plain.stdout != b""


# --- what piles up ------------------------------------------------------------------------------------


def test_versions_stay_few_however_often_tables_are_made_without_the_catalogue(data):
    world = resolve("order_to_cash").world
    store = Store(world, data)
    for seed in range(6):
        scenario = resolve("order_to_cash", {"num_transactions": 60, "as_of": "2026-11-21", "seed": seed})
        with store.lock():
            store.write_scenario(scenario)
            table = world.table("products")
            rows = in_memory(scenario).tables["products"]
            part = write_part(table, rows, store.staging_dir(scenario, table) / part_name(0))
            store.publish(scenario, table, [part])
    versions = sorted((data / "order_to_cash" / ".versions").glob("*/products-*"))
    assert len(versions) == 3, "the current one, the one before, and the catalogue's"
    with duckdb.connect(str(data / "synth_assets.duckdb"), read_only=True) as connection:
        assert connection.sql("SELECT count(*) > 0 FROM order_to_cash.products").fetchall() == [(True,)]


def test_a_table_that_is_misspelt_is_named_with_the_nearest():
    with pytest.raises(UsageProblem) as error:
        in_memory(resolve("order_to_cash", {"num_transactions": 50})).frame("invoice")
    said = "order_to_cash: unknown table 'invoice'. Did you mean invoices? (tables: "
    assert str(error.value).startswith(said)
