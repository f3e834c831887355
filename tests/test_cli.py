"""What a person types, sees and gets told: a refusal is one line, has its exit code, writes nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from synth_assets.cli import main
from synth_assets.worlds import NAMES

SMALL = ("--set", "num_transactions=300", "--as-of", "2026-11-21")


def run(*arguments: str):
    return CliRunner().invoke(main, arguments)


@pytest.fixture
def data(tmp_path, monkeypatch):
    monkeypatch.setenv("SYNTH_ASSETS_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.delenv("SYNTH_ASSETS_CONFIG", raising=False)
    return tmp_path / "data"


REFUSED = {
    "num_transaction=5": "unknown key num_transaction. Did you mean num_transactions? "
    "(synth-assets schema order_to_cash lists all keys)",
    "num_transactions=-5": "num_transactions is -5, but must be a whole number from 1 to 124,999,984",
    "num_transactions=1e99": "num_transactions is 1e+99, but must be a whole number from 1 to 124,999,984",
    "num_contacts=0": "num_contacts is 0, but must be a whole number from 1 to 124,999,984",
    "seed=-1": "seed is -1, but must be a whole number from 0 to 9,223,372,036,854,775,807",
    "as_of=yesterday": "as_of: 'yesterday' is not a date; write one like 2026-11-21, or today",
    "as_of=2023-02-29": "as_of: '2023-02-29' is not a date; write one like 2026-11-21, or today",
    "anomaly_rates.missing_invoice=2": "anomaly_rates.missing_invoice is 2, but must be a number from 0 to 1",
    "difficulty_mix.hard=-1": "difficulty_mix.hard is -1, but must be a number from 0 to 1,000",
    "difficulty_mix.hrd=1": "unknown key difficulty_mix.hrd. Did you mean difficulty_mix.hard? "
    "(synth-assets schema order_to_cash lists all keys)",
    "anomaly_rates.mising_invoice=.2": "unknown key anomaly_rates.mising_invoice. Did you mean "
    "anomaly_rates.missing_invoice? (synth-assets schema order_to_cash lists all keys)",
    "anomaly_rates.missing_invoice=.9": "anomaly_rates: stale_unpaid 0.05 + payment_mismatch 0.04 + "
    "duplicate_invoice 0.03 + missing_invoice 0.9 + pricing_drift 0.08 + unauthorized_discount 0.06 = 1.16 "
    "asks for 1160 of 1000 transactions, but at most 1000 can carry them within 12 months: lower the rates "
    "or lengthen date_range_months",
    "anomaly_rates.stale_unpaid=.8": "anomaly_rates: stale_unpaid 0.8 asks for 800 of 1000 transactions, but "
    "at most 700 can carry it within 12 months: lower the rates or lengthen date_range_months",
    "date_range_months=3": "anomaly_rates: stale_unpaid 0.05 asks for 50 of 1000 transactions, but at most 0 "
    "can carry it within 3 months: lower the rates or lengthen date_range_months",
    "clip_due_dates=maybe": 'clip_due_dates is "maybe", but must be true or false',
    "anomaly_rates=0.5": "anomaly_rates is 0.5, but must be a set of keys and values",
    "anomaly_rates=[1, 2]": "anomaly_rates is a list, but must be a set of keys and values",
    "num_contacts=&a [*a]": "num_contacts is a list, but must be a whole number from 1 to 124,999,984",
    "num_contacts=!!timestamp x": 'num_contacts is "!!timestamp x", but must be a whole number from 1 to '
    "124,999,984",
    "num_contacts=" + "[" * 3000: f'num_contacts is "{"[" * 78}…, but must be a whole number from 1 to '
    "124,999,984",
    "as_of=2026-11-21T10:00:00": "as_of: '2026-11-21 10:00:00' is not a date; write one like 2026-11-21, or "
    "today",
    "a\nb=1": "unknown key a b (synth-assets schema order_to_cash lists all keys)",
}


@pytest.mark.parametrize(("assignment", "line"), REFUSED.items(), ids=[key[:40] for key in REFUSED])
def test_a_wrong_value_is_refused_in_one_line(data, assignment, line):
    result = run("generate", "order_to_cash", "--set", assignment)
    assert result.exit_code == 2
    assert result.stderr == f"order_to_cash: {line}\n"
    assert not data.exists()


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["generate", "order_to_kash"], "unknown world 'order_to_kash'. Did you mean order_to_cash?"),
        (["generate", "order_to_cash", "--set", "seed"], "--set seed: write it as KEY=VALUE"),
        (["generate", "order_to_cash", "--set", ".seed=7"], "--set .seed=7: write it as KEY=VALUE"),
        (
            ["generate", "order_to_cash", "--set", "a." * 2000 + "b=1"],
            "keys are nested more than 20 deep: synth-assets schema lists those that exist",
        ),
        (["generate", "all", "order_to_kash"], "unknown world 'order_to_kash'"),
        (
            ["generate", "order_to_cash", "--set", "subscriptions.num_customer=5"],
            "--set subscriptions.…: subscriptions is not among the worlds to generate",
        ),
        (
            ["generate", "subscriptions", "--set", "num_customers=1", "--set", "churn_rate=1"],
            "subscriptions: anomaly_rates: churn_rate 1 leaves nobody active to carry them: lower it",
        ),
        (["generate", "order_to_cash", "--preset", "big"], "order_to_cash: unknown preset 'big'"),
        (["generate", "order_to_cash", "--config", "no.yaml"], "no.yaml: cannot be read"),
        (
            ["export", "order_to_cash", "--to", "xml", "--out", "x"],
            "unknown format 'xml' (formats: csv, json",
        ),
        (
            ["export", "order_to_cash", "--to", "csv", "--out", "x", "--tables", ""],
            "order_to_cash: unknown table ''",
        ),
        (["schema", "order_to_cash", "invoice"], "order_to_cash: unknown table 'invoice' (tables: contacts"),
    ],
)
def test_wrong_words_are_refused_in_one_line(data, arguments, line):
    result = run(*arguments)
    assert result.exit_code == 2
    assert result.stderr.startswith(line)
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("typed", "about", "help_of"),
    [
        ("generate", "WORLD…", " generate"),
        ("generate order_to_cash --workers 0", "--workers", " generate"),
        ("generate order_to_cash --engine spark", "--engine", " generate"),
        (f"generate order_to_cash --data-dir {__file__}", "is a file", " generate"),
        ("generate order_to_cash --nope", "--nope", " generate"),
        ("verify order_to_cash subscriptions", "subscriptions", " verify"),
        ("score order_to_cash", "--findings", " score"),
        ("load order_to_cash --url x --if-exists drop", "drop", " load"),
        ("benchmark make", "NAME", " benchmark make"),
        ("benchmark nope", "nope", " benchmark"),
        ("nope", "nope", ""),
        ("--nope", "--nope", ""),
    ],
)
def test_wrong_use_is_one_line_that_ends_with_where_help_is(data, typed, about, help_of):
    result = CliRunner().invoke(main, typed.split(), prog_name="synth-assets")
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    said, where = result.stderr.split(": see ")
    assert about in said
    assert where == f"synth-assets{help_of} --help\n"


def test_a_wrong_variable_is_one_line(data, monkeypatch):
    monkeypatch.setenv("SYNTH_ASSETS_WORKERS", "many")
    result = run("generate", "order_to_cash")
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert "'many'" in result.stderr


def test_a_path_that_the_locale_cannot_read_is_said(tmp_path):
    code = "from synth_assets.cli import main; main()"
    locale = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = subprocess.run(
        [sys.executable, "-c", code, "generate", "order_to_cash", "--data-dir", "dä ñ"],
        cwd=tmp_path,
        env={**os.environ, **locale, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
    )
    assert (done.returncode, done.stdout, list(tmp_path.iterdir())) == (2, b"", [])
    assert done.stderr.decode("ascii", "replace").endswith(
        ": the path is UTF-8, the locale (ascii) is not: set PYTHONUTF8=1, or a locale of UTF-8\n"
    )


def test_a_command_without_words_shows_its_help():
    result = run("benchmark")
    assert "Examples:" in result.output


@pytest.mark.parametrize("command", [["verify"], ["export", "--to", "csv", "--out", "out"]])
def test_nothing_generated_yet_is_said_with_the_remedy(data, command):
    result = run(command[0], "order_to_cash", *command[1:])
    assert result.exit_code == 1
    assert result.stderr.startswith("order_to_cash: nothing in ")
    assert result.stderr.endswith("Run: synth-assets generate order_to_cash\n")


def test_config_file_flat_or_with_a_section_a_world(data, tmp_path):
    flat, sections = tmp_path / "flat.yaml", tmp_path / "sections.yaml"
    flat.write_text("num_transactions: 300\nas_of: 2026-11-21\nanomaly_rates: {missing_invoice: 0.1}\n")
    sections.write_text(f"order_to_cash:\n  {flat.read_text().strip().replace(chr(10), chr(10) + '  ')}\n")
    written = []
    for file in (flat, sections):
        assert run("generate", "order_to_cash", "--config", str(file), "--set", "seed=7").exit_code == 0
        written.append((data / "order_to_cash" / "scenario.json").read_text())
    assert written[0] == written[1]
    assert '"missing_invoice": 0.1' in written[0]
    assert '"pricing_drift": 0.08' in written[0]
    assert '"seed": 7' in written[0]


def test_the_config_file_may_be_named_by_the_environment(data, tmp_path, monkeypatch):
    file = tmp_path / "config.yaml"
    file.write_text("order_to_cash: {num_transactions: 300, as_of: 2026-11-21}\nsubscriptions: {}\n")
    monkeypatch.setenv("SYNTH_ASSETS_CONFIG", str(file))
    assert "orders 300 " in run("generate", "order_to_cash").stdout


@pytest.mark.parametrize(
    ("text", "key"), [("1: 2\nseed: 3\n", "1"), ("anomaly_rates: {1: 0.2}\n", "anomaly_rates.1")]
)
def test_a_key_that_is_no_text_is_refused_like_any_other(data, tmp_path, text, key):
    (tmp_path / "config.yaml").write_text(text)
    result = run("generate", "order_to_cash", "--config", str(tmp_path / "config.yaml"))
    assert result.exit_code == 2
    assert result.stderr.startswith(f"order_to_cash: unknown key {key} (")


def test_a_history_goes_on_where_a_file_has_nothing_of_its_world(data, tmp_path, monkeypatch):
    """A section for the world is a key: with one, it is a window that is asked for."""
    start = ("--set", "history.start=2024-05-01", "--set", "history.transactions_per_year=300")
    assert run("generate", "order_to_cash", *start, "--as-of", "2024-05-20").exit_code == 0
    file = tmp_path / "config.yaml"
    monkeypatch.setenv("SYNTH_ASSETS_CONFIG", str(file))
    file.write_text("subscriptions: {num_customers: 300}")
    assert run("generate", "order_to_cash", "--as-of", "2024-05-21").exit_code == 0
    file.write_text("order_to_cash: {seed: 42}")
    asked = run("generate", "order_to_cash", "--as-of", "2024-05-22")
    assert asked.exit_code == 1
    assert "its history has grown to 2024-05-21, and a window would take its place" in asked.stderr


def test_all_is_every_world_and_one_that_is_wrong_fails_them(data, tmp_path, monkeypatch):
    few = ["--set", "order_to_cash.num_transactions=300", "--set", "subscriptions.num_customers=100"]
    few += ["--set", "wholesale.preset=small", "--as-of", "2026-11-21"]
    generated = run("generate", "all", "order_to_cash", *few)
    assert generated.exit_code == 0, generated.stderr
    assert generated.stdout.count("orders 300 ") == 1
    assert "invoices 294" in generated.stdout
    assert "customers 100" in generated.stdout
    verified = run("verify", "all")
    assert verified.exit_code == 0
    assert verified.stdout.count("rules find exactly the manifest") == len(NAMES)
    assert "FAILED" not in verified.stdout
    run("export", "all", "--to", "csv", "--out", str(tmp_path / "out"), "--tables", "anomaly_manifest")
    files = sorted(str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*.csv"))
    worlds = sorted(NAMES)
    assert files == [f"{world}/anomaly_manifest.csv" for world in worlds]
    path = data / "order_to_cash" / "anomaly_manifest" / "part-00000.parquet"
    pq.write_table(pq.ParquetFile(path).read().slice(1), path)
    monkeypatch.setattr("synth_assets.worlds.NAMES", ("order_to_cash", "subscriptions"))
    for missing in (False, True):
        wrong = run("verify", "all")
        assert wrong.exit_code == 1
        assert wrong.stdout.rstrip().endswith("ok"), "the other one is verified all the same"
        assert ("orders has not been materialised" in wrong.stderr) == missing
        (data / "order_to_cash" / "orders").unlink(missing_ok=True)


def test_a_directory_that_cannot_be_is_said_in_one_line(data, tmp_path):
    run("generate", "order_to_cash", *SMALL)
    (tmp_path / "file").touch()
    inside = str(tmp_path / "file" / "out")
    for arguments in (["export", "--to", "csv", "--out", inside], ["verify", "--data-dir", inside]):
        result = run(arguments[0], "order_to_cash", *arguments[1:])
        assert result.exit_code == 1
        assert inside in result.stderr
        assert result.stderr.endswith(": Not a directory: mend that, or use another directory\n")
        assert result.stderr.count("\n") == 1


FILES = {
    "1: 2": "order_to_cash: unknown key 1 (synth-assets schema order_to_cash lists all keys)",
    "false": "{file}: expected keys and values, one section a world",
    "[]": "{file}: expected keys and values, one section a world",
    "order_to_cash: 0": "{file}: section order_to_cash must hold keys and values",
    "seed: !!timestamp x": "{file}: not valid YAML",
    "seed: " + "[" * 3000: "{file}: not valid YAML",
    "anomaly_rates: &a\n  missing_invoice: *a": "keys are nested more than 20 deep: synth-assets schema "
    "lists those that exist",
    "seed: 7 # \xe9": "{file}: not valid YAML",
}


@pytest.mark.parametrize(("content", "line"), FILES.items(), ids=[key[:20] for key in FILES])
def test_a_wrong_config_file_is_refused_in_one_line(data, tmp_path, content, line):
    file = tmp_path / "config.yaml"
    file.write_text(content, encoding="latin-1")
    result = run("generate", "order_to_cash", "--config", str(file))
    assert (result.exit_code, result.stderr) == (2, line.format(file=file) + "\n")
    assert not data.exists()


def test_a_config_file_may_write_rates_with_an_exponent(data, tmp_path):
    file = tmp_path / "config.yaml"
    file.write_text("anomaly_rates: {missing_invoice: 1e-2}\n")
    assert run("generate", "order_to_cash", *SMALL, "--config", str(file)).exit_code == 0
    assert '"missing_invoice": 0.01,' in (data / "order_to_cash" / "scenario.json").read_text()


def test_verify_fails_when_a_label_was_taken_out_by_hand(data):
    run("generate", "order_to_cash", *SMALL)
    path = data / "order_to_cash" / "anomaly_manifest" / "part-00000.parquet"
    manifest = pq.ParquetFile(path).read()
    taken = manifest["type"][0].as_py().replace("_", " ")
    pq.write_table(manifest.slice(1), path)
    verified = run("verify", "order_to_cash")
    assert verified.exit_code == 1
    failed = [line for line in verified.stdout.splitlines() if line.rstrip().endswith("FAILED")]
    assert [line.split("  ")[0] for line in failed] == [
        "parts (anomaly_manifest)",
        f"{taken} (anomaly_manifest)",
        "rates (anomaly_manifest)",
        "rules find exactly the manifest (anomaly_manifest)",
    ]


def test_verify_names_a_truncated_file(data):
    run("generate", "order_to_cash", *SMALL)
    path = data / "order_to_cash" / "invoices" / "part-00000.parquet"
    path.write_bytes(path.read_bytes()[:-100])
    verified = run("verify", "order_to_cash")
    assert verified.exit_code == 1
    line, command = verified.stderr.splitlines()[-1].split(" Run: ")
    assert line.endswith("part-00000.parquet is damaged.")
    stored = data / "order_to_cash" / "scenario.json"
    before = stored.read_text()
    assert command == f"synth-assets generate order_to_cash --config {stored}"
    assert run(*command.split()[1:]).exit_code == 0
    assert stored.read_text() == before, "the same scenario again, not the defaults in its place"
    assert run("verify", "order_to_cash").exit_code == 0


def test_the_remedy_names_the_data_directory_that_was_given(tmp_path):
    directory = str(tmp_path / "my data")
    verified = run("verify", "order_to_cash", "--data-dir", directory)
    assert verified.stderr.endswith(f"Run: synth-assets generate order_to_cash --data-dir '{directory}'\n")


def test_export_writes_every_table_or_none(data, tmp_path):
    run("generate", "order_to_cash", *SMALL)
    out = tmp_path / "out"
    export = ("export", "order_to_cash", "--to", "csv", "--out", str(out))
    path = data / "order_to_cash" / "invoices" / "part-00000.parquet"
    content = path.read_bytes()
    stored = data / "order_to_cash" / "scenario.json"
    for damaged in (content[:-100], content[:300] + bytes(100) + content[400:]):
        path.write_bytes(damaged)
        refused = run(*export)
        assert refused.exit_code == 1
        assert refused.stderr.endswith(f"Run: synth-assets generate order_to_cash --config {stored}\n")
        assert not out.exists() or not list(out.iterdir())
    path.write_bytes(content)
    assert run(*export).exit_code == 0
    assert len(list(out.iterdir())) == 10


@pytest.mark.parametrize("place", ["file", "file/below"])
def test_export_to_a_place_that_cannot_be_written_is_one_line(data, tmp_path, place):
    run("generate", "order_to_cash", *SMALL)
    (tmp_path / "file").touch()
    refused = run("export", "order_to_cash", "--to", "csv", "--out", str(tmp_path / place))
    assert refused.exit_code in (1, 2)
    assert "Traceback" not in refused.output
    assert isinstance(refused.exception, SystemExit)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no /dev/full")
def test_a_full_disk_under_the_output_is_one_line(data):
    run("generate", "order_to_cash", *SMALL)
    with open("/dev/full", "w") as full:
        ended = command("verify", "order_to_cash", stdout=full)
    assert ended.wait(timeout=60) == 1
    assert ended.stderr.read().endswith("\nthe output cannot be written: No space left on device\n")


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize("word", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_run_says_so_and_leaves_nothing_behind(data, workers, word):
    many = ("--set", "num_transactions=400000", "--workers", workers)
    running = command("generate", "order_to_cash", *many, start_new_session=True)
    staging = data / "order_to_cash" / ".staging"
    while not list(staging.glob("*/*/part-*")):
        assert running.poll() is None
        time.sleep(0.02)
    os.killpg(running.pid, word)  # Ctrl-C reaches the whole group
    assert running.wait(timeout=60) == 1
    lines = [line for line in running.stderr.read().splitlines() if "blocks" not in line]
    assert lines[1:] == ["stopped: nothing is half-written"]
    assert [path.name for path in (data / "order_to_cash").iterdir()] == [".lock"]


def command(*arguments: str, stdout=subprocess.DEVNULL, **options) -> subprocess.Popen:
    code = "from synth_assets.cli import main; main()"
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments], stdout=stdout, stderr=subprocess.PIPE, text=True, **options
    )


@pytest.mark.parametrize("words", [("--help",), ("worlds",), ("schema", "all")], ids=" ".join)
def test_a_reader_that_has_seen_enough_ends_a_command_as_it_ends_others(words):
    reader, writer = os.pipe()
    os.close(reader)
    ended = command(*words, stdout=writer)
    os.close(writer)
    assert ended.communicate(timeout=60) == (None, "")
    assert ended.returncode == 128 + signal.SIGPIPE


def test_a_plain_locale_reads_what_the_package_holds(data):
    plain = os.environ | {"PYTHONUTF8": "0", "LC_ALL": "POSIX", "PYTHONCOERCECLOCALE": "0"}
    for arguments in (("generate", "order_to_cash", *SMALL), ("verify", "order_to_cash")):
        ended = command(*arguments, env=plain)
        assert ended.wait(timeout=60) == 0, ended.stderr.read()


def test_lists(data):
    assert run("worlds").stdout.startswith("order_to_cash  From CRM to accounting")
    listed = run("tables", "order_to_cash").stdout
    assert "invoices  One bill for an order" in listed
    assert "invoice_id, order_id, amount_due, amount_paid, status, issue_date, due_date" in listed
    assert '"num_transactions"' in run("schema", "order_to_cash").stdout
    assert '"amount_due"' in run("schema", "order_to_cash", "invoices").stdout


def test_the_installed_command_imports_neither_dagster_nor_pandas(tmp_path):
    code = (
        "import sys; from synth_assets.cli import main\n"
        f"main(['generate', 'order_to_cash', '--data-dir', {str(tmp_path)!r}], standalone_mode=False)\n"
        "print([name for name in ('dagster', 'pandas', 'pandera') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
