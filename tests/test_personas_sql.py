"""Personas judged by SQL over accounts, transactions and liabilities alone are those that were meant."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth_assets.model.draws import Draws
from synth_assets.worlds import load
from synth_assets.worlds.personal_banking import user_plan
from synth_assets.worlds.personal_banking.config import Config
from tests.thorough import size
from tests.worlds import make_world

EVALUATOR = (Path(__file__).parent / "personas.sql").read_text()
WORLD = load("personal_banking")
NAMES = {
    user_plan.HIGH_UTILIZATION: "high_utilization",
    user_plan.VARIABLE_INCOME: "variable_income",
    user_plan.SUBSCRIPTION_HEAVY: "subscription_heavy",
    user_plan.SAVINGS_BUILDER: "savings_builder",
    user_plan.CASH_FLOW_STRESSED: "cash_flow_stressed",
}


def judged(config: Config) -> list[list[str]]:
    """Personas by user and window, 30 days before 180."""
    made = make_world(WORLD, config)
    with duckdb.connect() as connection:
        for name in ("users", "accounts", "transactions", "liabilities"):
            connection.register(name, made[name])
        rows = connection.execute(EVALUATOR, {"as_of": config.day}).fetchall()
    return [personas for _, _, personas in rows]


def meant(config: Config) -> list[list[str]]:
    """The same by the plan; nobody has two paydays 46 days apart within 30 days."""
    users = user_plan.plan(
        config, Draws(config.seed, "personal_banking", "users"), np.arange(config.num_users)
    )
    return [
        sorted(
            name
            for bit, name in NAMES.items()
            if bits & bit and not (bit == user_plan.VARIABLE_INCOME and days == 30)
        )
        for bits in users.personas.tolist()
        for days in (30, 180)
    ]


def differences(
    found: list[list[str]], asked: list[list[str]]
) -> list[tuple[int, int, list[str], list[str]]]:
    """User, window, found and asked."""
    pairs = enumerate(zip(found, asked, strict=True))
    return [(i // 2, i % 2, one, other) for i, (one, other) in pairs if one != other]


@pytest.mark.parametrize(("users", "seed"), [(75, 42), (90, 7), (500, 8), (size(1_200, 5_000), 9)])
def test_sql_finds_exactly_the_personas_meant(users, seed):
    config = Config(num_users=users, seed=seed, as_of=dt.date(2026, 11, 21))
    found = judged(config)
    assert differences(found, meant(config)) == []
    names = [name for personas in found for name in personas]
    assert all(names.count(name) >= 5 for name in NAMES.values())


@given(
    users=st.integers(10, 150),
    seed=st.integers(0, 2**31),
    day=st.dates(dt.date(2023, 1, 1), dt.date(2027, 12, 31)),
    months=st.sampled_from([7, 8, 12]),
)
@settings(max_examples=size(6, 12), deadline=None)
def test_sql_finds_them_for_any_seed_count_and_day(users, seed, day, months):
    config = Config(num_users=users, seed=seed, as_of=day, date_range_months=months)
    assert differences(judged(config), meant(config)) == []
