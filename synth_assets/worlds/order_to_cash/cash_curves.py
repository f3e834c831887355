"""Curves of invoicing and cash, each with its source: lags, payers, methods.

[S] secondary source, [D] design choice: no source claims it.
"""

from __future__ import annotations

import math
from functools import cache
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from synth_assets.model import quantile_tables
from synth_assets.model.draws import Fields, Ints

TERMS_DAYS = 30
"""Net 30 for all."""

MOST_LAG_BUSINESS_DAYS = 4
"""From an order to its invoice, unless that one is late."""


@cache
def invoice_lag_business_days() -> npt.NDArray[np.int64]:
    """Business days from order to invoice, 0 to 4 [D]."""
    return quantile_tables.from_weights(range(5), [0.34, 0.30, 0.18, 0.11, 0.07])


@cache
def late_invoice_lag_business_days() -> npt.NDArray[np.int64]:
    """Business days from order to an invoice that is late: 5 to 7 [D]."""
    return quantile_tables.from_weights(range(5, 8), [0.5, 0.3, 0.2])


@cache
def second_invoice_lag_business_days() -> npt.NDArray[np.int64]:
    """Business days from an invoice to its duplicate: 1 to 3, so that it is issued at most as late as a late
    invoice [D]."""
    return quantile_tables.from_weights(range(1, 4), [0.6, 0.3, 0.1])


LATEST_SECOND_BUSINESS_DAYS = 10
"""From an order to its second invoice: 7 for a late first one and 3."""

BATCH_BILLING_PER_65536 = 19_661
"""30 % of orders near a month's first or last business day wait for that day's billing run [D]."""

LATEST_PAYMENT_DAYS = 60
"""Every sound payment comes at most 60 days after issue."""

STALE_DAYS = 91
"""Net 30, 60 days of patience, and a day."""

AGED_DAYS, AGED_NONE_DAYS = (31, 59), 62
"""Ages of invoices that slow payers leave open, and the age of the order at which there would be none: their
share falls on a straight line, so that the curve of open invoices falls on [D]."""

PAYER_TYPES = {"early": 0.20, "on_time": 0.45, "drifter": 0.25, "chronic": 0.10}
"""Shares of customers by payment behaviour [D]."""

TYPE_HELD_PER_65536 = 56_361
"""An invoice follows its customer's type with p = .86, else the mix of all customers: between-customer
variance of delays .5 to .65 [simulated receivables of 100 customers: .64]; p = .8 gives .43 to .56."""

PAY_RUN_PER_65536 = 26_214
"""40 % of check payers pay on a fixed weekday [D]."""

PAY_RUN_WEEKDAYS = (1, 3, 4)
"""Tuesday, Thursday, Friday."""


@cache
def payer_type() -> npt.NDArray[np.int64]:
    """Payment behaviour, as index into PAYER_TYPES."""
    return quantile_tables.from_weights(range(4), list(PAYER_TYPES.values()))


@cache
def days_past_due() -> npt.NDArray[np.int64]:
    """Days from due date to payment, shape (type, quantile), from -30 to +30 [D from Atradius 2024].

    Early -N(12, 6); on time -Gamma(1.6, 2.2); drifter 1 + Gamma(1.3, 9); chronic 5 + LogN(3.1, .7).
    Each law is conditional on a payment within 60 days of issue.
    """
    days = range(-TERMS_DAYS, LATEST_PAYMENT_DAYS - TERMS_DAYS + 1)
    normal = NormalDist(-12, 6)
    return np.stack(
        [
            quantile_tables.from_density(days, normal.pdf),
            quantile_tables.from_density(days, lambda x: _gamma(-x, 1.6, 2.2)),
            quantile_tables.from_density(days, lambda x: _gamma(x - 1, 1.3, 9)),
            quantile_tables.from_density(days, lambda x: _lognormal_density(x - 5, 3.1, 0.7)),
        ]
    )


def _gamma(x: float, shape: float, scale: float) -> float:
    """Gamma density without its constant."""
    return x ** (shape - 1) * math.exp(-x / scale) if x > 0 else 0.0


def _lognormal_density(x: float, mu: float, sigma: float) -> float:
    """Log-normal density without its constant."""
    return math.exp(-((math.log(x) - mu) ** 2) / (2 * sigma**2)) / x if x > 0 else 0.0


INSTALMENTS_PER_65536 = 19_661
"""30 % of the invoices that are not paid too soon for it are paid in instalments, where these are allowed [S:
over 30 % of transactions between businesses, resolvepay.com 2025]."""

DAYS_BETWEEN_INSTALMENTS = 10
"""From one instalment to the next, at least, before they wait for a business day or a pay run [D]."""

INSTALMENT_SHARES = {2: 0.60, 3: 0.25, 4: 0.15}
"""How many instalments, as far as the days hold them [D]."""

DEPOSIT_SHARES = {0: 0.50, 20: 0.08, 25: 0.10, 30: 0.12, 40: 0.05, 50: 0.15}
"""Per cent that the first instalment pays, the others the rest in equal parts; 0 where all are equal [D]."""

STEPS_PER_65536 = 32_768
"""In disguise half of the instalments are equal but for a smaller last one: the rest [D]."""


@cache
def instalments(most: int) -> npt.NDArray[np.int64]:
    """Instalments of an invoice that is paid in some, at most so many."""
    shares = {count: share for count, share in INSTALMENT_SHARES.items() if count <= most}
    return quantile_tables.from_weights(list(shares), list(shares.values()))


@cache
def deposit_pct() -> npt.NDArray[np.int64]:
    """Per cent that the first instalment pays."""
    return quantile_tables.from_weights(list(DEPOSIT_SHARES), list(DEPOSIT_SHARES.values()))


METHODS = ("ach", "check", "credit_card", "wire", "other")
ACH, CHECK = METHODS.index("ach"), METHODS.index("check")
CARD_BELOW_CENTS = 500_000
WIRE_ABOVE_CENTS = 1_000_000
METHOD_SHARES = (
    (0.440, 0.295, 0.230, 0.0, 0.035),
    (0.56, 0.41, 0.0, 0.0, 0.03),
    (0.10, 0.04, 0.0, 0.85, 0.01),
)
"""Shares of METHODS for small, middle and large amounts: card only below about $5,000, wire only above
about $10,000. Of orders 74, 14 and 12 % are small, middle and large, so that over all amounts the shares are
ACH .42, check .28, card .17, wire .10 and other .03 [D from AFP 2022 and 2025]."""


CHECK_PER_65536 = np.array([int(share[CHECK] * 65_536 + 0.5) for share in METHOD_SHARES])
"""Those who pay by check, by size class."""


@cache
def payment_method_but_check() -> npt.NDArray[np.int64]:
    """Index into METHODS of those who do not pay by check, shape (size class, quantile)."""
    shares = [[share * (at != CHECK) for at, share in enumerate(size)] for size in METHOD_SHARES]
    return np.stack([quantile_tables.from_weights(range(len(METHODS)), share) for share in shares])


RUN_BY_CHECK_PER_65536 = 26_214
"""Where one payment may settle several invoices, customers with a pay run pay all of them by it: 40 % by
check, the others by ACH, as .28 is to .42 among all payments [D]."""


def size_class(amount_cents: Ints) -> Ints:
    """0 below $5,000, 1 up to $10,000, 2 above."""
    return (amount_cents >= CARD_BELOW_CENTS).astype(np.int64) + (amount_cents > WIRE_ABOVE_CENTS)


def sample_by_row(tables: npt.NDArray[np.int64], row: Ints, field: Fields) -> Ints:
    """An entry of one of several lookup tables, chosen row by row."""
    return tables.ravel().take(row * quantile_tables.SIZE + (field >> 4))
