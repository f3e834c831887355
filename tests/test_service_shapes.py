"""personal_banking: services begin and end, pause, grow dearer, fail once; some are annual or weekly."""

from __future__ import annotations

import pandas as pd
import pytest

from synth_assets.worlds.personal_banking import service_curves
from tests.bank import AS_OF, tables, with_persona

MONTHLY = {service.merchant: service for service in service_curves.SUBSCRIPTIONS}
STORE = service_curves.SUBSCRIPTIONS[service_curves.APP_STORE].merchant
KEYS = ["user_id", "merchant_name"]


@pytest.fixture(scope="module")
def charges() -> pd.DataFrame:
    """Charges of monthly services, but for those that come through the store."""
    rows = tables()["transactions"]
    rows = rows[rows.merchant_name.isin(set(MONTHLY) - {STORE}) & ~rows.pending]
    return rows.assign(day=pd.to_datetime(rows.date)).sort_values([*KEYS, "day"], kind="stable")


@pytest.fixture(scope="module")
def full(charges) -> pd.DataFrame:
    """Those at the full price."""
    return charges[charges.amount_cents != service_curves.TRIAL_CENTS]


def gaps(rows: pd.DataFrame) -> pd.Series:
    """Days since the service's charge before."""
    return rows.groupby(KEYS).day.diff().dt.days


def test_every_amount_is_listed(charges):
    for name, service in MONTHLY.items():
        amounts = set(charges[charges.merchant_name == name].amount_cents)
        assert amounts <= {*service.prices_cents, *service.earlier_cents, service_curves.TRIAL_CENTS}, name


def test_not_every_service_is_the_same_seven_times(full):
    each = full.groupby(KEYS)
    same = (each.amount_cents.nunique() == 1) & (each.day.agg(lambda days: days.dt.day.nunique()) == 1)
    same &= each.size() >= 7
    assert 0.1 < same.mean() < 0.5


def test_prices_rise_from_one_day_on_for_everybody(full):
    rising = 0
    for name, service in MONTHLY.items():
        for now, before in zip(service.prices_cents, service.earlier_cents, strict=True):
            if now == before or before in service.prices_cents:
                continue
            rows = full[full.merchant_name == name]
            old, new = rows[rows.amount_cents == before], rows[rows.amount_cents == now]
            if len(old) and len(new):
                rising += 1
                tried_again = pd.Timedelta(days=service_curves.LATEST_RETRY)
                assert old.day.max() <= new.day.min() + tried_again, name
    assert rising >= 2


def test_some_begin_some_with_a_dollar_and_some_end(charges, full):
    first, last = full.groupby(KEYS).day.min(), full.groupby(KEYS).day.max()
    start, end = charges.day.min(), pd.Timestamp(AS_OF)
    assert 0.1 < ((first - start).dt.days > 35).mean() < 0.6
    assert 0.1 < ((end - last).dt.days > 35).mean() < 0.4
    trials = charges[charges.amount_cents == service_curves.TRIAL_CENTS]
    assert trials.groupby(KEYS).size().max() == 1
    assert len(trials) > 0.05 * len(first)
    wait = (first.reindex(pd.MultiIndex.from_frame(trials[KEYS])).to_numpy() - trials.day).dt.days.dropna()
    assert wait.between(
        min(service_curves.TRIAL_DAYS), max(service_curves.TRIAL_DAYS) + 31 + service_curves.LATEST_RETRY
    ).all()
    ended_at_once = len(trials) - len(wait)
    assert ended_at_once < 0.5 * len(trials)


def test_some_pause_and_some_charge_late_once(full):
    between = gaps(full).dropna()
    assert (between >= 24).all()
    assert 0.005 < (between > 50).mean() < 0.05
    day = full.day.dt.day
    usual = day.groupby([full.user_id, full.merchant_name]).transform(lambda days: days.mode()[0])
    many = full.groupby(KEYS).day.transform("size") >= 4
    late = (day != usual)[many].groupby([full.user_id[many], full.merchant_name[many]]).sum()
    assert late.max() <= 1
    assert 0.08 < late.mean() < 0.3


def test_annual_services_charge_once_and_weekly_ones_every_week():
    rows = tables()["transactions"]
    annual = rows[rows.merchant_name.isin([service.merchant for service in service_curves.ANNUAL])]
    assert len(annual) > 20
    assert annual.groupby(KEYS).size().max() == 1
    weekly = rows[rows.merchant_name == service_curves.WEEKLY[0].merchant]
    weekly = weekly[~weekly.pending].assign(day=pd.to_datetime(weekly.date))
    assert weekly.user_id.nunique() > 20
    assert not set(weekly.user_id) & with_persona("subscription_heavy")
    between = gaps(weekly.sort_values([*KEYS, "day"])).dropna()
    assert (between % 7 == 0).all()
    assert (between == 7).mean() == pytest.approx(1 - service_curves.SKIPPED_SHARE, abs=0.05)


def test_some_services_come_through_the_store():
    rows = tables()["transactions"]
    bought = rows[rows.merchant_name == STORE]
    own = set(service_curves.SUBSCRIPTIONS[service_curves.APP_STORE].prices_cents)
    others = bought[~bought.amount_cents.isin({*own, service_curves.TRIAL_CENTS})]
    assert others.user_id.nunique() > 30
    assert others.amount_cents.nunique() > 5
    assert set(bought.name) == {"APPLE.COM/BILL"}
