"""The facts of a block: computed once, and kept while its tables are made one after the other."""

from __future__ import annotations

from collections import OrderedDict
from functools import cached_property
from typing import Any

import numpy as np

from synth_assets.model.config import WorldConfig
from synth_assets.model.world import World

BUDGET_BYTES = 256 * 2**20
"""What the facts of all blocks that a process keeps may take."""


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
    """Facts of blocks, the least recently used dropped first when they outgrow a budget.

    Table by table, every table of a block needs the same facts, and other blocks lie between.
    """

    def __init__(self, budget_bytes: int = BUDGET_BYTES) -> None:
        self._budget = budget_bytes
        self._kept: OrderedDict[tuple[str, WorldConfig, range], Facts] = OrderedDict()

    def of(self, world: World, config: WorldConfig, rows: range) -> Facts:
        """The facts of a block: those that are kept, or new ones."""
        key = (world.name, config, rows)
        facts = self._kept.pop(key, None) or Facts(world, config, rows)
        while self._kept and facts.bytes + self.bytes > self._budget:
            self._kept.popitem(last=False)
        self._kept[key] = facts
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
