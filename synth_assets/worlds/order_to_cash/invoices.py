"""Invoices: what was billed for each order. Drift, duplicates and stale invoices first show here."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from synth_assets.model.arrow import equals_choice, to_numpy
from synth_assets.model.columns import choice, day, identifier, money, reference
from synth_assets.model.draws import Draws, Ints
from synth_assets.model.identifiers import take_ids
from synth_assets.model.table import Rows, Rule, Table, arrow_table
from synth_assets.worlds.order_to_cash import anomalies, cash_curves, fault_plan
from synth_assets.worlds.order_to_cash.config import Config
from synth_assets.worlds.order_to_cash.dates import window
from synth_assets.worlds.order_to_cash.facts import Transactions
from synth_assets.worlds.order_to_cash.orders import ORDER_ID

STATUSES = ("unpaid", "paid")
UNPAID, PAID = range(2)

INVOICE_ID = identifier(
    "invoice_id",
    "INV-",
    "Invoice. Order i has numbers 2i - 1 and 2i; a draw says which one its first invoice takes.",
)
COLUMNS = (
    INVOICE_ID,
    reference("orders", ORDER_ID, "The order that is billed."),
    money("amount_due_cents", "What the customer is asked to pay.", minimum=1),
    money("amount_paid_cents", "Cash received by as_of, also where the status says paid."),
    choice("status", STATUSES, "`paid` or `unpaid` in the books, as of as_of."),
    day("issue_date", "Day of issue, 0 to 4 business days after the order."),
    day("due_date", "Net 30: a promise, which may lie after as_of."),
)


def generate(orders: Rows, draws: Draws, facts: Transactions, config: Config) -> pa.Table:
    """One row an invoiced order, and the duplicates beside it, in order of number."""
    order = orders.id_numbers("order_id")
    last = window(config).last
    total = to_numpy(orders["total_amount_cents"])
    due = _amount_due_cents(total, facts, draws)
    is_paid = (facts.paid_day <= last) & (facts.fault != anomalies.STALE)
    short = np.flatnonzero(facts.fault == anomalies.MISMATCH)
    received = due.copy()
    received[short] = anomalies.short_payment_cents(due[short], draws, facts.number[short])
    takes_second = (draws.fields("number", facts.number)[0] & 1).astype(np.int64)
    billed = (facts.fault != anomalies.MISSING) & ~equals_choice(orders["status"], "processing")
    is_twice = facts.fault == anomalies.DUPLICATE
    row = np.repeat(np.arange(len(order)), billed.astype(np.int64) + is_twice)
    number = 2 * order[row] - 1 + takes_second[row]
    pair = np.flatnonzero(
        is_twice[row][:-1] & (row[:-1] == row[1:])
    )  # the first place of each duplicate's two
    number[pair], number[pair + 1] = 2 * order[row[pair]] - 1, 2 * order[row[pair]]
    second = pair + 1 - takes_second[row[pair]]

    issue_day, paid = facts.issue_day[row], is_paid[row]
    lag = anomalies.second_issue_lag_days(draws, facts.number[row[pair]])
    issue_day[second] = np.minimum(issue_day[second] + lag, last)
    paid[second] = second_paid_day(config, draws, facts.number[row[pair]], issue_day[second]) <= last
    terms_end = issue_day + cash_curves.TERMS_DAYS
    return arrow_table(
        COLUMNS,
        {
            "invoice_id": number,
            "order_id": take_ids(orders["order_id"], row),
            "amount_due_cents": due[row],
            "amount_paid_cents": np.where(paid, received[row], 0),
            "status": np.where(paid, PAID, UNPAID),
            "issue_date": issue_day,
            "due_date": np.minimum(terms_end, last) if config.clip_due_dates else terms_end,
        },
    )


def order_numbers(invoice_numbers: Ints) -> Ints:
    """The order of each invoice: numbers 2i - 1 and 2i belong to order i."""
    return (invoice_numbers + 1) // 2


def second_paid_day(config: Config, draws: Draws, transaction: Ints, issue_day: Ints) -> Ints:
    """Epoch day on which a duplicate is collected: a business day 15 to 45 days after its issue, or later
    than as_of."""
    lag = draws.of("invoices").fields("second_payment", transaction)[0].astype(np.int64) * 31 // 65_536
    day = issue_day + 15 + lag
    return window(config).add_business_days(day, 0)


def _amount_due_cents(total_cents: Ints, facts: Transactions, draws: Draws) -> Ints:
    """The order's total, but for drift and for the decoy of freight: 0.10 to 0.90 % off, rounded down."""
    due = total_cents.copy()
    decoys = np.flatnonzero(facts.decoy == fault_plan.FREIGHT)
    difference, sign, _, _ = draws.fields("freight", facts.number[decoys])
    basis_points = 10 + difference.astype(np.int64) * 81 // 65_536
    freight = total_cents[decoys] * basis_points // 10_000
    due[decoys] += np.where(sign & 1, freight, -freight)
    faulty = np.flatnonzero(facts.fault == anomalies.DRIFT)
    due[faulty] = anomalies.drifted_cents(total_cents[faulty], draws, facts.number[faulty])
    return due


INVOICES = Table(
    name="invoices",
    grain="One bill for an order; two bills for an order are a fault.",
    columns=COLUMNS,
    generate=generate,
    rules=(
        Rule("due date is not before issue date", "due_date >= issue_date"),
        Rule("no more is received than due", "amount_paid_cents <= amount_due_cents"),
        Rule(
            "cash was received exactly when the status is paid", "(amount_paid_cents > 0) = (status = 'paid')"
        ),
    ),
)
