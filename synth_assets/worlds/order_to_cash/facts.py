"""What is decided about a transaction before any table is made: who, what, when, and which fault.

Everything here is a pure function of (configuration, transaction number). Tables project it: each takes the
facts that it shows and applies the edits of the faults that it shows first.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from synth_assets.model import quantile_tables
from synth_assets.model.calendar import ArrivalSchedule, Window
from synth_assets.model.draws import Draws, Ints, Words
from synth_assets.model.fault_plan import Codes
from synth_assets.model.permutation import Permutation
from synth_assets.model.quotas import quota
from synth_assets.worlds.order_to_cash import curves
from synth_assets.worlds.order_to_cash import fault_plan as plans
from synth_assets.worlds.order_to_cash.config import Config
from synth_assets.worlds.order_to_cash.products import price_list


class Basket(NamedTuple):
    """One line of goods: product number from 0, quantity, list price and gross in cents.

    `cycle_scale_per_mille` is how much longer than usual a deal of this size takes.
    """

    product: Ints
    quantity: Ints
    unit_price_cents: Ints
    gross_cents: Ints
    cycle_scale_per_mille: Ints


class Transactions(NamedTuple):
    """The facts of consecutive transactions; days are epoch days, codes those of `plan` and `shapes`.

    Attributes:
        number: 0 for the oldest.
        fault: code of the anomaly, 0 for a sound transaction.
        decoy: code of the reserved decoy.
        processing: whether the order is not due an invoice yet.
        contact: customer, numbered from 0.
        basket: goods.
        discount_pct: sound discount.
        total_cents: sound order total: gross less discount, which is rounded down.
        order_day, issue_day, paid_day: sound course of events; paid_day may lie after as_of.
        method: index into `curves.METHODS`.
    """

    number: Ints
    fault: Codes
    decoy: Codes
    processing: npt.NDArray[np.bool_]
    contact: Ints
    basket: Basket
    discount_pct: Ints
    total_cents: Ints
    order_day: Ints
    issue_day: Ints
    paid_day: Ints
    method: Ints


@lru_cache(maxsize=8)
def window(config: Config) -> Window:
    """The scenario's days."""
    return Window(config.day, config.date_range_months)


@lru_cache(maxsize=8)
def arrival_schedule(config: Config) -> ArrivalSchedule:
    """Transactions over the days of the window."""
    days = window(config)
    return ArrivalSchedule(days.first, curves.order_weights(days), config.num_transactions)


def facts(config: Config, draws: Draws, rows: range) -> Transactions:
    """The facts of the transactions `rows`."""
    draws = draws.of("transactions")
    number = np.arange(rows.start, rows.stop, dtype=np.int64)
    plan = plans.plan(config, draws, number)
    contact = customer(config, draws, plan.source)
    goods = basket(config, draws, draws.words("basket", plan.source))
    discount = _discount_pct(draws, plan)
    total = goods.gross_cents - goods.gross_cents * discount // 100
    order_day = arrival_schedule(config).day(number)
    issue_day = _issue_day(config, draws, number, order_day)
    method = draws.fields("payment_method", number)[0]
    method_code = _by_row(curves.payment_method(), curves.size_class(total), method)
    paid_day = _paid_day(config, draws, number, contact, issue_day, method_code)
    decided = Transactions(
        number,
        plan.fault,
        plan.decoy,
        plan.processing,
        contact,
        goods,
        discount,
        total,
        order_day,
        issue_day,
        paid_day,
        method_code,
    )
    for values in (*decided.basket, *(v for v in decided if isinstance(v, np.ndarray))):
        values.setflags(write=False)
    return decided


# --- customers ----------------------------------------------------------------------------------------


def founders(config: Config) -> int:
    """Contacts that stand in the CRM from the first day: the first 40 %, at least one."""
    return max(1, quota(curves.FOUNDER_SHARE, config.num_contacts))


def first_transaction(config: Config, contact: Ints) -> Ints:
    """The oldest transaction that each contact may be the customer of.

    Every contact has a place among the transactions, place j of C at transaction floor(j N / C). Founders and
    later arrivals take the places in turn; arrivals may order from their place on.
    """
    total, early = config.num_contacts, founders(config)
    place = np.maximum(contact - early, 0) * total // max(1, total - early)
    return place * config.num_transactions // total


def arrived(config: Config, transaction: Ints) -> Ints:
    """The contacts numbered below this may be the customer of the transaction: `first_transaction` turned
    round."""
    total, early = config.num_contacts, founders(config)
    place = ((transaction + 1) * total - 1) // config.num_transactions
    return early + 1 + ((place + 1) * max(1, total - early) - 1) // total


def customer(config: Config, draws: Draws, transaction: Ints) -> Ints:
    """The customer of each transaction, reading only its number and the counts.

    A transaction that is some contact's place belongs to that contact (so every contact orders at least once
    when there are orders enough). The others draw a Zipf rank; where the contact of that rank has not arrived
    yet, a founder of the same popularity orders instead.
    """
    total, early, count = config.num_contacts, founders(config), config.num_transactions
    place = -(-transaction * total // count)
    placed = (place < total) & (place * count // total == transaction)
    before = place * early // total
    is_founder = (place + 1) * early // total > before
    own = np.where(is_founder, before, early + place - before)
    words = draws.words("customer", transaction)
    return np.where(placed, own, any_customer(config, draws, words, arrived(config, transaction)))


def any_customer(config: Config, draws: Draws, words: Words, arrived: Ints) -> Ints:
    """A contact by popularity, one a word; a founder where the contact is not numbered below `arrived`."""
    everyone, old = _popularity(config, draws)
    coarse, fine, coarse_old, fine_old = words.view("<u2").reshape(-1, 4).T
    contact = everyone.contact(everyone.ranks.take(coarse, fine))
    absent = np.flatnonzero(contact >= arrived)
    contact[absent] = old.contact(old.ranks.take(coarse_old[absent], fine_old[absent]))
    return contact


class _Popularity(NamedTuple):
    ranks: quantile_tables.ZipfTable
    contact: Callable[[Ints], Ints]


@lru_cache(maxsize=8)
def _popularity(config: Config, draws: Draws) -> tuple[_Popularity, _Popularity]:
    draws = draws.of("contacts")
    sizes = {"everyone": config.num_contacts, "founders": founders(config)}
    everyone, old = (
        _Popularity(
            quantile_tables.ZipfTable(size, curves.CUSTOMER_EXPONENT),
            Permutation(draws.key(f"popularity of {group}"), size).stored(),
        )
        for group, size in sizes.items()
    )
    return everyone, old


# --- goods and discounts ------------------------------------------------------------------------------


def basket(config: Config, draws: Draws, words: Words) -> Basket:
    """Goods for a drawn gross: as many units of the drawn product as come nearest to it."""
    prices = price_list(config, draws.of("products"))
    gross, coarse, fine, _ = words.view("<u2").reshape(-1, 4).T
    product = prices.rank_to_product.take(prices.ranks.take(coarse, fine))
    price = prices.list_price_cents.take(product)
    wanted = quantile_tables.sample(curves.order_gross_cents(), gross)
    quantity = np.maximum((2 * wanted + price) // (2 * price), prices.least_quantity.take(product))
    return Basket(
        product,
        quantity,
        price,
        quantity * price,
        quantile_tables.sample(curves.cycle_scale_per_mille(), gross),
    )


def _discount_pct(draws: Draws, plan: plans.Plan) -> Ints:
    """Everyday discounts, and those of the decoys."""
    everyday, special, _, _ = draws.fields("discount", plan.source)
    discount = quantile_tables.sample(curves.discount_pct(), everyday)
    for decoy, points in (
        (plans.APPROVED, curves.APPROVED_DISCOUNTS_PCT),
        (plans.PENDING, curves.PENDING_DISCOUNTS_PCT),
    ):
        rows = np.flatnonzero(plan.decoy == decoy)
        discount[rows] = np.array(points)[special[rows].astype(np.int64) * len(points) // 65_536]
    return discount


# --- days ---------------------------------------------------------------------------------------------


def _issue_day(config: Config, draws: Draws, number: Ints, order_day: Ints) -> Ints:
    """Invoice dates: 0 to 4 business days after the order, some held for a billing run, before as_of."""
    days = window(config)
    lag, batch, _, _ = draws.fields("invoice_lag", number)
    wait = quantile_tables.sample(curves.invoice_lag_business_days(), lag)
    run = _billing_run_wait(config)[order_day - days.first]
    held = (batch < curves.BATCH_BILLING_PER_65536) & (run >= 0)
    issue = days.add_business_days(order_day, np.where(held, run, wait))
    return np.maximum(np.minimum(issue, days.last - 1), order_day)


@lru_cache(maxsize=8)
def _billing_run_wait(config: Config) -> Ints:
    """For each day, business days to the next first or last business day of a month, -1 beyond 4."""
    days = window(config)
    month = np.array([date.year * 12 + date.month for date in days.dates])[days.is_business]
    ends = np.flatnonzero(month[1:] != month[:-1])
    runs = np.union1d(ends, ends + 1)
    rank: Ints = np.cumsum(days.is_business) - days.is_business
    ahead = np.append(runs, len(month) + 100)[np.searchsorted(runs, rank)] - rank
    return np.where(ahead <= curves.MOST_LAG_BUSINESS_DAYS, ahead, -1)


def _paid_day(
    config: Config, draws: Draws, number: Ints, contact: Ints, issue_day: Ints, method: Ints
) -> Ints:
    """Days of sound payments: by the customer's habit, on business days, 0 to 60 days after issue."""
    days = window(config)
    follows, other, lateness, _ = draws.fields("payment_lag", number)
    payer, runs, weekday, _ = draws.of("contacts").fields("payer", contact)
    kind = quantile_tables.sample(
        curves.payer_type(), np.where(follows < curves.TYPE_HELD_PER_65536, payer, other)
    )
    past_due = _by_row(curves.days_past_due(), kind, lateness)
    latest = issue_day + curves.LATEST_PAYMENT_DAYS
    day = issue_day + curves.TERMS_DAYS + past_due
    check = curves.METHODS.index("check")
    on_run = np.flatnonzero((method == check) & (runs < curves.PAY_RUN_PER_65536))
    run_day = np.array(curves.PAY_RUN_WEEKDAYS)[weekday[on_run].astype(np.int64) * 3 >> 16]
    day[on_run] += (run_day - (day[on_run] + 3)) % 7
    day = days.add_business_days(day, 0)
    late = np.flatnonzero(day > latest)
    day[late] = days.business_day_before(latest[late])
    day = np.maximum(day, issue_day)
    day[_aged_unpaid(config, draws, number)] = days.last + 1
    return day


def _aged_unpaid(config: Config, draws: Draws, number: Ints) -> npt.NDArray[np.intp]:
    """The places of the decoy of slow but legitimate payers: unpaid at 45 to 59 days.

    Its domain is the orders of the five days whose invoices are that old whatever their lag: at most 10 days,
    over Christmas and New Year.
    """
    last = window(config).last
    domain = arrival_schedule(config).rows_on(last - 59, last - 55)
    asked = min(len(domain), quota(config.decoy_rates.aged_unpaid, config.num_transactions))
    inside = np.flatnonzero((number >= domain.start) & (number < domain.stop))
    order = Permutation(draws.key("aged_unpaid"), len(domain))
    return inside[order(number[inside] - domain.start) < asked]


def _by_row(tables: npt.NDArray[np.int64], row: Ints, field: npt.NDArray[np.uint16]) -> Ints:
    """An entry of one of several lookup tables, chosen row by row."""
    return tables.ravel().take(row * quantile_tables.SIZE + (field >> 4))
