"""The six kinds of revenue leakage and the edit that each one makes: one small function a kind.

A fault is decided per transaction before any table exists (`fault_plan.py`). The table that shows it first
applies its edit; tables downstream carry it on. A missing invoice and a stale one need no arithmetic: their
rows, or their payments, are left out.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from synth_assets.model import quantile_tables
from synth_assets.model.anomaly import Anomaly
from synth_assets.model.draws import Draws, Ints
from synth_assets.worlds.order_to_cash import cash_curves, curves, difficulty
from synth_assets.worlds.order_to_cash.config import DifficultyMix

MISSING, DRIFT, DUPLICATE, DISCOUNT, MISMATCH, STALE = range(1, 7)
"""Codes of the kinds in a plan: 1 + position in ANOMALIES; 0 is a sound transaction."""

WON = ("deals.stage", "deals.opportunities.deal_id")
"""Every fault is in the chain of a deal that was won."""

ANOMALIES = (
    Anomaly(
        "missing_invoice",
        "order",
        "The order was completed, perhaps even paid, and no invoice was ever made for it.",
        column="invoices.invoice_id",
        shows_in=(*WON, "orders.invoices.order_id"),
    ),
    Anomaly(
        "pricing_drift",
        "invoice",
        "The invoice is 1.01 to 15 % above or below its order; sound ones equal it to the cent, or to .9 % "
        "where freight was rounded in.",
        column="invoices.amount_due_cents",
        shows_in=WON,
    ),
    Anomaly(
        "duplicate_invoice",
        "invoice",
        "A second invoice for the same order, issued 1 to 3 business days after the first for the same "
        "amount, or in disguise a part of it, and collected again or still open.",
        column="invoices.invoice_id",
        shows_in=(*WON, "orders.invoices.order_id"),
        settles_months=Fraction("0.72"),
    ),
    Anomaly(
        "unauthorized_discount",
        "opportunity",
        "A discount above 15 % that nobody approved, or in disguise only who owns the deal.",
        column="opportunities.discount_pct",
        shows_in=WON,
        sets=("opportunities.approval_status", "opportunities.approved_by"),
    ),
    Anomaly(
        "payment_mismatch",
        "invoice",
        "Marked paid in the CRM and in the books, but what was paid, as a rule at once and in disguise in "
        "instalments, is 3 to 50 % short.",
        column="payments.amount_cents",
        shows_in=WON,
        settles_months=Fraction("2.64"),
    ),
    Anomaly(
        "stale_unpaid",
        "invoice",
        "Unpaid and issued at least 91 days before as_of: 61 days past its Net 30 due date.",
        column="payments.payment_id",
        shows_in=(
            *WON,
            "invoices.",  # old debts thin out with age
            "orders.status",
            "invoices.status",
            "invoices.amount_paid_cents",
            "invoices.payments.invoice_id",
            "invoices.ledger_entries.invoice_id",
        ),
        settles_months=Fraction("3.6"),
    ),
)
"""In a year 1 - 3.6 / 12 = .70 of the transactions may be stale, .78 mismatched and .94 invoiced twice. These
are constants, so that moving as_of moves no label. A stale invoice needs 91 days and a mismatch 60 after the
latest usual issue, 4 business days after the order; a second invoice comes up to 10 business days after it,
all before as_of. `order_days.py` sees to it that so many orders are that old."""


def drifted_cents(
    total_cents: Ints, gross_cents: Ints, draws: Draws, transaction: Ints, mix: DifficultyMix | None
) -> Ints:
    """The amount billed under pricing drift: 1.01 to 15.00 % off after rounding, either way.

    $1,500.00 with a drift of +8.00 % is $1,620.00.
    """
    drift, sign, wish, _ = draws.fields("pricing_drift", transaction)
    least = -(-total_cents * 101 // 10_000)
    if mix:
        most = np.maximum(total_cents * 1_500 // 10_000, least)
        above = difficulty.Range(total_cents + least, total_cents + most)
        below = difficulty.Range(total_cents - most, total_cents - least)
        return difficulty.billed(difficulty.wished(mix, wish), gross_cents, above, below, drift, sign)
    basis_points = 101 + drift.astype(np.int64) * 1_400 // 65_536
    off = np.maximum(total_cents * basis_points // 10_000, least)
    return total_cents + np.where(sign & 1, off, -off)


def short_payment_cents(
    amount_due_cents: Ints, gross_cents: Ints, draws: Draws, transaction: Ints, mix: DifficultyMix | None
) -> Ints:
    """What a short payer sends: 50 to 97 % of the amount due, rounded half up, at least a cent short.

    $1,500.00 paid at 80 % is $1,200.00; the status of the invoice is still `paid`.
    """
    share, wish, _, _ = draws.fields("payment_mismatch", transaction)
    if mix:
        most = np.minimum(amount_due_cents * 97 // 100, amount_due_cents - 1)
        allowed = difficulty.Range(np.minimum(-(-amount_due_cents // 2), most), most)
        return difficulty.received(difficulty.wished(mix, wish), gross_cents, allowed, share)
    per_65536 = 32_768 + (share.astype(np.int64) * 30_802 >> 16)  # a round share would show in the amounts
    return np.minimum((amount_due_cents * per_65536 + 32_768) >> 16, amount_due_cents - 1)


def short_by_dollars(amount_due_cents: Ints, received_cents: Ints, gross_cents: Ints) -> Ints:
    """A disguised short payment: whole dollars short, so that its cents are those of a sound one, as far as
    its grade and 50 to 97 % of the amount due hold such an amount.

    $1,200.00 for $1,500.25 becomes $1,200.25.
    """
    dollars = np.maximum((amount_due_cents - received_cents + 50) // 100, 1)
    near = amount_due_cents - 100 * dollars
    fits = (2 * near >= amount_due_cents) & (100 * near <= 97 * amount_due_cents)
    fits &= difficulty.of_received(near, gross_cents) == difficulty.of_received(received_cents, gross_cents)
    return np.where(fits, near, received_cents)


def billed_again_cents(amount_due_cents: Ints, draws: Draws, transaction: Ints) -> Ints:
    """What a disguised duplicate bills of the order: 30 to 70 % of the first invoice."""
    share = draws.fields("billed_again", transaction)[0].astype(np.int64)
    return np.maximum(amount_due_cents * (19_661 + (share * 26_214 >> 16)) >> 16, 1)


def unauthorized_pct(draws: Draws, transaction: Ints) -> Ints:
    """The discount nobody approved: 16, 18, 20, 22, 25, 30 or 35 %."""
    field = draws.fields("unauthorized_discount", transaction)[0]
    points = np.array(curves.DEEP_DISCOUNTS_PCT)
    return points[field.astype(np.int64) * len(points) // 65_536]


def second_lag_business_days(draws: Draws, transaction: Ints) -> Ints:
    """Business days from the first invoice to its duplicate: 1 to 3."""
    field = draws.fields("duplicate_invoice", transaction)[0]
    return quantile_tables.sample(cash_curves.second_invoice_lag_business_days(), field)
