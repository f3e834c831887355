"""A history that grows: all that is planned of a block, and what of it has happened by a day."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from synth_assets.model.calendar import Window
from synth_assets.model.draws import Draws, Ints
from synth_assets.worlds.personal_banking.activity import statements_so_far
from synth_assets.worlds.personal_banking.activity.events import OWED
from synth_assets.worlds.personal_banking.activity.faults import PENDING_AT_MOST_DAYS, Block, edit
from synth_assets.worlds.personal_banking.activity.shown_pending import NEVER, ShownRows, with_pending
from synth_assets.worlds.personal_banking.activity.sound import Flags, SoundActivity, posted
from synth_assets.worlds.personal_banking.anomalies import PENDING
from synth_assets.worlds.personal_banking.user_plan import Users


class Planned(NamedTuple):
    """All that happens in a history, whatever as_of is.

    Attributes:
        block: its facts at the end; rows hold those that are gone by then.
        window: its days.
        shown_on, gone_on: day of the history from which each row is there, and from which it is not.
    """

    block: Block
    window: Window
    shown_on: Ints
    gone_on: Ints


def plan(users: Users, sound: SoundActivity, window: Window, slots: int, draws: Draws) -> Planned:
    """What happens to the users in all days of the window, faults and pending rows included."""
    shown = with_pending(sound, users.number, window.length, draws)
    block = edit(users, sound._replace(rows=shown.rows), window, slots, draws)
    return _linked(block, window, shown)


def _linked(block: Block, window: Window, shown: ShownRows) -> Planned:
    """Each posted row with the one that shows it before; none where a fault has changed it."""
    rows, users = block.rows, len(block.users.number)
    counts = np.bincount(shown.rows.user, minlength=users)
    source = (np.cumsum(counts) - counts)[rows.user] + block.clean_number  # place before the faults
    is_added = np.append(False, source[1:] == source[:-1])[: len(source)]
    posts = np.where(is_added, -1, shown.posts[source])
    released_on = np.where(is_added, NEVER, shown.released_on[source])
    early = np.flatnonzero(posts >= 0)
    later = np.minimum(np.searchsorted(source, posts[early]), max(len(source) - 1, 0))
    is_posted = (source[later] == posts[early]) & ~rows.is_pending[later] & (rows.waited[later] > 0)
    shown_on, gone_on = rows.day.copy(), released_on
    shown_on[early[~is_posted]] = NEVER
    never, faulty = _never_posted(block, early, later, is_posted), block.faulty.copy()
    faulty[rows.user[early[never]]] = early[never]
    shown_on[early[never]], shown_on[later[never]] = rows.day[early[never]], NEVER
    pending_number, name_number = np.full(len(source), -1), block.clean_number.copy()
    name_number[early] = name_number[later]
    early, later = early[is_posted], later[is_posted]
    gone_on[early], pending_number[later] = rows.day[later], block.number[early]
    visible_on = np.append(rows.day, NEVER)[faulty]
    visible_on[block.users.fault == PENDING] += PENDING_AT_MOST_DAYS + 1
    block = block._replace(
        faulty=faulty, clean_number=name_number, pending_number=pending_number, visible_on=visible_on
    )
    return Planned(block, window, shown_on, gone_on)


def _never_posted(block: Block, early: Ints, later: Ints, is_posted: Flags) -> Flags:
    """Which of the pending rows stay so by a fault: they are shown, and nothing in their stead."""
    user = block.rows.user[later]
    stays: Flags = ~is_posted & (block.users.fault[user] == PENDING) & (block.faulty[user] == later)
    return stays


def by_day(planned: Planned, day: int) -> Block:
    """What has happened by the end of a day of the history."""
    block = planned.block
    is_there = (planned.shown_on <= day) & (day < planned.gone_on)
    at = np.flatnonzero(is_there)
    rows = block.rows.take(at)
    shows = block.visible_on <= day
    place = np.cumsum(is_there) - 1
    out = posted(rows, len(block.users.number))
    out[:, OWED] *= -1
    opened = block.opened_day <= day
    return block._replace(
        users=block.users._replace(fault=np.where(shows, block.users.fault, 0)),
        cards=statements_so_far.cards(block, rows, day, planned.window.length),
        loans=statements_so_far.loans(block, day, planned.window.first),
        has_account=block.has_account & opened,
        rows=rows,
        number=block.number[at],
        clean_number=block.clean_number[at],
        closing_cents=block.opening_cents - out,
        faulty=np.where(shows, place[block.faulty], -1),
        pending_number=block.pending_number[at],
    )
