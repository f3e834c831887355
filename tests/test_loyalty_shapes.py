"""personal_banking: people come back to their shops, some so regularly that it looks like a service."""

from __future__ import annotations

import pandas as pd
import pytest

from synth_assets.worlds.personal_banking import curves, service_curves
from tests.bank import plain_rows, tables, with_persona

GROCERIES, SALONS = "FOOD_AND_DRINK_GROCERIES", "PERSONAL_CARE_HAIR_AND_BEAUTY"
SERVICES = [service.merchant for service in service_curves.SUBSCRIPTIONS]


@pytest.fixture(scope="module")
def bought() -> pd.DataFrame:
    """Posted purchases at known merchants of all users, services among them."""
    rows = tables()["transactions"]
    rows = rows[(rows.amount_cents > 0) & rows.merchant_name.notna() & ~rows.pending]
    return rows.assign(bought_on=pd.to_datetime(rows.authorized_date), day=pd.to_datetime(rows.date))


def favourite_shares(rows: pd.DataFrame) -> pd.Series:
    """Of each user's visits, those at the shop that is visited most."""
    return rows.groupby("user_id").merchant_name.agg(lambda names: names.value_counts(normalize=True).iloc[0])


@pytest.mark.parametrize(
    ("category", "low", "high"),
    [
        (GROCERIES, 0.85, 0.95),
        ("FOOD_AND_DRINK_RESTAURANT", 0.5, 0.75),
        ("FOOD_AND_DRINK_COFFEE", 0.6, 0.85),
        ("TRANSPORTATION_GAS", 0.65, 0.85),
        (SALONS, 0.6, 0.9),
    ],
)
def test_most_visits_are_at_a_shop_known_before(bought, category, low, high):
    rows = bought[bought.category_detailed == category]
    assert low < rows.duplicated(["user_id", "merchant_name"]).mean() < high


def test_groceries_are_bought_at_one_or_two_chains_with_loyalty_that_differs(bought):
    rows = bought[bought.category_detailed == GROCERIES]
    chains = rows.groupby("user_id").merchant_name
    assert chains.nunique().median() <= 4
    two = chains.agg(lambda names: names.value_counts(normalize=True).iloc[:2].sum())
    assert two.median() > 0.8
    shares = favourite_shares(rows)
    assert shares.quantile(0.1) < 0.55
    assert shares.quantile(0.9) > 0.85
    liked = rows.groupby("user_id").merchant_name.agg(lambda names: names.mode()[0])
    assert liked.value_counts(normalize=True).max() < 0.3, "not everybody likes the same"


def test_many_buy_groceries_on_a_day_of_the_week_of_their_own():
    rows = plain_rows()
    rows = rows[(rows.category_detailed == GROCERIES) & (rows.amount_cents > 0)]
    weekday = pd.to_datetime(rows.authorized_date).dt.day_of_week
    most = weekday.groupby(rows.user_id).agg(lambda days: days.value_counts(normalize=True).iloc[0])
    assert (most > 0.5).mean() == pytest.approx(curves.SHOPPING_DAY_SHARE, abs=0.1)


def test_hair_is_cut_every_few_weeks_at_one_place():
    rows = plain_rows()
    rows = rows[(rows.category_detailed == SALONS) & ~rows.pending]
    often = rows[rows.groupby("user_id").date.transform("size") >= 4]
    gaps = pd.to_datetime(often.authorized_date).groupby(often.user_id).diff().dt.days
    middle = gaps.groupby(often.user_id).median()
    assert len(middle) > 0.2 * plain_rows().user_id.nunique()
    assert middle.between(21, 52).mean() > 0.95
    assert (gaps.groupby(often.user_id).std() / middle).median() < 0.15, "by the calendar, not by chance"
    assert favourite_shares(often).median() > 0.8


def test_some_shops_recur_as_services_do_and_nobody_has_more_than_the_persona_bears(bought):
    recent = bought[bought.day > bought.day.max() - pd.Timedelta(days=90)].sort_values("day", kind="stable")
    each = recent.groupby(["user_id", "merchant_name"])
    gap = each.day.diff().dt.days
    regular = (gap.between(28, 32) | gap.between(5, 9)).groupby([recent.user_id, recent.merchant_name]).sum()
    visits = each.size()
    share = (regular / (visits - 1))[visits >= 3]
    recurring = share[share >= 0.7].reset_index()
    shops = recurring[~recurring.merchant_name.isin(SERVICES)]
    assert 0.05 < len(shops) / len(recurring) < 0.25
    nearly = share[(share >= 0.4) & (share < 0.7)].reset_index()
    assert len(nearly[~nearly.merchant_name.isin(SERVICES)]) > len(shops)
    others = shops[~shops.user_id.isin(with_persona("subscription_heavy"))]
    assert recurring[recurring.user_id.isin(others.user_id)].groupby("user_id").size().max() <= 2


def test_hardly_a_purchase_is_at_nobody_known(bought):
    rows = tables()["transactions"]
    unknown = rows.name.str.startswith("POS PURCHASE").sum()
    assert unknown < 0.002 * len(bought)
