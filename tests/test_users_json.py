"""users.json as source document 001 shows it: three arrays, UUIDs, whole cents."""

from __future__ import annotations

import datetime as dt
import json
from itertools import groupby, pairwise
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest
from click.testing import CliRunner

from synth_assets.cli import main
from synth_assets.export.vendors import export_vendor
from synth_assets.generation.blocks import make_block
from synth_assets.model.draws import Draws
from synth_assets.scenario.resolve import resolve
from synth_assets.worlds.personal_banking.vendors.users_json import USERS_JSON
from tests.chance import FAR, surprise
from tests.test_every_world import BANK_FAULTS

SCENARIO = resolve("personal_banking", {"as_of": "2026-11-21", "num_users": 60, "anomaly_rates": BANK_FAULTS})


def exported(out: Path, seed: int = 42, users: int = 60) -> Path:
    config = SCENARIO.config.model_copy(update={"seed": seed})
    ranges = range(users // 2), range(users // 2, users)
    blocks = [make_block(SCENARIO.world, config, "num_users", rows) for rows in ranges]
    export_vendor(
        USERS_JSON,
        config,
        Draws(config.seed, "personal_banking", USERS_JSON.name),
        lambda name: [block[name] for block in blocks],
        out,
    )
    return out


@pytest.fixture(scope="module")
def tables() -> dict[str, list[dict]]:
    block = make_block(SCENARIO.world, SCENARIO.config, "num_users", range(60))
    return {name: block[name].to_pylist() for name in USERS_JSON.tables}


@pytest.fixture(scope="module")
def out(tmp_path_factory) -> Path:
    return exported(tmp_path_factory.mktemp("users_json"))


@pytest.fixture(scope="module")
def content(out) -> dict[str, list[dict]]:
    return json.loads((out / "users.json").read_text())


def test_the_files_are_laid_out_as_json_dump_does(out, content):
    assert sorted(path.name for path in out.iterdir()) == ["anomalies.json", "users.json"]
    assert list(content) == ["users", "accounts", "transactions"]
    for path in out.iterdir():
        text = path.read_text()
        assert text == json.dumps(json.loads(text), indent=2) + "\n"


FIELDS = {
    "users": {"id": str, "name": str, "email": str, "consent": bool, "created_at": str},
    "accounts": {
        "id": str,
        "user_id": str,
        "type": str,
        "subtype": str,
        "name": str,
        "mask": str,
        "balance": int,
        "currency": str,
        "limit": int | None,
        "apr": float | None,
        "min_payment": int | None,
        "is_overdue": bool,
    },
    "transactions": {
        "id": str,
        "account_id": str,
        "date": str,
        "amount": int,
        "category": str,
        "merchant_name": str | None,
        "pending": bool,
    },
}


@pytest.mark.parametrize("name", FIELDS)
def test_every_row_has_the_fields_of_the_document(name, content):
    for row in content[name]:
        assert list(row) == list(FIELDS[name])
        assert all(isinstance(row[key], kind) for key, kind in FIELDS[name].items()), row


def test_ids_are_uuids_of_version_4_and_resolve(content):
    found = {name: [row["id"] for row in rows] for name, rows in content.items()}
    every = [number for ids in found.values() for number in ids]
    assert len(set(every)) == len(every)
    assert all(str(UUID(number)) == number and UUID(number).version == 4 for number in every)
    assert {UUID(number).variant for number in every} == {UUID(int=2 << 62).variant}
    assert {row["user_id"] for row in content["accounts"]} == {*found["users"]}
    assert {row["account_id"] for row in content["transactions"]} <= {*found["accounts"]}


def test_the_same_seed_gives_the_same_file_and_another_seed_other_ids(out, content, tmp_path):
    again, other = exported(tmp_path / "again"), exported(tmp_path / "other", seed=43)
    assert (again / "users.json").read_bytes() == (out / "users.json").read_bytes()
    others = json.loads((other / "users.json").read_text())
    assert not {row["id"] for row in others["users"]} & {row["id"] for row in content["users"]}


def test_users_and_accounts_are_the_tables(content, tables):
    for user, row in zip(content["users"], tables["users"], strict=True):
        assert (user["name"], user["email"], user["consent"]) == (
            row["name"],
            row["email"],
            row["consent_status"],
        )
        assert dt.datetime.fromisoformat(user["created_at"]) == row["created_at"]
    debts = {row["account_id"]: row for row in tables["liabilities"]}
    for account, row in zip(content["accounts"], tables["accounts"], strict=True):
        is_card = row["account_type"] == "credit_card"
        is_loan = row["account_type"] in ("mortgage", "student_loan", "auto_loan", "personal_loan")
        assert account["type"] == ("credit" if is_card else "loan" if is_loan else "depository")
        assert account["subtype"] == row["account_type"]
        assert (account["balance"], account["limit"]) == (
            row["balance_current_cents"],
            row["balance_limit_cents"],
        )
        debt = debts.get(row["account_id"], {})
        assert account["apr"] == debt.get("apr_percentage")
        assert account["min_payment"] == debt.get("minimum_payment_amount_cents")
        assert (account["limit"] is None) == (account["apr"] is None) == (not is_card)


def test_transactions_have_a_time_of_the_day(content):
    times = [dt.datetime.fromisoformat(row["date"]) for row in content["transactions"]]
    hours = np.bincount([time.hour for time in times], minlength=24)
    assert abs(surprise(hours)) < FAR, "any hour as likely as another"
    accounts = [row["account_id"] for row in content["transactions"]]
    pairs = zip(pairwise(accounts), pairwise(times), strict=True)
    assert all(before <= after for (a, b), (before, after) in pairs if a == b), (
        "oldest first, within a day too"
    )


def test_transactions_are_the_tables_by_account_oldest_first(content, tables):
    mine = sorted(tables["transactions"], key=lambda row: (row["account_id"], row["date"]))
    for found, row in zip(content["transactions"], mine, strict=True):
        assert (found["amount"], found["category"]) == (row["amount_cents"], row["category_primary"])
        assert (found["merchant_name"], found["pending"]) == (row["merchant_name"], row["pending"])
        assert found["date"].startswith(f"{row['date']}T")
    order = [account for account, _ in groupby(content["transactions"], key=lambda row: row["account_id"])]
    with_rows = {*order}
    assert order == [row["id"] for row in content["accounts"] if row["id"] in with_rows]


def test_labels_name_rows_of_the_file(out, content, tables):
    kinds = {"user": "users", "account": "accounts", "transaction": "transactions"}
    known = {kind: {row["id"] for row in content[name]} for kind, name in kinds.items()}
    labels = json.loads((out / "anomalies.json").read_text())
    assert len(labels) == len(tables["anomaly_manifest"]) == 24
    for label in labels:
        assert label["entity_id"] in known[label["affected_entity"]]
        assert label["related_entity_id"] in set().union(*known.values())


def test_from_the_command_line(tmp_path, monkeypatch):
    monkeypatch.setenv("SYNTH_ASSETS_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    few = ["--set", "num_users=12", "--as-of", "2026-11-21"]
    CliRunner().invoke(main, ["generate", "personal_banking", *few])
    done = CliRunner().invoke(main, ["export", "personal_banking", "--to", "users-json", "--out", "out"])
    assert done.exit_code == 0, done.output
    assert done.stdout.split() == ["out/anomalies.json", "out/users.json"]
    assert len(json.loads(Path("out/users.json").read_text())["users"]) == 12
    assert Path("out/anomalies.json").read_text() == "[]\n"
