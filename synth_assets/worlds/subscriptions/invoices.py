"""Invoices: one for each billing date that a subscription lives to see. Ghosts first show here."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from synth_assets.model.columns import day, identifier, money, reference
from synth_assets.model.draws import Ints
from synth_assets.model.identifiers import take_ids
from synth_assets.model.table import Rows, Rule, Table, arrow_table
from synth_assets.worlds.subscriptions.bill import Bill
from synth_assets.worlds.subscriptions.config import Config
from synth_assets.worlds.subscriptions.facts import Facts, price_cents
from synth_assets.worlds.subscriptions.subscriptions import SUB_ID

INVOICE_ID = identifier(
    "invoice_id",
    "INV-",
    "Invoice; every customer has three numbers for each billing date, and most of them stay unused.",
)
COLUMNS = (
    INVOICE_ID,
    reference("subscriptions", SUB_ID, "The subscription that is billed."),
    day("invoice_date", "The billing date: the 1st of a month.", repeats=True),
    day("due_date", "Invoice date plus terms (Net 14).", repeats=True),
    money("amount_cents", "Monthly price times the months of the interval.", minimum=100, repeats=True),
)


def generate(subscriptions: Rows, facts: Facts, config: Config) -> pa.Table:
    """One row a bill that was issued, subscription by subscription, at the price of its plan."""
    due = facts.bills.where(facts.bills.is_issued)
    row = due.row.astype(np.intp)
    sub_id = take_ids(subscriptions["sub_id"], row)
    return issued(due, sub_id, interval_price_cents(subscriptions, config)[row], config)


def issued(due: Bill, sub_id: pa.Array, amount_cents: Ints, config: Config) -> pa.Table:
    """The rows of some bills that were issued."""
    return arrow_table(
        COLUMNS,
        {
            "invoice_id": due.number,
            "sub_id": sub_id,
            "invoice_date": due.day,
            "due_date": due.day + config.payment_terms_days,
            "amount_cents": amount_cents,
        },
    )


def interval_price_cents(subscriptions: Rows, config: Config) -> Ints:
    """The amount of each subscription's bill: its plan's monthly price for every month of the interval."""
    plan = subscriptions.id_numbers("plan_id") - 1
    return price_cents(config)[plan] * config.billing_interval_months


INVOICES = Table(
    name="invoices",
    grain="One bill of one subscription for one billing date.",
    columns=COLUMNS,
    generate=generate,
    rules=(Rule("due date is not before invoice date", "due_date >= invoice_date"),),
)
