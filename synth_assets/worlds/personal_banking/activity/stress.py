"""Cash-flow stress: the closing balance of every day is given, and spending follows from it."""

from __future__ import annotations

import numpy as np

from synth_assets.model import quantile_tables
from synth_assets.model.calendar import Window
from synth_assets.model.draws import Draws, Fields, Ints
from synth_assets.worlds.personal_banking import amounts, curves, user_plan
from synth_assets.worlds.personal_banking.activity import (
    descriptors,
    favourites,
    monthly,
    overdrafts,
    places,
    posting,
)
from synth_assets.worlds.personal_banking.activity.descriptors import OWN_CITY
from synth_assets.worlds.personal_banking.activity.events import (
    AUTO,
    CHECKING,
    PERSONAL,
    SLOTS,
    STUDENT,
    Days,
    Events,
)
from synth_assets.worlds.personal_banking.activity.habits import Flags, Habits
from synth_assets.worlds.personal_banking.activity.strata import Before
from synth_assets.worlds.personal_banking.user_plan import Users

INCOME, BILL, SPENT = 0, 7, 8
MORE_PAY_CENTS, PAY_SPREAD = (30_000, 62_000, 130_000), 1.0
"""A paycheck over the balance that it leaves: least, median and most, and the deviation in logits [D]. So pay
is $1,700 to $3,200 every second week, as others' is."""

WAVER = 0.02
"""Of a closing balance, how far it may lie off the shape either way [D]: so little that days stay in order,
and low ones low."""

STRESSED_OVERDRAFTS = ((0.10, 0.0), (0.35, 0.12), (0.55, 0.6))
"""Shares of stressed users, and in how many of their pay periods they fall below zero: more than ten times a
year is 9 % of all users [P CFPB 2017]."""

SMALLEST_TWICE_CENTS, SMALLEST_THRICE_CENTS = 11_000, 32_000
"""Of a day's purchases, to be made at two or three merchants [D]."""

SPENT_BY = 3
"""Days after payday whose balance the business day after it shows: paydays are Thursdays."""

LOW_DOLLARS = 100
"""A day that closes below is a low one."""

BOUGHT_FOR = (
    (1_500, ("coffee",) * 4 + ("rides", "rides", "medical", "marketplaces")),
    (3_000, ("restaurants",) * 4 + ("fuel", "fuel", "coffee", "rides")),
    (8_000, ("groceries",) * 3 + ("restaurants", "fuel", "fuel", "superstores", "medical")),
    (19_900, ("groceries",) * 4 + ("superstores", "superstores", "marketplaces", "medical")),
    (0, ("superstores",) * 3 + ("marketplaces", "marketplaces", "medical", "medical", "hardware")),
)
"""Streams of stressed users' purchases below so many cents, the last ones of any size: equal chances [D]."""


def simulate(
    events: Events, window: Window, draws: Draws, users: Users, habits: Habits, before: Before | None = None
) -> Ints:
    """Paychecks and spending that leave exactly the balances of `_targets`; gives opening balances, 0 for
    other users. In a later window of a history they begin with what is left of the one before."""
    user = np.flatnonzero(habits.is_stressed & habits.is_active)
    place, cycle = _place(window, habits, user)
    fee = overdrafts.fee_cents(draws, users.number)[user]
    target = _targets(draws, users, user, _shown(window, draws, users, user, place, cycle), place, cycle, fee)
    other = events.outflow(CHECKING)[user]
    opening = target[:, 0] + other[:, 0]
    if before:
        opening = before.balance_cents[user, CHECKING]
        target = _from(opening, target, window, habits.paydays[user])
    out = np.diff(target, axis=1, prepend=opening[:, None]) * -1 - other
    row, day = np.nonzero(habits.paydays[user])
    pay = _pay(draws, users, user, row, day, -out[row, day])
    employer = descriptors.provider("payroll", draws.fields("employer", users.number)[0].astype(np.int64))
    events.add(user[row], day, -pay, account=CHECKING, label=employer[user[row]], order=INCOME)
    out[row, day] += pay
    row, day = np.nonzero((target < 0) & (out > fee[:, None]) & (fee > 0)[:, None])
    overdrafts.charge(events, user[row], day)
    out[row, day] -= fee[row]
    owes = before.has_account[user] if before else np.ones((len(user), SLOTS), dtype=bool)
    out -= _bills(events, window, draws, users, user, out, place, cycle, owes)
    _purchases(events, window, draws, users, habits, user, out)
    openings = np.zeros(len(users.number), dtype=np.int64)
    openings[user] = opening
    return openings


def _from(opening: Ints, target: Ints, window: Window, paydays: Days) -> Ints:
    """The closing balances of users who begin with `opening`: until the first payday at most that, and just
    that before the first business day or where it is below zero."""
    is_paid = np.maximum.accumulate(paydays, axis=1)
    day = np.arange(target.shape[1])
    is_before = (day < int(posting.business_days(window)[0])) | (opening < 0)[:, None]
    until = np.where(is_before, opening[:, None], np.minimum(target, opening[:, None]))
    return np.where(is_paid, target, until)


def _pay(draws: Draws, users: Users, user: Ints, row: Ints, day: Ints, needed: Ints) -> Ints:
    """Paychecks, a little off the usual each time; of a payday that must lift a balance from far below zero,
    as much more."""
    usual = _more_pay(draws, users.number[user]) + _payday_cents(draws, users.number[user])
    score = curves.normal()[
        draws.fields("pay", users.number[user[row]] * curves.LONGEST_WINDOW_DAYS + day)[0] >> 4
    ]
    pay = usual[row] * (1 + curves.SALARY_DEVIATION * score)
    short = np.maximum(needed - _payday_cents(draws, users.number[user])[row], 0)
    return (pay + short).astype(np.int64)


def _more_pay(draws: Draws, number: Ints) -> Ints:
    """What a usual paycheck leaves to spend on its day."""
    return amounts.sample(*MORE_PAY_CENTS, PAY_SPREAD, draws.fields("more pay", number)[0])


def _payday_cents(draws: Draws, number: Ints) -> Ints:
    """Closing balance of a usual payday."""
    return curves.STRESSED_DOLLARS[0] * _scale_above(draws.fields("stress", number)[0].astype(np.int64)) // 10


def _scale_above(drawn: Ints) -> Ints:
    """Balances of $100 and more over the shape's, in thousandths."""
    return 950 + drawn * 300 // 65_536


def _place(window: Window, habits: Habits, user: Ints) -> tuple[Ints, Ints]:
    """Days since payday and number of the pay period, users x days."""
    day = np.arange(window.length)
    last = np.maximum.accumulate(np.where(habits.paydays[user], day, -1), axis=1)
    before = (day - habits.cycle_start[user, None]) % habits.cycle_days[user, None]
    return np.where(last >= 0, day - last, before), np.cumsum(habits.paydays[user], axis=1) - 1


def _business_day_before(window: Window) -> Ints:
    """Of each day and one more, the last business day before it; -1 where that is before the window."""
    day = np.arange(window.length)
    return np.append(-1, np.maximum.accumulate(np.where(window.is_business[: window.length], day, -1)))


def _dollars(users: Users, user: Ints, place: Ints, cycle: Ints) -> Ints:
    """Closing balances as the shapes say, users x days."""
    usual = np.array(curves.STRESSED_DOLLARS)[np.minimum(place, 13)]
    edge = np.array(curves.EDGE_DOLLARS)[cycle % 2, place % 15]
    return np.where((users.edge[user] == user_plan.THREE_LOW_DAYS)[:, None], edge, usual)


def _shown(window: Window, draws: Draws, users: Users, user: Ints, place: Ints, cycle: Ints) -> Ints:
    """Days since payday whose balance a day already shows, users x days: some days' money is spent on a day
    before, so that nothing is bought on them; low days stay low and others do not become so.

    Nothing is posted on days on which banks do not, but by who is exactly on the threshold: what is spent
    until the next business day is gone on the last one, and a paycheck stands until then.
    """
    exact = (users.edge[user] == user_plan.THREE_LOW_DAYS)[:, None]
    last = _business_day_before(window)[1:]
    place = np.where((place[:, last] == 0) & (last >= 0) & ~exact, 0, place)
    cell = users.number[user, None] * curves.LONGEST_WINDOW_DAYS + np.arange(place.shape[1])
    chance = _SHOPPING_DAYS[users.archetype[user], None] * 65_536
    has_account = (draws.fields("shops", cell)[0].reshape(cell.shape) < chance) | (place < 2)
    low = _dollars(users, user, place, cycle) < LOW_DOLLARS
    has_account[:, :-1] |= low[:, 1:] != low[:, :-1]
    has_account &= window.is_business[1 : window.length + 1] | exact
    has_account[:, -1] = True
    day = np.where(has_account, np.arange(place.shape[1]), place.shape[1])
    next_standing = np.minimum.accumulate(day[:, ::-1], axis=1)[:, ::-1]
    return np.take_along_axis(place, next_standing, axis=1)


def _targets(
    draws: Draws, users: Users, user: Ints, shown: Ints, place: Ints, cycle: Ints, fee: Ints
) -> Ints:
    """Closing balances in cents, users x days."""
    usual = _dollars(users, user, shown, cycle)
    high, low, often, _ = draws.fields("stress", users.number[user]).astype(np.int64)
    scale = np.where(usual >= 100, _scale_above(high)[:, None], 750 + low[:, None] * 250 // 65_536)
    shares, chances = np.array(STRESSED_OVERDRAFTS).T
    chance = chances[np.searchsorted(np.cumsum(shares)[:-1], often / 65_536, side="right")]
    period = users.number[user, None] * curves.LONGEST_WINDOW_DAYS + cycle + 1
    happens, depth, long, second = draws.fields("overdraft", period).reshape(4, *period.shape)
    cents = quantile_tables.sample(overdrafts.overdrawn_cents(), depth)
    first_day = np.where(long < 65_536 // 3, 12, 13)
    below = -(fee[:, None] + cents)
    below -= (shown > first_day) * (fee[:, None] + 1_000 + second.astype(np.int64) * 2_000 // 65_536)
    dips = (happens < chance[:, None] * 65_536) & (shown >= first_day)
    is_edge = (users.edge[user] == user_plan.THREE_LOW_DAYS)[:, None]
    usual_cents = np.where(is_edge, 100 * usual, usual * scale // 10)
    last = np.where(is_edge, shown, np.minimum(shown, len(curves.STRESSED_DOLLARS) - 1))  # holidays lengthen
    day = np.arange(place.shape[1]) + last - place
    shown_on = users.number[user, None] * curves.LONGEST_WINDOW_DAYS + day
    off = draws.fields("waver", shown_on)[0].reshape(place.shape) / 32_768 - 1
    return np.where(dips & ~is_edge, below, (usual_cents * (1 + WAVER * off)).astype(np.int64))


def _bills(
    events: Events,
    window: Window,
    draws: Draws,
    users: Users,
    user: Ints,
    out: Ints,
    place: Ints,
    cycle: Ints,
    owes: Days,
) -> Ints:
    """Cents of bills, users x days, of the same amounts every time: half of the rent and of a loan on the
    business day after payday, with insurance or the health plan by turns; on payday the car, every second
    time utilities, water, internet and telephone instead. A bill is left out where less is spent, and that of
    a loan by who does not owe one, users x accounts."""
    pick = draws.fields("providers", users.number)[0].astype(np.int64)
    home, bank = places.metros(draws, users.number), overdrafts.banks(draws, users.number)
    first, second = _bill_days(window, place)
    odd = (cycle % 2 == 1) & first
    high = draws.fields("stress", users.number[user])[0].astype(np.int64)
    spent = (curves.STRESSED_DOLLARS[0] - curves.STRESSED_DOLLARS[SPENT_BY]) * _scale_above(high) // 10
    more = _more_pay(draws, users.number[user])
    cold = monthly.season(window.dates[: window.length])
    power = more[:, None] * 30 // 100 * (1 + curves.UTILITIES_SEASON * cold)
    paid = np.zeros_like(out)
    provider = descriptors.provider
    lends = np.where(pick[user] % 4 < 2, owes[:, STUDENT], owes[:, PERSONAL])
    for payee, when, cents in (
        (provider("rent", pick), second, spent * 54 // 100),
        (descriptors.lender(pick, bank), second & lends[:, None], spent * 11 // 100),
        (provider("car", bank), first & ~odd & owes[:, [AUTO]], more * 68 // 100),
        (provider("utilities", home), odd, power),
        (provider("water", home), odd, more * 6 // 100),
        (provider("internet", home), odd, monthly.internet_cents(draws, users.number[user])),
        (provider("telephone", pick), odd, monthly.telephone_cents(draws, users.number[user])),
        (provider("insurance", pick), second & (cycle % 2 == 0), spent * 12 // 100),
        (provider("health", pick), second & (cycle % 2 == 1), spent * 12 // 100),
    ):
        asked = np.broadcast_to(cents if cents.ndim == 2 else cents[:, None], out.shape).astype(np.int64)
        row, day = np.nonzero(when & (out - paid >= asked))
        events.add(user[row], day, asked[row, day], account=CHECKING, label=payee[user[row]], order=BILL)
        paid[row, day] += asked[row, day]
    return paid


def _bill_days(window: Window, place: Ints) -> tuple[Days, Days]:
    """The first business day from payday on, and the next one."""
    before = _business_day_before(window)[: place.shape[1]]
    business = window.is_business[: place.shape[1]]
    first = business & (np.arange(place.shape[1]) - before > place)
    return first, business & (before >= 0) & first[:, before]


_SHOPPING_DAYS = np.array([curves.STRESSED_DAYS.get(name, 0) for name in user_plan.ARCHETYPES])
_STREAM = np.array(
    [
        [next(i for i, stream in enumerate(curves.STREAMS) if stream.name == name) for name in names]
        for _, names in BOUGHT_FOR
    ]
)
_BELOW_CENTS = np.array([cents for cents, _ in BOUGHT_FOR[:-1]])


def _purchases(
    events: Events, window: Window, draws: Draws, users: Users, habits: Habits, user: Ints, out: Ints
) -> None:
    """What goes out on a day in one to three purchases, each at a merchant that fits its size."""
    row, day = np.nonzero(out)
    cents, cell = out[row, day], users.number[user[row]] * curves.LONGEST_WINDOW_DAYS + day
    cut, rest, _, _ = draws.fields("purchases", cell).astype(np.int64)
    first = np.where(cents >= SMALLEST_TWICE_CENTS, cents * (4 + cut * 36 // 65_536) // 100, cents)
    left = cents - first
    second = np.where(cents >= SMALLEST_THRICE_CENTS, left * (30 + rest * 40 // 65_536) // 100, left)
    parts = np.stack([first, second, left - second], axis=1)
    at, part = np.nonzero(parts)
    amount = parts[at, part]
    kind, brand, ago, _ = draws.fields("purchase", cell[at] * 3 + part)
    size = np.searchsorted(_BELOW_CENTS, amount, side="right")
    stream = _STREAM[size, kind.astype(np.int64) * _STREAM.shape[1] // 65_536]
    buyer, when = user[row[at]], day[at]
    label = _merchants(draws, users, habits, stream, brand, buyer, when, events.days)
    home, work = places.homes(draws, users.number)[buyer], places.works(draws, users.number)[buyer]
    city = places.cities(OWN_CITY[label], "", home, work, brand)
    waited = posting.waited(window, when, ago.astype(np.int64))
    events.add(buyer, when, amount, account=CHECKING, label=label, order=SPENT, waited=waited, city=city)


def _merchants(
    draws: Draws,
    users: Users,
    habits: Habits,
    stream: Ints,
    drawn: Fields,
    buyer: Ints,
    when: Ints,
    days: int,
) -> Ints:
    """The shop of each purchase, of so many streams, by preference."""
    label, allowed = np.zeros_like(stream), favourites.allowed(users, habits)
    metro = places.metros(draws, users.number)[buyer]
    for i, kind in enumerate(curves.STREAMS):
        here = np.flatnonzero(stream == i)
        known = favourites.shops(draws, users.number, kind)
        rank = favourites.ranks(kind, known, buyer[here], drawn[here])
        day = when[here]

        def posted(at: Ints, _: Ints, day: Ints = day) -> tuple[Ints, Flags]:
            return day[at], np.ones(len(at), dtype=bool)

        label[here], allowed = favourites.settled(
            kind, known, buyer[here], rank, metro[here], posted, days, allowed
        )
    return label
