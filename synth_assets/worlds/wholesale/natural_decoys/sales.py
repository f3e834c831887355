"""Decoys among receipts, credits, orders and credit limits."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from synth_assets.worlds.wholesale import curves
from synth_assets.worlds.wholesale.anomalies.receipts import (
    LAPPED_WITHIN_DAYS,
    MANY_RECEIPTS,
    refunds,
    returns,
)
from synth_assets.worlds.wholesale.anomalies.sales import discounted, excesses
from synth_assets.worlds.wholesale.natural_decoys.decoy import Decoy, Decoys
from synth_assets.worlds.wholesale.payment import methods_of
from synth_assets.worlds.wholesale.placing import row
from synth_assets.worlds.wholesale.tables.reviews import Change, changes
from synth_assets.worlds.wholesale.year import Year


def whole_invoice_credited(year: Year) -> Decoys:
    """Credits of whole invoices: their goods came back."""
    return (Decoy(credit.id) for credit in returns(year))


def quality_credit(year: Year) -> Decoys:
    """Credits for quality."""
    return (Decoy(credit.id) for credit in refunds(year))


def same_amount_weeks_apart(year: Year) -> Decoys:
    """Receipts that another client's follows within 60 days, of the same amount."""
    of_cents = defaultdict(list)
    for payment in year.receipts:
        of_cents[payment.cents].append(payment)
    for same in of_cents.values():
        for first in same:
            for second in same:
                a, b = first.invoice, second.invoice
                is_soon = 1 <= second.day - first.day <= LAPPED_WITHIN_DAYS
                if a and b and is_soon and a.order.client != b.order.client:
                    rows = (row("payments", payment_id=one.id) for one in (first, second))
                    yield Decoy(first.id, tuple(rows))
                    break


def paid_by_another_method(year: Year) -> Decoys:
    """Receipts by another method than their client's usual one, of clients with many."""
    for payment in year.receipts:
        client = payment.invoice.order.client.id if payment.invoice else 0
        is_usual = payment.method == methods_of(client)[0]
        if not is_usual and year.receipts_of[client] >= MANY_RECEIPTS:
            yield Decoy(payment.id, (row("payments", payment_id=payment.id),))


def discount_by_rule(year: Year) -> Decoys:
    """Sales with a discount, each by a rule."""
    return (Decoy(year.order_ids[order.id]) for order in discounted(year))


def sale_of_the_last_day(year: Year) -> Decoys:
    """Invoices of a month's last day."""
    last = {day for day, date in enumerate(year.window.dates) if (date + dt.timedelta(1)).day == 1}
    return (Decoy(invoice.id) for invoice in year.invoices if invoice.day in last)


def longer_terms_on_both_papers(year: Year) -> Decoys:
    """Orders with longer terms than their client's last one had."""
    of_client = defaultdict(list)
    for order in year.orders:
        of_client[order.client.id].append((year.order_ids[order.id], curves.DAYS_OF[order.terms]))
    for orders in of_client.values():
        for (before, shorter), (number, days) in pairwise(sorted(orders)):
            if days > shorter:
                yield Decoy(number, (row("orders", order_id=number), row("orders", order_id=before)))


def _log(year: Year, kind: str) -> Iterator[tuple[int, Change]]:
    """The lines of the log of credit limits that are of a kind, with their numbers."""
    lines = enumerate(changes(year, year.config), start=1)
    return ((number, change) for number, change in lines if change.kind == kind)


def slightly_over_limit(year: Year) -> Decoys:
    """Orders that take a client over its limit by so little that nobody approves them."""
    lines = _log(year, "EXPOSURE_EXCEEDED")
    return (Decoy(number) for number, change in lines if not json.loads(change.metadata)["approvedBy"])


def approved_over_limit(year: Year) -> Decoys:
    """Orders that take a client far over its limit, approved by the owner."""
    return (Decoy(excess.number) for excess in excesses(year))


def limit_raised_with_reason(year: Year) -> Decoys:
    """Raised limits with their reason."""
    return (Decoy(number) for number, _ in _log(year, "LIMIT_INCREASED"))


def first_limit(year: Year) -> Decoys:
    """The first limit of each client."""
    return (Decoy(number) for number, _ in _log(year, "LIMIT_CALCULATED"))
