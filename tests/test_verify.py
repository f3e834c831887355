"""Verification from outside: over a part of the tables, apart from the code that generates, and in print."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from pathlib import Path

import pytest

from synth_assets.checks.check import Check, as_text
from synth_assets.checks.world_checks import last_table
from synth_assets.worlds.order_to_cash import WORLD
from synth_assets.worlds.order_to_cash.config import Config
from tests.worlds import failed, make_world, some_checks, write_world


@pytest.mark.parametrize(
    ("law", "table"),
    [
        ("contacts_as_asked", "contacts"),
        ("contact_before_deal", "deals"),
        ("order_total_is_net", "orders"),
        ("order_is_paid_with_its_first_invoice", "invoices"),
        ("amount_paid_is_cash_received", "payments"),
        ("receivable_is_open_invoices", "ledger_entries"),
        ("amount_at_risk_is_the_difference", "anomaly_manifest"),
    ],
)
def test_law_is_about_the_last_table_that_it_reads(law: str, table: str) -> None:
    queries = {name: query for name, _, query, _ in WORLD.sql("laws")}

    assert last_table(WORLD, queries[law]) == table


def test_each_kind_has_its_rule() -> None:
    assert [name for name, _, _, _ in WORLD.sql("rules")] == [kind.name for kind in WORLD.anomalies]


def test_table_is_checked_before_those_downstream_exist(tmp_path: Path) -> None:
    config = Config(as_of=dt.date(2026, 11, 21), num_transactions=100)
    sources = write_world(WORLD, make_world(WORLD, config), tmp_path)
    upstream = {table: sources[table] for table in ("orders", "opportunities", "deals", "invoices")}

    checks = some_checks(WORLD, config, upstream, "invoices")

    assert not failed(checks)
    assert {check.table for check in checks} == {"invoices"}
    assert [check.name for check in checks][:11] == [
        "parts",
        "schema",
        "keys",
        "values",
        "due date is not before issue date",
        "no more is received than due",
        "cash was received unless the status is unpaid",
        "less than due is received while it is partial",
        "references",
        "invoices_within_window",
        "order_before_invoice",
    ]


def test_checks_in_print() -> None:
    checks = [
        Check("keys", "orders", "1,000 orders", "0 out of order", True, "Keys ascend."),
        Check("keys", "invoices", "980 invoices", "0 out of order", True, "Keys ascend."),
        Check("trial_balance", "ledger_entries", "8 legs", "1 off", False, "Debits equal credits."),
        Check("pricing_drift", "anomaly_manifest", "80", "80", True, "More than 1 % off."),
    ]
    checks[2].failures.append({"debit_cents": 162_000, "credit_cents": 150_000})

    assert as_text(checks) == "\n".join(
        [
            "check                           asked     found",
            "keys                            2 tables  0 out of order  ok",
            "trial balance (ledger_entries)  8 legs    1 off           FAILED",
            "pricing drift                   80        80              ok",
            "",
            "trial balance (ledger_entries): Debits equal credits.",
            "debit_cents    credit_cents",
            "162000         150000",
        ]
    )


def test_verification_imports_nothing_that_generates() -> None:
    code = "import sys, synth_assets.checks.verify; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout

    for name in ("synth_assets.worlds.", "synth_assets.generation", "dagster"):
        assert f" {name}" not in loaded, name
