"""The manifest: one row for every label, with the expected value and the one in the tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from synth_assets.model.arrow import indices, strings, to_numpy
from synth_assets.model.calendar import date_of
from synth_assets.model.columns import day
from synth_assets.model.draws import Ints
from synth_assets.model.identifiers import format_ids
from synth_assets.model.manifest import TRIVIAL, VERY_HARD, Labels, manifest_columns, manifest_rows
from synth_assets.model.table import Rows, Table
from synth_assets.worlds.subscriptions.anomalies import ANOMALIES, GHOST, PARTIAL
from synth_assets.worlds.subscriptions.bill import Bill
from synth_assets.worlds.subscriptions.cohorts import bill_days
from synth_assets.worlds.subscriptions.config import Config
from synth_assets.worlds.subscriptions.facts import Facts
from synth_assets.worlds.subscriptions.invoices import INVOICE_ID, interval_price_cents
from synth_assets.worlds.subscriptions.payments import PAYMENT_ID
from synth_assets.worlds.subscriptions.subscriptions import SUB_ID
from synth_assets.worlds.subscriptions.visibility import is_labelled, visible_on

COLUMNS = (
    *manifest_columns(
        ANOMALIES,
        number="that its invoice has, or would have had",
        entity="Ghost: the subscription. Zombie: the invoice. Partial: the payment.",
        related="Ghost: the month, as 2024-03. Zombie: the subscription. Partial: the invoice.",
        value="dollars to be billed, or paid",
        drift="partial payments",
    ),
    day("billing_date", "The period: the billing date that is missing, unpaid or paid short."),
)


class Leak(NamedTuple):
    """Faulty bills of one kind, aligned: numbers, the month as 2024-03, and what was due and paid."""

    bill: Ints
    subscription: Ints
    month: pa.Array
    amount_cents: Ints
    received_cents: Ints


def ghost_subscriber(leak: Leak) -> Labels:
    """Expected: an invoice. Actual: none. Very hard: the subscription alone looks like any other."""
    return _labels(leak, format_ids(SUB_ID.prefix, leak.subscription), leak.month, VERY_HARD)


def zombie_account(leak: Leak) -> Labels:
    """Expected: the invoice's amount. Actual: no payment. Trivial: nothing sound is open for so long."""
    entity, related = format_ids(INVOICE_ID.prefix, leak.bill), format_ids(SUB_ID.prefix, leak.subscription)
    return _labels(leak, entity, related, TRIVIAL)


def partial_payment(leak: Leak) -> Labels:
    """Expected: the invoice's amount. Actual: less. Trivial: sound payments are of a few amounts."""
    entity, related = format_ids(PAYMENT_ID.prefix, leak.bill), format_ids(INVOICE_ID.prefix, leak.bill)
    return _labels(leak, entity, related, TRIVIAL)


LABELS: tuple[Callable[[Leak], Labels], ...] = (ghost_subscriber, zombie_account, partial_payment)
"""One function a kind, in the order of ANOMALIES."""


def generate(subscriptions: Rows, invoices: Rows, payments: Rows, facts: Facts, config: Config) -> pa.Table:
    """One row for every planned fault, in order of number; amounts are read from the tables."""
    price = interval_price_cents(subscriptions, config)
    return labels_of(facts.bills, subscriptions.id_numbers("sub_id"), price, invoices, payments, config)


def labels_of(
    due: Bill, sub_number: Ints, price_cents: Ints, invoices: Rows, payments: Rows, config: Config
) -> pa.Table:
    """The labels of some bills, given the numbers and the prices of the subscriptions of their `row`."""
    faulty = due.where(is_labelled(config, due))
    billed = _lookup(faulty.number, invoices, "invoice_id", "amount_cents")
    received = _lookup(faulty.number, payments, "invoice_id", "amount_paid_cents")
    subscription = sub_number[faulty.row]
    amount = np.where(faulty.fault == GHOST, price_cents[faulty.row], billed)
    months = strings([date_of(d).isoformat()[:7] for d in bill_days(config)])

    def labels(code: int, at: npt.NDArray[np.intp]) -> Labels:
        month = months.take(indices(faulty.cycle[at]))
        return LABELS[code - 1](Leak(faulty.number[at], subscription[at], month, amount[at], received[at]))

    return manifest_rows(
        COLUMNS,
        ANOMALIES,
        visible_on(config, faulty) if config.grows else config.day,
        faulty.number,
        faulty.fault,
        labels,
        drifting=PARTIAL,
        billing_date=faulty.day,
    )


def _labels(leak: Leak, entity: pa.Array, related: pa.Array, difficulty: int) -> Labels:
    missing = leak.amount_cents - leak.received_cents
    grade = np.full(len(missing), difficulty)
    return Labels(entity, related, leak.amount_cents, leak.received_cents, missing, grade)


def _lookup(numbers: Ints, table: Rows, key: str, column: str) -> Ints:
    """The column's value where the table has the number, else 0."""
    known, values = table.id_numbers(key), to_numpy(table[column])
    if not len(known):
        return np.zeros(len(numbers), dtype=np.int64)
    index = np.minimum(np.searchsorted(known, numbers), len(known) - 1)
    return np.where(known[index] == numbers, values[index], 0)


ANOMALY_MANIFEST = Table(
    name="anomaly_manifest",
    grain="One label: a fault that was put in on purpose.",
    columns=COLUMNS,
    generate=generate,
)
