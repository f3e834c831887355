"""Where people shop: everybody prefers some shops of a kind to others, one more so than another.

The last shop of the order is never visited, so that a refund from it is a fault by itself.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from synth_assets.model import quantile_tables
from synth_assets.model.draws import Draws, Fields, Ints
from synth_assets.worlds.personal_banking import curves
from synth_assets.worlds.personal_banking.activity import never_visited, places
from synth_assets.worlds.personal_banking.activity.descriptors import INDEX
from synth_assets.worlds.personal_banking.activity.habits import Flags, Habits, has
from synth_assets.worlds.personal_banking.activity.recurrence import Groups, groups
from synth_assets.worlds.personal_banking.curves import Stream
from synth_assets.worlds.personal_banking.user_plan import SUBSCRIPTION_HEAVY, THREE_MERCHANTS, Users

LEVELS = 4
"""Loyalties of a kind of shop, from the least to the most, equally many people each [D]."""

MOST_MOVES = 4
"""So often a visit is moved to another shop before nobody knows the merchant."""

ANY_NUMBER = 1_000

Posting = Callable[[Ints, Ints], tuple[Ints, Flags]]


class Shops(NamedTuple):
    """The shops of one kind, for each of a block's users.

    Attributes:
        first, step: drawn for where the order begins in a metro, and by which step it goes round.
        level: how loyal the user is, below `LEVELS`.
    """

    first: Ints
    step: Ints
    level: Ints


def shops(draws: Draws, number: Ints, stream: Stream) -> Shops:
    """What each of the users `number` prefers."""
    first, step, level, _ = draws.of("users").fields(f"favourite {stream.name}", number).astype(np.int64)
    return Shops(first, step, level * LEVELS // 65_536)


def label(stream: Stream, known: Shops, user: Ints, rank: Ints, metro: Ints) -> Ints:
    """The shops in a metro of so many ranks in the order of the users at places `user`."""
    found, counts, steps, step_counts = _in_metros(stream.brands)
    count = counts[metro]
    step = steps[metro, known.step[user] * step_counts[metro] // 65_536]
    return INDEX[stream.name] + found[metro, (known.first[user] * count // 65_536 + rank * step) % count]


def ranks(stream: Stream, known: Shops, user: Ints, drawn: Fields) -> Ints:
    """The rank of the shop of each visit: 0 for the favourite."""
    return _ranks(stream.name)[known.level[user], drawn >> 4]


def never(draws: Draws, number: Ints) -> Ints:
    """Label of the shop, of those that give money back, that the users `number` never visit."""
    streams = never_visited.STREAMS
    which = never_visited.kind(draws, number, streams)
    everybody, last_rank = np.arange(len(number)), np.full(len(number), -1)
    metro = places.metros(draws, number)
    last = [label(s, shops(draws, number, s), everybody, last_rank, metro) for s in streams]
    return np.choose(which, last)


def allowed(users: Users, habits: Habits) -> Ints:
    """How many shops may be recurring merchants of each user: with services up to two, as three would make
    the user subscription-heavy; any number for those who are so anyway."""
    many = has(users, SUBSCRIPTION_HEAVY) & (users.edge != THREE_MERCHANTS)
    return np.where(many, ANY_NUMBER, np.maximum(2 - habits.subscriptions, 0))


def settled(
    stream: Stream,
    known: Shops,
    user: Ints,
    rank: Ints,
    metro: Ints,
    posting: Posting,
    days: int,
    allowed: Ints,
) -> tuple[Ints, Ints]:
    """The shop of each visit, and how many merchants may still recur for each user.

    Where a merchant would recur who may not, the third visit and those after go to the next shop of the
    order; after some moves to a shop that nobody knows.

    Args:
        user, rank, metro: of each visit.
        posting: for shops of the visits at some places, the days of posting, and whether they are posted.
        allowed: recurring merchants of each user; takes those found first.
    """
    shop = label(stream, known, user, rank, metro)
    at, left, concerned = np.arange(len(user)), allowed, np.ones(len(allowed), dtype=bool)
    for move in range(MOST_MOVES + 1):
        day, is_posted = posting(at, shop[at])
        found = groups(user[at[is_posted]], shop[at[is_posted]], day[is_posted], days)
        refused, kept = _refused(found, user[at[is_posted]], allowed)
        moved = at[is_posted][refused]
        left = np.where(concerned, allowed - kept, left)
        if not len(moved):
            break
        rank[moved] = (rank[moved] + 1) % curves.LOYALTY[stream.name][0]
        shop[moved] = (
            label(stream, known, user[moved], rank[moved], metro[moved])
            if move < MOST_MOVES
            else INDEX["unknown"]
        )
        concerned = np.zeros(len(allowed), dtype=bool)
        concerned[user[moved]] = True
        at = np.flatnonzero(concerned[user])
    return shop, left


def _refused(found: Groups, user: Ints, allowed: Ints) -> tuple[Ints, Ints]:
    """Visits, from the third on, by which a merchant recurs who may not; and how many recur of each user."""
    owner = user[found.order[found.first[found.recurs]]]
    turn = np.arange(len(owner)) - np.searchsorted(owner, owner)  # groups are in order of user
    is_kept = turn < allowed[owner]
    refused = found.recurs.copy()
    refused[found.recurs] = ~is_kept
    place = np.arange(len(found.order)) - found.first[found.group]
    return found.order[refused[found.group] & (place >= 2)], np.bincount(
        owner[is_kept], minlength=len(allowed)
    )


@cache
def _in_metros(brands: tuple[str, ...]) -> tuple[Ints, Ints, Ints, Ints]:
    """Shops in each metro and their number, and steps by which all of them are reached and their number."""
    found, counts = places.shops(brands)
    steps = [[s for s in range(1, max(n, 2)) if math.gcd(s, n) == 1] for n in counts.tolist()]
    step_counts = np.array([len(some) for some in steps])
    return found, counts, np.array([np.resize(some, step_counts.max()) for some in steps]), step_counts


@cache
def _ranks(name: str) -> npt.NDArray[np.int64]:
    """Tables of a rank, one a level of loyalty: Zipf's law with its exponent."""
    known, least, most = curves.LOYALTY[name]
    exponents = [least + (most - least) * level / (LEVELS - 1) for level in range(LEVELS)]
    places = range(known)
    return np.stack(
        [quantile_tables.from_weights(places, [(r + 1) ** -s for r in places]) for s in exponents]
    )
