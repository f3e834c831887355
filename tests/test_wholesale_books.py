"""The books of the wholesaler: the source document's totals at many seeds, and books that agree."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict

import pytest

from synth_assets.model.draws import Draws
from synth_assets.worlds.wholesale import journal
from synth_assets.worlds.wholesale.config import Config
from synth_assets.worlds.wholesale.simulation import simulate
from synth_assets.worlds.wholesale.year import Year
from tests.thorough import size

SEEDS = range(1, size(8, 21))


def books(**keys: object) -> Year:
    config = Config(**keys)
    return simulate(config, Draws(config.seed, "wholesale", "facts"))


def share(part: float, whole: float) -> float:
    return round(part / whole, 4)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_documents_numbers_hold_at_once(seed):
    year = books(seed=seed)
    the_totals_are_met(year)
    receivables_are_overdue_to_the_cent(year)
    cash_is_never_negative_and_books_balance(year)


def the_totals_are_met(year: Year) -> None:
    sold = [invoice.cents for invoice in year.invoices]
    whales = [i.cents for i in year.invoices if i.order.client.is_whale]
    lines = [line for order in year.orders for line in order.lines]
    flower = [line.total_cents for line in lines if line.batch.product.unit == "LB"]
    assert abs(sum(sold) / 24e8 - 1) < 0.001
    assert 3_060 <= len(year.orders) <= 3_280
    assert abs(share(sum(whales), sum(sold)) - 0.7) < 0.001
    assert abs(share(sum(flower), sum(sold)) - 0.9) < 0.001
    assert abs(share(sum(b.is_consigned for b in year.batches), len(year.batches)) - 0.9) < 0.01
    assert 170 <= len(year.batches) <= 350
    due = [i for i in year.invoices if i.due <= year.last_day]
    last_paid = {number: payment.day for number, payment in year.last_payment.items()}
    late = sum(
        last_paid.get(i.id, 0) > i.due or (year.paid_cents[i.id] < i.cents and i.due < year.last_day)
        for i in due
    )
    assert late == int(0.15 * len(due) + 0.5)


def receivables_are_overdue_to_the_cent(year: Year) -> None:
    open_ = [(year.last_day - i.due, i.cents - year.paid_cents[i.id]) for i in year.invoices]
    total, overdue = sum(c for _, c in open_), sum(c for days, c in open_ if days > 0)
    long_overdue = sum(c for days, c in open_ if days > 120)
    assert abs(overdue - 0.15 * total) <= 1
    assert abs(long_overdue - 0.5 * overdue) <= 1
    assert 1_600_000_00 < total - overdue < 2_100_000_00


def cash_is_never_negative_and_books_balance(year: Year) -> None:
    moved: Counter[int] = Counter()
    for event in year.events:
        assert sum(leg.debit_cents - leg.credit_cents for leg in event.legs) == 0
        moved[event.day] += journal.balance([event], journal.CASH)
    running = 0
    for day in range(year.window.length):
        running += moved[day]
        assert running >= 0
    stock = sum(batch.cost_cents(batch.on_hand) for batch in year.batches)
    assert journal.balance(year.events, journal.INVENTORY) == stock
    owed = sum(i.cents - year.paid_cents[i.id] for i in year.invoices)
    assert journal.balance(year.events, journal.RECEIVABLE) == owed


def test_weeks_and_months_take_the_documents_pounds():
    year = books()
    weeks: dict[tuple[int, int], int] = defaultdict(int)
    months: dict[tuple[int, int], int] = defaultdict(int)
    for order in year.orders:
        pounds = sum(line.quantity for line in order.lines if line.batch.product.unit == "LB")
        if order.client.is_whale:
            weeks[order.client.id, order.day // 7] += pounds
        else:
            months[order.client.id, year.period(order.day)] += pounds
    whole = [pounds for (_, week), pounds in weeks.items() if week < 52]
    assert (len(whole), min(whole) >= 20_00, max(whole) <= 100_00) == (520, True, True)
    assert (len(months), min(months.values()) >= 5_00, max(months.values()) <= 20_00) == (600, True, True)


def test_as_many_clients_as_there_may_be_are_served():
    """Each buys its least, so that more batches come than revenue asks for."""
    config = Config(num_clients=600, opening_cash=9_000_000)
    year = simulate(config, Draws(42, "wholesale", "facts"))
    assert len({order.client.id for order in year.orders}) == 600
    assert len(year.batches) > 800


@pytest.mark.parametrize(
    "keys",
    [
        {"years": 3},
        {"as_of": dt.date(2026, 11, 29)},
        {"as_of": dt.date(2024, 2, 29)},
        {"q4_uplift": 1.0},
        {"num_clients": 12, "num_whales": 2, "annual_revenue": 4_800_000, "num_products": 60},
        {"num_clients": 300, "num_whales": 40, "annual_revenue": 90_000_000},
        {"intake_consignment_share": 0.0, "opening_cash": 9_000_000},
        {"flower_share": 1.0},
    ],
)
def test_other_businesses_sell_what_they_are_meant_to(keys):
    year = books(**keys)
    config = Config(**keys)
    assert abs(sum(i.cents for i in year.invoices) / (100 * config.annual_revenue * config.years) - 1) < 0.005
    days = [event.day for event in year.events]
    assert (min(days), max(days)) == (0, year.last_day)
