"""Cash that comes in parts: instalments, invoices under way, and bank payments for several invoices."""

from __future__ import annotations

import datetime as dt
import shutil
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from synth_assets.checks.check import as_text
from synth_assets.checks.verify import connect
from synth_assets.checks.world_checks import TOTAL
from synth_assets.generation.blocks import make_block
from synth_assets.worlds.order_to_cash import WORLD
from synth_assets.worlds.order_to_cash.config import Config, entries_per_invoice, largest_count
from synth_assets.worlds.order_to_cash.planned_payments import part_cents
from tests.worlds import failed, make_world, misfit, sources_in, spoil, verify_quickly, write_world

CONFIG = Config(num_transactions=8_000, as_of=dt.date(2026, 11, 21), payments_per_invoice=3)


@cache
def frames() -> dict[str, pd.DataFrame]:
    """The tables of 8,000 orders; days as timestamps."""
    return {name: rows.to_pandas(date_as_object=False) for name, rows in make_world(WORLD, CONFIG).items()}


def paid() -> pd.DataFrame:
    """Payments with their invoice and customer, in order of invoice and day."""
    invoices = frames()["invoices"].rename(columns={"status": "invoice_status"})
    orders = frames()["orders"][["order_id", "contact_id"]]
    joined = frames()["payments"].merge(invoices, on="invoice_id").merge(orders, on="order_id")
    return joined.sort_values(["invoice_id", "payment_date"])


def short() -> set[str]:
    """Invoices that are labelled as paid short."""
    labels = frames()["anomaly_manifest"]
    return set(labels.entity_id[labels.type == "payment_mismatch"])


# --- instalments --------------------------------------------------------------------------------------


def test_a_quarter_of_paid_invoices_come_in_two_or_three_parts_ten_days_apart() -> None:
    frame = paid()
    parts = frame[frame.invoice_status == "paid"].groupby("invoice_id").size()
    assert (parts > 1).mean() == pytest.approx(0.255, abs=0.03)  # 30 % of those not paid within 20 days
    assert set(parts) == {1, 2, 3}
    apart = frame.groupby("invoice_id").payment_date.diff().dt.days.dropna()
    assert apart.min() >= 1
    assert apart.median() >= 10
    assert ((frame.payment_date - frame.issue_date).dt.days <= 60).all()


def test_parts_add_up_to_what_is_due_or_to_what_a_label_says() -> None:
    frame = paid()
    paid_invoices = frame[frame.invoice_status == "paid"].groupby("invoice_id")
    missing = paid_invoices.amount_due_cents.first() - paid_invoices.amount_cents.sum()
    assert set(missing.index[missing > 0]) == short()
    assert (missing >= 0).all()
    assert (frame.groupby("invoice_id").size()[list(short())] > 1).sum() > 30


def test_deposits_are_round_shares_and_what_follows_is_equal() -> None:
    frame = paid()
    frame = frame[(frame.invoice_status == "paid") & ~frame.invoice_id.isin(short())]
    parts = frame.groupby("invoice_id").amount_cents
    first = (parts.first() / frame.groupby("invoice_id").amount_due_cents.first())[parts.size() > 1]
    shares = (100 * first).round().value_counts(normalize=True)
    assert set(shares.index) == {20, 25, 30, 33, 40, 50}
    assert shares[30] == pytest.approx(0.12, abs=0.03)
    later = frame[frame.duplicated("invoice_id")].groupby("invoice_id").amount_cents
    assert (later.max() - later.min()).max() <= 1


def test_a_part_of_an_amount_loses_no_cent() -> None:
    cents = part_cents(np.full(3, 10_000), np.array([0, 40, 80]), np.array([40, 80, 120]))
    assert cents.tolist() == [3_333, 3_333, 3_334]


def test_invoices_under_way_are_partial_and_look_like_those_paid_short() -> None:
    invoices = frames()["invoices"]
    partial = invoices[invoices.status == "partial"]
    age = (pd.Timestamp(CONFIG.as_of) - partial.issue_date).dt.days
    assert len(partial) > 60
    assert age.between(1, 59).all()
    assert (partial.amount_paid_cents < partial.amount_due_cents).all()
    by_hand = paid()[paid().amount_cents < paid().amount_due_cents]
    naive = by_hand.invoice_id.nunique()  # whoever compares a payment with its invoice finds these
    assert len(short()) / naive < 0.25


def test_the_days_on_which_invoices_are_settled_and_labels_do_not_depend_on_parts() -> None:
    whole = make_world(WORLD, CONFIG.model_copy(update={"payments_per_invoice": 1}))
    assert whole["anomaly_manifest"]["entity_id"].equals(
        make_world(WORLD, CONFIG)["anomaly_manifest"]["entity_id"]
    )
    assert "partial" not in whole["invoices"]["status"].to_pylist()
    assert whole["payments"]["receipt_id"].null_count == whole["payments"].num_rows


# --- bank payments ------------------------------------------------------------------------------------


def test_customers_with_pay_runs_settle_several_invoices_at_once_by_check_or_ach() -> None:
    frame = paid()
    together = frame[frame.duplicated("receipt_id", keep=False)]
    assert 0.05 < len(together) / len(frame) < 0.5
    assert set(together.payment_method) == {"check", "ach"}
    of_one = together.groupby("receipt_id").agg({"contact_id": "nunique", "payment_date": "nunique"})
    assert (of_one == 1).all(axis=None)
    alike = frame.groupby(["contact_id", "payment_date"]).receipt_id.nunique()
    runs = frame.contact_id.isin(together.contact_id)
    assert (alike[frame.contact_id[runs].unique()] == 1).all(), "one bank payment a customer and day"


def test_receipts_ascend_in_time_and_are_not_payments_numbers() -> None:
    frame = frames()["payments"]
    receipt, payment = (frame[name].str[-9:].astype(int) for name in ("receipt_id", "payment_id"))
    assert receipt.corr(frame.payment_date.astype("int64"), method="spearman") > 0.999
    assert (receipt == payment).mean() < 0.2


# --- blocks and numbers -------------------------------------------------------------------------------


def test_any_part_of_the_orders_gives_the_same_rows() -> None:
    config = Config(seed=9, num_transactions=600, as_of=CONFIG.as_of, payments_per_invoice=4)
    whole = make_block(WORLD, config, "num_transactions", range(600))
    parts = [make_block(WORLD, config, "num_transactions", rows) for rows in (range(211), range(211, 600))]
    for table, rows in whole.items():
        split = pa.concat_tables([part[table] for part in parts])
        assert split.sort_by(WORLD.table(table).key.name).equals(rows), table


@pytest.mark.parametrize("payments", [1, 2, 3, 4])
def test_numbers_of_the_largest_count_have_nine_digits(payments: int) -> None:
    largest = largest_count(payments)
    last = entries_per_invoice(payments) * (2 * largest + 1) - 1
    assert last < 10**9 <= last + 2 * 16 * entries_per_invoice(payments)
    assert f"{largest:,}" in str(Config.model_fields["payments_per_invoice"].description) or payments == 1
    fits = Config(num_transactions=largest, payments_per_invoice=payments, as_of=CONFIG.as_of)
    assert misfit(WORLD, fits) is None


def test_more_orders_than_ledger_entries_have_numbers_for_are_refused() -> None:
    config = Config(num_transactions=50_000_000, payments_per_invoice=4, as_of=CONFIG.as_of)
    assert misfit(WORLD, config) == (
        "num_transactions is 50,000,000, but must be at most 49,999,984 where payments_per_invoice is 4: "
        "ids of ledger entries have nine digits"
    )


# --- every law bites ----------------------------------------------------------------------------------

MOVED = {"payment_is_posted", "receivable_is_open_invoices"}

SPOILT = {
    "a last instalment is a cent short": (
        "payments",
        "UPDATE payments SET amount_cents = amount_cents - 1 WHERE payment_id = '{last}'",
        {"amount_paid_is_cash_received", "payment_mismatch", TOTAL, *MOVED},
    ),
    "an invoice under way is called paid": (
        "invoices",
        "UPDATE invoices SET status = 'paid' WHERE invoice_id = '{partial}'",
        {"order_is_paid_with_its_first_invoice", "payment_mismatch", TOTAL},
    ),
    "an invoice under way is called unpaid": (
        "invoices",
        "UPDATE invoices SET status = 'unpaid' WHERE invoice_id = '{partial}'",
        {"amount_paid_is_cash_received"},
    ),
    "a paid invoice is called partial": (
        "invoices",
        "UPDATE invoices SET status = 'partial' WHERE invoice_id = '{invoice}'",
        {
            "amount_paid_is_cash_received",
            "instalments_end_by_60_days",
            "order_is_paid_with_its_first_invoice",
        },
    ),
    "two instalments come on one day": (
        "payments",
        """UPDATE payments SET payment_date = (SELECT min(payment_date) FROM payments
        WHERE invoice_id = '{invoice}') WHERE invoice_id = '{invoice}'""",
        {"instalments_come_one_by_one", *MOVED},
    ),
    "a first instalment comes before its invoice": (
        "payments",
        "UPDATE payments SET payment_date = payment_date - 63 WHERE payment_id = '{first}'",
        {"payment_within_60_days_of_issue", *MOVED},
    ),
    "an instalment more than asked": (
        "payments",
        """UPDATE payments SET amount_cents = amount_cents - 1 WHERE payment_id = '{last}';
        INSERT INTO payments BY NAME SELECT * REPLACE ('PAY-000099999' AS payment_id,
        'REC-000099999' AS receipt_id, 1 AS amount_cents, payment_date + 7 AS payment_date)
        FROM payments WHERE payment_id = '{last}'""",
        {"invoice_has_no_more_payments_than_asked", "payment_is_posted"},
    ),
    "a receipt is shared with another customer": (
        "payments",
        "UPDATE payments SET receipt_id = (SELECT receipt_id FROM payments WHERE payment_id = '{last}') "
        "WHERE payment_id = '{other}'",
        {"receipt_is_one_bank_payment"},
    ),
    "a payment has no receipt": (
        "payments",
        "UPDATE payments SET receipt_id = NULL WHERE payment_id = '{other}'",
        {"payments_have_receipts"},
    ),
    "one part of a bank payment was wired": (
        "payments",
        """UPDATE payments SET payment_method = 'other' WHERE payment_id = '{together}'""",
        {"receipt_is_one_bank_payment"},
    ),
    "an instalment is not posted": (
        "ledger_entries",
        "DELETE FROM ledger_entries WHERE invoice_id = '{invoice}' AND posted_date = DATE '{first_day}'",
        {"payment_is_posted", "receivable_is_open_invoices"},
    ),
    "an instalment is posted with the next": (
        "ledger_entries",
        """UPDATE ledger_entries SET posted_date = DATE '{last_day}'
        WHERE invoice_id = '{invoice}' AND posted_date = DATE '{first_day}'""",
        MOVED,
    ),
}

IDS = """
    SELECT
        invoice_id AS invoice,
        min_by(payment_id, payment_date) AS first,
        max_by(payment_id, payment_date) AS last,
        min(payment_date)::VARCHAR AS first_day, max(payment_date)::VARCHAR AS last_day,
        (SELECT min(invoice_id) FROM invoices WHERE status = 'partial') AS partial,
        (SELECT max(payment_id) FROM payments) AS other,
        (SELECT min(payment_id) FROM payments AS one WHERE payment_method = 'check' AND EXISTS (
            FROM payments AS two WHERE two.receipt_id = one.receipt_id AND two.payment_id <> one.payment_id
        )) AS together
    FROM payments JOIN invoices USING (invoice_id)
    WHERE
        invoices.status = 'paid'
        AND issue_date >= DATE '2026-03-01'
        AND order_id NOT IN (SELECT related_entity_id FROM anomaly_manifest)
        AND right(order_id, 9) NOT IN (SELECT right(anomaly_id, 9) FROM anomaly_manifest)
    GROUP BY invoice_id
    HAVING
        count(*) = 3 AND month(min(payment_date)) <> month(max(payment_date))
        AND max(payment_date) <= min(issue_date) + 53
        AND day(max(payment_date)) <= 20
    ORDER BY invoice_id
    LIMIT 1
"""


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A sound dataset with instalments, and ids in it: an invoice that was paid in three parts, its first and
    last one and their days, an invoice under way, a payment that came with others, and the last of all."""
    directory = tmp_path_factory.mktemp("sound")
    config = CONFIG.model_copy(update={"num_transactions": 2_000})
    sources = write_world(WORLD, make_world(WORLD, config), directory)
    with connect(WORLD, config, sources) as connection:
        [row] = connection.sql(IDS).to_arrow_table().to_pylist()
    return directory, row


@pytest.mark.parametrize(("table", "statement", "checks"), SPOILT.values(), ids=SPOILT.keys())
def test_what_breaks_a_law_is_caught(table, statement, checks, sound, tmp_path) -> None:
    directory, ids = sound
    shutil.copytree(directory, tmp_path, dirs_exist_ok=True)
    config = CONFIG.model_copy(update={"num_transactions": 2_000})
    sources = sources_in(WORLD, tmp_path)
    spoil(table, sources, statement.format(**ids))
    found = verify_quickly(WORLD, config, sources)
    rules = {rule.name for one in WORLD.tables for rule in one.rules}
    assert failed(found) - {"rates"} - rules == checks, as_text([c for c in found if not c.passed])
