"""The tables of a history that grows, as far as they are made otherwise than those of a window.

There a block is of customers, with all their bills. Here bills are blocks of their own, a billing date each,
so that those of old dates are never written again; customers and subscriptions are others. What a bill must
know of its subscription is among its facts.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa

from synth_assets.model.calendar import epoch_day
from synth_assets.model.draws import Draws
from synth_assets.model.identifiers import format_ids
from synth_assets.model.table import Rows
from synth_assets.worlds.subscriptions import (
    anomaly_manifest,
    customers,
    invoice_settlement,
    invoices,
    payments,
    plans,
    subscriptions,
)
from synth_assets.worlds.subscriptions.config import Config
from synth_assets.worlds.subscriptions.facts import price_cents
from synth_assets.worlds.subscriptions.growing_facts import BilledFacts
from synth_assets.worlds.subscriptions.growth import population


def customer_rows(rows: range, draws: Draws, config: Config) -> pa.Table:
    """One row a customer; a company's people are the same, however many there are."""
    number = np.arange(rows.start, rows.stop, dtype=np.int64)
    start_day = population(config, draws.of("bills")).customer_start[rows.start : rows.stop]
    return customers.signed_up(draws, number, start_day, max(rows.stop, 1))


def subscription_rows(rows: range, draws: Draws, config: Config) -> pa.Table:
    """One row a subscription that has started by as_of."""
    people = population(config, draws.of("bills"))
    number = np.arange(rows.start, rows.stop, dtype=np.int64)
    end_day = people.end_day[rows.start : rows.stop]
    return subscriptions.contracts(
        number,
        people.customer[rows.start : rows.stop] + 1,
        people.plan[rows.start : rows.stop],
        people.start_day[rows.start : rows.stop],
        end_day,
        end_day > epoch_day(config.day),
    )


def invoice_rows(facts: BilledFacts, config: Config) -> pa.Table:
    """One row a bill that was issued, date by date."""
    issued = np.flatnonzero(facts.bills.is_issued)
    due = facts.bills.where(facts.bills.is_issued)
    amount = price_cents(config)[facts.plan[issued]] * config.billing_interval_months
    sub_id = format_ids(subscriptions.SUB_ID.prefix, facts.subscription[issued] + 1)
    return invoices.issued(due, sub_id, amount, config)


def settlement_rows(invoices: Rows, payments: Rows, facts: BilledFacts, config: Config) -> pa.Table:
    """One row an invoice, settled as of as_of; a zombie that is cancelled later was one all the same."""
    issued = facts.bills.where(facts.bills.is_issued)
    grace_end = issued.day + config.payment_terms_days + config.grace_days
    is_active = facts.end_day[issued.row] > grace_end
    return invoice_settlement.settled(invoices, payments, is_active, config)


def label_rows(invoices: Rows, payments: Rows, facts: BilledFacts, config: Config) -> pa.Table:
    """One row for every fault that shows by as_of, in order of number."""
    price = price_cents(config)[facts.plan] * config.billing_interval_months
    return anomaly_manifest.labels_of(facts.bills, facts.subscription + 1, price, invoices, payments, config)


SUB_ID = replace(subscriptions.SUB_ID, description="Subscription; numbered as they start.")
INVOICE_ID = replace(
    invoices.INVOICE_ID,
    description="Invoice; a billing date has two numbers for each bill, and many of them stay unused.",
)

TABLES = (
    replace(customers.CUSTOMERS, generate=customer_rows),
    plans.PLANS,
    replace(
        subscriptions.SUBSCRIPTIONS,
        columns=(SUB_ID, *subscriptions.COLUMNS[1:]),
        generate=subscription_rows,
        row_count_key="num_subscriptions",
    ),
    replace(
        invoices.INVOICES,
        columns=(INVOICE_ID, *invoices.COLUMNS[1:]),
        generate=invoice_rows,
        row_count_key="num_bills",
    ),
    payments.PAYMENTS,
    replace(invoice_settlement.INVOICE_SETTLEMENT, generate=settlement_rows),
    replace(anomaly_manifest.ANOMALY_MANIFEST, generate=label_rows),
)
