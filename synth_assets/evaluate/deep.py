"""Checks that take detectors which learn: too slow for every run."""

from __future__ import annotations

from synth_assets.checks.check import Check
from synth_assets.evaluate.difficulty import difficulty_checks
from synth_assets.evaluate.leaks import leak_check
from synth_assets.evaluate.opened import opened
from synth_assets.storage.store import Store


def deep_checks(store: Store) -> list[Check]:
    """Whether anything that should not matter tells a fault, and how hard each grade is to find."""
    with opened(store) as there:
        leak = leak_check(there)
    return [leak, *difficulty_checks(store.scenario())]
