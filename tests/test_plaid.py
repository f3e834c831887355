"""The Plaid export: every object as the specification says, every id and cent as in the tables."""

from __future__ import annotations

import json
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner

from synth_assets.cli import main
from synth_assets.export.vendors import export_vendor
from synth_assets.generation.blocks import make_block
from synth_assets.model.draws import Draws
from synth_assets.scenario.resolve import resolve
from synth_assets.worlds.personal_banking import curves
from synth_assets.worlds.personal_banking.vendors.plaid import PLAID, RESPONSES
from synth_assets.worlds.personal_banking.vendors.plaid.liabilities import liabilities_of
from synth_assets.worlds.personal_banking.vendors.plaid.transactions import (
    check_number,
    location,
    payment_meta,
)
from tests.plaid_spec import check
from tests.test_every_world import BANK_FAULTS

KEYS = {"as_of": "2026-11-21", "num_users": 60, "anomaly_rates": BANK_FAULTS}
CONFIG = resolve("personal_banking", KEYS).config
WORLD = resolve("personal_banking").world


def made(*cuts: int, config=CONFIG) -> list[dict]:
    """The blocks between the cuts."""
    return [make_block(WORLD, config, "num_users", range(a, b)) for a, b in pairwise(cuts)]


def exported(blocks: list[dict], out: Path, config=CONFIG) -> Path:
    export_vendor(
        PLAID,
        config,
        Draws(config.seed, "personal_banking", PLAID.name),
        lambda name: [block[name] for block in blocks],
        out,
    )
    return out


def lines(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.fixture(scope="module")
def tables() -> dict[str, list[dict]]:
    (block,) = made(0, 60)
    return {name: block[name].to_pylist() for name in PLAID.tables}


@pytest.fixture(scope="module")
def out(tmp_path_factory) -> Path:
    return exported(made(0, 60), tmp_path_factory.mktemp("plaid") / "out")


@pytest.fixture(scope="module")
def users(out) -> list[dict]:
    return [json.loads(path.read_text()) for path in sorted((out / "users").iterdir())]


# --- shape --------------------------------------------------------------------------------------------


def test_every_object_is_as_the_specification_says(users):
    for user in users:
        assert list(user) == list(RESPONSES)
        for name, response in user.items():
            check(response, f"{name.capitalize()}GetResponse", name)


def test_the_check_sees_what_is_wrong(users):
    account = users[0]["accounts"]["accounts"][0]
    for wrong in (
        {"type": "bank"},
        {"mask": 1234},
        {"name": None},
        {"account_id": account["account_id"][1:]},
        {"more": 1},
    ):
        with pytest.raises(AssertionError):
            check(account | wrong, "AccountBase")
    with pytest.raises(AssertionError):
        check({key: value for key, value in account.items() if key != "official_name"}, "AccountBase")


def test_type_and_subtype_are_plaids_pairs(users, tables):
    pairs = {
        "checking": ("depository", "checking"),
        "savings": ("depository", "savings"),
        "money_market": ("depository", "money market"),
        "credit_card": ("credit", "credit card"),
        "hsa": ("depository", "hsa"),
        "mortgage": ("loan", "mortgage"),
        "student_loan": ("loan", "student"),
        "auto_loan": ("loan", "auto"),
        "personal_loan": ("loan", "consumer"),
    }
    found = [account for user in users for account in user["accounts"]["accounts"]]
    assert [(a["type"], a["subtype"]) for a in found] == [
        pairs[a["account_type"]] for a in tables["accounts"]
    ]
    assert {a["subtype"] for a in found} == {subtype for _, subtype in pairs.values()}


def test_one_file_a_user_and_the_same_in_lines(out, users, tables):
    names = [path.stem for path in sorted((out / "users").iterdir())]
    assert names == [user["user_id"] for user in tables["users"]]
    for name in RESPONSES:
        assert lines(out / f"{name}.jsonl") == [user[name] for user in users]
    text = (out / "users" / "usr_000000003.json").read_text()
    assert text == json.dumps(users[2], indent=2) + "\n"


def test_the_item_is_at_the_bank_of_the_accounts(users):
    for user in users:
        item, names = user["accounts"]["item"], {a["name"] for a in user["accounts"]["accounts"]}
        assert item["institution_name"] in curves.BANKS
        assert all(name.startswith(item["institution_name"] + " ") for name in names)
    banks = {
        (u["accounts"]["item"]["institution_name"], u["accounts"]["item"]["institution_id"]) for u in users
    }
    assert len({bank for bank, _ in banks}) == len(banks) == len({number for _, number in banks})


def test_city_store_check_and_deposit_are_read_from_the_feeds_string():
    place = location("SAFEWAY 2113 SAN DIEGO CA", "in store")
    assert (place["city"], place["region"], place["store_number"]) == ("San Diego", "CA", "2113")
    assert location("TST* JUNIPER CANTINA MIAMI FL", "in store")["store_number"] is None
    assert set(location("AMZN MKTP US*2K1877", "online").values()) == {None}
    assert check_number("CHECK 0451") == "0451"
    assert check_number("CHEWY.COM") is None
    assert payment_meta("ACME CORP DIRECT DEP PPD ID: 9205838705")["ppd_id"] == "9205838705"


def test_consent_ended_on_the_day_that_the_user_said(users, tables):
    for user, row in zip(users, tables["users"], strict=True):
        ended = user["transactions"]["item"]["consent_expiration_time"]
        assert ended == (None if row["consent_status"] else f"{row['consent_updated_at'].isoformat()}Z")


def test_a_withdrawn_consent_is_an_error_of_the_item_and_nothing_else_is(users, tables):
    labels = tables["anomaly_manifest"]
    withdrawn = {x["entity_id"] for x in labels if x["type"] == "data_after_consent_withdrawn"}
    assert withdrawn
    for user, row in zip(users, tables["users"], strict=True):
        for response in user.values():
            error = response["item"]["error"]
            if row["user_id"] in withdrawn:
                assert (error["error_type"], error["error_code"]) == ("ITEM_ERROR", "USER_PERMISSION_REVOKED")
            else:
                assert error is None


# --- ids ----------------------------------------------------------------------------------------------


def ids(users: list[dict], kind: str) -> list[str]:
    response = "accounts" if kind == "accounts" else "transactions"
    return [row[f"{kind[:-1]}_id"] for user in users for row in user[response][kind]]


def test_ids_differ_and_references_resolve(users, tables):
    every = [*ids(users, "accounts"), *ids(users, "transactions")]
    every += [user["accounts"]["item"]["item_id"] for user in users]
    every += [response["request_id"] for user in users for response in user.values()]
    assert len(set(every)) == len(every)
    assert len(ids(users, "transactions")) == len(tables["transactions"]) > 12_000
    for user in users:
        own = {account["account_id"] for account in user["accounts"]["accounts"]}
        assert {row["account_id"] for row in user["transactions"]["transactions"]} <= own
        owed = user["liabilities"]["liabilities"].values()
        assert {debt["account_id"] for debts in owed for debt in debts or []} <= own


def test_blocks_give_the_same_bytes_and_another_seed_other_ids(out, users, tmp_path):
    again = exported(made(0, 1, 60), tmp_path / "again")
    files = [path.relative_to(out) for path in out.rglob("*.json*")]
    assert len(files) == 64
    assert all((out / path).read_bytes() == (again / path).read_bytes() for path in files)
    other = CONFIG.model_copy(update={"seed": 43})
    exported(made(0, 10, config=other), tmp_path / "other", other)
    others = [
        row["account_id"] for user in lines(tmp_path / "other" / "accounts.jsonl") for row in user["accounts"]
    ]
    assert not {*others} & {*ids(users, "accounts")}


# --- amounts ------------------------------------------------------------------------------------------


def test_amounts_are_the_tables_to_the_cent_newest_first(users, tables):
    mine = Counter()
    for row in tables["transactions"]:
        mine[row["user_id"]] += row["amount_cents"]
    for user, row in zip(users, tables["users"], strict=True):
        page = user["transactions"]["transactions"]
        assert user["transactions"]["total_transactions"] == len(page)
        assert sum(round(t["amount"] * 100) for t in page) == mine[row["user_id"]]
        assert [t["date"] for t in page] == sorted((t["date"] for t in page), reverse=True)
    plaids = [t for user in users for t in user["transactions"]["transactions"][::-1]]
    for t, row in zip(plaids, tables["transactions"], strict=True):
        assert (round(t["amount"] * 100), t["name"]) == (row["amount_cents"], row["name"])
        assert (t["pending"], t["merchant_name"]) == (row["pending"], row["merchant_name"])
        assert bool(t["counterparties"]) == (row["merchant_name"] is not None)
    assert any(t["pending"] for t in plaids)


def test_balances_and_what_is_owed(users, tables):
    accounts = [account for user in users for account in user["accounts"]["accounts"]]
    for account, row in zip(accounts, tables["accounts"], strict=True):
        for name in ("available", "current", "limit"):
            cents = row[f"balance_{name}_cents"]
            assert account["balances"][name] == (None if cents is None else cents / 100)
    cards = [card for user in users for card in user["liabilities"]["liabilities"]["credit"] or []]
    owed = [row for row in tables["liabilities"] if row["liability_type"] == "credit_card"]
    for card, row in zip(cards, owed, strict=True):
        assert card["aprs"][0]["apr_percentage"] == row["apr_percentage"]
        assert card["minimum_payment_amount"] == row["minimum_payment_amount_cents"] / 100
        assert card["next_payment_due_date"] == row["next_payment_due_date"].isoformat()


def test_dates_of_payment_and_statement_are_those_of_the_rows(users):
    paid, issued, charged = 0, 0, 0
    for user in users:
        for card in user["liabilities"]["liabilities"]["credit"] or []:
            on_card = [
                t for t in user["transactions"]["transactions"] if t["account_id"] == card["account_id"]
            ]
            (balance,) = (
                a["balances"]["current"]
                for a in user["accounts"]["accounts"]
                if a["account_id"] == card["account_id"]
            )
            if card["last_payment_date"]:
                paid += 1
                assert (card["last_payment_date"], -card["last_payment_amount"]) in {
                    (t["date"], t["amount"]) for t in on_card
                }
            interest = card["aprs"][0]["interest_charge_amount"]
            if interest:
                charged += 1
                assert (card["last_statement_issue_date"], interest) in {
                    (t["date"], t["amount"]) for t in on_card
                }
            if card["last_statement_issue_date"]:
                issued += 1
                since = [
                    t for t in on_card if t["date"] > card["last_statement_issue_date"] and not t["pending"]
                ]
                then = balance - sum(t["amount"] for t in since)
                assert then == pytest.approx(card["last_statement_balance"], abs=0.001)
    assert paid > 30
    assert issued > 30
    assert charged > 8


def test_loans_are_those_of_the_tables(users, tables):
    accounts = {row["account_id"]: row for row in tables["accounts"]}
    for kind, shape, rate in (
        ("mortgage", "mortgage", lambda loan: loan["interest_rate"]["percentage"]),
        ("student_loan", "student", lambda loan: loan["interest_rate_percentage"]),
    ):
        loans = [loan for user in users for loan in user["liabilities"]["liabilities"][shape] or []]
        rows = [row for row in tables["liabilities"] if row["liability_type"] == kind]
        assert len(loans) > 5
        for loan, row in zip(loans, rows, strict=True):
            assert rate(loan) == row["interest_rate"]
            assert loan["last_payment_amount"] == row["instalment_cents"] / 100
            assert loan["last_payment_date"] == row["last_payment_date"].isoformat()
            assert loan["next_payment_due_date"] == row["next_payment_due_date"].isoformat()
            assert loan["origination_date"] == accounts[row["account_id"]]["opened_on"].isoformat()
            assert loan["origination_principal_amount"] == row["origination_principal_cents"] / 100
            assert loan["ytd_interest_paid"] is None, "the history begins in April"


def test_what_a_loan_costs_in_a_year_is_known_where_the_history_holds_the_year(tmp_path):
    config = resolve("personal_banking", {"as_of": "2026-06-21", "num_users": 40}).config
    (block,) = made(0, 40, config=config)
    exported([block], tmp_path / "out", config)
    found = [answer["liabilities"] for answer in lines(tmp_path / "out" / "liabilities.jsonl")]
    loans = [loan for one in found for loan in (one["mortgage"] or []) + (one["student"] or [])]
    assert len(loans) > 5
    for loan in loans:
        paid = round(100 * (loan["ytd_interest_paid"] + loan["ytd_principal_paid"]))
        payments, rest = divmod(paid, round(100 * loan["last_payment_amount"]))
        assert (rest, payments > 1) == (0, True)
        assert loan["ytd_interest_paid"] > 0
        assert loan["ytd_principal_paid"] > 0


@pytest.mark.parametrize(("kind", "shape"), [("mortgage", "mortgage"), ("student_loan", "student")])
def test_a_loan_has_every_field(kind, shape):
    row = {
        "account_id": "acc_000000004",
        "liability_type": kind,
        "apr_percentage": None,
        "apr_type": "fixed",
        "minimum_payment_amount_cents": None,
        "last_payment_amount_cents": 120_000,
        "last_payment_date": "2026-11-01",
        "last_statement_issue_date": "2026-11-05",
        "is_overdue": False,
        "next_payment_due_date": "2026-12-01",
        "last_statement_balance_cents": 30_000_000,
        "interest_rate": 6.25,
        "instalment_cents": 120_000,
        "origination_principal_cents": 40_000_000,
        "origination_date": "2016-10-01",
        "payoff_date": "2046-10-01",
    }
    named = {"acc_000000004": "a" * 37}
    found = liabilities_of(named, {}, {name: [value] for name, value in row.items()}, slice(0, 1))
    check(found, "LiabilitiesObject")
    assert [name for name, loans in found.items() if loans] == [shape]
    if kind == "mortgage":
        assert found["mortgage"][0]["loan_term"] == "30 year"


# --- truth --------------------------------------------------------------------------------------------


def test_labels_name_rows_of_the_files(out, users, tables):
    known = {"transaction": {*ids(users, "transactions")}, "account": {*ids(users, "accounts")}}
    known["user"] = {user["accounts"]["item"]["item_id"] for user in users}
    every = set().union(*known.values())
    labels = lines(out / "anomalies.jsonl")
    for label, row in zip(labels, tables["anomaly_manifest"], strict=True):
        assert label["entity_id"] in known[label["affected_entity"]]
        assert label["related_entity_id"] in every
        assert (label["anomaly_id"], label["type"]) == (row["anomaly_id"], row["type"])
        assert label["amount_at_risk"] == row["amount_at_risk_cents"] / 100
    assert {label["type"] for label in labels} == set(BANK_FAULTS)


def test_a_labelled_duplicate_can_be_found_in_the_files(out, users):
    rows = {t["transaction_id"]: t for user in users for t in user["transactions"]["transactions"]}
    pairs = [label for label in lines(out / "anomalies.jsonl") if label["type"] == "duplicate_transaction"]
    for label in pairs:
        second, first = rows[label["entity_id"]], rows[label["related_entity_id"]]
        assert {key for key in first if first[key] != second[key]} <= {"transaction_id", "authorized_date"}
    assert len(pairs) == 3


# --- files --------------------------------------------------------------------------------------------


def test_from_the_command_line(tmp_path, monkeypatch):
    monkeypatch.setenv("SYNTH_ASSETS_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str):
        return CliRunner().invoke(main, arguments)

    run("generate", "personal_banking", "--set", "num_users=12", "--as-of", "2026-11-21")
    to_plaid = ("export", "personal_banking", "--to", "plaid", "--out", "out")
    done = run(*to_plaid)
    assert done.exit_code == 0, done.output
    assert done.stdout.split() == [
        f"out/{name}"
        for name in ("accounts.jsonl", "anomalies.jsonl", "liabilities.jsonl", "transactions.jsonl", "users")
    ]
    assert (tmp_path / "out" / "anomalies.jsonl").read_text() == ""
    refused = run(*to_plaid, "--tables", "users")
    assert (refused.exit_code, refused.stderr.count("\n")) == (2, 1)
    for name, line in {
        "personal_banking": "unknown format 'xml' (formats: csv, json, jsonl, parquet, arrow, xlsx, "
        "sql, delta, datapackage, datacontract, "
        "plaid, users-json, ofx, csv-bank; world: ",
        "all": "unknown format 'xml' (formats: csv, json, jsonl, parquet, arrow, xlsx, "
        "sql, delta, datapackage, datacontract, "
        "quickbooks, gohighlevel, fivetran-quickbooks, beancount, hledger; world: order_to_cash)",
    }.items():
        assert run("export", name, "--to", "xml", "--out", "x").stderr.startswith(line)
    help_text = " ".join(run("export", "--help").stdout.replace("users-\n", "users-").split())
    assert all(vendor.name in help_text.replace("users- json", "users-json") for vendor in WORLD.vendors)
