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
    """When and how far each invoice is paid by the last day; a return settles its invoice by itself."""
    last = window.length - 1
    returned = {given.invoice.id for given in credits if given.kind == RETURN}
    invoices = [invoice for invoice in issued if invoice.id not in returned]
    drawn = {
        invoice.id: row
        for invoice, row in zip(invoices, unit_draws(draws, "payments", len(invoices)), strict=True)
    }
    plans = {invoice.id: _in_time(window, invoice, drawn[invoice.id]) for invoice in invoices}
    late_payers = sorted(
        (i for i in invoices if i.due < last and i.order.terms != "PARTIAL"),
        key=lambda i: drawn[i.id][2] - i.order.client.is_chronic,
    )
    not_due = sum(_open(invoice, plans[invoice.id], last) for invoice in invoices if invoice.due >= last)
    unpaid = _overdue(config, late_payers, not_due, last)
    due = [invoice for invoice in issued if invoice.due <= last]
    slow = quota(config.late_share, len(due)) - len(unpaid)
    for invoice in [i for i in late_payers if i.id not in unpaid][:slow]:
        plans[invoice.id] = _late(window, invoice, drawn[invoice.id])
    return _receipts(invoices, plans, unpaid, last)


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


def _late(window: Window, invoice: Invoice, drawn: list[float]) -> Plan:
    """A payment of the whole invoice after its due date, sooner rather than later."""
    low, high = curves.LATE_DAYS
    latest = min(high, window.length - 1 - invoice.due)
    day = invoice.due + low + int(drawn[1] ** 2 * (latest - low + 1))
    return [(max(invoice.due + 1, business_day_before(window, day)), invoice.cents)]


def _receipts(
    invoices: list[Invoice], plans: dict[int, Plan], unpaid: dict[int, int], last: int
) -> list[Receipt]:
    """What comes in by the last day, in time: each plan, less what stays unpaid."""
    receipts = []
    for invoice in invoices:
        owed = invoice.cents - unpaid.get(invoice.id, 0)
        for day, cents in _in_parts(plans[invoice.id], owed):
            if cents and day <= last:
                receipts.append(Receipt(invoice, day, cents))
    return sorted(receipts, key=lambda receipt: (receipt.day, receipt.invoice.id))


def _in_parts(plan: Plan, owed: int) -> Plan:
    """A plan for less than the whole invoice."""
    parts = []
    for day, cents in plan:
        parts.append((day, min(cents, owed)))
        owed -= parts[-1][1]
    return parts
