"""The worlds. Each is a package of plain tables that knows no orchestrator and no database."""

from __future__ import annotations

from synth_assets.model.world import PACKAGE, World, of_package

NAMES = ("order_to_cash", "subscriptions", "personal_banking", "wholesale")


def load(name: str) -> World:
    """The world of that name; KeyError where there is none."""
    if name not in NAMES:
        raise KeyError(name)
    return of_package(f"{PACKAGE}.{name}")
