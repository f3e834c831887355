"""Validation report and quality list of source document 002: what they say is what stands in the tables."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import dagster as dg
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from click.testing import CliRunner

from synth_assets import worlds
from synth_assets.checks import report
from synth_assets.checks.check import Check
from synth_assets.checks.report import checklist, report_json
from synth_assets.checks.verify import connect
from synth_assets.checks.verify import run as run_checks
from synth_assets.cli import main
from synth_assets.orchestration.assets import world_assets
from synth_assets.worlds.personal_banking.config import Config
from synth_assets.worlds.personal_banking.validation_report import is_blocking, render
from tests.dagster_runs import AS_OF, check, failure, run
from tests.test_every_world import BANK_FAULTS
from tests.worlds import Sources, evidence, failed, make_world, spoil, write_world

WORLD = worlds.load("personal_banking")
DAY = dt.date(2025, 11, 4)
FIGURES = [name for name, _, _, _ in WORLD.sql("report_figures")]
ITEMS = [name for name, _, _, _ in WORLD.sql("quality")]
REPORT = "personal_banking/validation_report.json"


def config(**keys) -> Config:
    return Config(**{"as_of": DAY, **keys})


@pytest.fixture(scope="module")
def made() -> dict[str, pa.Table]:
    """The tables at the defaults."""
    return make_world(WORLD, config())


@pytest.fixture
def sources(made, tmp_path) -> Sources:
    return write_world(WORLD, made, tmp_path)


def judged(sources: Sources, of: Config) -> list[Check]:
    with connect(WORLD, of, sources) as connection:
        return run_checks(checklist(WORLD), evidence(WORLD, of, sources, connection))


def reported(sources: Sources, of: Config) -> dict:
    with connect(WORLD, of, sources) as connection:
        seen = evidence(WORLD, of, sources, connection)
        return json.loads(report_json(seen, run_checks(checklist(WORLD), seen), "0123456789abcdef"))


# --- the report ---------------------------------------------------------------------------------------


def test_the_report_is_the_documents_and_its_figures_are_those_of_the_tables(made, sources):
    found = reported(sources, config())
    consented = pc.sum(made["users"]["consent_status"]).as_py()
    assert list(found.items()) == [
        ("generation_date", "2025-11-04"),
        ("seed", 42),
        ("user_count", made["users"].num_rows),
        ("consent_distribution", {"consented": consented, "not_consented": 75 - consented}),
        (
            "archetype_distribution",
            {
                "high_utilizer": 15,
                "variable_income": 10,
                "subscription_heavy": 10,
                "savings_builder": 10,
                "cash_flow_stressed": 8,
                "multi_persona": 10,
                "stable": 5,
                "edge_cases": 7,
            },
        ),
        ("date_range", {"start": "2025-04-04", "end": "2025-11-04"}),
        ("transaction_count", made["transactions"].num_rows),
        ("account_count", made["accounts"].num_rows),
        ("validation_passed", True),
        ("checks", dict.fromkeys(ITEMS, True)),
        ("scenario", "0123456789abcdef"),
    ]
    assert (found["user_count"], consented) == (75, 68)


def test_the_report_counts_what_stands_in_the_files(made, sources):
    spoil("transactions", sources, "DELETE FROM transactions WHERE rowid < 10")
    spoil("users", sources, "UPDATE users SET consent_status = NOT consent_status")
    found = reported(sources, config())
    assert found["transaction_count"] == made["transactions"].num_rows - 10
    assert found["consent_distribution"] == {"consented": 7, "not_consented": 68}


def test_the_range_ends_a_month_on_its_last_day():
    said = render(config(as_of=dt.date(2025, 10, 31), date_range_months=8), dict.fromkeys(FIGURES, 0), {})
    assert said["date_range"] == {"start": "2025-02-28", "end": "2025-10-31"}


def test_nobody_is_of_an_archetype_in_the_preset_simple():
    assert render(config(preset="simple"), dict.fromkeys(FIGURES, 0), {})["archetype_distribution"] == {}


def test_a_failed_item_fails_the_validation_where_the_list_blocks():
    figures, items = dict.fromkeys(FIGURES, 0), {"one": True, "other": False}
    assert render(config(), figures, items)["validation_passed"] is False
    assert render(config(num_users=60), figures, items)["validation_passed"] is True
    assert render(config(), figures, {"one": True})["validation_passed"] is True


# --- the list -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "blocking"),
    [
        ({}, True),
        ({"num_users": 5_000, "consent_ratio": 0.5}, True),
        ({"num_users": 74}, False),
        ({"archetypes": {"stable": 7}}, False),
        ({"preset": "simple"}, False),
    ],
)
def test_the_list_blocks_where_the_document_means_it(keys, blocking):
    assert is_blocking(config(**keys)) is blocking


def test_75_users_are_judged_with_errors_and_60_with_warnings(sources, tmp_path):
    assert {(c.severity, c.passed) for c in judged(sources, config())} == {("ERROR", True)}
    few = config(num_users=60)
    below = write_world(WORLD, make_world(WORLD, few), tmp_path / "few")
    assert {(c.severity, c.passed) for c in judged(below, few)} == {("WARN", True)}


SPOILED = {
    "users_have_an_account": ("accounts", "DELETE FROM accounts WHERE user_id = 'usr_000000007'"),
    "accounts_belong_to_a_user": ("users", "DELETE FROM users WHERE user_id = 'usr_000000007'"),
    "transactions_are_dated_within_range": (
        "transactions",
        "UPDATE transactions SET date = DATE '2025-04-03' WHERE rowid = 5",
    ),
    "credit_accounts_have_a_liability": ("liabilities", "DELETE FROM liabilities WHERE rowid = 3"),
    "consent_is_near_the_ratio": (
        "users",
        "UPDATE users SET consent_status = true WHERE user_id IN "
        "(SELECT user_id FROM users WHERE NOT consent_status LIMIT 2)",
    ),
    "every_persona_has_five_users": (
        "persona_assignments",
        "UPDATE persona_assignments SET primary_persona = 'none' WHERE primary_persona = 'variable_income'",
    ),
    "no_business_accounts": ("accounts", "UPDATE accounts SET holder_category = 'business' WHERE rowid = 9"),
    "nobody_is_real": ("users", "UPDATE users SET email = 'jo@gmail.com' WHERE rowid = 1"),
}


def test_every_item_of_the_document_is_on_the_list():
    assert list(SPOILED) == ITEMS


@pytest.mark.parametrize("item", SPOILED)
def test_a_spoiled_table_fails_its_item_alone(sources, item):
    spoil(SPOILED[item][0], sources, SPOILED[item][1])
    checks = judged(sources, config())
    assert failed(checks) == {item}
    assert next(c for c in checks if c.name == item).failures
    report = reported(sources, config())
    assert report["validation_passed"] is False
    assert [name for name, holds in report["checks"].items() if not holds] == [item]


@pytest.mark.parametrize(("left", "holds"), [(5, True), (4, False)])
def test_five_users_of_a_persona_are_enough_and_others_count_too(sources, left, holds):
    """Of those who are savings builders all but a few lose it; two have it beside another persona."""
    spoil(
        "persona_assignments",
        sources,
        "UPDATE persona_assignments SET primary_persona = 'none', secondary_personas = '' WHERE "
        "'savings_builder' IN (primary_persona, secondary_personas) AND assignment_id NOT IN (SELECT "
        "assignment_id FROM persona_assignments WHERE window_days = 180 AND 'savings_builder' IN "
        f"(primary_persona, secondary_personas) ORDER BY secondary_personas DESC LIMIT {left})",
    )
    (persona,) = [c for c in judged(sources, config()) if c.name == "every_persona_has_five_users"]
    assert persona.passed is holds
    assert persona.failures == ([] if holds else [{"persona": "savings_builder", "users": 4}])


def test_a_withdrawn_consent_counts_as_planned(tmp_path):
    asked = config(num_users=200, anomaly_rates={**BANK_FAULTS, "data_after_consent_withdrawn": 0.2})
    made = make_world(WORLD, asked)
    assert pc.sum(made["users"]["consent_status"]).as_py() < 0.8 * 200
    assert failed(judged(write_world(WORLD, made, tmp_path), asked)) == set()


@pytest.mark.parametrize("name", [name for name in worlds.NAMES if not worlds.load(name).report])
def test_a_world_without_a_report_has_no_list(name):
    assert checklist(worlds.load(name)) == []


# --- on the command line ------------------------------------------------------------------------------


def command(*arguments: str):
    return CliRunner().invoke(main, arguments)


def generate(directory: Path, *assignments: str):
    words = [word for each in assignments for word in ("--set", each)]
    return command("generate", "personal_banking", *words, "--as-of", AS_OF, "--data-dir", str(directory))


def test_generate_writes_the_report_and_verify_prints_the_list(tmp_path):
    done = generate(tmp_path)
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines()[-1] == f"{tmp_path / REPORT} · 8 of 8 checks passed"
    first = (tmp_path / REPORT).read_bytes()
    assert generate(tmp_path / "again").exit_code == 0
    assert (tmp_path / "again" / REPORT).read_bytes() == first
    assert first.startswith(b'{\n  "generation_date": "2026-11-21",\n  "seed": 42,\n')
    printed = command("verify", "personal_banking", "--data-dir", str(tmp_path)).stdout.splitlines()
    names = [line.split("  ")[0] for line in printed]
    start = names.index("users have an account")
    assert names[start : start + 8] == [item.replace("_", " ") for item in ITEMS]
    assert names[start - 1] == "pending rows a user"


def test_ten_users_are_too_few_for_the_list_which_warns(tmp_path):
    done = generate(tmp_path, "num_users=10")
    assert done.exit_code == 0
    assert done.stdout.endswith(
        "7 of 8 checks passed, warned: every persona has five users (validation_report)\n"
    )
    report = json.loads((tmp_path / REPORT).read_text())
    assert report["validation_passed"]
    assert not report["checks"]["every_persona_has_five_users"]
    assert command("verify", "personal_banking", "--data-dir", str(tmp_path)).exit_code == 0


def test_generate_fails_where_an_item_does_that_blocks(tmp_path, monkeypatch):
    wrong = Check(ITEMS[0], "users", "75 users", "1 off", False, "All users have an account.")
    monkeypatch.setattr(report, "run", lambda *_: [wrong])
    done = generate(tmp_path)
    assert done.exit_code == 1
    assert done.stdout.endswith(" · 0 of 1 checks passed, FAILED: users have an account (users)\n")
    assert json.loads((tmp_path / REPORT).read_text())["validation_passed"] is False


# --- in Dagster ---------------------------------------------------------------------------------------


def dagster_writes_to(directory: Path, patch: pytest.MonkeyPatch) -> Path:
    patch.setenv("SYNTH_ASSETS_DATA_DIR", str(directory))
    patch.delenv("SYNTH_ASSETS_CONFIG", raising=False)
    return directory


@pytest.fixture
def data(tmp_path, monkeypatch) -> Path:
    return dagster_writes_to(tmp_path / "data", monkeypatch)


ASSET = ["personal_banking", "validation_report"]


def materialised(result: dg.ExecuteInProcessResult) -> list[str]:
    return [event.asset_key.path[-1] for event in result.get_asset_materialization_events()]


@pytest.fixture(scope="module")
def defaults(tmp_path_factory) -> Iterator[tuple[dg.ExecuteInProcessResult, Path]]:
    """A run of everything at the defaults, and its data directory."""
    with pytest.MonkeyPatch.context() as patch:
        directory = dagster_writes_to(tmp_path_factory.mktemp("defaults"), patch)
        yield run(world=WORLD), directory


def test_the_asset_publishes_what_the_command_line_does_before_the_catalogue(defaults, tmp_path):
    result, data = defaults
    assert result.success
    *before, last = materialised(result)
    assert last == "catalogue"
    assert "validation_report" in before
    found = [check(result, ASSET, item) for item in ITEMS]
    assert all(each.passed and each.blocking for each in found)
    assert {each.severity for each in found} == {dg.AssetCheckSeverity.ERROR}
    shown = next(
        event.step_materialization_data.materialization
        for event in result.get_asset_materialization_events()
        if event.asset_key == dg.AssetKey(ASSET)
    )
    assert shown.metadata["path"].value == str(data / REPORT)
    assert shown.metadata["report"].value == json.loads((data / REPORT).read_text())
    assert shown.tags["dagster/data_version"] == sha256((data / REPORT).read_bytes()).hexdigest()
    assert generate(tmp_path / "cli").exit_code == 0
    assert (tmp_path / "cli" / REPORT).read_bytes() == (data / REPORT).read_bytes()


def test_an_item_that_fails_and_blocks_keeps_the_last_report_and_catalogue(defaults, data):
    shutil.copytree(defaults[1], data, symlinks=True)
    before = [(data / name).read_bytes() for name in (REPORT, "synth_assets.duckdb")]
    strict = replace(WORLD, report=replace(WORLD.report, is_blocking=lambda _: True))
    result = run(world=strict, num_users=10)
    assert not result.success
    few = check(result, ASSET, "every_persona_has_five_users")
    assert (few.passed, few.severity) == (False, dg.AssetCheckSeverity.ERROR)
    assert few.metadata["first_failures"].records
    assert "validation_report" not in materialised(result)
    assert [(data / name).read_bytes() for name in (REPORT, "synth_assets.duckdb")] == before
    result = run("personal_banking/validation_report", WORLD)
    few = check(result, ASSET, "every_persona_has_five_users")
    assert (few.passed, few.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert result.success
    assert materialised(result) == ["validation_report"]
    assert json.loads((data / REPORT).read_text())["user_count"] == 10


def test_a_missing_table_is_named_with_the_command(data):
    assert run("personal_banking/scenario", WORLD).success
    assert failure(run("personal_banking/validation_report", WORLD)) == (
        "personal_banking/users has not been materialised. "
        "Run: dagster asset materialize --select '*personal_banking/validation_report'"
    )


def test_the_asset_says_what_it_is():
    asset = next(a for a in world_assets(WORLD) if a.key == dg.AssetKey(ASSET))
    spec = next(iter(asset.specs))
    assert spec.group_name == "personal_banking"
    assert spec.kinds == {"python", "json"}
    assert spec.description
    assert spec.owners
    assert [each.name for each in asset.check_specs] == ITEMS
