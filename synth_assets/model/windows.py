"""Windows of a history: how the rows of a block come one stretch of time after the other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from synth_assets.model.draws import Draws


@dataclass(frozen=True, slots=True)
class Kept:
    """How what is planned of a history is kept in a file, so that a night need not plan it again.

    Attributes:
        until: function of the configuration: the day up to which is planned. Until a later as_of moves it,
            the plan is the same.
        is_known: function of the same: whether this process knows what is planned.
        content: function of the same: what is planned, as bytes; it is known then.
        recall: function of the same and such bytes: lets it be known that this is planned; False where they
            say nothing of it.
    """

    until: Callable[[Any], dt.date]
    is_known: Callable[[Any], bool]
    content: Callable[[Any], bytes]
    recall: Callable[[Any, bytes], bool]


@dataclass(frozen=True, slots=True)
class Windows:
    """How some tables of a block grow window by window, so that the rows of closed windows stay as they are.

    What happens in a window is planned whole, whatever as_of is, from what the windows before carry over. The
    other tables of the block say what is so on as_of, by the last windows and what was carried to them.

    Attributes:
        tables: names of the tables whose rows come so: they read no others.
        count: function of the configuration: the windows up to as_of.
        settled: function of the same and a table's name: how many of its first no later day changes.
        read: function of the same: the first window whose rows the other tables read on as_of.
        carried: what is carried over: a named tuple of arrays and of such tuples; None where a window needs
            nothing of the ones before.
        plan: function of the configuration, draws, root rows, number of a window and what was carried to it,
            None to the first: the window, and what it carries over. It does not read as_of.
        facts: function of the configuration and a window: the facts of its tables by as_of.
        so_far: function of the configuration, draws, root rows and the windows from `read` on: the facts of
            the other tables.
        kept: how what is planned of all windows is kept, where they are planned together.
    """

    tables: tuple[str, ...]
    count: Callable[[Any], int]
    settled: Callable[[Any, str], int]
    read: Callable[[Any], int]
    carried: type[tuple[Any, ...]] | None
    plan: Callable[[Any, Draws, range, int, Any], tuple[Any, Any]]
    facts: Callable[[Any, Any], Any]
    so_far: Callable[[Any, Draws, range, Sequence[Any]], Any]
    kept: Kept | None = None
