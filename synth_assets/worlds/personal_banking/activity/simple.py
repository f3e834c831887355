"""The preset `simple`: statements of independent rows, in seven categories drawn by weight.

Nothing follows from anything here: a user has one to three accounts, an account so many rows on any days,
and a row its category and amount. Counts are exact over all users: of each category, of income (on checking
and savings alone), and of pending rows, which are the latest of their account.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from synth_assets.model import quantile_tables
from synth_assets.model.calendar import Window
from synth_assets.model.draws import Draws, Fields, Ints
from synth_assets.model.fault_plan import QuotaGroup, assign
from synth_assets.worlds.personal_banking import curves
from synth_assets.worlds.personal_banking.activity import cards, never_visited, places, posting
from synth_assets.worlds.personal_banking.activity.cards import Cards
from synth_assets.worlds.personal_banking.activity.descriptors import (
    DESCRIPTORS,
    IS_PURCHASE,
    OWN_CITY,
    PLAID_OF,
    SIMPLE_CATEGORIES,
    is_in,
)
from synth_assets.worlds.personal_banking.activity.events import (
    CARD,
    CHECKING,
    SAVINGS,
    SLOTS,
    EventRows,
    distinct_cents,
)
from synth_assets.worlds.personal_banking.activity.loans import nobodys
from synth_assets.worlds.personal_banking.activity.sound import SoundActivity, posted
from synth_assets.worlds.personal_banking.config import Config
from synth_assets.worlds.personal_banking.user_plan import Users, largest_remainder

PENDING_DAYS = 11
"""A pending row is younger, counting as_of; most are a few days old [D]."""

KINDS = 3
"""Accounts that the preset knows: checking, savings and a card."""

OPENED_LATE_SHARE, OPENED_LATE_WITHIN = 0.15, 1 / 3
"""Accounts opened within the history, in that part of it [D]."""

SHARES_IN_ALL = 10**9
"""What the category shares are rounded to, so that quotas are exact."""


class Totals(NamedTuple):
    """Rows of all users: on checking and savings, and on cards; and of those before each user."""

    deposit: int
    card: int
    deposit_before: Ints
    card_before: Ints


def simulate(config: Config, window: Window, draws: Draws, users: Users) -> SoundActivity:
    """The statements of a block of users."""
    has_account = _accounts(config, draws, users.number)
    counts = _counts(config, draws, users.number)
    account = np.repeat(np.arange(counts.size), counts.ravel())  # of the block, three a user
    within = np.arange(len(account)) - np.repeat(np.cumsum(counts.ravel()) - counts.ravel(), counts.ravel())
    first = int(users.number[0]) if len(users.number) else 0
    word = draws.fields("simple row", (first * KINDS + account) * 1_024 + within)
    day, size, brand, _ = word.astype(np.int64)
    is_first = (within == 0) & (account % KINDS == CHECKING)
    opened = _opened(draws, has_account, users.number, window)
    begins = np.maximum(opened.ravel()[account], 0)
    ends = np.where(is_first, window.length // 2, window.length)  # so that it is not pending
    day = begins + day * (ends - begins) // 65_536
    by_day = np.argsort(account * window.length + day, kind="stable")
    day, is_first = day[by_day], is_first[by_day]
    pending = _pending(config, draws, counts, first)
    left = np.repeat(counts.ravel(), counts.ravel()) - within
    is_pending = left <= np.repeat(pending, counts.ravel())
    age = draws.fields("pending", first * KINDS + account)[0].astype(np.int64) ** 2
    oldest = window.length - 1 - (age * PENDING_DAYS >> 32)
    day = np.where(is_pending, np.maximum(day, oldest), day)
    category = _categories(config, draws, account % KINDS, is_first, users.number)
    metro = places.metros(draws, users.number)[account // KINDS]
    label = _LABEL_OF[metro, category, brand * _LABELS_OF[metro, category] // 65_536]
    avoided = never_visited.shop(draws, users.number, never_visited.SIMPLE)
    label = never_visited.elsewhere(label, avoided[account // KINDS], metro)
    low, high = np.array(curves.SIMPLE_CENTS).T
    amount = low[category] + size * (high - low + 1)[category] // 65_536
    amount = np.where(category == _INCOME, -amount, amount)
    order = np.argsort((account // KINDS * window.length + day) * KINDS + account % KINDS, kind="stable")
    shops = IS_PURCHASE[label] & ~is_pending
    waited = np.where(shops, posting.waited(window, day, size), 0)
    nothing = np.zeros_like(day)
    rows = EventRows(
        account // KINDS, account % KINDS, day, nothing, amount, label, is_pending, waited, OWN_CITY[label]
    )
    rows = rows.take(order)
    rows = rows._replace(amount_cents=distinct_cents(rows, window.length))
    card, closing = _balances(draws, users.number, has_account, window)
    cheapest, dearest = curves.SIMPLE_CENTS[0]
    part = draws.fields("refund size", users.number)[0].astype(np.int64)
    refund = cheapest + part * (dearest - cheapest + 1) // 65_536
    latest = int(window.length * OPENED_LATE_WITHIN)
    out = posted(rows, len(users.number))
    has_account, closing, opened = (_padded(a, v) for a, v in ((has_account, 0), (closing, 0), (opened, -1)))
    debts = nobodys(len(users.number))
    return SoundActivity(has_account, card, debts, opened, latest, rows, out, closing, refund, avoided)


def _padded(of_accounts: npt.NDArray, value: int) -> npt.NDArray:
    """Users x accounts, with the accounts that the preset does not know."""
    return np.pad(of_accounts, ((0, 0), (0, SLOTS - KINDS)), constant_values=value)


def income_rows(config: Config, draws: Draws) -> tuple[int, int]:
    """Rows that must be income, and rows that may be: on checking and savings, but for one of each user."""
    totals = _totals(config, draws)
    return _quotas(config, totals.deposit + totals.card)[_INCOME], totals.deposit - config.num_users


def _accounts(config: Config, draws: Draws, user: Ints) -> npt.NDArray[np.bool_]:
    """Checking for everybody, then savings, a card, or both; users x accounts."""
    how_many, which, _, _ = draws.fields("simple accounts", user).astype(np.int64)
    count = 1 + how_many * config.simple.most_accounts // 65_536
    card = (count == 3) | ((count == 2) & (which < 32_768))
    savings = (count == 3) | ((count == 2) & ~card)
    return np.stack([np.ones(len(user), dtype=bool), savings, card], axis=1)


def _opened(draws: Draws, has_account: npt.NDArray[np.bool_], user: Ints, window: Window) -> Ints:
    """Day of the history on which each account was opened, -1 for most: before."""
    drawn, when, _, _ = draws.fields("simple opened", user[:, None] * KINDS + np.arange(KINDS)).astype(
        np.int64
    )
    is_new = drawn.reshape(-1, KINDS) < int(OPENED_LATE_SHARE * 65_536)
    day = when.reshape(-1, KINDS) * int(window.length * OPENED_LATE_WITHIN + 1) // 65_536
    return np.where(is_new & has_account, day, -1)


def _counts(config: Config, draws: Draws, user: Ints) -> Ints:
    """Rows of each account, users x accounts; 0 where there is none."""
    low, high = config.simple.fewest_transactions, config.simple.most_transactions
    drawn = draws.fields("simple rows", user[:, None] * KINDS + np.arange(KINDS))[0].reshape(-1, KINDS)
    rows = low + drawn.astype(np.int64) * (high - low + 1) // 65_536
    return np.where(_accounts(config, draws, user), rows, 0)


@lru_cache(maxsize=1)
def _totals(config: Config, draws: Draws) -> Totals:
    """Counted once a process: about 50 ms for a million users."""
    counts = _counts(config, draws, np.arange(config.num_users, dtype=np.int64))
    deposit = np.concatenate([[0], np.cumsum(counts[:, CHECKING] + counts[:, SAVINGS])])
    card = np.concatenate([[0], np.cumsum(counts[:, CARD])])
    return Totals(int(deposit[-1]), int(card[-1]), deposit, card)


def _pending(config: Config, draws: Draws, counts: Ints, first: int) -> Ints:
    """Pending rows of each account: the rate of all rows so far, less those of the accounts before."""
    totals = _totals(config, draws)
    before = int(totals.deposit_before[first] + totals.card_before[first])
    ends = before + np.cumsum(counts.ravel())
    rate = Fraction(config.simple.pending_rate).limit_denominator(10**9)
    up_to = (2 * rate.numerator * np.concatenate([[before], ends]) + rate.denominator) // (
        2 * rate.denominator
    )
    return np.diff(up_to)


def _quotas(config: Config, rows: int) -> list[int]:
    shares = config.simple.category_shares.model_dump().values()
    return largest_remainder([round(share * SHARES_IN_ALL) for share in shares], rows)


def _categories(
    config: Config, draws: Draws, slot: Ints, is_first: npt.NDArray[np.bool_], user: Ints
) -> Ints:
    """The category of each row: income first, among those on checking and savings but for each user's
    first purchase, then the others."""
    totals = _totals(config, draws)
    rows = totals.deposit + totals.card
    quotas = _quotas(config, rows)
    income, others = quotas[_INCOME], tuple(quotas[:_INCOME])
    first = int(user[0]) if len(user) else 0
    late = totals.deposit - config.num_users
    on_card = slot == CARD
    place = np.empty(len(slot), dtype=np.int64)
    for here, before in (
        (~on_card & ~is_first, totals.deposit_before[first] - first),
        (is_first, late + first),
        (on_card, totals.deposit + totals.card_before[first]),
    ):
        place[here] = before + np.arange(np.count_nonzero(here))
    levels = [QuotaGroup(late, (income,)), QuotaGroup(rows, others)]
    codes = assign(place, levels, [draws.key("simple income"), draws.key("simple category")])
    return np.where(codes == 1, _INCOME, codes.astype(np.int64) - 2)


def _balances(
    draws: Draws, user: Ints, has_account: npt.NDArray[np.bool_], window: Window
) -> tuple[Cards, Ints]:
    """Cards and closing balances; a card's balance is its limit's share in use, and its last statement's.

    There is no row of a payment, so nothing was paid.
    """
    deposit = quantile_tables.sample(
        curves.simple_balance_cents(), draws.fields("simple balance", user[:, None] * KINDS + [0, 1])[0]
    ).reshape(-1, 2)
    used, limit_drawn, rate, due = draws.fields("simple card", user)
    card = has_account[:, CARD]
    limit = np.where(card, np.rint(cards.limit_cents(limit_drawn) / 10_000).astype(np.int64) * 10_000, 0)
    owed = np.where(card, _owed_cents(limit, used), 0)
    minimum = (owed * 2 + 50) // 100
    due_day = window.length + due.astype(np.int64) * cards.FIRST_DUE // 65_536
    nothing = np.zeros_like(owed)
    found = Cards(
        nothing, owed, limit, cards.apr_basis_points(rate), owed, minimum, nothing,
        due_day - cards.FIRST_DUE - 1, nothing - 1, due_day, nothing > 0, nothing[:, None], nothing,
    )  # fmt: skip
    return found, np.where(has_account, np.column_stack([deposit, owed]), 0)


def _owed_cents(limit: Ints, drawn: Fields) -> Ints:
    """What is owed on cards: more than $100, up to 95 % of the limit, a third in the mean."""
    low = curves.SIMPLE_OWED_CENTS + limit * curves.SIMPLE_LEAST_USED
    part = ((drawn.astype(np.int64) + 0.5) / 65_536) ** 2
    return (low + (limit * curves.SIMPLE_MOST_USED - low) * part).astype(np.int64)


_INCOME = SIMPLE_CATEGORIES.index("INCOME")
_IN_CATEGORY = [
    [
        place
        for place, label in enumerate(DESCRIPTORS)
        if label.merchant and label.detailed.startswith(PLAID_OF.get(name, name) + "_")
    ]
    for name in SIMPLE_CATEGORIES
]
_PLACES = [
    [[place for place in some if is_in(place, metro)] for some in _IN_CATEGORY]
    for metro in range(len(places.METROS))
]
_LABELS_OF = np.array([[len(some) for some in of_metro] for of_metro in _PLACES])
_LABEL_OF = np.array([[np.resize(some, _LABELS_OF.max()) for some in of_metro] for of_metro in _PLACES])
