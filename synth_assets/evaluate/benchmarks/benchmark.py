"""What a benchmark is: a world, a configuration, a day and three seeds, under a name with a version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from synth_assets.model.table import Table
from synth_assets.model.world import World
from synth_assets.scenario.resolve import find_world, resolve
from synth_assets.scenario.scenario import Scenario

TRAIN, VALIDATION, TEST = SPLITS = ("train", "validation", "test")


class Seeds(NamedTuple):
    """The seed of each split."""

    train: int
    validation: int
    test: int


@dataclass(frozen=True)
class Benchmark:
    """A fixed scenario.

    Attributes:
        name: without the version, for example "revenue-leakage".
        version: raised when the data or what is asked change on purpose.
        world: name of its world.
        title: what it is, in a few words.
        task: what is to be found, as one sentence.
        as_of: last day of each split, as a date.
        configuration: what differs from the world's defaults.
        seeds: one a split.
        published: day on which this version was declared, as a date.
        limits: what it does not show, a sentence each.
        answers: tables of the world that say what is to be found; no split holds them.
        small: keys that make a smaller one, by which a test sees that the committed hashes are in force.
    """

    name: str
    version: int
    world: str
    title: str
    task: str
    as_of: str
    configuration: Mapping[str, Any]
    seeds: Seeds
    published: str
    limits: tuple[str, ...]
    answers: tuple[str, ...] = ()
    small: Mapping[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Name and version, as people cite it: `revenue-leakage-1`."""
        return f"{self.name}-{self.version}"

    @property
    def of_world(self) -> World:
        """Its world."""
        return find_world(self.world)

    @property
    def tables(self) -> tuple[Table, ...]:
        """The tables of every split: those of the world without labels and without answers."""
        world = self.of_world
        return tuple(t for t in world.tables if t is not world.manifest and t.name not in self.answers)

    def scenario(self, split: str) -> Scenario:
        """What a split is made from."""
        seed = {"seed": getattr(self.seeds, split)}
        return resolve(self.world, {**self.configuration, **seed}, as_of=self.as_of)

    def smaller(self) -> Benchmark:
        """The same with fewer rows."""
        return replace(self, configuration={**self.configuration, **self.small})
