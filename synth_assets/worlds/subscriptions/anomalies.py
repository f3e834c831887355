"""The three kinds of leakage and the one edit that needs arithmetic.

A ghost is an invoice that is left out, a zombie a payment that is left out (`fault_plan.py` decides which); a
leaky bucket pays a little less than it owes.
"""

from __future__ import annotations

import numpy as np

from synth_assets.model.anomaly import Anomaly
from synth_assets.model.draws import Draws, Ints

GHOST, ZOMBIE, PARTIAL = range(1, 4)
"""Codes of the kinds in a plan: 1 + position in ANOMALIES; 0 is a sound bill."""

ANOMALIES = (
    Anomaly(
        "ghost_subscriber",
        "subscription",
        "The subscription is active, and for one billing date there is no invoice.",
        column="invoices.invoice_id",
        day="billing_date",
        shows_in_with=(
            ("ghosts_at_plan_changes", "subscriptions.plan_id"),  # most changes are to a dearer plan
        ),
        shows_in_history=(
            "subscriptions.",
        ),  # who came early has had more bills, of which each may be missing
    ),
    Anomaly(
        "zombie_account",
        "invoice",
        "No payment came, the grace period after the due date has run out, and the subscription is still "
        "active.",
        column="payments.payment_id",
        shows_in=(
            "invoices.payments.invoice_id",
            "invoice_settlement.settlement",
            "invoices.sub_id",  # grace must have run out, so it is never the last invoice
        ),
        shows_in_history=("invoice_settlement.outstanding_cents",),  # on some days nothing else is unpaid
    ),
    Anomaly(
        "partial_payment",
        "payment",
        "The one payment is 1 to 10 % below the invoice's amount.",
        column="payments.amount_paid_cents",
        shows_in=(
            "payments.amount_paid_cents",
            "invoice_settlement.outstanding_cents",
            "invoice_settlement.settlement",
        ),
    ),
)


def partial_cents(amount_cents: Ints, draws: Draws, bill: Ints) -> Ints:
    """What a leaky bucket pays: 90 to 99 % of the amount, inside these bounds after rounding.

    $50.00 paid at 95.3 % is $47.65.
    """
    share = draws.fields("partial_payment", bill)[0].astype(np.int64)
    ten_thousandths = 9_000 + share * 901 // 65_536
    paid = (amount_cents * ten_thousandths + 5_000) // 10_000
    return np.clip(paid, -(-amount_cents * 90 // 100), amount_cents * 99 // 100)
