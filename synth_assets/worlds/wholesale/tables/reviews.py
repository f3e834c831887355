"""What each client is good for, at the end of each month: signals of the journal, a score and a limit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from math import fsum
from typing import NamedTuple

from synth_assets.worlds.wholesale.catalogue import Client
from synth_assets.worlds.wholesale.config import Config
from synth_assets.worlds.wholesale.growth import months_over
from synth_assets.worlds.wholesale.invoice import ACCOUNTANT, Invoice
from synth_assets.worlds.wholesale.payable import OWNER
from synth_assets.worlds.wholesale.tables.billing import invoice_number
from synth_assets.worlds.wholesale.tables.dealings import (
    CALCULATED_AT,
    as_json,
    client_of,
    dollars,
    paid_at,
    settled,
    settled_on,
)
from synth_assets.worlds.wholesale.year import Year, once

WEIGHTS = (20, 25, 20, 15, 10, 10)
"""Per cent of the score for each signal, in the order of `Signals`."""

LEARNING_MONTHS, LEARNING_INVOICES = 3, 15
"""A client is in learning mode before so many months and invoices."""

SENSITIVITY = 0.1
"""How far the limit follows the mean of the trends."""

REVENUE_MULTIPLIER, MARGIN_MULTIPLIER = 2.0, 2.5
"""Months of revenue, and quarters of gross profit, of which the smaller is the capacity."""

LEAST_LIMIT, LARGEST_LIMIT = 1_000_00, 1_000_000_00
"""Bounds of a limit, in cents."""

LIMIT_STEP = 100_00
"""Limits are whole hundreds of dollars."""

RECENT, PAID_WITHIN, LONG = 3, 6, 12
"""Months over which signals are taken."""

NEUTRAL = 50.0
"""A signal of which nothing is known yet."""

AGED_DAYS = 90
"""Debt so many days past due is worth nothing."""

TREND_POINTS = 2.0
"""A signal that moves by more in a month has a trend."""

TOLERATED_PERCENT = 5
"""A seller may let a client be so far over its limit [D]."""

MOST_PERCENT = 999.99
"""The largest percentage that the ERP's columns hold."""


class Signals(NamedTuple):
    """Six figures from 0 to 100; more is better."""

    revenue: float
    collection: float
    profit: float
    ageing: float
    repayment: float
    tenure: float


class Review(NamedTuple):
    """What was calculated for a client at the end of a month.

    Attributes:
        client: the client.
        day: the last day of the month.
        signals: figures from 0 to 100.
        trends: -1, 0 or 1 for all signals but the last.
        score: the weighted signals.
        capacity_cents: what a client of the best score may owe.
        risk, direction: what the capacity is multiplied by.
        limit_cents: what it may owe.
        exposure_cents: the whole amount of invoices that are not paid in full.
        invoices: how many it had had.
        months: how many months had gone by.
        recent_cents: its revenue in the last three months.
    """

    client: Client
    day: int
    signals: Signals
    trends: tuple[int, ...]
    score: float
    capacity_cents: int
    risk: float
    direction: float
    limit_cents: int
    exposure_cents: int
    invoices: int
    months: int
    recent_cents: int

    @property
    def is_active(self) -> bool:
        """Whether enough is known of the client."""
        return self.months >= LEARNING_MONTHS and self.invoices >= LEARNING_INVOICES

    @property
    def readiness(self) -> float:
        """How much is known of the client, in per cent."""
        return round(min(100.0, 100 * self.invoices / LEARNING_INVOICES), 2)

    @property
    def monthly_cents(self) -> int:
        """Its revenue a month in that time."""
        return self.recent_cents // min(self.months, RECENT)

    @property
    def trend(self) -> float:
        """The mean of the trends."""
        return sum(self.trends) / len(self.trends)


class _Dealings:
    """A client's figures month by month."""

    def __init__(self, months: int) -> None:
        self.revenue, self.profit, self.paid = [0] * months, [0] * months, [0] * months
        self.due, self.in_time = [0] * months, [0] * months
        self.issued: list[list[Invoice]] = [[] for _ in range(months)]
        self.open: list[Invoice] = []
        self.invoices = 0


@once
def reviews(facts: Year, config: Config) -> list[list[Review]]:
    """The reviews of all clients at each month end, month by month."""
    month_of = [month for month, span in enumerate(facts.months) for _ in span]
    paid_on = settled_on(facts)
    of_client = {client.id: _Dealings(len(facts.months)) for client in facts.clients}
    for invoice in facts.invoices:
        dealings, month = of_client[invoice.order.client.id], month_of[invoice.day]
        dealings.revenue[month] += invoice.cents
        dealings.profit[month] += invoice.cents - invoice.order.cost_cents
        dealings.issued[month].append(invoice)
        if invoice.due < len(month_of):
            dealings.due[month_of[invoice.due]] += invoice.cents
            if paid_on.get(invoice.id, len(month_of)) <= invoice.due:
                dealings.in_time[month_of[invoice.due]] += invoice.cents
    for payment in facts.payments:
        client = client_of(payment)
        if client:
            of_client[client.id].paid[month_of[payment.day]] += payment.cents
    found: list[list[Review]] = []
    for month, span in enumerate(months_over(config, facts.window)):
        before = found[-1] if found else [None] * len(facts.clients)
        found.append(
            [
                _review(client, of_client[client.id], month, span.stop - 1, paid_on, last)
                for client, last in zip(facts.clients, before, strict=True)
            ]
        )
    return found


def _review(
    client: Client, of: _Dealings, month: int, day: int, paid_on: dict[int, int], last: Review | None
) -> Review:
    of.invoices += len(of.issued[month])
    of.open = [i for i in (*of.open, *of.issued[month]) if paid_on.get(i.id, day + 1) > day]
    recent = slice(max(0, month + 1 - RECENT), month + 1)
    within = slice(max(0, month + 1 - PAID_WITHIN), month + 1)
    long = of.revenue[max(0, month + 1 - LONG) : month + 1]
    revenue, profit, due = sum(of.revenue[recent]), sum(of.profit[recent]), sum(of.due[within])
    monthly = revenue / len(of.revenue[recent])
    usual = sum(long) / len(long)
    exposure = sum(invoice.cents for invoice in of.open)
    aged = sum(i.cents * min(max(day - i.due, 0), AGED_DAYS) for i in of.open) / AGED_DAYS
    signals = Signals(
        _bounded(50 + 100 * (monthly / usual - 1)) if usual else NEUTRAL,
        _bounded(100 * sum(of.in_time[within]) / due) if due else NEUTRAL,
        _bounded(200 * profit / revenue) if revenue else NEUTRAL,
        _bounded(100 - 100 * aged / exposure) if exposure else 100.0,
        _bounded(100 * sum(of.paid[recent]) / revenue) if revenue else 100.0,
        _bounded(50 * min(1, (month + 1) / LONG) + 50 * min(1, of.invoices / LEARNING_INVOICES)),
    )
    trends = tuple(
        (now - then > TREND_POINTS) - (then - now > TREND_POINTS)
        for now, then in zip(signals[:-1], (last.signals if last else signals)[:-1], strict=True)
    )
    score = round(fsum(w * s for w, s in zip(WEIGHTS, signals, strict=True)) / 100, 2)
    capacity = int(min(REVENUE_MULTIPLIER * monthly, MARGIN_MULTIPLIER * profit))
    risk = round(score / 100, 2)
    direction = round(1 + SENSITIVITY * sum(trends) / len(trends), 2)
    limit = round(capacity * risk * direction / LIMIT_STEP) * LIMIT_STEP
    limit = min(max(limit, LEAST_LIMIT), LARGEST_LIMIT)
    return Review(
        client, day, signals, trends, score, capacity, risk, direction, limit, exposure, of.invoices,
        month + 1, revenue,
    )  # fmt: skip


def _bounded(score: float) -> float:
    return round(min(max(score, 0.0), 100.0), 2)


def percent(part: int, whole: int) -> float:
    """A share in per cent, as far as the ERP's columns hold it."""
    return round(max(min(100 * part / whole, MOST_PERCENT), -MOST_PERCENT), 2)


class Change(NamedTuple):
    """A line of the log of credit limits.

    Attributes:
        client: the client.
        kind: an event type.
        old_cents, new_cents: the limit before and after; None where it stays as it is.
        reason: in words; none for a client's first limit.
        metadata: JSON text.
        user: who caused it.
        at: when, seconds since 1970-01-01.
    """

    client: Client
    kind: str
    old_cents: int | None
    new_cents: int | None
    reason: str | None
    metadata: str
    user: int
    at: int


@once
def changes(facts: Year, config: Config) -> list[Change]:
    """Every change of a limit or of a mode, and where exposure passed a limit, in time."""
    months_of = reviews(facts, config)
    found = [*_calculated(facts, months_of), *_exceeded(facts, months_of)]
    return sorted(found, key=lambda change: change.at)


def _calculated(facts: Year, months_of: list[list[Review]]) -> Iterator[Change]:
    for month, of_month in enumerate(months_of):
        for place, review in enumerate(of_month):
            at = facts.seconds(review.day, CALCULATED_AT)
            before = months_of[month - 1][place] if month else None
            old, new = before.limit_cents if before else None, review.limit_cents
            metadata = as_json({"score": review.score, "invoices": review.invoices, "months": review.months})
            kind: str = "LIMIT_CALCULATED"
            reason: str | None = None
            if before:
                kind = "LIMIT_INCREASED" if new > before.limit_cents else "LIMIT_DECREASED"
                reason = _reason(review, before)
            if old != new:
                yield Change(review.client, kind, old, new, reason, metadata, ACCOUNTANT, at)
            if review.is_active and before and not before.is_active:
                reason = f"{review.invoices} invoices in {review.months} months: out of learning mode."
                modes = as_json({"from": "LEARNING", "to": "ACTIVE"})
                yield Change(review.client, "MODE_CHANGED", None, None, reason, modes, ACCOUNTANT, at)


SIGNAL_NAMES = ("revenue momentum", "collection", "profitability", "debt ageing", "repayment", "tenure")


def _reason(now: Review, then: Review) -> str:
    """What moved a limit most in the direction in which it went."""
    sign = 1 if now.limit_cents > then.limit_cents else -1
    score = f"Score {then.score:.2f} to {now.score:.2f}"
    up, down = ("rose", "better") if sign > 0 else ("fell", "worse")
    factors = {
        "capacity": now.capacity_cents / max(then.capacity_cents, 1),
        "risk": now.risk / max(then.risk, 0.01),
        "direction": now.direction / then.direction,
    }
    most = max(factors, key=lambda factor: sign * factors[factor])
    if most == "capacity":
        return f"Revenue and profit {up}; a month brings {dollars(now.monthly_cents)} now. {score}."
    if most == "direction":
        return f"Trends are {down} than a month ago. {score}."
    moved = [
        sign * weight * (signal - before)
        for weight, signal, before in zip(WEIGHTS, now.signals, then.signals, strict=True)
    ]
    return f"{score}: {SIGNAL_NAMES[moved.index(max(moved))]} is {down}."


def is_far_over(exposure: int, limit: int) -> bool:
    """Whether an order takes a client so far over its limit that the owner has to approve it."""
    return 100 * exposure > (100 + TOLERATED_PERCENT) * limit


def _exceeded(facts: Year, months_of: list[list[Review]]) -> Iterator[Change]:
    """Where an order took a client past its limit, once until the next calculation."""
    last_payment = settled(facts)
    happened: dict[int, list[tuple[int, int, Invoice]]] = defaultdict(list)
    for invoice in facts.invoices:
        of_client = happened[invoice.order.client.id]
        of_client.append((facts.seconds(invoice.day, invoice.order.second), invoice.cents, invoice))
        if invoice.id in last_payment:
            of_client.append((paid_at(facts, last_payment[invoice.id]), -invoice.cents, invoice))
    for place, client in enumerate(facts.clients):
        limits = [(facts.seconds(of[place].day, CALCULATED_AT), of[place].limit_cents) for of in months_of]
        month, limit, exposure, is_told = -1, 0, 0, True
        for at, cents, invoice in sorted(happened[client.id], key=lambda entry: entry[0]):
            while month + 1 < len(limits) and limits[month + 1][0] < at:
                month, is_told = month + 1, False
                limit = limits[month][1]
            exposure += cents
            if cents > 0 and exposure > limit and not is_told:
                is_told = True
                number = invoice_number(facts, invoice)
                yield Change(
                    client, "EXPOSURE_EXCEEDED", None, None,
                    f"{number} of {dollars(cents)} takes open invoices to {dollars(exposure)}, over the "
                    f"limit of {dollars(limit)}.",
                    as_json(
                        {
                            "invoiceId": invoice.id, "exposure": exposure / 100, "limit": limit / 100,
                            "approvedBy": OWNER if is_far_over(exposure, limit) else None,
                        }
                    ),
                    client.seller, at,
                )  # fmt: skip
