"""Statements that grow: pending rows, balances on any day, the end of the first window, and what follows."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from itertools import pairwise

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from synth_assets.generation.blocks import make_block
from synth_assets.generation.generate import Dataset, in_memory
from synth_assets.model.quotas import quota
from synth_assets.scenario.resolve import resolve
from synth_assets.worlds.personal_banking import pending_curves, user_plan
from synth_assets.worlds.personal_banking.window_plan import ONCE
from tests.test_growth import BANK_KINDS, assert_past_is_kept
from tests.thorough import size
from tests.worlds import failed, verify_quickly
from tests.worlds import write_world as write_tables

START, DAY = dt.date(2023, 3, 17), dt.timedelta(days=1)
RATE = 0.04
FIRST_ENDS, SECOND_ENDS, LATER = dt.date(2023, 10, 16), dt.date(2024, 5, 16), dt.date(2025, 3, 16)
"""Last days of the first two windows of seven months, and a day of the fourth."""


@lru_cache(maxsize=40)
def made(day: dt.date) -> Dataset:
    rates = dict.fromkeys(BANK_KINDS, RATE)
    values = {"num_users": 75, "history": {"start": str(START)}, "anomaly_rates": rates}
    return in_memory(resolve("personal_banking", values, as_of=str(day)))


def rows(day: dt.date) -> pd.DataFrame:
    return made(day).frame("transactions").set_index("transaction_id")


@lru_cache(maxsize=1)
def gone() -> pd.DataFrame:
    """Pending rows that were gone within some weeks, with the row that names each and the day they went. In
    these weeks the second window begins."""
    days = [FIRST_ENDS - 3 * DAY + number * DAY for number in range(size(13, 60))]
    parts = []
    for before, after in pairwise(days):
        old, new = rows(before), rows(after)
        left = old[~old.index.isin(new.index)]
        named = new.reset_index().dropna(subset="pending_transaction_id")
        posted = named.set_index("pending_transaction_id").add_prefix("posted_")
        assert posted.index.is_unique
        parts.append(left.join(posted, how="left").assign(went_on=pd.Timestamp(after)))
    return pd.concat(parts)


def only_pending() -> set[str]:
    """Users who have nothing but pending transactions at the end of the first window."""
    data = made(FIRST_ENDS)
    config, numbers = data.scenario.config, np.arange(75)
    planned = user_plan.plan(config, data.scenario.world.draws(config, "users"), numbers)
    return {f"usr_{number + 1:09d}" for number in numbers[planned.edge == user_plan.ONLY_PENDING]}


def test_only_pending_rows_go_and_what_is_posted_names_them() -> None:
    left = gone()
    assert left["pending"].all()
    left = left[~left["user_id"].isin(only_pending())]
    posted = left.dropna(subset="posted_transaction_id")
    assert 0.95 < len(posted) / len(left) < 1
    assert (posted["posted_date"] == posted["went_on"]).all()
    assert (posted["posted_authorized_date"] == posted["date"]).all()
    for column in ("account_id", "user_id", "merchant_name", "name", "category_detailed", "payment_channel"):
        after, before = (posted[name].astype(object).fillna("") for name in (f"posted_{column}", column))
        assert (after == before).all(), column
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
    released = released[~released["user_id"].isin(only_pending())]
    assert set(released["category_detailed"]) <= {"TRANSPORTATION_GAS", "TRAVEL_LODGING"}
    assert len(released) > 2
    assert (released["went_on"] - released["date"]).dt.days.between(2, 7).all()


def test_who_has_only_pending_rows_sees_them_released_and_lives_like_anybody_then() -> None:
    then = rows(FIRST_ENDS)
    assert then.loc[then["user_id"].isin(only_pending()), "pending"].all()
    left = gone()
    left = left[left["user_id"].isin(only_pending()) & (left["date"] <= pd.Timestamp(FIRST_ENDS))]
    assert len(left) > 2
    assert left["posted_transaction_id"].isna().all()
    now = rows(LATER)
    now = now[now["user_id"].isin(only_pending())]
    assert {"INCOME_WAGES", "RENT_AND_UTILITIES_RENT"} <= set(now["category_detailed"])


def test_what_never_posts_looks_like_any_pending_row_until_it_is_old() -> None:
    """Dated on the day of the purchase, of what was authorised; nothing is posted in its stead."""
    found, labels = rows(LATER), made(LATER).frame("anomaly_manifest")
    old = found.loc[labels[labels["type"] == "pending_never_posts"]["entity_id"]]
    assert quota(RATE, 3 * 75) <= len(old) <= quota(RATE, 4 * 75)
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
    for day in (START + 2 * DAY, dt.date(2023, 7, 4), FIRST_ENDS + DAY, LATER):
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


def test_personas_hold_exactly_on_the_last_day_of_the_first_window(tmp_path) -> None:
    data = made(FIRST_ENDS)
    config, world = data.scenario.config, data.scenario.world
    assert config.day == config.first_window_ends
    planned = user_plan.plan(config, world.draws(config, "users"), np.arange(config.num_users))
    assigned = data.frame("persona_assignments").query("window_days == 180")
    has_persona = (planned.personas > 0) & (planned.fault == 0)
    assert (assigned["primary_persona"] != "none").to_numpy()[has_persona].all()
    stable = (planned.archetype == user_plan.STABLE) & (planned.fault == 0)
    assert (assigned["primary_persona"] == "none").to_numpy()[stable].all()
    assert not failed(verify_quickly(world, config, write_tables(world, data.tables, tmp_path)))


def test_rates_hold_in_every_window() -> None:
    """Rounded over the windows so far; consents are withdrawn and accounts opened in the first one alone."""
    for windows, day in ((1, FIRST_ENDS), (2, SECOND_ENDS)):
        labels = made(day).frame("anomaly_manifest")["type"].value_counts()
        for kind in BANK_KINDS:
            assert labels[kind] == quota(RATE, 75 * (1 if kind in ONCE else windows)), (kind, day)


def test_a_window_that_begins_changes_nothing_of_the_one_before() -> None:
    """Neither rows nor labels, on the day between the two; but pending rows go."""
    then, now = made(FIRST_ENDS), made(FIRST_ENDS + DAY)
    assert_past_is_kept(then, now)
    assert then.truth.equals(now.truth.filter(pc.less_equal(now.truth["visible_on"], FIRST_ENDS)))
    gone_at_once = rows(FIRST_ENDS).drop(rows(FIRST_ENDS + DAY).index, errors="ignore")
    assert gone_at_once["pending"].all()
    assert len(gone_at_once) > 10


def test_habits_go_on() -> None:
    """After the first window everybody who earned earns, from the same employer, and pays the same rent."""
    found = rows(LATER).reset_index()
    is_early = found["date"] <= pd.Timestamp(FIRST_ENDS)
    for category, same in (
        ("INCOME_WAGES", ["merchant_name"]),
        ("LOAN_PAYMENTS_MORTGAGE_PAYMENT", ["account_id", "amount_cents", "name"]),
        ("RENT_AND_UTILITIES_INTERNET_AND_CABLE", ["amount_cents", "name"]),
    ):
        here = found["category_detailed"] == category
        early, late = (
            set(found[here & part][["user_id", *same]].itertuples(index=False, name=None))
            for part in (is_early, ~is_early)
        )
        owners = {row[0] for row in early}
        assert len(owners) > 5
        assert early == {row for row in late if row[0] in owners}, category
    visits = found[found["category_detailed"] == "FOOD_AND_DRINK_GROCERIES"]
    months = visits.groupby(visits["date"].dt.to_period("M")).size()[1:-1]
    assert months.min() > 0.6 * months.max()


def test_what_happens_later_is_drawn_anew() -> None:
    """Habits aside, nothing of a window comes again in the next one."""
    found = rows(SECOND_ENDS).reset_index()
    day = (found["date"] - pd.Timestamp(START)).dt.days
    length = (FIRST_ENDS - START).days + 1
    visits = found["category_detailed"].isin(["FOOD_AND_DRINK_GROCERIES", "FOOD_AND_DRINK_RESTAURANT"])
    key = found.assign(day=day % length)[visits].set_index(["user_id", "day", "amount_cents"]).index
    again = key[(day >= length)[visits]].isin(key[(day < length)[visits]]).mean()
    assert again < 0.01


def test_cars_are_bought_and_loans_taken_again() -> None:
    """A mortgage or student loan only melts; on the others more is lent after years, and none ends."""
    values = {"num_users": 40, "history": {"start": str(START)}}
    data = in_memory(resolve("personal_banking", values, as_of=str(START + 2_600 * DAY)))
    accounts, found = data.frame("accounts"), data.frame("transactions")
    loans = accounts[accounts["account_type"].str.contains("loan|mort")]
    assert (loans["balance_current_cents"] > 0).all()
    lent = found[found["name"] == "NEW LOAN ADVANCE"].merge(loans, on="account_id")
    assert set(lent["account_type"]) == {"auto_loan", "personal_loan"}
    assert (lent["amount_cents"] > 0).all()
    assert (lent["date"] > pd.Timestamp(FIRST_ENDS)).all()


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
    first, last = (made(day).frame("accounts") for day in (START + 5 * DAY, LATER))
    late = last[last["opened_on"] > pd.Timestamp(START + 6 * DAY)]
    assert len(late) > 3
    assert not first["account_id"].isin(late["account_id"]).any()


def test_any_split_of_users_gives_the_same_rows() -> None:
    data = made(LATER)
    of = data.scenario
    parts = [make_block(of.world, of.config, "num_users", range(a, b)) for a, b in pairwise((0, 1, 9, 75))]
    for name, whole in data.tables.items():
        assert sum(part[name].num_rows for part in parts) == whole.num_rows
        assert all(part[name].equals(whole.slice(0, part[name].num_rows)) for part in parts[:1])


def test_a_balance_above_its_limit_is_seen(tmp_path) -> None:
    """But on the day of a purchase that is labelled, until the payment comes."""
    data = made(SECOND_ENDS)
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
    shown = [made(day.date()) for day in over["visible_on"][:: size(3, 1)]]
    above = 0
    for number, on_the_day in enumerate(shown):
        held = on_the_day.frame("accounts")
        above += int((held["balance_current_cents"] > held["balance_limit_cents"]).sum())
        sources = write_tables(world, on_the_day.tables, tmp_path / str(number))
        assert not failed(verify_quickly(world, on_the_day.scenario.config, sources))
    assert above > 0
