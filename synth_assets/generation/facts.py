"""The facts of a block: computed once, and kept while its tables are made one after the other."""

from __future__ import annotations

from functools import cached_property
from typing import Any, NamedTuple

from synth_assets.generation.window_chain import WindowChain, arrays_in, read_only
from synth_assets.model.config import WorldConfig
from synth_assets.model.world import World
from synth_assets.storage.paths import StoragePath

BUDGET_BYTES = 512 * 2**20
"""What the facts that a process keeps may take, to within one block."""


class Facts:
    """What a world decides about a block's root rows, computed when the first table needs it.

    Args:
        directory: where the windows of a history keep what they carry over; None for nowhere.
    """

    def __init__(
        self, world: World, config: WorldConfig, rows: range, directory: StoragePath | None = None
    ) -> None:
        self._world, self._config, self._rows = world, config, rows
        windows = world.windows(config)
        self._chain = WindowChain(world, config, windows, rows, directory) if windows else None
        self.bytes = 0

    @cached_property
    def value(self) -> Any:
        """The facts of the block; in a history of windows, of its tables that say what is so on as_of."""
        if self._chain:
            value = self._chain.so_far()
            read_only(value)
        else:
            value = facts_of(self._world, self._config, self._rows)
        self.bytes = sum(array.nbytes for array in arrays_in(value))
        return value

    def of_window(self, number: int) -> FactsOfWindow:
        """The facts of a window; ValueError where there is none."""
        if self._chain is None:
            raise ValueError(f"{self._world.name} has no windows")
        value = self._chain.facts(number)
        read_only(value)
        return FactsOfWindow(value)


class FactsOfWindow(NamedTuple):
    """The facts of a window of a block."""

    value: Any


def facts_of(world: World, config: WorldConfig, rows: range) -> Any:
    """The facts of some root rows; their arrays cannot be written to.

    Raises:
        ValueError: the world decides nothing before its tables.
    """
    if world.facts is None:
        raise ValueError(f"{world.name} has no facts")
    facts = world.facts(config, world.draws(config, "facts"), rows)
    read_only(facts)
    return facts


class FactsCache:
    """Facts of blocks, kept while they fit a budget.

    Table by table, every table goes through the same blocks again. Those that do not fit are therefore
    computed anew each time, and those that are kept stay; only another scenario's make way.
    """

    def __init__(self, budget_bytes: int = BUDGET_BYTES) -> None:
        self._budget = budget_bytes
        self._scenario: tuple[str, WorldConfig] | None = None
        self._kept: dict[range, Facts] = {}

    def get(
        self, world: World, config: WorldConfig, rows: range, directory: StoragePath | None = None
    ) -> Facts:
        """The facts of a block: those that are kept, or new ones."""
        if self._scenario != (world.name, config):
            self._scenario, self._kept = (world.name, config), {}
        if rows in self._kept:
            return self._kept[rows]
        facts = Facts(world, config, rows, directory)
        if self.bytes < self._budget:
            self._kept[rows] = facts
        return facts

    @property
    def bytes(self) -> int:
        """What the kept facts take."""
        return sum(facts.bytes for facts in self._kept.values())


KEPT = FactsCache()
"""The facts that this process keeps."""
