"""Checks that take detectors which learn: too slow for every run."""

from __future__ import annotations

from collections.abc import Collection

from synth_assets.checks.check import Check
from synth_assets.evaluate.difficulty import difficulty_checks, measure, names_of_checks
from synth_assets.evaluate.leaks import LEAK, leak_check
from synth_assets.evaluate.opened import opened
from synth_assets.model.world import World
from synth_assets.storage.store import Store


def deep_checks(store: Store, chosen: Collection[str] | None = None) -> list[Check]:
    """Whether anything that should not matter tells a fault, and how hard each grade is to find.

    Args:
        store: of a published world.
        chosen: names of those that are asked for, of `names_of_deep_checks`; None for all.

    Raises:
        Problem: a table is missing, damaged or from another scenario.
    """
    scenario = store.scenario()
    names = names_of_deep_checks(scenario.world) if chosen is None else chosen
    checks = []
    with opened(store) as there:
        if LEAK in names:
            checks.append(leak_check(there))
    if set(names) - {LEAK}:
        checks += difficulty_checks(scenario, list(measure(scenario)))
    return [check for check in checks if check.name in names]


def names_of_deep_checks(world: World) -> list[str]:
    """What `deep_checks` gives of a world."""
    return [LEAK, *names_of_checks(world)]
