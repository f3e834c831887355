"""Habits of a user: income and when it comes, bills, cards, subscriptions. Known before anything happens."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from synth_assets.model.calendar import Window
from synth_assets.model.draws import Draws, Fields, Ints
from synth_assets.worlds.personal_banking import amounts, curves, user_plan
from synth_assets.worlds.personal_banking.activity import posting
from synth_assets.worlds.personal_banking.activity.events import CARD, HEALTH, LOANS, SAVINGS, Days
from synth_assets.worlds.personal_banking.activity.strata import Stratum
from synth_assets.worlds.personal_banking.user_plan import Users

Flags = npt.NDArray[np.bool_]

SEMIMONTHLY = curves.CADENCES.index("semimonthly")

LONGEST_WEEKEND = 5
"""Days without business, and one more: a payday beyond as_of may move back to it."""


OPENED_LATE_SHARE = 0.15
"""Users whose card and savings account were opened within the history, if their habits need neither [D]."""

LONGEST_SIGNAL_DAYS = 180


class Habits(NamedTuple):
    """Habits of a block's users, one entry each.

    Attributes:
        monthly_income_cents: net income in a usual month.
        paydays: users x days.
        days_a_pay: days that a paycheck is for.
        is_stressed: whether the balance follows `curves.STRESSED_DOLLARS` from payday to payday.
        cycle_days, cycle_start: length of a stressed user's pay period, and a day on which one starts.
        has_card, has_savings, has_health: accounts beside checking, loans aside.
        may_borrow: who gets a loan: not who has an irregular pay, nor who has only cash.
        card_day, savings_day: day of the history on which they were opened; -1: before.
        subscriptions: how many services charge every month.
        is_active: whether anything happens at all.
    """

    monthly_income_cents: Ints
    paydays: Days
    days_a_pay: npt.NDArray[np.float64]
    is_stressed: Flags
    cycle_days: Ints
    cycle_start: Ints
    has_card: Flags
    has_savings: Flags
    has_health: Flags
    may_borrow: Flags
    card_day: Ints
    savings_day: Ints
    subscriptions: Ints
    is_active: Flags


def has(users: Users, persona: int) -> Flags:
    """Whose habits trigger a persona."""
    return (users.personas & persona) > 0


def habits(window: Window, draws: Draws, users: Users, stratum: Stratum | None = None) -> Habits:
    """The habits of users under their plan; in a later window of a history those that they have."""
    income, cadence, phase, gap = draws.fields("income", users.number)
    monthly = amounts.sample(*curves.MONTHLY_INCOME_CENTS, curves.INCOME_SPREAD, income)
    stressed = has(users, user_plan.CASH_FLOW_STRESSED)
    variable = has(users, user_plan.VARIABLE_INCOME)
    kind = np.searchsorted(np.cumsum(curves.CADENCE_SHARES)[:-1], cadence / 65_536, side="right")
    saver = has(users, user_plan.SAVINGS_BUILDER)
    kind = np.where(saver, np.minimum(kind, SEMIMONTHLY), kind)  # so that any 30 days hold a payday
    start, days = _cycle(stratum.first if stratum else window, users, phase)
    days_before = stratum.days_before if stratum else 0
    start = (start - days_before) % days if days_before else start
    gap_days = 49 + 7 * (gap >> 15).astype(np.int64)
    paydays = np.select(
        [stressed[:, None], variable[:, None], *((kind == k)[:, None] for k in range(4))],
        [
            _every(window, start, days, days_before > 0),
            _rare(window, gap_days, phase, stratum),
            *_salaried(window, phase),
        ],
    )
    a_pay = np.select(
        [stressed, variable], [days, gap_days], np.array([7, 14, 365 / 24, 365 / 12])[kind]
    ).astype(np.float64)
    active = users.edge != user_plan.NO_RESULT
    card, savings, health = _accounts(draws, users, active)
    may_borrow = active & ~variable & (users.edge != user_plan.ONLY_CASH)
    found = Habits(
        monthly, paydays & active[:, None], a_pay, stressed, days, start, card, savings, health, may_borrow,
        *_opened(window, draws, users, card, savings), _subscriptions(draws, users, active), active,
    )  # fmt: skip
    return _kept(found, stratum.before.has_account) if stratum and stratum.before else found


def _kept(found: Habits, has_account: Days) -> Habits:
    """The same with the accounts that there are: none is opened later than in the first window."""
    never = np.full_like(found.card_day, -1)
    return found._replace(
        has_card=has_account[:, CARD],
        has_savings=has_account[:, SAVINGS],
        has_health=has_account[:, HEALTH],
        may_borrow=found.may_borrow & has_account[:, LOANS].any(axis=1),
        card_day=never,
        savings_day=never,
    )


def _cycle(window: Window, users: Users, phase: Fields) -> tuple[Ints, Ints]:
    """First payday and pay period of stressed users: Thursdays, every second week, so that rent is paid on a
    Friday.

    The one exactly on the threshold is paid every 15 days, and a period ends on as_of.
    """
    thursday = int(np.flatnonzero(window.weekday[:7] == 3)[0])
    edge = users.edge == user_plan.THREE_LOW_DAYS
    start = np.where(edge, window.length % 15, thursday + 7 * (phase >> 15).astype(np.int64))
    return start, np.where(edge, 15, 14)


def _every(window: Window, start: Ints, days: Ints, goes_on: bool) -> Days:
    """Paydays so many days apart; those of two weeks are moved back to the business day before. Where the
    window goes on from another one, that may lie in the other one, which has it then."""
    paydays = (np.arange(window.length + LONGEST_WEEKEND) - start[:, None]) % days[:, None] == 0
    fortnightly = np.flatnonzero(days == 14)
    user, day = np.nonzero(paydays[fortnightly])
    moved = np.zeros((len(fortnightly), window.length), dtype=bool)
    nominal, day = day, posting.on_or_before(window, day)
    here = (day < window.length) & ((day <= nominal) | (not goes_on))
    moved[user[here], day[here]] = True
    paydays[fortnightly, : window.length] = moved
    return paydays[:, : window.length]


def _rare(window: Window, gap_days: Ints, phase: Fields, stratum: Stratum | None) -> Days:
    """Paydays on a weekday `gap_days` apart, or on the business day before; the last one so long ago that the
    next is due in 7 to 16 days, or so many days after those of the window before."""
    first = stratum.first if stratum else window
    last = first.length - 1 - (gap_days - 7 - (phase.astype(np.int64) * 8 // 65_536))
    last += np.maximum(7 - first.weekday[last], 0) * (first.weekday[last] > 4)
    if stratum:
        last = last - stratum.days_before
        last += (window.length - 1 - last) // gap_days * gap_days
    ago = np.arange(window.length // 49 + 1)
    user, place = np.nonzero(last[:, None] - gap_days[:, None] * ago >= 0)
    days = np.zeros((len(last), window.length), dtype=bool)
    days[user, posting.on_or_before(window, last[user] - gap_days[user] * place)] = True
    return days


def _salaried(window: Window, phase: Fields) -> list[Days]:
    """Paydays by cadence: Fridays, every second one, the 15th and the month's last day, the last day; moved
    back to the business day before."""
    ahead = window.length + LONGEST_WEEKEND
    day = np.arange(ahead)
    dates = window.dates[: ahead + 1]
    month_end = np.array([a.month != b.month for a, b in pairwise(dates)])
    middle = np.array([date.day == 15 for date in dates[:-1]])
    friday = window.weekday[:ahead] == 4
    odd_week = ((window.first + day + 3) // 7) % 2 == 1
    kinds = (friday, friday & odd_week, friday & ~odd_week, middle | month_end, month_end)
    weekly, odd, even, twice, monthly = (_moved_back(window, days) for days in kinds)
    biweekly = np.where((phase >> 15).astype(bool)[:, None], odd, even)
    users = (len(phase), window.length)
    weekly, twice, monthly = (np.broadcast_to(days, users) for days in (weekly, twice, monthly))
    return [weekly, biweekly, twice, monthly]


def _moved_back(window: Window, days: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """The same days, each moved back to a business day; those of the window."""
    business = np.flatnonzero(window.is_business[: len(days)])
    at = np.searchsorted(business, np.flatnonzero(days), side="right") - 1
    moved = np.zeros_like(days)
    moved[business[at[at >= 0]]] = True
    return moved[: window.length]


def _accounts(draws: Draws, users: Users, active: Flags) -> tuple[Flags, Flags, Flags]:
    """Who has a card, who a savings account, who one for health."""
    card, savings, health, _ = draws.fields("accounts", users.number)
    may = active & (users.edge != user_plan.ONLY_CASH) & (users.edge != user_plan.ONLY_PENDING)
    stressed, saver = has(users, user_plan.CASH_FLOW_STRESSED), has(users, user_plan.SAVINGS_BUILDER)
    subscribes = has(users, user_plan.SUBSCRIPTION_HEAVY)
    must = has(users, user_plan.HIGH_UTILIZATION) | (subscribes & stressed)
    must |= users.paid_around_limit > 0
    has_card = may & (must | (~stressed & (card < int(curves.CARD_SHARE * 65_536))))
    free = may & ~stressed & ~has(users, user_plan.VARIABLE_INCOME)
    saves = (savings < int(curves.SAVINGS_SHARE * 65_536)) | (users.opened_within_history > 0)
    has_savings = saver | (free & saves)
    has_health = free & (users.edge < 0) & (health < int(curves.HEALTH_SHARE_OF_USERS * 65_536))
    return has_card, has_savings, has_health


def latest_opened_day(window: Window) -> int:
    """The last day on which an account may be opened: before the days from which signals are read."""
    return window.length - LONGEST_SIGNAL_DAYS - 1


def _opened(window: Window, draws: Draws, users: Users, card: Flags, savings: Flags) -> tuple[Ints, Ints]:
    """Days on which cards and savings accounts were opened: of those who need neither for their persona, some
    within the history, or the savings accounts of those who are planned to."""
    drawn, card_day, savings_day, _ = draws.fields("opened", users.number).astype(np.int64)
    is_drawn = users.opened_within_history == user_plan.AS_DRAWN
    is_new = is_drawn & (drawn < int(OPENED_LATE_SHARE * 65_536)) & (users.edge < 0)
    days = latest_opened_day(window) + 1
    new_card = is_new & card & ~has(users, user_plan.HIGH_UTILIZATION | user_plan.SUBSCRIPTION_HEAVY)
    new_card &= users.paid_around_limit <= 0
    opens = is_new | (users.opened_within_history > 0)
    new_savings = opens & savings & ~has(users, user_plan.SAVINGS_BUILDER)
    return (
        np.where(new_card, card_day * days // 65_536, -1),
        np.where(new_savings, posting.on_or_before(window, savings_day * days // 65_536), -1),
    )


def _subscriptions(draws: Draws, users: Users, active: Flags) -> Ints:
    """Three to six services for those who have many, up to two for everybody else."""
    drawn = draws.fields("subscriptions", users.number)[0].astype(np.int64)
    many = has(users, user_plan.SUBSCRIPTION_HEAVY)
    count = np.where(many, 3 + drawn * 4 // 65_536, drawn * 3 // 65_536)
    count[users.edge == user_plan.THREE_MERCHANTS] = 3
    quiet = ~active | (users.edge == user_plan.ONLY_CASH) | (users.edge == user_plan.ONLY_PENDING)
    return np.where(quiet | (has(users, user_plan.CASH_FLOW_STRESSED) & ~many), 0, count)
