"""Invoices: each order is billed on its day. A few orders come back whole, some get a part of the price back.

Both give the client a credit: a return one of the whole invoice, which it settles, a refund one of five per
cent, which the client uses on a later invoice.
"""

from __future__ import annotations

from typing import NamedTuple

from synth_assets.model.calendar import Window
from synth_assets.model.draws import Draws
from synth_assets.model.quotas import quota
from synth_assets.worlds.wholesale import curves
from synth_assets.worlds.wholesale.catalogue import unit_draws
from synth_assets.worlds.wholesale.config import Config
from synth_assets.worlds.wholesale.days import half_month
from synth_assets.worlds.wholesale.demand import Demand
from synth_assets.worlds.wholesale.growth import strata
from synth_assets.worlds.wholesale.journal import (
    COST_OF_GOODS,
    CREDITS,
    INVENTORY,
    RECEIVABLE,
    RETURNS,
    SALES,
    Journal,
    Leg,
    credit,
    debit,
)
from synth_assets.worlds.wholesale.order import Order
from synth_assets.worlds.wholesale.stock import Stock

RETURN, REFUND = "return", "refund"

RETURN_AFTER_DAYS, REFUND_AFTER_DAYS = (1, 4), (2, 9)
"""When goods come back, and when quality is complained about: days after the order [D]."""

FEWEST_DAYS_TO_PAY = 15
"""Orders that are returned have not been paid yet: their terms are no shorter."""

ACCOUNTANT, RETURNS_AT = 5, 17 * 3_600 + 1_800
"""Who records credits, and when goods come back, seconds of the day."""


class Invoice(NamedTuple):
    """An invoice.

    Attributes:
        id: that of its order.
        order: what it bills.
        day: when it was issued.
        due: the day by which it is to be paid.
        cents: what is owed.
    """

    id: int
    order: Order
    day: int
    due: int
    cents: int


class Claim(NamedTuple):
    """What a client gets back for an order.

    Attributes:
        order: number of the order.
        kind: RETURN or REFUND.
        after: days after the order.
    """

    order: int
    kind: str
    after: int


class Credit(NamedTuple):
    """A credit that a client may use on invoices.

    Attributes:
        id: from 1, in time.
        invoice: the one that it gives back from.
        kind: RETURN or REFUND.
        day: when it was given.
        cents: how much.
    """

    id: int
    invoice: Invoice
    kind: str
    day: int
    cents: int


def claims(config: Config, draws: Draws, window: Window, demands: list[Demand]) -> dict[int, Claim]:
    """What comes back of the planned orders, by their number: exact quotas, never both of one order.

    Goods come back before the order is paid and within the half of a month in which they were sold, so that
    the grower is never paid for them.
    """
    drawn = unit_draws(draws, "claims", len(demands))
    found: dict[int, Claim] = {}
    before, decoys = 0, config.decoy_rates.whole_invoice_credited
    for days in strata(config):
        of_year = [i for i in range(before, len(demands)) if demands[i].day in days]
        in_turn = sorted(of_year, key=lambda i: drawn[i][0])
        more = quota(decoys, before + len(of_year)) - quota(decoys, before)
        for kind, rate, added, (low, high) in (
            (RETURN, config.return_rate, more, RETURN_AFTER_DAYS),
            (REFUND, config.refund_rate, 0, REFUND_AFTER_DAYS),
        ):
            left = quota(rate, before + len(of_year)) - quota(rate, before) + added
            for i in in_turn:
                after = low + int(drawn[i][1] * (high - low + 1))
                if left and i + 1 not in found and _may(kind, window, days.stop, demands[i], after):
                    found[i + 1] = Claim(i + 1, kind, after)
                    left -= 1
        before += len(of_year)
    return found


def _may(kind: str, window: Window, stop: int, demand: Demand, after: int) -> bool:
    """Whether a planned order may have a claim so many days later, before the day `stop`."""
    day = demand.day + after
    if day >= stop or not window.is_business[day]:
        return False
    if kind == REFUND:
        return True
    same = half_month(window, demand.day) == half_month(window, day)
    return same and curves.DAYS_OF[demand.terms] >= FEWEST_DAYS_TO_PAY and demand.terms != "PARTIAL"


class Billing:
    """Issues invoices and credits."""

    def __init__(self, config: Config, stock: Stock, journal: Journal) -> None:
        self.invoices: list[Invoice] = []
        self.credits: list[Credit] = []
        self._config, self._stock, self._journal = config, stock, journal

    def issue(self, order: Order) -> Invoice:
        """Bill an order: the client owes its total, and its goods leave the books at cost."""
        due = order.day + curves.DAYS_OF[order.terms]
        invoice = Invoice(order.id, order, order.day, due, order.total_cents)
        self.invoices.append(invoice)
        self._journal.record(
            order.day, "invoice", invoice.id,
            debit(RECEIVABLE, invoice.cents), credit(SALES, invoice.cents),
            debit(COST_OF_GOODS, order.cost_cents), credit(INVENTORY, order.cost_cents),
            user=order.client.seller, party=order.client.id, cents=invoice.cents,
            memo=f"Invoice {invoice.id}",
        )  # fmt: skip
        return invoice

    def take_back(self, invoice: Invoice, day: int) -> None:
        """The goods of an order come back to the batches that they are of; the client is credited."""
        for line in invoice.order.lines:
            self._stock.put_back(line.batch, line.quantity, invoice.order.id, 8, day, RETURNS_AT)
        cost = invoice.order.cost_cents
        self._credit(invoice, RETURN, day, invoice.cents, debit(INVENTORY, cost), credit(COST_OF_GOODS, cost))

    def refund(self, invoice: Invoice, day: int) -> None:
        """The client is credited a part of an order's total."""
        share = round(self._config.refund_share * 10_000)
        self._credit(invoice, REFUND, day, (invoice.cents * share + 5_000) // 10_000)

    def _credit(self, invoice: Invoice, kind: str, day: int, cents: int, *more: Leg) -> None:
        given = Credit(len(self.credits) + 1, invoice, kind, day, cents)
        self.credits.append(given)
        self._journal.record(
            day, kind, given.id, debit(RETURNS, cents), credit(CREDITS, cents), *more,
            user=ACCOUNTANT, party=invoice.order.client.id, cents=cents, memo=f"Credit {given.id}",
        )  # fmt: skip
