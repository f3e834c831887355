"""Every check of subscriptions bites: spoilt by one statement, a dataset fails the check that this breaks."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from synth_assets.checks.check import as_text
from synth_assets.generation.generate import in_memory
from synth_assets.scenario.resolve import resolve
from synth_assets.worlds.subscriptions import WORLD
from synth_assets.worlds.subscriptions.config import Config
from tests.worlds import failed, make_world, sources_in, spoil, verify_quickly, write_world

CONFIG = Config(num_customers=200)
GROWN = resolve(
    "subscriptions",
    {"history": {"start": "2023-12-20", "customers_at_start": 150, "new_customers_per_year": 400}},
    as_of="2025-01-10",
)

ACTIVE = "SELECT min(sub_id) FROM subscriptions WHERE status = 'Active'"
CANCELLED = "SELECT min(sub_id) FROM subscriptions WHERE status = 'Cancelled'"

FAULTS = {
    "customers_as_asked": ("customers", "DELETE FROM customers WHERE customer_id = 'CUS-000000200'"),
    "email_belongs_to_one": ("customers", "UPDATE customers SET email = 'a@b.example' WHERE rowid < 2"),
    "plan_price_as_asked": ("plans", "UPDATE plans SET monthly_price_cents = 4999 WHERE name = 'Pro'"),
    "customer_has_one_subscription": (
        "subscriptions",
        "UPDATE subscriptions SET customer_id = 'CUS-000000001' WHERE sub_id = 'SUB-000000002'",
    ),
    "plan_changes_as_asked": (
        "subscriptions",
        "INSERT INTO subscriptions BY NAME "
        "SELECT * REPLACE ('SUB-000000201' AS sub_id) FROM subscriptions LIMIT 1",
    ),
    "sign_up_before_start": ("customers", "UPDATE customers SET created_at = '2024-01-02' WHERE rowid = 0"),
    "started_by_as_of": (
        "subscriptions",
        "UPDATE subscriptions SET start_date = '2025-01-01' WHERE rowid = 0",
    ),
    "new_customers_as_asked": (
        "subscriptions",
        "UPDATE subscriptions SET start_date = '2024-01-02' WHERE rowid = 0",
    ),
    "cancelled_within_the_period": (
        "subscriptions",
        f"UPDATE subscriptions SET end_date = '2025-01-01' WHERE sub_id = ({CANCELLED})",
    ),
    "cancellations_as_asked": (
        "subscriptions",
        f"UPDATE subscriptions SET status = 'Cancelled', end_date = '2024-12-31' WHERE sub_id = ({ACTIVE})",
    ),
    "billed_on_the_first": ("invoices", "UPDATE invoices SET due_date = due_date + 1 WHERE rowid = 0"),
    "one_invoice_a_billing_date": (
        "invoices",
        "UPDATE invoices SET invoice_date = '2024-02-01' WHERE invoice_date = '2024-03-01'",
    ),
    "no_invoice_after_cancellation": (
        "subscriptions",
        "UPDATE subscriptions SET end_date = '2024-01-01', start_date = '2023-12-01' "
        "WHERE sub_id = (SELECT max(sub_id) FROM subscriptions WHERE end_date > '2024-02-01')",
    ),
    "cancelled_subscription_was_billed_throughout": (
        "subscriptions",
        "UPDATE subscriptions SET end_date = '2024-12-31' WHERE end_date < '2024-11-30'",
    ),
    "amount_is_the_plans_price": ("invoices", "UPDATE invoices SET amount_cents = 1001 WHERE rowid = 0"),
    "paid_from_invoice_to_as_of": (
        "payments",
        "UPDATE payments SET payment_date = '2025-01-01' WHERE rowid = 0",
    ),
    "late_within_29_days": (
        "payments",
        "UPDATE payments SET payment_date = '2024-12-31' WHERE rowid = 0",
    ),
    "ghosts_as_asked": (
        "invoices",
        "DELETE FROM invoices WHERE invoice_id IN (FROM invoices SELECT invoice_id "
        "WHERE invoice_date = '2024-05-01' LIMIT 2)",
    ),
    "unpaid_and_partial_as_asked": (
        "payments",
        "DELETE FROM payments WHERE payment_id IN (FROM payments SELECT payment_id "
        "WHERE payment_date < '2024-05-01' LIMIT 2)",
    ),
    "late_payments_as_asked": (
        "payments",
        "UPDATE payments SET payment_date = '2024-01-16' "
        "WHERE payment_id = (SELECT min(payment_id) FROM payments WHERE payment_date < '2024-01-16')",
    ),
    "short_by_1_to_10_percent": ("payments", "UPDATE payments SET amount_paid_cents = 1 WHERE rowid = 0"),
    "cancelled_customers_pay": (
        "subscriptions",
        "UPDATE subscriptions SET status = 'Cancelled', end_date = '2024-12-31' WHERE status = 'Active'",
    ),
    "settlement_follows_from_payments": (
        "invoice_settlement",
        "UPDATE invoice_settlement SET settlement = 'unpaid' WHERE settlement = 'zombie'",
    ),
    "label_names_the_period": (
        "anomaly_manifest",
        "UPDATE anomaly_manifest SET billing_date = billing_date + 31 WHERE rowid = 0",
    ),
    "amount_at_risk_is_what_is_missing": (
        "anomaly_manifest",
        "UPDATE anomaly_manifest SET amount_at_risk_cents = amount_at_risk_cents + 1 WHERE rowid = 0",
    ),
    "ghost_subscriber": (
        "anomaly_manifest",
        "DELETE FROM anomaly_manifest WHERE anomaly_id = "
        "(SELECT min(anomaly_id) FROM anomaly_manifest WHERE type = 'ghost_subscriber')",
    ),
    "zombie_account": (
        "payments",
        "DELETE FROM payments WHERE payment_id = "
        "(SELECT min(payment_id) FROM payments WHERE payment_date < '2024-02-01')",
    ),
    "partial_payment": (
        "payments",
        "UPDATE payments SET amount_paid_cents = amount_paid_cents - 10 WHERE amount_paid_cents = 1000",
    ),
}
"""For each law and rule a table, and a statement that breaks it."""

FAULTS_OF_A_HISTORY = {
    "customers_by_month_as_asked": (
        "subscriptions",
        "UPDATE subscriptions SET start_date = start_date - 31 WHERE start_date = '2024-02-05'",
    ),
    "cancellations_of_whole_years_as_asked": (
        "subscriptions",
        "UPDATE subscriptions SET end_date = '2024-05-05', status = 'Cancelled' WHERE rowid = 0",
    ),
    "plan_changes_of_every_cycle_as_asked": (
        "subscriptions",
        "UPDATE subscriptions SET customer_id = "
        "(SELECT min(customer_id) FROM subscriptions WHERE end_date < '2024-04-01') "
        "WHERE sub_id = (SELECT max(sub_id) FROM subscriptions)",
    ),
    "ghosts_as_asked": FAULTS["ghosts_as_asked"],
    "unpaid_and_partial_as_asked": FAULTS["unpaid_and_partial_as_asked"],
    "cancelled_customers_pay": (
        "subscriptions",
        "UPDATE subscriptions SET status = 'Cancelled', end_date = '2024-02-05' WHERE status = 'Active'",
    ),
    "settlement_follows_from_payments": FAULTS["settlement_follows_from_payments"],
    "ghost_subscriber": FAULTS["ghost_subscriber"],
    "zombie_account": FAULTS["zombie_account"],
}
"""The same of laws that are of a history that grows, or say something else there."""


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("sound")
    write_world(WORLD, make_world(WORLD, CONFIG), directory)
    return directory


def checks_of(directory: Path, table: str | None = None, statement: str = ""):
    sources = sources_in(WORLD, directory)
    if table:
        spoil(table, sources, statement)
    return verify_quickly(WORLD, CONFIG, sources)


def test_unspoilt_data_passes(sound: Path) -> None:
    checks = checks_of(sound)
    assert not failed(checks), as_text(checks)


@pytest.mark.parametrize("name", FAULTS)
def test_fault_is_caught(name: str, sound: Path, tmp_path: Path) -> None:
    shutil.copytree(sound, tmp_path, dirs_exist_ok=True)
    checks = checks_of(tmp_path, *FAULTS[name])
    assert name in failed(checks), as_text(checks)
    broken = next(check for check in checks if check.name == name)
    assert "error" not in {column for row in broken.failures for column in row}, "the check could not run"


def test_every_law_and_rule_is_caught_in_the_act() -> None:
    named = {name for file in ("laws", "rules") for name, _, _, _ in WORLD.sql(file)}
    assert set(FAULTS) | set(FAULTS_OF_A_HISTORY) == named


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("grown")
    write_world(WORLD.growing, in_memory(GROWN).tables, directory)
    return directory


def test_an_unspoilt_history_passes(grown: Path) -> None:
    checks = verify_quickly(WORLD.growing, GROWN.config, sources_in(WORLD.growing, grown))
    assert not failed(checks), as_text(checks)


@pytest.mark.parametrize("name", FAULTS_OF_A_HISTORY)
def test_fault_of_a_history_is_caught(name: str, grown: Path, tmp_path: Path) -> None:
    shutil.copytree(grown, tmp_path, dirs_exist_ok=True)
    table, statement = FAULTS_OF_A_HISTORY[name]
    sources = sources_in(WORLD.growing, tmp_path)
    spoil(table, sources, statement)
    checks = verify_quickly(WORLD.growing, GROWN.config, sources_in(WORLD.growing, tmp_path))
    assert name in failed(checks), as_text(checks)
