"""The windows of a block one after the other: each is planned from what the ones before carry over.

What a process has planned lately is kept, and so is what it carried over; beside the published tables that is
in files, see `storage.carried`. Wherever it comes from, it is the same.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from synth_assets.model.config import WorldConfig
from synth_assets.model.latest import Latest
from synth_assets.model.windows import Windows
from synth_assets.model.world import World
from synth_assets.storage.carried import file_name, keep_plan, read_carried, recall_plan, write_carried
from synth_assets.storage.paths import StoragePath

KEPT_WINDOWS, KEPT_CARRIED = 6, 64
"""Planned windows of a block that a process keeps, of some megabytes each; and what it keeps of what they
carry over, of some hundred kilobytes."""

_PLANNED: Latest[Any] = Latest(KEPT_WINDOWS)
_CARRIED: Latest[Any] = Latest(KEPT_CARRIED)


class WindowChain:
    """The windows of some root rows.

    Attributes:
        windows: how they come.
    """

    def __init__(
        self,
        world: World,
        config: WorldConfig,
        windows: Windows,
        rows: range,
        directory: StoragePath | None = None,
    ) -> None:
        self.windows, self._config, self._rows, self._directory = windows, config, rows, directory
        self._draws = world.draws(config, "facts")
        history = config.model_copy(update={"as_of": config.start})
        self._key = (world.package, history, rows)
        self._is_plan_known = False

    def planned(self, number: int) -> Any:
        """A window, whatever as_of is."""
        found = _PLANNED.get((self._key, number))
        if found is None:
            found, after = self._plan(number, self._carried(number))
            _PLANNED.put((self._key, number), found)
            self._remember(number + 1, after)
        return found

    def facts(self, number: int) -> Any:
        """The facts of a window by as_of."""
        self._know_plan()
        return self.windows.facts(self._config, self.planned(number))

    def so_far(self) -> Any:
        """The facts of as_of."""
        self._know_plan()
        numbers = range(self.windows.read(self._config), self.windows.count(self._config))
        windows = [self.planned(number) for number in numbers]
        return self.windows.so_far(self._config, self._draws, self._rows, windows)

    def _know_plan(self) -> None:
        """What is planned of all windows together is read from its file, or planned and written to it."""
        kept, directory = self.windows.kept, self._directory
        if kept and directory and not self._is_plan_known:
            if not recall_plan(directory, self._config, kept):
                keep_plan(directory, self._config, kept)
            self._is_plan_known = True

    def _plan(self, number: int, carried: Any) -> tuple[Any, Any]:
        return self.windows.plan(self._config, self._draws, self._rows, number, carried)

    def _carried(self, number: int) -> Any:
        """What is carried to a window: known, or made from the last one to which it is."""
        if not self.windows.carried:
            return None
        known, first = None, number
        while first and (known := self._known(first)) is None:
            first -= 1
        for before in range(first, number):
            _, known = self._plan(before, known)
            self._remember(before + 1, known)
        return known

    def _known(self, number: int) -> Any:
        found = _CARRIED.get((self._key, number))
        if found is None and self._directory and self.windows.carried:
            found = read_carried(self._directory / file_name(self._rows, number), self.windows.carried)
            if found is not None:
                _CARRIED.put((self._key, number), found)
        return found

    def _remember(self, number: int, carried: Any) -> None:
        """Keep what is carried to a window; in a file once the window has begun."""
        if not self.windows.carried:
            return
        read_only(carried)
        _CARRIED.put((self._key, number), carried)
        if self._directory and number < self.windows.count(self._config):
            path = self._directory / file_name(self._rows, number)
            if read_carried(path, self.windows.carried) is None:
                write_carried(path, carried)


def arrays_in(value: Any) -> list[np.ndarray]:
    """The arrays within nested tuples."""
    if isinstance(value, np.ndarray):
        return [value]
    if isinstance(value, tuple):
        return [array for part in value for array in arrays_in(part)]
    return []


def read_only(value: Any) -> None:
    """See that nobody writes to the arrays within nested tuples."""
    for array in arrays_in(value):
        array.setflags(write=False)
