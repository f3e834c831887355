"""Blocks of a history that grows as they were on an earlier day, made anew."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from synth_assets.generation.blocks import make_block
from synth_assets.generation.changes import refuse_other_days
from synth_assets.model.vendor import Since
from synth_assets.scenario.scenario import Scenario


def blocks_on(scenario: Scenario, day: dt.date, names: Sequence[str]) -> Iterator[Since]:
    """The tables of a root on a day before as_of, block by block; without rows on the day before the history.

    Raises:
        UsageProblem: no history grows, or it has no such day.
    """
    refuse_other_days(scenario, day, scenario.config.day)
    return _blocks(scenario, day, names)


def _blocks(scenario: Scenario, day: dt.date, names: Sequence[str]) -> Iterator[Since]:
    world, config = scenario.world, scenario.config
    then = config.model_copy(update={"as_of": max(day, config.start)})
    root, is_before = world.root(world.table(names[0])), day < config.start
    for rows in world.blocks(config, root):
        made = make_block(world, then, root, rows)
        yield Since(day, {name: made[name][:0] if is_before else made[name] for name in names})
