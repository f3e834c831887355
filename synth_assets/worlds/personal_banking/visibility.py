"""How many faults the tables of a history that grows show by as_of, and its blocks."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from synth_assets.model.draws import Draws, Ints
from synth_assets.worlds.personal_banking import quotas, user_plan, windows
from synth_assets.worlds.personal_banking.activity import growing
from synth_assets.worlds.personal_banking.activity.block import Faults
from synth_assets.worlds.personal_banking.activity.facts import strata
from synth_assets.worlds.personal_banking.anomalies import ANOMALIES
from synth_assets.worlds.personal_banking.config import Config
from synth_assets.worlds.personal_banking.window_plan import of_window

BLOCK_USERS, GROWING_BLOCK_USERS = 1_024, 256
"""Users of a block: fewer in a history that grows, as a block is made in memory and may be ten years long."""


def expected_labels(config: Config, draws: Draws) -> dict[str, tuple[int, int]]:
    """For each kind, the users that its rate counts and the labels that it asks for: in a history that grows
    those that show by as_of."""
    if not config.grows:
        return quotas.expected_labels(config, draws)
    kind, shown_on = _faults(config.whole)
    shown = kind[shown_on <= (config.day - config.start).days]
    counts = np.bincount(shown, minlength=len(ANOMALIES) + 1).tolist()
    return {kind.name: (config.num_users, counts[code]) for code, kind in enumerate(ANOMALIES, start=1)}


@lru_cache(maxsize=16)
def _faults(config: Config) -> tuple[Ints, Ints]:
    """The planned faults so far, and the day of the history from which each shows. Users with one are made
    alone."""
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
    kind, shown_on = ([getattr(faults, name) for faults in found] for name in ("kind", "visible_on"))
    return np.concatenate([nothing, *kind]), np.concatenate([nothing, *shown_on])


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
