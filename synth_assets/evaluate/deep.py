"""Checks that take detectors which learn: too slow for every run."""

from __future__ import annotations

from synth_assets.checks.check import Check
from synth_assets.evaluate.difficulty import difficulty_checks
from synth_assets.storage.store import Store


def deep_checks(store: Store) -> list[Check]:
    """How hard each grade is to find."""
    return list(difficulty_checks(store.scenario()))
