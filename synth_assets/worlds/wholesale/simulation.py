"""Simulation: the books of a scenario from day to day, made once; an earlier day's are a part of them."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from synth_assets.model.calendar import date_of
from synth_assets.model.draws import Draws
from synth_assets.worlds.wholesale import payable
from synth_assets.worlds.wholesale.business import Business, plans
from synth_assets.worlds.wholesale.catalogue import spaced
from synth_assets.worlds.wholesale.config import Config, window
from synth_assets.worlds.wholesale.growth import months, planned
from synth_assets.worlds.wholesale.order import Order, Quote
from synth_assets.worlds.wholesale.payment import received, record
from synth_assets.worlds.wholesale.receivable import settle
from synth_assets.worlds.wholesale.year import Year


def simulate(config: Config, draws: Draws) -> Year:
    """The books of a scenario up to as_of, those of the whole strata behind them."""
    return through(_whole(planned(config), draws), window(config).length - 1)


@lru_cache(maxsize=2)
def _whole(config: Config, draws: Draws) -> Year:
    """The books of whole strata: what is sold from day to day, then what is paid, then all of it in time."""
    days, plan = window(config), plans(config, draws)
    last = days.length - 1
    business = Business(config, draws, days, plan)
    journal, billing, deliveries = business.journal, business.billing, business.intake.sessions
    payable.open_books(config, journal)
    for day in range(days.length):
        business.live_through(day)
    bills = payable.bills(draws, days, journal, deliveries, billing.invoices, billing.credits)
    receipts = settle(config, draws, days, billing.invoices, billing.credits)
    from_clients = received(draws, receipts, billing.credits)
    payments = record(draws, journal, [*from_clients, *payable.paid(draws, days, bills, last)])
    expenses = payable.expenses(config, draws, days, journal)
    distributions = payable.distributions(config, days, journal)
    return Year(
        window=days,
        clients=plan.clients,
        products=plan.products,
        sessions=deliveries,
        batches=business.stock.batches,
        movements=business.stock.movements,
        orders=business.desk.orders,
        quotes=business.quotes(),
        samples=business.samples(),
        invoices=billing.invoices,
        credits=billing.credits,
        bills=bills,
        payments=payments,
        expenses=expenses,
        distributions=distributions,
        events=journal.in_time(spaced(draws, "event numbers", len(journal.events))),
        month_starts=[month.start for month in months(config, days)],
        config=config,
        draws=draws,
    )


def through(whole: Year, last: int) -> Year:
    """The books of whole strata as they were on an earlier day; on their last day the same."""
    if last == whole.last_day:
        return whole
    config = whole.config.model_copy(update={"as_of": date_of(whole.epoch_day(last))})
    orders = [order for order in whole.orders if order.day <= last]
    return replace(
        whole,
        window=window(config),
        sessions=[session for session in whole.sessions if session.day <= last],
        batches=[batch for batch in whole.batches if batch.day <= last],
        movements=[move for move in whole.movements if move.day <= last],
        orders=orders,
        quotes=_quoted_by(last, whole.quotes, orders),
        samples=[
            sample._replace(order=sample.order if sample.order <= len(orders) else 0)
            for sample in whole.samples
            if sample.day <= last
        ],
        invoices=[invoice for invoice in whole.invoices if invoice.day <= last],
        credits=[credit for credit in whole.credits if credit.day <= last],
        bills=[bill for bill in whole.bills if bill.day <= last],
        payments=[payment for payment in whole.payments if payment.day <= last],
        expenses=[expense for expense in whole.expenses if expense.day <= last],
        distributions=[paid for paid in whole.distributions if paid.day <= last],
        events=[event for event in whole.events if event.day <= last],
        month_starts=[month.start for month in months(config, window(config))],
        config=config,
        later=whole if planned(config) != config else None,
    )


def _quoted_by(last: int, quotes: list[Quote], orders: list[Order]) -> list[Quote]:
    """The quotes that were made by a day; sales that came later are not known."""
    made = (quote for quote in quotes if quote.day <= last)
    return [quote if quote.sale <= len(orders) else quote._replace(sale=0) for quote in made]
