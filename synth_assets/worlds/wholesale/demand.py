"""Demand: what each client takes in a week or a month, planned from the year's sales down.

Whales take 20 to 100 lb of flower a week in three or four orders, regular clients 5 to 20 lb a month in one
or two. Pounds follow from the client's share of the year.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import accumulate, pairwise
from math import fsum
from typing import NamedTuple

from synth_assets.model.calendar import Window
from synth_assets.model.draws import Draws
from synth_assets.worlds.wholesale import curves
from synth_assets.worlds.wholesale.catalogue import Client, erlang, unit_draws
from synth_assets.worlds.wholesale.config import Config
from synth_assets.worlds.wholesale.growth import months, strata, weeks, years_of_stratum

QUARTER = 25
"""Flower is sold by the quarter of a pound."""


class Demand(NamedTuple):
    """An order as it is planned.

    Attributes:
        client: who orders.
        period: number of the client's week or month.
        day: day of the books.
        pounds: flower, hundredths of a pound.
        left_pounds: the same of this and the later orders of the period.
        flower_cents: what the flower of this and the later orders of the period is meant to cost.
        case_cents: what other products are meant to cost.
        terms: how the order is to be paid.
    """

    client: Client
    period: int
    day: int
    pounds: int
    left_pounds: int
    flower_cents: float
    case_cents: float
    terms: str = ""


def day_weights(config: Config, window: Window) -> list[float]:
    """How much is sold on each day of the books, against others; each month of the last quarter of a year
    weighs `q4_uplift` months of the others."""
    raw = []
    for day in range(window.length):
        weight = curves.WEEKDAYS[window.weekday[day]]
        date = window.dates[day]
        if window.is_holiday[day]:
            weight *= curves.HOLIDAY_FACTOR
        if date.month == 4 and 14 <= date.day <= 20:
            weight *= curves.APRIL_20_FACTOR
        if window.business_days_left_in_month[day] <= curves.MONTH_END_DAYS:
            weight *= curves.MONTH_END_FACTOR
        raw.append(weight)
    weights = []
    for month, days in enumerate(months(config, window)):
        total = fsum(raw[day] for day in days)
        uplift = config.q4_uplift if month % 12 >= 9 else 1
        weights += [raw[day] / total * uplift for day in days]
    of_years: list[float] = []
    for stratum in strata(config):
        own = weights[stratum.start : stratum.stop]
        whole = fsum(own)
        of_years += [weight * years_of_stratum(config) / whole for weight in own]
    return of_years


def plan(config: Config, draws: Draws, window: Window, clients: list[Client]) -> list[Demand]:
    """Every order of every client, by day."""
    weights = day_weights(config, window)
    monthly = months(config, window)
    weekly = weeks(config)
    found: list[Demand] = []
    for client in clients:
        periods = weekly if client.is_whale else monthly
        found += _of_client(config, draws, window, client, periods, weights)
    turns = draws.words("turns", [demand.day * len(clients) + demand.client.id for demand in found]).tolist()
    found = [
        demand for _, demand in sorted(zip(turns, found, strict=True), key=lambda of: (of[1].day, of[0]))
    ]
    drawn = unit_draws(draws, "terms", len(found))
    counts = [sum(demand.day in days for demand in found) for days in strata(config)]
    consigned = _exact_of_ten(drawn, config.sales_consignment_share, counts)
    return [
        demand._replace(terms=_terms(demand.client, is_consigned, partial))
        for demand, is_consigned, (_, partial, _, _) in zip(found, consigned, drawn, strict=True)
    ]


def _terms(client: Client, is_consigned: bool, drawn: float) -> str:
    if is_consigned:
        return "CONSIGNMENT"
    return "PARTIAL" if drawn < curves.PARTIAL_SHARE else client.terms


def _of_client(
    config: Config, draws: Draws, window: Window, client: Client, periods: list[range], weights: list[float]
) -> Iterator[Demand]:
    own = draws.of(f"demand {client.id}")
    drawn = unit_draws(own, "periods", len(periods))
    parts = erlang(own, "parts", list(range(4 * len(periods))), int(curves.SIZE_SPREAD))
    days = unit_draws(own, "days", len(periods))
    level_cents = client.level * 100 * config.list_prices.indoor
    low, high = curves.WHALE_POUNDS_A_WEEK if client.is_whale else curves.REGULAR_POUNDS_A_MONTH
    for period, (span, (many, more, _, _)) in enumerate(zip(periods, drawn, strict=True)):
        share = len(span) / 7 if client.is_whale else 1
        cents = client.yearly_cents * fsum(weights[day] for day in span)
        flower = cents * config.flower_share
        orders = _orders(client, many) if share == 1 else 1
        usual = flower / level_cents * (0.97 + 0.06 * more)
        pounds = min(max(usual, low * share + 0.5), high * share - 0.5)
        sizes = _split(round(100 * pounds / QUARTER), parts[4 * period : 4 * period + orders])
        left = sum(sizes) * QUARTER
        standing = [day for day in span if recurs(client, window, day)]
        on = _days(span, orders, days[period], weights, standing)
        for i, (size, day) in enumerate(zip(sizes, on, strict=True)):
            other = (cents - flower) / orders
            yield Demand(client, period, day, size * QUARTER, left, flower * (i == 0), other)
            left -= size * QUARTER


def _orders(client: Client, drawn: float) -> int:
    if client.is_whale:
        return curves.WHALE_ORDERS_A_WEEK[drawn < curves.FOUR_ORDERS_SHARE]
    return 1 + (drawn < curves.TWO_ORDERS_SHARE)


def _split(whole: int, parts: list[float]) -> list[int]:
    """A whole number in parts, each at least an eighth of an even share."""
    total, running, before, sizes = fsum(parts), 0.0, 0, []
    for part in parts:
        running += part
        up_to = round(whole * running / total)
        sizes.append(up_to - before)
        before = up_to
    least = max(1, whole // (8 * len(parts)))
    for i, size in enumerate(sizes):
        if size < least:
            sizes[sizes.index(max(sizes))] -= least - size
            sizes[i] = least
    return sizes


def recurs(client: Client, window: Window, day: int) -> bool:
    """Whether a client's recurring order comes on a day."""
    return client.standing == (window.weekday[day] if client.is_whale else window.dates[day].day)


def _days(
    span: range, count: int, drawn: list[float], weights: list[float], standing: list[int]
) -> list[int]:
    """Distinct days of a period, ascending: that of a recurring order, the others by weight."""
    chosen = standing[:count]
    for number in drawn[: count - len(chosen)]:
        able = [day for day in span if day not in chosen]
        left = number * fsum(weights[day] for day in able)
        for day in able:
            left -= weights[day]
            if left <= 0:
                break
        chosen.append(day)
    return sorted(chosen)


class Inquiry(NamedTuple):
    """A planned quote that leads to no sale: who asks, when, for how much, and the draws that fill it."""

    client: Client
    day: int
    pounds: int
    tier: float
    which: float
    ends: float


def inquiries(config: Config, draws: Draws, window: Window, clients: list[Client]) -> list[Inquiry]:
    """Quotes that lead to no sale, by day."""
    weights = day_weights(config, window)
    years = years_of_stratum(config)
    ends_at = [
        round(curves.LOST_QUOTES_A_YEAR * years * place * len(clients) / 60)
        for place in range(1, len(strata(config)) + 1)
    ]
    running = [list(accumulate(weights[days.start : days.stop])) for days in strata(config)]
    drawn, more = (unit_draws(draws, name, ends_at[-1]) for name in ("inquiries", "more of inquiries"))
    found = []
    for place, ((who, when, much, tier), (which, ends, _, _)) in enumerate(zip(drawn, more, strict=True)):
        client = clients[int(who * len(clients))]
        stratum = bisect_right(ends_at, place)
        days, so_far = strata(config)[stratum], running[stratum]
        day = min(days.start + bisect_left(so_far, when * so_far[-1]), days.stop - 1)
        pounds = (4 + int(much * (40 if client.is_whale else 16))) * QUARTER
        found.append(Inquiry(client, day, pounds, tier, which, ends))
    return sorted(found, key=lambda inquiry: (inquiry.day, inquiry.client.id))


def _exact_of_ten(drawn: list[list[float]], share: float, counts: list[int]) -> list[bool]:
    """Of every ten numbers in a row, the share that is chosen; tens begin anew after so many numbers each."""
    chosen = [False] * len(drawn)
    for first, end in pairwise(accumulate(counts, initial=0)):
        for start in range(first, end, 10):
            ten = sorted(range(start, min(start + 10, end)), key=lambda i: drawn[i][0])
            before, after = round(start * share), round((start + len(ten)) * share)
            for i in ten[: after - before]:
                chosen[i] = True
    return chosen
