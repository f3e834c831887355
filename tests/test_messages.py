"""Every error is one line: what happened, why and what to do. Each is triggered here and compared whole."""

from __future__ import annotations

import errno
import os
import re
import resource
import shutil
import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

import synth_assets
from synth_assets import worlds
from synth_assets.cli import main
from synth_assets.generation.engines import engine
from synth_assets.generation.generate import write_world
from synth_assets.model.errors import Problem
from synth_assets.scenario.resolve import resolve
from synth_assets.storage.part_reader import PartReader
from synth_assets.storage.paths import file_system
from synth_assets.storage.store import Store

AS_OF = "2026-11-21"
WORLDS = ", ".join(worlds.NAMES)
SMALL = {"order_to_cash": {"num_transactions": 60}, "personal_banking": {"num_users": 12}}
AGAIN = "synth-assets generate order_to_cash --config data/order_to_cash/scenario.json"
BANK_AGAIN = "synth-assets generate personal_banking --config data/personal_banking/scenario.json"
PART = "{data}/order_to_cash/.versions/{id}/invoices-{content}/part-00000.parquet"


@pytest.fixture(scope="module")
def sound(tmp_path_factory) -> Path:
    """Two small worlds."""
    directory = tmp_path_factory.mktemp("sound")
    for name, keys in SMALL.items():
        write_world(resolve(name, {**keys, "as_of": AS_OF}), directory)
    return directory


@pytest.fixture
def here(sound, tmp_path, monkeypatch) -> Path:
    """A directory that is the current one, with the two worlds in `data`."""
    shutil.copytree(sound, tmp_path / "data", symlinks=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SYNTH_ASSETS_DATA_DIR", raising=False)
    monkeypatch.delenv("SYNTH_ASSETS_CONFIG", raising=False)
    return tmp_path


def said(*words: str) -> tuple[int, str]:
    """Exit code and all of stderr but for the headings of worlds."""
    result = CliRunner().invoke(main, words)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    lines = [line for line in result.stderr.splitlines() if "  as of " not in line]
    return result.exit_code, "\n".join(lines)


# --- what was asked for -------------------------------------------------------------------------------

GENERATE = "generate order_to_cash"
EXPORT = "export order_to_cash --out out --to"
SCORE = "score order_to_cash --findings"
USAGE = {
    "generate order_to_kash": "unknown world 'order_to_kash'. Did you mean order_to_cash? "
    f"(worlds: {WORLDS})",
    f"{GENERATE} --set seed": "--set seed: write it as KEY=VALUE, for example --set seed=7",
    f"{GENERATE} --set {'a.' * 30}b=1": "keys are nested more than 20 deep: synth-assets "
    "schema lists those that exist",
    f"{GENERATE} --set subscriptions.seed=5": "--set subscriptions.…: subscriptions is not among the worlds "
    "to generate",
    f"{GENERATE} --set order_to_cash.seed=5 --set seed=1": "--set: seed is outside the worlds' sections: put "
    "it in one",
    f"{GENERATE} --set order_to_cash=5": "--set: section order_to_cash must hold keys and values",
    "generate wholesale --set decoy_ratio=10 --set anomaly_rates.vendor_is_a_user=0.08": "wholesale: "
    "decoy_ratio 10 asks for 10 decoys of vendor_is_a_user, and the books can have only 8: lower it or "
    "anomaly_rates.vendor_is_a_user",
    "generate personal_banking --set user_count=20 --set num_users=20": "personal_banking: user_count is "
    "another name for num_users: give one of the two",
    "generate wholesale --set annual_revenue=5": "wholesale: annual_revenue is 5, but must be a whole number "
    "from 1,000,000 to 240,000,000",
    f"{GENERATE} --preset big": "order_to_cash: unknown preset 'big' (presets: standard, investigation)",
    f"{GENERATE} --config no.yaml": "no.yaml: cannot be read (No such file or directory)",
    f"{GENERATE} --config data": "data: cannot be read (Is a directory)",
    f"{GENERATE} --config data/personal_banking/scenario.json": "data/personal_banking/scenario.json is a "
    "scenario of personal_banking, not of order_to_cash: generate that world, or name another file",
    f"{GENERATE} --data-dir=": "the data directory is an empty text: leave it out, or name one",
    f"{GENERATE} --data-dir s3://key:word@bucket/data": "s3://…: an address holds no keys. Give them as the "
    "provider does, for example as AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    f"{GENERATE} --data-dir s3://bucket/data?region=x": "s3://bucket/data: give endpoint and region as "
    "AWS_ENDPOINT_URL and AWS_REGION, not as options",
    f"{GENERATE} --data-dir s3://bucket//data": "s3://bucket//data: an object store's address is like "
    "s3://bucket/path; a directory on disk is given by its path",
    f"{EXPORT} xml": "unknown format 'xml' (formats: csv, json, jsonl, parquet, arrow, xlsx, "
    "sql, delta, datapackage, datacontract, "
    "quickbooks, gohighlevel, fivetran-quickbooks, beancount, hledger; world: order_to_cash)",
    f"{EXPORT} csv --tables invoice": "order_to_cash: unknown table 'invoice' (tables: contacts, products, "
    "deals, opportunities, orders, invoices, payments, ledger_entries, anomaly_manifest, decoys)",
    "export personal_banking --out out --to plaid --tables users": "--tables goes with csv, "
    "json, jsonl, parquet, arrow, xlsx, sql, delta, datapackage, datacontract: "
    "plaid is made from all that it needs",
    f"{EXPORT} csv --partition-by month": "--partition-by goes with parquet: csv has one file a table",
    "export all --out out --to csv --tables orders": "subscriptions: unknown table 'orders' (tables: "
    "customers, plans, subscriptions, invoices, payments, invoice_settlement, anomaly_manifest, decoys)",
    "export order_to_cash --to csv --out s3://books/out": "--out s3://books/out: an export is written to a "
    "disk: name a directory",
    "export order_to_cash --to csv --out=": "--out is an empty text: name a directory, or . for this one",
    "report order_to_cash --out .": "--out . is a directory: name a file in it that ends with .html",
    "report order_to_cash --out=": "--out is an empty text: name a file that ends with .html",
    f"{SCORE} no.csv --html .": "--html . is a directory: name a file in it that ends with .html",
    "load personal_banking --url x.db": "--url is not a database's address: write it like "
    "sqlite:///spendsense.db",
    "load personal_banking --url sqlite+x:///x.db": "--url: the driver sqlite+x is not supported: write it "
    "like sqlite:///spendsense.db",
    "load personal_banking --url sqlite://": "--url: a file is needed, and no options: write it like "
    "sqlite:///spendsense.db",
}


@pytest.mark.parametrize(("command", "line"), USAGE.items(), ids=[command[-60:] for command in USAGE])
def test_what_cannot_be_done_is_said_with_what_can(here, command, line):
    assert said(*command.split()) == (2, line)


def test_cash_below_zero_has_its_sign_before_the_dollar(here):
    words = "generate wholesale --preset small --set opening_cash=300000 --set intake_consignment_share=0.0"
    code, line = said(*words.split())
    assert code == 2
    assert re.fullmatch(
        r"wholesale: cash would fall to -\$\d{3},\d{3} on 2024-\d\d-\d\d: raise opening_cash \(it is in the "
        r"bank on the first day\), or sell and buy more on consignment",
        line,
    )


# --- what is there ------------------------------------------------------------------------------------


def invoices(here: Path) -> Path:
    return here / "data" / "order_to_cash" / "invoices"


def without(path: str) -> Callable[[Path], object]:
    return lambda here: (here / path).unlink()


def written(path: str, content: str | bytes) -> Callable[[Path], object]:
    def write(here: Path) -> None:
        place = here / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.unlink(missing_ok=True)
        place.write_bytes(content.encode() if isinstance(content, str) else content)

    return write


def made_directory(path: str) -> Callable[[Path], object]:
    def make(here: Path) -> None:
        (here / path).unlink(missing_ok=True)
        (here / path).mkdir(parents=True)

    return make


def flipped(here: Path) -> None:
    part = invoices(here) / "part-00000.parquet"
    content = bytearray(part.read_bytes())
    content[len(content) // 2] ^= 1
    part.write_bytes(content)


def shortened(here: Path) -> None:
    part = invoices(here) / "part-00000.parquet"
    part.write_bytes(part.read_bytes()[:-1])


def doubled(here: Path) -> None:
    shutil.copy(invoices(here) / "part-00000.parquet", invoices(here) / "part-00001.parquet")


def of_another_table(here: Path) -> None:
    target = (here / "data/order_to_cash/orders").readlink()
    invoices(here).unlink()
    invoices(here).symlink_to(target)


def of_another_scenario(here: Path) -> None:
    Store(worlds.load("order_to_cash"), here / "data").write_scenario(another())


def another():
    return resolve("order_to_cash", {"num_transactions": 60, "as_of": AS_OF, "seed": 2})


def of_another_report(here: Path) -> None:
    path = here / "data/personal_banking/validation_report.json"
    path.write_text('{"scenario": "0123"}')


def database(statement: str) -> Callable[[Path], object]:
    def make(here: Path) -> None:
        with sqlite3.connect(here / "x.db") as connection:
            connection.executescript(statement)

    return make


def exported_before(name: str) -> Callable[[Path], object]:
    return written(f"out/{name}", "")


VERIFY, TO_CSV = "verify order_to_cash", f"{EXPORT} csv"
FROM_FILE = f"{GENERATE} --config given.yaml"
LOAD = "load personal_banking --url sqlite:///x.db"
CORRECTIONS = "corrections order_to_cash --out"
HOME = "data/order_to_cash"
THERE: list[tuple[Callable[[Path], object], str, int, str]] = [
    (
        lambda here: shutil.rmtree(here / "data"),
        VERIFY,
        1,
        "order_to_cash: nothing in {data} yet. Run: synth-assets generate order_to_cash",
    ),
    (
        written(f"{HOME}/scenario.json", "{"),
        VERIFY,
        1,
        "{data}/order_to_cash/scenario.json is damaged or of another version. Run: synth-assets generate "
        "order_to_cash",
    ),
    (
        made_directory(f"{HOME}/scenario.json"),
        VERIFY,
        1,
        "{data}/order_to_cash/scenario.json cannot be read: Is a directory: mend that, or use another "
        "directory",
    ),
    (
        without(f"{HOME}/invoices"),
        VERIFY,
        1,
        f"order_to_cash/invoices has not been materialised. Run: {AGAIN}",
    ),
    (without(f"{HOME}/invoices/part-00000.parquet"), TO_CSV, 1, f"{PART} is missing. Run: {AGAIN}"),
    (shortened, TO_CSV, 1, f"{PART} is not as long as it was written. Run: {AGAIN}"),
    (flipped, TO_CSV, 1, f"{PART} is damaged: it holds other bytes than were written. Run: {AGAIN}"),
    *(
        (flipped, words, 1, f"{PART} is damaged: it holds other bytes than were written. Run: {AGAIN}")
        for words in (f"{EXPORT} quickbooks", f"{TO_CSV} --tables decoys")
    ),
    (
        written(f"{HOME}/invoices/part-00000.parquet", "no Parquet"),
        VERIFY,
        1,
        f"{PART} is damaged. Run: {AGAIN}",
    ),
    (
        doubled,
        TO_CSV,
        1,
        f"{PART.replace('-00000', '-00001')} is not a part of the table. Run: {AGAIN}",
    ),
    (
        written(f"{HOME}/invoices/_table.json", "{"),
        VERIFY,
        1,
        f"{PART.replace('part-00000.parquet', '_table.json')} is damaged. Run: {AGAIN}",
    ),
    (
        made_directory(f"{HOME}/invoices/_table.json"),
        VERIFY,
        1,
        f"{PART.replace('part-00000.parquet', '_table.json')} cannot be read: Is a directory: mend that, or "
        "use another directory",
    ),
    (
        of_another_table,
        VERIFY,
        1,
        f"{{data}}/order_to_cash/invoices points to a version of another table. Run: {AGAIN}",
    ),
    (
        of_another_scenario,
        VERIFY,
        1,
        f"order_to_cash/contacts was made for another scenario ({{id}}, now {{other}}). Run: {AGAIN}",
    ),
    (
        of_another_report,
        "verify personal_banking",
        1,
        "{data}/personal_banking/validation_report.json is of another scenario than the tables (0123, now "
        f"{{bank}}). Run: {BANK_AGAIN}",
    ),
    (
        written("given.yaml", "a" * 1_000_001),
        FROM_FILE,
        2,
        "given.yaml: too large for a configuration (at most 1,000,000 bytes and 10,000 values)",
    ),
    (
        written("given.yaml", "world: order_to_cash\nversions: {}\nconfig: [1]"),
        FROM_FILE,
        2,
        "given.yaml: config must hold keys and values",
    ),
    (written("given.yaml", "[1]"), FROM_FILE, 2, "given.yaml: expected keys and values, one section a world"),
    *(
        (
            written("given.yaml", f"as_of: {day}"),
            FROM_FILE,
            2,
            f"order_to_cash: as_of: '{day}' is not a date; write one like 2026-11-21, or today",
        )
        for day in ("2026-02-30", "2026-11-21 25:00:00")
    ),
    (written("given.yaml", "seed: [1"), FROM_FILE, 2, "given.yaml: not valid YAML at line 1"),
    (
        made_directory(f"{HOME}/invoices"),
        GENERATE,
        1,
        "{data}/order_to_cash/invoices is not a link to a published table: move it away, then run again",
    ),
    (
        written("file", ""),
        f"{GENERATE} --data-dir file/data",
        1,
        "cannot write to {here}/file/data/order_to_cash: Not a directory: mend that, or use another "
        "directory",
    ),
    (
        written("out/file", ""),
        f"{EXPORT[:-5]}/file/x --to csv",
        1,
        "cannot write to out/file/x: Not a directory: mend that, or use another directory",
    ),
    (
        written("found.csv", "entity_id\n"),
        f"{SCORE} found.csv --html found.csv/x.html",
        1,
        "cannot write to found.csv/x.html: Not a directory: mend that, or use another directory",
    ),
    (
        made_directory("x.parquet"),
        f"{CORRECTIONS} x.parquet",
        2,
        "--out x.parquet is a directory: name a file in it that ends with .parquet",
    ),
    (
        without(f"{HOME}/invoices"),
        f"{CORRECTIONS} x.parquet",
        1,
        f"order_to_cash/invoices has not been materialised. Run: {AGAIN}",
    ),
    (shortened, f"{CORRECTIONS} x.parquet", 1, f"{PART} is not as long as it was written. Run: {AGAIN}"),
    (
        flipped,
        f"{CORRECTIONS} x.parquet",
        1,
        f"{PART} is damaged: it holds other bytes than were written. Run: {AGAIN}",
    ),
    (
        made_directory("out/users.csv"),
        "export personal_banking --out out --to csv",
        1,
        "out/users.csv is a directory: remove it, or use another --out",
    ),
    (
        exported_before("plans.csv"),
        TO_CSV,
        2,
        "out holds plans.csv of subscriptions: give order_to_cash another --out",
    ),
    (
        written("plaid/users/mine.json", ""),
        "export personal_banking --out plaid --to plaid",
        1,
        "plaid/users holds mine.json, which this export does not write: remove the directory or use another "
        "--out",
    ),
    (
        lambda here: None,
        "load personal_banking --url sqlite:///none/x.db",
        1,
        "none is not a directory: make it, or give another --url",
    ),
    (
        written("x.db", "no database, but long enough" * 9),
        LOAD,
        1,
        "x.db is not a SQLite database: give another --url",
    ),
    (
        database("CREATE TABLE users (mine)"),
        LOAD,
        1,
        "x.db: its table users has other columns (mine). Remove the file, or give another --url",
    ),
    (
        lambda here: said(*LOAD.split()),
        LOAD,
        1,
        "x.db: its table users holds 12 rows already. Remove the file, or give another --url",
    ),
]


@pytest.mark.parametrize(("change", "command", "code", "line"), THERE)
def test_what_is_wrong_with_what_is_there_is_said_with_its_remedy(here, change, command, code, line):
    store = Store(worlds.load("order_to_cash"), here / "data")
    known = {
        "here": here,
        "data": here / "data",
        "id": store.scenario().id,
        "other": another().id,
        "bank": Store(worlds.load("personal_banking"), here / "data").scenario().id,
        "content": store.published("invoices").content[:16],
    }
    change(here)
    assert said(*command.split()) == (code, line.format(**known))


@pytest.mark.parametrize("command", [TO_CSV, f"{CORRECTIONS} out/x.parquet"])
def test_a_directory_that_may_not_be_written_is_named_as_it_was_given(here, monkeypatch, command):
    def forbidden(dir: Path, prefix: str) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), f"{dir}/{prefix}1234")

    monkeypatch.setattr("synth_assets.export.placing.TemporaryDirectory", forbidden)
    line = "cannot write to out: Permission denied: mend that, or use another directory"
    assert said(*command.split()) == (1, line)


def test_a_page_and_corrections_make_the_directories_on_the_way_to_them(here):
    (here / "found.csv").write_text("entity_id\n")
    assert said(*f"{SCORE} found.csv --html new/pages/x.html".split()) == (0, "")
    assert said(*f"{CORRECTIONS} new/fixes/x.parquet".split()) == (0, "")
    assert sorted(str(path.relative_to(here)) for path in here.glob("new/*/*")) == [
        "new/fixes/x.parquet",
        "new/pages/x.html",
    ]


CATALOGUE = "data/synth_assets.duckdb"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (written(CATALOGUE, "garbage " * 99), "it is no DuckDB database"),
        (written(CATALOGUE, ""), "it is no DuckDB database"),
        (without(CATALOGUE), "No such file or directory"),
    ],
)
def test_verify_warns_of_a_catalogue_that_cannot_be_read(here, change, why):
    assert said(*VERIFY.split()) == (0, "")
    change(here)
    code, line = said(*VERIFY.split())
    assert code == 0
    line, command = line.split(" Run: ")
    assert line == f"warning: the catalogue {CATALOGUE} cannot be read: {why}."
    assert said(*command.split()[1:]) == (0, "")
    assert said(*VERIFY.split()) == (0, "")


def test_a_run_that_is_in_the_way_is_said(here):
    with Store(worlds.load("order_to_cash"), here / "data").lock():
        assert said(*GENERATE.split()) == (
            1,
            f"another run is writing to {here}/{HOME}: wait for it, or use another data directory",
        )


def test_a_database_that_is_in_use_is_said(here, monkeypatch):
    monkeypatch.setattr("synth_assets.export.drivers.database.WAIT_SECONDS", 0.0)
    with sqlite3.connect(here / "x.db", isolation_level=None) as connection:
        connection.execute("BEGIN IMMEDIATE")
        line = "x.db is in use by another program: end that, then run again"
        assert said(*LOAD.split()) == (1, line)


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (
            OSError(28, "No space left on device"),
            "no space left in {data} (N MiB and N files free): every file is complete, old or new; free some "
            "space, use another --data-dir or lower the counts",
        ),
        (
            PermissionError(13, "Permission denied", "{data}/x"),
            "cannot write to {data}/x: Permission denied: mend that, or use another directory",
        ),
        (KeyboardInterrupt(), "stopped: nothing is half-written"),
    ],
    ids=["full", "forbidden", "stopped"],
)
def test_a_disk_that_takes_nothing_and_an_interrupt_are_said(here, monkeypatch, error, line):
    if isinstance(error, OSError) and error.filename:
        error.filename = error.filename.format(data=here / "data")

    def failing(*_):
        raise error

    monkeypatch.setattr("synth_assets.generation.file_task.part_writer", failing)
    code, told = said(*GENERATE.split(), "--set", "num_transactions=60")
    told = re.sub(r"\([\d,]+ MiB and [\d,]+ files", "(N MiB and N files", told)
    assert (code, told) == (1, line.format(data=here / "data"))


# --- from Python --------------------------------------------------------------------------------------


def raised(call: Callable[[], object]) -> str:
    with pytest.raises(Problem) as error:
        call()
    return str(error.value)


def test_what_python_is_told(here):
    assert raised(lambda: synth_assets.connect("none")) == (
        f"nothing in {here}/none yet. Run: synth-assets generate all --data-dir {here}/none"
    )
    assert raised(lambda: synth_assets.generate("subscriptions", num_customers=20).frame("invoice")) == (
        "subscriptions: unknown table 'invoice'. Did you mean invoices? (tables: customers, plans, "
        "subscriptions, invoices, payments, invoice_settlement, anomaly_manifest)"
    )
    assert raised(lambda: engine("slurm", None).__enter__()) == (
        "unknown engine 'slurm' (engines: local, ray)"
    )
    assert raised(lambda: engine("local", 0).__enter__()) == (
        "workers is 0, but must be a whole number from 1 to 256"
    )


def test_a_catalogue_whose_parts_are_gone_is_said(here):
    (invoices(here) / "part-00000.parquet").unlink()
    version = os.path.realpath(invoices(here))
    assert raised(lambda: synth_assets.connect("data")) == (
        f"{here}/data cannot be read: IO Error: No files found that match the pattern "
        f'"{version}/part-*.parquet": synth-assets verify says what to run'
    )


def test_a_catalogue_that_cannot_be_written_is_said(here, monkeypatch):
    def full(*_, **__):
        raise duckdb.IOException("IO Error: no room")

    monkeypatch.setattr(duckdb, "connect", full)
    assert said(*GENERATE.split(), "--set", "num_transactions=60") == (
        1,
        f"{here}/data/synth_assets.duckdb cannot be written: IO Error: no room: mend that, or use another "
        "directory",
    )


def test_a_part_that_cannot_be_used_is_said(here, monkeypatch):
    part, none = invoices(here) / "part-00000.parquet", here / "none"
    assert raised(lambda: PartReader(none, "make it").read()) == f"{none} is missing. Run: make it"

    def forbidden(_):
        raise PermissionError

    monkeypatch.setattr("pyarrow.parquet.ParquetFile", forbidden)
    assert raised(lambda: PartReader(part, "make it").read()) == (
        f"{part} cannot be read: permission denied: mend that, or use another directory"
    )


def test_parts_that_do_not_fit_together_are_said(here):
    scenario = another()
    table, store = scenario.world.table("invoices"), Store(scenario.world, here / "data")
    (part,) = store.published("invoices").parts
    assert raised(lambda: store.check_order(table, [part, part])) == (
        f"order_to_cash/invoices: invoice_id {part.first_key} comes after {part.last_key}: a bug, please "
        "report"
    )
    with store.lock():
        staged = store.staging_dir(scenario, table)
        assert raised(lambda: store.publish(scenario, table, [part])) == (
            f"{staged}/part-00000.parquet is not there as it was written: every host must see the same data "
            "directory, and only one run at a time may write order_to_cash/invoices"
        )


def test_a_bucket_that_cannot_be_reached_is_said(here, monkeypatch):
    def failing(_):
        raise OSError("When resolving region for bucket 'books': no address\nmore of it")

    monkeypatch.setattr("synth_assets.storage.paths.object_store", failing)
    file_system.cache_clear()
    assert said(*GENERATE.split(), "--data-dir", "s3://books/data") == (
        1,
        "s3://books cannot be reached: When resolving region for bucket 'books': no address: check its "
        "name, and AWS_REGION and AWS_ENDPOINT_URL",
    )
    file_system.cache_clear()


# --- libraries that cannot write ----------------------------------------------------------------------


@pytest.mark.parametrize("form", ["quickbooks", "fivetran-quickbooks", "delta"])
def test_a_library_that_cannot_write_is_one_line(form: str, here: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, hard))
    try:
        code, line = said(*f"{EXPORT} {form}".split())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert code == 1
    assert re.fullmatch("cannot write to out: .*: mend that, or use another directory", line)
    assert not list((here / "out").iterdir())


def test_a_workbook_on_a_full_disk_is_one_line(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(zipfile.ZipFile, "write", full)
    code, line = said(*f"{EXPORT} xlsx".split())
    assert (code, line[:22]) == (1, "no space left in out (")
    assert not list((here / "out").iterdir())
