"""An attack of each class, on one world; `make torture` tries many on all. And that a fault would be seen.

Neither the attacks nor what they meet know a world, and all worlds together take most of two minutes.
"""

from __future__ import annotations

import pytest

from synth_assets import worlds
from tests.torture import corruptions, kills, nights
from tests.torture.classes import CLASSES
from tests.torture.commands import Ended, run
from tests.torture.outcome import Outcome, outcome, spread
from tests.torture.small import generate_words, small
from tests.torture.state import Replacement

FEW = {
    "kills": 1,
    "disks": 1,
    "corruptions": 1,
    "configurations": 1,
    "readers": 1,
    "environments": 1,
    "nights": 4,
}
"""Attacks in the tests."""

TRIED = {
    "kills": "order_to_cash",
    "disks": "subscriptions",
    "corruptions": "personal_banking",
    "configurations": "wholesale",
    "readers": "order_to_cash",
    "environments": "subscriptions",
    "nights": "order_to_cash",
}
"""The world on which each class is tried here; `make torture` tries every class on every world."""


def test_no_class_and_no_world_is_left_out():
    assert set(FEW) == set(CLASSES) == set(TRIED)
    assert set(TRIED.values()) == set(worlds.NAMES)


@pytest.mark.parametrize(("name", "world"), TRIED.items())
def test_a_few_attacks_hold(name, world, tmp_path):
    found = CLASSES[name](worlds.load(world), tmp_path, FEW[name])
    assert not found.wrong
    assert found.held == found.tried >= FEW[name]


def test_attacks_are_counted_and_the_first_that_did_not_hold_are_told():
    found = outcome([("a", None), *((f"b{place}", "lost") for place in range(7))])
    assert found == Outcome(8, 1, ("b0: lost", "b1: lost", "b2: lost", "b3: lost", "b4: lost"))


@pytest.mark.parametrize(
    ("size", "some"), [(1, [5]), (2, [0, 9]), (4, [0, 3, 6, 9]), (10, range(10)), (None, range(10))]
)
def test_some_are_spread_from_the_first_to_the_last(size, some):
    assert spread(range(10), size) == list(some)


WORLD = worlds.load("order_to_cash")


def test_a_corruption_that_nobody_names_is_told(tmp_path, monkeypatch):
    real = corruptions.run
    monkeypatch.setattr(
        corruptions, "run", lambda *words: real(*words) if words[0] == "generate" else Ended(0, "fine", [])
    )
    found = corruptions.corruptions(WORLD, tmp_path, 1)
    assert found.held == 1, "only that everything put back is fine"
    assert found.wrong[0].endswith(": exit 0, 'fine'")


def test_a_run_that_is_not_killed_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(kills, "apart", lambda *_: Ended(0, "steps 3", []))
    found = kills.kills(WORLD, tmp_path, 1)
    assert found.wrong == ("killed before step 1 of 3: was not killed: exit 0",)


def test_a_table_of_neither_seed_is_told(tmp_path):
    replacement = Replacement(WORLD, tmp_path)
    assert replacement.fault() is None
    run(*generate_words(WORLD, small(WORLD, seed=99), replacement.data))
    assert replacement.fault() == f"{WORLD.tables[0].name} is neither old nor new"


@pytest.mark.parametrize(
    ("figure", "growth"), [("memory", 40), ("open files", 1), ("files", 1), ("bytes", 20)]
)
def test_what_grows_night_after_night_is_told(figure, growth):
    level = {"code": 0, "seconds": 0.1, "memory": 1_000, "open files": 9, "files": 30, "bytes": 500}
    count = nights.WARM_UP + 10
    growing = [level | {figure: level[figure] + growth * night} for night in range(count)]
    assert outcome(nights._judged([level] * count)).wrong == ()
    (line,) = outcome(nights._judged(growing)).wrong
    assert line.startswith(f"{figure} stay level: ")
