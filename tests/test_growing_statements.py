"""Statements that grow: what becomes of pending rows, balances on any day, personas on the last one."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from itertools import pairwise

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from synth_assets.generation.blocks import make_block
from synth_assets.generation.generate import Dataset, in_memory
from synth_assets.model.quotas import quota
from synth_assets.scenario.resolve import resolve
from synth_assets.worlds.personal_banking import pending_curves, user_plan
from tests.test_growth import BANK_KINDS
from tests.thorough import size
from tests.worlds import failed, verify_quickly
from tests.worlds import write_world as write_tables

START, DAY = dt.date(2023, 3, 17), dt.timedelta(days=1)
RATE = 0.06


@lru_cache(maxsize=40)
def made(day: dt.date) -> Dataset:
    rates = dict.fromkeys(BANK_KINDS, RATE)
    values = {"num_users": 75, "history": {"start": str(START)}, "anomaly_rates": rates}
    return in_memory(resolve("personal_banking", values, as_of=str(day)))


def rows(day: dt.date) -> pd.DataFrame:
    return made(day).frame("transactions").set_index("transaction_id")


@lru_cache(maxsize=1)
def gone() -> pd.DataFrame:
    """Pending rows that were gone within some weeks, with the row that names each and the day they went."""
    days = [dt.date(2023, 9, 1) + number * DAY for number in range(size(16, 60))]
    parts = []
    for before, after in pairwise(days):
        old, new = rows(before), rows(after)
        left = old[~old.index.isin(new.index)]
        named = new.reset_index().dropna(subset="pending_transaction_id")
        posted = named.set_index("pending_transaction_id").add_prefix("posted_")
        assert posted.index.is_unique
        parts.append(left.join(posted, how="left").assign(went_on=pd.Timestamp(after)))
    return pd.concat(parts)


def test_only_pending_rows_go_and_what_is_posted_names_them() -> None:
    left = gone()
    assert left["pending"].all()
    posted = left.dropna(subset="posted_transaction_id")
    assert 0.95 < len(posted) / len(left) < 1
    assert (posted["posted_date"] == posted["went_on"]).all()
    assert (posted["posted_authorized_date"] == posted["date"]).all()
    for column in ("account_id", "user_id", "merchant_name", "name", "category_detailed", "payment_channel"):
        assert (posted[f"posted_{column}"].fillna("") == posted[column].fillna("")).all(), column
    assert (posted["posted_transaction_id"] > posted.index).all()


def test_what_is_posted_may_be_another_amount_than_was_pending() -> None:
    posted = gone().dropna(subset="posted_transaction_id")
    kind = posted["category_detailed"].astype(str)
    more = posted["posted_amount_cents"] / posted["amount_cents"]
    tips = more[(kind == "FOOD_AND_DRINK_RESTAURANT") & (more != 1)] - 1
    assert tips.between(0.149, 0.221).all()
    assert 0.5 < len(tips) / (kind == "FOOD_AND_DRINK_RESTAURANT").sum() < 0.7
    fuel = posted[kind == "TRANSPORTATION_GAS"]
    assert set(fuel["amount_cents"]) == set(pending_curves.FUEL_HOLDS_CENTS)
    others = ~kind.isin(["FOOD_AND_DRINK_RESTAURANT", "TRANSPORTATION_GAS"])
    assert (more[others] == 1).all()


def test_some_holds_are_released() -> None:
    left = gone()
    released = left[left["posted_transaction_id"].isna()]
    assert set(released["category_detailed"]) <= {"TRANSPORTATION_GAS", "TRAVEL_LODGING"}
    assert len(released) > 2
    assert (released["went_on"] - released["date"]).dt.days.between(2, 7).all()


def test_what_never_posts_looks_like_any_pending_row_until_it_is_old() -> None:
    """Dated on the day of the purchase, of what was authorised; nothing is posted in its stead."""
    day = dt.date(2025, 3, 16)
    found, labels = rows(day), made(day).frame("anomaly_manifest")
    old = found.loc[labels[labels["type"] == "pending_never_posts"]["entity_id"]]
    assert len(old) == quota(RATE, 75)
    assert old["pending"].all()
    assert (old["date"] == old["authorized_date"]).all()
    assert not found["pending_transaction_id"].isin(old.index).any()
    first = old["date"].min().date()
    assert old["date"].idxmin() in rows(first).index
    assert old["date"].idxmin() not in made(first + 10 * DAY).frame("anomaly_manifest")["entity_id"].tolist()
    assert old["date"].idxmin() in made(first + 11 * DAY).frame("anomaly_manifest")["entity_id"].tolist()


def test_a_tenth_of_the_purchases_is_never_pending() -> None:
    found = rows(dt.date(2024, 3, 1))
    waited = found[
        ~found["pending"] & (found["date"] > found["authorized_date"]) & (found["amount_cents"] > 0)
    ]
    assert 0.08 < waited["pending_transaction_id"].isna().mean() < 0.12
    at_once = found[found["date"] == found["authorized_date"]]
    assert at_once["pending_transaction_id"].isna().all()


def test_posted_rows_are_in_the_balance_and_pending_ones_in_what_is_available() -> None:
    for day in (START + 2 * DAY, dt.date(2023, 7, 4), dt.date(2024, 12, 1)):
        accounts, found = made(day).frame("accounts").set_index("account_id"), rows(day)
        is_owed = accounts["account_type"].isin(["credit_card"]) | accounts["account_type"].str.contains(
            "loan|mort"
        )
        flow = found[~found["pending"]].groupby("account_id")["amount_cents"].sum()
        flow = flow.reindex(accounts.index, fill_value=0)
        opening = accounts["opening_balance_cents"]
        assert (np.where(is_owed, opening + flow, opening - flow) == accounts["balance_current_cents"]).all()
        waits = found[found["pending"]].groupby("account_id")["amount_cents"].sum()
        waits = waits.reindex(accounts.index, fill_value=0)
        checking = accounts["account_type"] == "checking"
        spendable = accounts["balance_current_cents"] - waits - accounts["balance_available_cents"]
        assert (spendable[checking] == 0).all()
        assert (waits > 0).sum() > 10


def test_personas_and_rates_hold_exactly_on_the_last_day(tmp_path) -> None:
    data = made(dt.date(2025, 3, 16))
    config, world = data.scenario.config, data.scenario.world
    assert config.day == config.last_day
    labels = data.frame("anomaly_manifest")["type"].value_counts()
    assert all(labels[kind] == quota(RATE, config.num_users) for kind in BANK_KINDS)
    planned = user_plan.plan(config, world.draws(config, "users"), np.arange(config.num_users))
    assigned = data.frame("persona_assignments").query("window_days == 180")
    has_persona = (planned.personas > 0) & (planned.fault == 0)
    assert (assigned["primary_persona"] != "none").to_numpy()[has_persona].all()
    stable = (planned.archetype == user_plan.STABLE) & (planned.fault == 0)
    assert (assigned["primary_persona"] == "none").to_numpy()[stable].all()
    assert not failed(verify_quickly(world, config, write_tables(world, data.tables, tmp_path)))


@pytest.mark.parametrize("start", ["2023-12-31", "2024-02-29", "2024-03-01"])
@pytest.mark.parametrize("days", [0, 1, 6, 23, 58])
def test_a_history_may_start_on_any_day(start: str, days: int, tmp_path) -> None:
    values = {
        "num_users": 40,
        "seed": 3,
        "history": {"start": start},
        "anomaly_rates": {BANK_KINDS[-1]: 0.05},
    }
    of = resolve("personal_banking", values, as_of=str(dt.date.fromisoformat(start) + days * DAY))
    sources = write_tables(of.world, in_memory(of).tables, tmp_path)
    assert not failed(verify_quickly(of.world, of.config, sources))


def test_accounts_are_there_from_the_day_on_which_they_are_opened() -> None:
    first, last = (made(day).frame("accounts") for day in (START + 30 * DAY, dt.date(2025, 3, 16)))
    late = last[last["opened_on"] > pd.Timestamp(START + 30 * DAY)]
    assert len(late) > 3
    assert not first["account_id"].isin(late["account_id"]).any()


def test_any_split_of_users_gives_the_same_rows() -> None:
    data = made(dt.date(2023, 9, 1))
    of = data.scenario
    parts = [make_block(of.world, of.config, "num_users", range(a, b)) for a, b in pairwise((0, 1, 9, 75))]
    for name, whole in data.tables.items():
        assert sum(part[name].num_rows for part in parts) == whole.num_rows
        assert all(part[name].equals(whole.slice(0, part[name].num_rows)) for part in parts[:1])


def test_a_balance_above_its_limit_is_seen(tmp_path) -> None:
    """But on the day of a purchase that is labelled, until the payment comes."""
    data = made(dt.date(2025, 3, 16))
    labels = data.frame("anomaly_manifest")
    over = labels[labels["type"] == "over_limit_transaction"]
    world, config = data.scenario.world, data.scenario.config
    accounts = data.frame("accounts")
    used = accounts["balance_current_cents"] / accounts["balance_limit_cents"]
    cents = accounts["balance_current_cents"] - 1
    limits = accounts["balance_limit_cents"].where(used < used.max(), cents)
    place = data.tables["accounts"].schema.get_field_index("balance_limit_cents")
    field = data.tables["accounts"].schema.field(place)
    lower = pa.array([None if pd.isna(one) else int(one) for one in limits], field.type)
    changed = data.tables | {"accounts": data.tables["accounts"].set_column(place, field, lower)}
    found = failed(verify_quickly(world, config, write_tables(world, changed, tmp_path / "lower")))
    assert {"balances_are_within_the_limit", "cards_stay_within_their_limit"} <= found
    shown = [made(day.date()) for day in over["visible_on"]]
    above = 0
    for number, on_the_day in enumerate(shown):
        held = on_the_day.frame("accounts")
        above += int((held["balance_current_cents"] > held["balance_limit_cents"]).sum())
        sources = write_tables(world, on_the_day.tables, tmp_path / str(number))
        assert not failed(verify_quickly(world, on_the_day.scenario.config, sources))
    assert above > 0
