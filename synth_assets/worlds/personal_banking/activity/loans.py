"""Loans: an account of the debtor, on which payments arrive and pay interest first.

A level payment: what is owed before the history is what its payments to come are worth at the loan's rate.
With each payment falls a period's interest, a twelfth of a year's on what is owed or, where a bill is paid
every second week, a 26th; the rest of it is principal. No loan begins or ends within the history.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from synth_assets.model.calendar import Window
from synth_assets.model.draws import Draws, Ints
from synth_assets.worlds.personal_banking import curves
from synth_assets.worlds.personal_banking.activity import monthly, posting
from synth_assets.worlds.personal_banking.activity.descriptors import DESCRIPTORS, INDEX
from synth_assets.worlds.personal_banking.activity.events import HOME, LOANS, Events, stable_order
from synth_assets.worlds.personal_banking.activity.habits import Flags
from synth_assets.worlds.personal_banking.activity.strata import Stratum
from synth_assets.worlds.personal_banking.config import MOST_HISTORY_MONTHS
from synth_assets.worlds.personal_banking.user_plan import Users

LENT, CHARGED, ARRIVED = 0, 1, 2
"""Order of a day's events: payments leave with the bills."""

KINDS = ("mortgage", "student_loan", "car", "personal_loan")
"""Names of the bills, in order of `LOANS`."""

RATE_STEPS = 16
"""Rates of a kind, evenly between the lowest and the highest."""

SHORTEST_MONTHS = 26
"""Payments that are left at least, so that no loan ends within the longest history."""

LONG_MONTHS = 180
"""Term at least of a loan that does not end within a history."""

FORTNIGHTS, MONTHS = 26, 12
"""Periods of a year."""

_KIND = np.full(len(DESCRIPTORS), -1)
for _place, _name in enumerate(KINDS):
    _KIND[INDEX[_name] + np.arange(len(curves.BANKS))] = _place
_ARRIVES = np.array([INDEX[f"{name}_in"] for name in KINDS])


class Loans(NamedTuple):
    """The loans of a block's users, users x kinds of `LOANS`, 0 for those without.

    Attributes:
        has_account: who has a loan of a kind.
        opening_cents, balance_cents: owed before the first day and on as_of.
        rate_basis_points: interest a year.
        instalment_cents: of each payment.
        principal_cents: what was lent.
        opened_on, ends_on: epoch days on which it was lent and will be paid.
        due_on: epoch day of the next payment.
    """

    has_account: Flags
    opening_cents: Ints
    balance_cents: Ints
    rate_basis_points: Ints
    instalment_cents: Ints
    principal_cents: Ints
    opened_on: Ints
    ends_on: Ints
    due_on: Ints


def nobodys(users: int) -> Loans:
    """No loan at all."""
    nothing = np.zeros((users, len(LOANS)), dtype=np.int64)
    return Loans(nothing > 0, *(nothing,) * 8)


def repay(
    events: Events,
    window: Window,
    draws: Draws,
    users: Users,
    fortnightly: Flags,
    stratum: Stratum | None = None,
) -> Loans:
    """Every payment of a loan that checking shows arrives at its account, with a period's interest.

    In a later window of a history a loan begins with what is left of it, and who has not paid has none else.
    """
    loan, day, cents = _payments(events)
    debtor, first, count = np.unique(loan, return_index=True, return_counts=True)
    user, kind = np.divmod(debtor, len(LOANS))
    a_year = np.where(fortnightly[user], FORTNIGHTS, MONTHS)
    rate, left, term, step = _terms(draws, users.number[user], kind, stratum is not None)
    instalment = cents[first]
    opening = (instalment * _worth(kind, a_year, step, left)).astype(np.int64)
    owed = stratum.before.balance_cents[:, LOANS].copy() if stratum and stratum.before else None
    if owed is not None:
        opening = owed[user, kind]
    balance, interest = opening.copy(), np.zeros_like(cents)
    if owed is not None:
        worth = (instalment * _worth(kind, a_year, step, term)).astype(np.int64)
        balance += _lend_more(events, window, user, kind, opening, count * instalment, worth)
    for turn in range(int(count.max(initial=0))):
        some = np.flatnonzero(count > turn)
        row = first[some] + turn
        interest[row] = balance[some] * rate[some] // (10_000 * a_year[some])
        balance[some] += interest[row] - cents[row]
    whose, at = np.divmod(loan, len(LOANS))
    events.add(whose, day, interest, account=HOME + at, label=INDEX["loan_interest"], order=CHARGED)
    events.add(whose, day, -cents, account=HOME + at, label=_ARRIVES[at], order=ARRIVED)
    lent = (instalment * _worth(kind, a_year, step, term)).astype(np.int64)
    day_of_month = monthly.loan_days(draws, users.number)[user, kind]
    opened, ends = _life(window, day[first], day_of_month, left, term)
    last = day[first + count - 1]
    due = np.where(
        fortnightly[user], _next_fortnight(window, last), monthly.next_due(window)[day_of_month - 1]
    )
    ones = np.ones_like(opening)
    found = (ones, opening, balance, rate, instalment, lent, opened, ends, window.first + due)
    has_account, *values = (_spread(numbers, debtor, len(users.number)) for numbers in found)
    loans = Loans(has_account > 0, *values)
    if owed is None:
        return loans
    return loans._replace(
        opening_cents=owed, balance_cents=np.where(loans.has_account, loans.balance_cents, owed)
    )


def _lend_more(
    events: Events, window: Window, user: Ints, kind: Ints, owed: Ints, to_pay: Ints, worth: Ints
) -> Ints:
    """Cents lent anew on the first business day, on loans of which the window's payments would leave little:
    another car, or another loan of the same bank and the same payments, takes the place of the one before."""
    may = kind >= KINDS.index("car")
    more = np.where(may & (owed < to_pay + to_pay // 2), worth - owed, 0)
    at = np.flatnonzero(more)
    day = np.full(len(at), posting.business_days(window)[0])
    label = INDEX["loan_paid_out"]
    events.add(user[at], day, more[at], account=HOME + kind[at], label=label, order=LENT)
    return more


def _payments(events: Events) -> tuple[Ints, Ints, Ints]:
    """Loan (user and kind), day and cents of every payment, by loan and day; a bill's rows are together."""
    some = [rows for rows in events.found if len(rows.label) and _KIND[rows.label[0]] >= 0]
    if not some:
        nothing = np.empty(0, dtype=np.int64)
        return nothing, nothing, nothing
    user, day, cents, label = (
        np.concatenate([getattr(rows, name) for rows in some])
        for name in ("user", "day", "amount_cents", "label")
    )
    loan = user * len(LOANS) + _KIND[label]
    at = stable_order(loan * events.days + day)
    return loan[at], day[at], cents[at]


def _terms(draws: Draws, number: Ints, kind: Ints, grows: bool) -> tuple[Ints, Ints, Ints, Ints]:
    """Rate in basis points, months left and of the whole loan, and the rate's step. In a history that grows
    no mortgage or student loan ends in ten years."""
    rate, left, term, _ = draws.fields("loan", number * len(LOANS) + kind).astype(np.int64)
    low, high = np.array([curves.LOAN_RATES[name] for name in KINDS]).T
    step = rate * RATE_STEPS // 65_536
    terms = np.array([curves.LOAN_MONTHS[name] for name in KINDS])
    months = terms[kind, term * terms.shape[1] // 65_536]
    is_long = grows & (kind < KINDS.index("car"))
    months = np.where(is_long, np.maximum(months, LONG_MONTHS), months)
    shortest = np.where(is_long, MOST_HISTORY_MONTHS + SHORTEST_MONTHS, SHORTEST_MONTHS)
    to_come = shortest + left * (months - shortest + 1) // 65_536
    return low[kind] + (high - low)[kind] * step // (RATE_STEPS - 1), to_come, months, step


def _worth(kind: Ints, a_year: Ints, step: Ints, months: Ints) -> npt.NDArray[np.float64]:
    """What so many months' payments of $1 are worth."""
    return np.where(
        a_year == MONTHS,
        _annuities(MONTHS)[kind, step, months],
        _annuities(FORTNIGHTS)[kind, step, months * FORTNIGHTS // MONTHS],
    )


@cache
def _annuities(a_year: int) -> npt.NDArray[np.float64]:
    """Worth of payments of $1: kinds x steps of the rate x payments. Made by division alone, so that every
    processor gives the same bits."""
    low, high = np.array([curves.LOAN_RATES[name] for name in KINDS]).T
    step = np.arange(RATE_STEPS)
    rate = low[:, None] + (high - low)[:, None] * step // (RATE_STEPS - 1)
    growth = 1 + rate / (10_000 * a_year)
    longest = max(map(max, curves.LOAN_MONTHS.values())) * FORTNIGHTS // MONTHS
    worth = np.zeros((len(KINDS), RATE_STEPS, longest + 1))
    for payment in range(1, longest + 1):
        worth[:, :, payment] = (worth[:, :, payment - 1] + 1) / growth
    return worth


def _life(window: Window, first: Ints, day_of_month: Ints, left: Ints, term: Ints) -> tuple[Ints, Ints]:
    """Epoch days on which loans were lent, a month before their first payment, and will be paid."""
    month = (window.first + first).astype("M8[D]").astype("M8[M]").astype(np.int64)
    lent = month - (term - left) - 1
    opened, ends = (
        months.astype("M8[M]").astype("M8[D]").astype(np.int64) + day_of_month - 1
        for months in (lent, lent + term)
    )
    return np.minimum(opened, window.first - 1), ends


def _next_fortnight(window: Window, last: Ints) -> Ints:
    """Day of the next payment after as_of of who pays every second week."""
    turns = (window.length - 1 - last) // 14 + 1
    return posting.on_or_after(window, last + 14 * turns)


def _spread(numbers: Ints, debtor: Ints, users: int) -> Ints:
    """Numbers of each loan as users x kinds."""
    found = np.zeros(users * len(LOANS), dtype=np.int64)
    found[debtor] = numbers
    return found.reshape(users, len(LOANS))
