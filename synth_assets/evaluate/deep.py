"""Checks that take detectors which learn: too slow for every run."""

from __future__ import annotations

from synth_assets.checks.check import Check
from synth_assets.evaluate.difficulty import difficulty_checks, measure, names_of_checks
from synth_assets.evaluate.leaks import LEAK, leak_check
from synth_assets.evaluate.opened import opened
from synth_assets.model.world import World
from synth_assets.storage.store import Store


def deep_checks(store: Store) -> list[Check]:
    """Whether anything that should not matter tells a fault, and how hard each grade is to find."""
    scenario = store.scenario()
    with opened(store) as there:
        leak = leak_check(there)
    return [leak, *difficulty_checks(scenario, list(measure(scenario)))]


def names_of_deep_checks(world: World) -> list[str]:
    """What `deep_checks` gives of a world."""
    return [LEAK, *names_of_checks(world)]
