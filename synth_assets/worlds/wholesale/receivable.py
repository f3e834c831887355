"""Receivables: when each invoice is paid, and which stay open.

Who pays late or not at all is chosen from the totals that the receivables must have on the last day; all
others pay on the due date or a few days before.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from synth_assets.model.calendar import Window
from synth_assets.model.draws import Draws
from synth_assets.model.quotas import quota
from synth_assets.worlds.wholesale import curves
from synth_assets.worlds.wholesale.catalogue import unit_draws
from synth_assets.worlds.wholesale.config import Config
from synth_assets.worlds.wholesale.days import business_day_before
from synth_assets.worlds.wholesale.growth import strata
from synth_assets.worlds.wholesale.invoice import RETURN, Credit, Invoice

OVERDUE_BUCKETS = ((1, 30, 0.4), (31, 60, 0.3), (61, 90, 0.2), (91, 120, 0.1))
"""Days past due, and the share of what is overdue for up to 120 days [D]."""

LONG_OVERDUE = 120
"""Days past due; what is older is long overdue."""


class Receipt(NamedTuple):
    """What a client pays on an invoice on a day."""

    invoice: Invoice
    day: int
    cents: int


Plan = list[tuple[int, int]]
"""Days and cents of the payments of an invoice; the last is what is left."""


def settle(
    config: Config, draws: Draws, window: Window, issued: list[Invoice], credits: list[Credit]
) -> list[Receipt]:
    """When and how far each invoice is paid by the last day; a return settles its invoice by itself.

    Late payers and what stays open are chosen for the end of each stratum. What is open there is paid in the
    next.
    """
    returned = {given.invoice.id for given in credits if given.kind == RETURN}
    invoices = [invoice for invoice in issued if invoice.id not in returned]
    drawn = {
        invoice.id: row
        for invoice, row in zip(invoices, unit_draws(draws, "payments", len(invoices)), strict=True)
    }
    plans = {invoice.id: _in_time(window, invoice, drawn[invoice.id]) for invoice in invoices}
    before, slow = -1, 0
    for days in strata(config):
        last = days.stop - 1
        late_payers = sorted(
            (i for i in invoices if _may_be_late(i, plans[i.id], before, last)),
            key=lambda i: drawn[i.id][2] - i.order.client.is_chronic,
        )
        open_later = (i for i in invoices if i.day <= last <= i.due)
        not_due = sum(_open(invoice, plans[invoice.id], last) for invoice in open_later)
        unpaid = _overdue(config, late_payers, not_due, last)
        due = sum(invoice.due <= last for invoice in issued)
        left = quota(config.late_share, due) - slow - len(unpaid)
        chosen = [i for i in late_payers if i.id not in unpaid][:left]
        for invoice in chosen:
            plans[invoice.id] = _late(window, invoice, drawn[invoice.id], last)
        for invoice in late_payers:
            if invoice.id in unpaid:
                plans[invoice.id] = _collected(
                    window, invoice, plans[invoice.id], unpaid[invoice.id], last, drawn[invoice.id]
                )
        before, slow = last, slow + len(unpaid) + len(chosen)
    return _receipts(invoices, plans, window.length - 1)


def _may_be_late(invoice: Invoice, plan: Plan, before: int, last: int) -> bool:
    """Whether an invoice that falls due in a stratum, and before its last day, may be paid late: not one that
    was paid in the stratum before."""
    is_due = before < invoice.due < last
    return is_due and invoice.order.terms != "PARTIAL" and plan[0][0] > before


def _overdue(config: Config, late_payers: list[Invoice], not_due: int, last: int) -> dict[int, int]:
    """Cents that are overdue of some invoices on the last day, so that the shares of the scenario come out.

    Where $850,000 are not due yet, a share of 15 % is $150,000; half of them are more than 120 days old.
    """
    overdue = round(not_due * config.overdue_share / (1 - config.overdue_share))
    long_overdue = round(overdue * config.overdue_120_share)
    unpaid = _unpaid((i for i in late_payers if last - i.due > LONG_OVERDUE), long_overdue)
    rest = overdue - long_overdue
    for low, high, share in OVERDUE_BUCKETS:
        is_last = high == LONG_OVERDUE
        part = rest if is_last else round((overdue - long_overdue) * share)
        chosen = _unpaid((i for i in late_payers if low <= last - i.due <= high), part)
        rest -= sum(chosen.values())
        unpaid |= chosen
    return unpaid


def _unpaid(able: Iterable[Invoice], target: int) -> dict[int, int]:
    """Cents that stay unpaid of each of some invoices, `target` in all: whole invoices, and a part of one."""
    left: dict[int, int] = {}
    spare: Invoice | None = None
    for invoice in able:
        if invoice.cents <= target:
            left[invoice.id] = invoice.cents
            target -= invoice.cents
        elif spare is None or invoice.cents < spare.cents:
            spare = invoice
    if target and spare is not None:
        left[spare.id] = target
    return left


def _open(invoice: Invoice, plan: Plan, last: int) -> int:
    """What a plan leaves unpaid on the last day."""
    return invoice.cents - sum(cents for day, cents in plan if day <= last)


def _in_time(window: Window, invoice: Invoice, drawn: list[float]) -> Plan:
    """A payment by the due date; of PARTIAL terms a part on the spot."""
    low, high = curves.EARLY_DAYS
    early = low + int((high - low + 1) * drawn[0] * invoice.order.client.early)
    day = max(invoice.day, business_day_before(window, invoice.due - early))
    if invoice.order.terms != "PARTIAL":
        return [(day, invoice.cents)]
    least, most = curves.PARTIAL_PERCENT
    part = invoice.cents * int(least + drawn[3] * (most - least + 1)) // 10_000 * 100
    return [(invoice.day, part), (day, invoice.cents - part)]


def _collected(
    window: Window, invoice: Invoice, plan: Plan, unpaid: int, last: int, drawn: list[float]
) -> Plan:
    """What stays open on the last day of a stratum is paid in the next: in full, within some months."""
    day = business_day_before(window, last + 1 + int(drawn[1] * curves.COLLECTED_WITHIN_DAYS))
    return [*_in_parts(plan, invoice.cents - unpaid), (max(last + 1, day), unpaid)]


def _late(window: Window, invoice: Invoice, drawn: list[float], last: int) -> Plan:
    """A payment of the whole invoice after its due date, sooner rather than later, by the last day."""
    low, high = curves.LATE_DAYS
    latest = min(high, last - invoice.due)
    day = invoice.due + low + int(drawn[1] ** 2 * (latest - low + 1))
    return [(max(invoice.due + 1, business_day_before(window, day)), invoice.cents)]


def _receipts(invoices: list[Invoice], plans: dict[int, Plan], last: int) -> list[Receipt]:
    """What comes in by the last day, in time."""
    receipts = [
        Receipt(invoice, day, cents)
        for invoice in invoices
        for day, cents in plans[invoice.id]
        if cents and day <= last
    ]
    return sorted(receipts, key=lambda receipt: (receipt.day, receipt.invoice.id))


def _in_parts(plan: Plan, owed: int) -> Plan:
    """A plan for less than the whole invoice."""
    parts = []
    for day, cents in plan:
        parts.append((day, min(cents, owed)))
        owed -= parts[-1][1]
    return parts
