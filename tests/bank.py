"""A thousand users of personal_banking, made once for the tests that read what their statements look like."""

from __future__ import annotations

import datetime as dt
from functools import cache

import pandas as pd

from synth_assets.worlds import load
from synth_assets.worlds.personal_banking import user_plan
from synth_assets.worlds.personal_banking.config import Config
from tests.worlds import decided, make_world

USERS = 1_000
AS_OF = dt.date(2026, 11, 21)
ASKED = Config(num_users=USERS, as_of=AS_OF)


@cache
def tables() -> dict[str, pd.DataFrame]:
    """The tables of a thousand users."""
    return {name: rows.to_pandas() for name, rows in make_world(load("personal_banking"), ASKED).items()}


@cache
def plain_rows() -> pd.DataFrame:
    """Transactions of ordinary users: neither stressed nor of variable income, no edge case."""
    block = decided("personal_banking", ASKED, range(USERS))
    odd = user_plan.CASH_FLOW_STRESSED | user_plan.VARIABLE_INCOME
    number = block.users.number[(block.users.personas & odd == 0) & (block.users.edge < 0)]
    rows = tables()["transactions"]
    return rows[rows.user_id.isin([f"usr_{n + 1:09d}" for n in number])]


def with_persona(persona: str) -> set[str]:
    """Users who have the persona in the longer window."""
    found = tables()["persona_assignments"]
    found = found[found.window_days == 180]
    named = (found.primary_persona == persona) | found.secondary_personas.str.contains(persona)
    return set(found[named].user_id)
