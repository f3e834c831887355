"""How many faults the tables of a history that grows show by as_of, and its blocks."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from synth_assets.model.draws import Draws, Ints
from synth_assets.model.quotas import quota
from synth_assets.worlds.personal_banking import quotas, user_plan, windows
from synth_assets.worlds.personal_banking.activity import growing
from synth_assets.worlds.personal_banking.activity.block import Faults
from synth_assets.worlds.personal_banking.activity.facts import strata
from synth_assets.worlds.personal_banking.anomalies import ANOMALIES
from synth_assets.worlds.personal_banking.config import Config
from synth_assets.worlds.personal_banking.window_plan import ONCE, of_window

BLOCK_USERS, GROWING_BLOCK_USERS = 1_024, 256
"""Users of a block: fewer in a history that grows, as a block is made in memory and may be ten years long."""


def expected_labels(config: Config, draws: Draws) -> dict[str, tuple[int, int]]:
    """For each kind, the users that its rate counts and the labels that it asks for: in a history that grows
    those that show by as_of.

    There a rate counts everybody in every window. Of a window that may show more of its faults, those that
    show count as many users as they stand for.
    """
    if not config.grows:
        return quotas.expected_labels(config, draws)
    kind, shown_on, window = _faults(config.whole)
    is_shown, settled = shown_on <= (config.day - config.start).days, windows.settled(config, "transactions")
    found = {}
    for code, anomaly in enumerate(ANOMALIES, start=1):
        own = is_shown & (kind == code)
        lately, rate = int((own & (window >= settled)).sum()), getattr(config.anomaly_rates, anomaly.name)
        users = config.num_users * min(settled, 1 if anomaly.name in ONCE else settled)
        found[anomaly.name] = users + (quota(1 / rate, lately) if lately else 0), int(own.sum())
    return found


@lru_cache(maxsize=16)
def _faults(config: Config) -> tuple[Ints, Ints, Ints]:
    """The planned faults so far, the day of the history from which each shows, and the number of its window.
    Users with one are made alone."""
    draws = Draws(config.seed, "personal_banking", "users")
    users = user_plan.plan(config, draws, np.arange(config.num_users))
    is_faulty = np.zeros(config.num_users, dtype=bool)
    for stratum in strata(config):
        is_faulty |= of_window(config, draws, users, stratum).fault > 0
    number, nothing = np.flatnonzero(is_faulty), np.empty(0, dtype=np.int64)
    found = [
        faults
        for first in range(0, len(number), GROWING_BLOCK_USERS)
        for faults in _in_all_windows(config, number[first : first + GROWING_BLOCK_USERS])
    ]
    kind, shown_on, label = (
        np.concatenate([nothing, *(getattr(faults, name) for faults in found)])
        for name in ("kind", "visible_on", "number")
    )
    return kind, shown_on, (label - 1) % config.most_strata


def _in_all_windows(config: Config, users: Ints) -> Iterator[Faults]:
    """The faults of some users, window by window."""
    carried = None
    for number in range(windows.count(config)):
        window, carried = windows.plan_users(config, users, number, carried)
        yield growing.faults(window, config.most_strata)


def blocks(config: Config, _: Draws, root: str) -> list[range]:
    """The users of each block."""
    total = getattr(config, root)
    return [
        range(first, min(first + GROWING_BLOCK_USERS, total))
        for first in range(0, total, GROWING_BLOCK_USERS)
    ]


def settled_blocks(config: Config, draws: Draws, root: str) -> int:
    """How many of the first blocks no later day changes: none, as everybody's statements go on."""
    return 0
