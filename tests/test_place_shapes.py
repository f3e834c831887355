"""personal_banking: people shop where they live and work and where they travel, at shops that are there."""

from __future__ import annotations

import pandas as pd
import pytest

import synth_assets
from synth_assets.worlds.personal_banking.activity import merchants, places
from tests.bank import tables

CITY = f" ({'|'.join(places.CITIES)})$"


def in_cities(rows: pd.DataFrame) -> pd.DataFrame:
    """Purchases in shops, with their city, state and metro."""
    rows = rows[(rows.payment_channel == "in store") & rows.merchant_name.notna() & (rows.amount_cents > 0)]
    city = rows.name.str.extract(CITY)[0]
    metro = city.map({city: i // places.SIZE for i, city in enumerate(places.CITIES)})
    return rows.assign(city=city, state=city.str[-2:], metro=metro, day=pd.to_datetime(rows.authorized_date))


@pytest.fixture(scope="module")
def shops() -> pd.DataFrame:
    return in_cities(tables()["transactions"])


def wrong_states(shops: pd.DataFrame) -> list[str]:
    """Chains seen where they have no store."""
    seen = shops.groupby("merchant_name", observed=True).state.agg(set)
    return [
        name for name, states in places.CHAIN_STATES.items()
        if name in seen.index and not seen[name] <= set(states.split())
    ]  # fmt: skip


def test_chains_have_stores_in_their_states_alone(shops):
    assert shops.city.notna().all()
    assert wrong_states(shops) == []
    assert {"H-E-B", "Publix", "Wegmans"} <= set(shops.merchant_name)


def test_the_preset_simple_keeps_to_the_states_too():
    made = synth_assets.generate("personal_banking", preset="simple", as_of="2026-11-21", num_users=300)
    assert wrong_states(in_cities(made.frame("transactions"))) == []


def test_a_store_number_belongs_to_a_city_and_a_small_shop_has_one(shops):
    assert (shops.groupby(["merchant_name", "city"], observed=True).name.nunique() == 1).all()
    assert (shops.groupby("name", observed=True).city.nunique() == 1).all()
    local = shops[shops.merchant_name.isin(merchants.LOCAL)]
    assert (local.groupby("merchant_name", observed=True).city.nunique() == 1).all()
    kinds = shops[shops.category_detailed.isin(["FOOD_AND_DRINK_RESTAURANT", "FOOD_AND_DRINK_COFFEE"])]
    assert 0.3 < kinds.merchant_name.isin(merchants.LOCAL).mean() < 0.7, "half of them are chains that exist"


def test_a_person_has_a_few_cities_and_is_elsewhere_a_few_days_at_a_time(shops):
    home = shops.groupby("user_id").metro.transform(lambda metros: metros.mode()[0])
    away = shops[shops.metro != home]
    assert 0.005 < len(away) / len(shops) < 0.05
    assert 0.2 < away.user_id.nunique() / shops.user_id.nunique() < 0.8
    near = shops[shops.metro == home]
    assert near.groupby("user_id").city.nunique().max() <= places.SIZE
    favourite = near.groupby("user_id").city.agg(lambda cities: cities.value_counts(normalize=True).iloc[0])
    assert favourite.median() > 0.5
    assert away.groupby("user_id").metro.nunique().max() <= 5


def test_nobody_is_in_two_metros_on_a_day(shops):
    a_day = shops.groupby(["user_id", "day"]).metro.nunique()
    assert (a_day == 1).all()


def test_trips_have_hotels_where_they_go_and_flights_before(shops):
    rows = tables()["transactions"]
    home = shops.groupby("user_id").metro.agg(lambda metros: metros.mode()[0])
    hotels = shops[shops.category_detailed == "TRAVEL_LODGING"]
    assert len(hotels) > 100
    assert (hotels.metro != hotels.user_id.map(home)).all()
    flights = rows[(rows.category_detailed == "TRAVEL_FLIGHTS") & (rows.amount_cents > 0)]
    assert flights.user_id.nunique() > 100
    away = shops[shops.metro != shops.user_id.map(home)][["user_id", "day"]]
    pairs = flights[["user_id", "date"]].merge(away, on="user_id")
    ahead = (pairs.day - pd.to_datetime(pairs.date)).dt.days
    followed = pairs[ahead.between(1, 60)].drop_duplicates(["user_id", "date"])
    assert len(followed) > 0.5 * len(flights), "others travel after as_of, or buy nothing there"
