"""The facts of a block: computed once, and kept while its tables are made one after the other."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from synth_assets.model.config import WorldConfig
from synth_assets.model.world import World

BUDGET_BYTES = 512 * 2**20
"""What the facts that a process keeps may take, to within one block."""


class Facts:
    """What a world decides about a block's root rows, computed when the first table needs it."""

    def __init__(self, world: World, config: WorldConfig, rows: range) -> None:
        self._world, self._config, self._rows = world, config, rows
        self.bytes = 0

    @cached_property
    def value(self) -> Any:
        """The facts of the block."""
        value = facts_of(self._world, self._config, self._rows)
        self.bytes = sum(array.nbytes for array in _arrays(value))
        return value


def facts_of(world: World, config: WorldConfig, rows: range) -> Any:
    """The facts of some root rows; their arrays cannot be written to.

    Raises:
        ValueError: the world decides nothing before its tables.
    """
    if world.facts is None:
        raise ValueError(f"{world.name} has no facts")
    facts = world.facts(config, world.draws(config, "facts"), rows)
    for array in _arrays(facts):
        array.setflags(write=False)
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

    def get(self, world: World, config: WorldConfig, rows: range) -> Facts:
        """The facts of a block: those that are kept, or new ones."""
        if self._scenario != (world.name, config):
            self._scenario, self._kept = (world.name, config), {}
        if rows in self._kept:
            return self._kept[rows]
        facts = Facts(world, config, rows)
        if self.bytes < self._budget:
            self._kept[rows] = facts
        return facts

    @property
    def bytes(self) -> int:
        """What the kept facts take."""
        return sum(facts.bytes for facts in self._kept.values())


def _arrays(value: Any) -> list[np.ndarray]:
    """The arrays within nested tuples."""
    if isinstance(value, np.ndarray):
        return [value]
    if isinstance(value, tuple):
        return [array for part in value for array in _arrays(part)]
    return []


KEPT = FactsCache()
"""The facts that this process keeps."""
