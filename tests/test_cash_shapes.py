"""How sales are billed and paid: lags, delays by payer, methods and look-alikes have their shapes."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from synth_assets.model import quantile_tables
from synth_assets.model.calendar import Window
from synth_assets.model.draws import Draws
from synth_assets.model.quotas import quota
from synth_assets.worlds.order_to_cash import cash_curves
from synth_assets.worlds.order_to_cash.anomalies import MISSING, STALE
from synth_assets.worlds.order_to_cash.config import Config
from synth_assets.worlds.order_to_cash.order_days import arrival_schedule
from tests.sample import CONFIG, frames, sound
from tests.worlds import decided

COUNT = CONFIG.num_transactions
TODAY = pd.Timestamp(CONFIG.as_of)
WINDOW = Window(CONFIG.as_of, 12)
BUSINESS = np.array(WINDOW.dates, dtype="M8[D]")[WINDOW.is_business]
HOLIDAYS = np.array(WINDOW.dates, dtype="M8[D]")[WINDOW.is_holiday]


def bills() -> pd.DataFrame:
    """Sound invoices with their order and payment; `days` from issue to payment."""
    orders = frames()["orders"][["order_id", "contact_id", "order_date", "total_amount_cents"]]
    payments = frames()["payments"][["invoice_id", "payment_method", "payment_date"]]
    joined = (
        sound(frames()["invoices"]).merge(orders, on="order_id").merge(payments, on="invoice_id", how="left")
    )
    return joined.assign(days=(joined.payment_date - joined.issue_date).dt.days)


BILLS = bills()
PAID = BILLS[BILLS.status == "paid"]
SETTLED = BILLS[BILLS.issue_date < TODAY - pd.Timedelta(days=60)]  # every sound one of these is paid

# --- billing ------------------------------------------------------------------------------------------


def business_days(start: pd.Series, end: pd.Series) -> np.ndarray:
    """Business days from the first business day on or after `start` to `end`."""
    return np.busday_count(start.to_numpy("M8[D]"), end.to_numpy("M8[D]"), holidays=HOLIDAYS)


def test_invoices_follow_their_order_by_up_to_four_business_days_but_for_late_ones():
    lag = pd.Series(business_days(BILLS.order_date, BILLS.issue_date))
    assert lag.between(0, 7).all()
    assert (lag > 4).sum() == pytest.approx(0.03 * COUNT, rel=0.05)  # some would fall after as_of
    away_from_runs = BILLS.order_date.dt.day.between(
        6, 20
    ).to_numpy()  # no first or last business day is near
    shares = lag[away_from_runs & (lag <= 4)].value_counts(normalize=True).sort_index()
    assert shares.tolist() == pytest.approx([0.34, 0.30, 0.18, 0.11, 0.07], abs=0.02)  # deviation .005
    assert (BILLS.issue_date < TODAY).all()


def run_day_factor(day: pd.Series) -> float:
    """How many rows a month's first and last business days have against other business days."""
    days = pd.Series(pd.to_datetime(BUSINESS)).loc[lambda d: (d >= "2025-03-01") & (d < "2026-02-01")]
    month = days.dt.to_period("M")
    is_run = ((month != month.shift()) | (month != month.shift(-1))).to_numpy()
    count = day.value_counts().reindex(days, fill_value=0).to_numpy()
    return count[is_run].mean() / count[~is_run].mean()


def test_billing_runs_on_the_first_and_last_business_day_show():
    assert 1.6 < run_day_factor(BILLS.issue_date) < 2.6  # 30 % of the orders of four days wait for one
    assert run_day_factor(BILLS.order_date) < 1.4  # orders know the month's end, not the run


# --- payments -----------------------------------------------------------------------------------------


def test_sound_payments_come_on_business_days_within_sixty_days():
    assert PAID.days.between(0, 60).all()
    assert np.is_busday(PAID.payment_date.to_numpy("M8[D]"), holidays=HOLIDAYS).all()
    assert SETTLED.status.eq("paid").all()
    assert PAID.payment_date.max() <= TODAY


def payer_types() -> pd.Series:
    """Each contact's payment behaviour, from its draw."""
    field = Draws(CONFIG.seed, "order_to_cash", "contacts").fields("payer", np.arange(CONFIG.num_contacts))[0]
    names = np.array(list(cash_curves.PAYER_TYPES))[quantile_tables.sample(cash_curves.payer_type(), field)]
    return pd.Series(names, index=frames()["contacts"].contact_id)


def test_customers_pay_by_type():
    types = payer_types()
    shares = types.value_counts(normalize=True)[list(cash_curves.PAYER_TYPES)].tolist()
    assert shares == pytest.approx([0.20, 0.45, 0.25, 0.10], abs=0.1)  # 200 customers: deviation .035
    by_type = SETTLED.groupby(SETTLED.contact_id.map(types)).days
    late = by_type.agg(lambda days: (days > 30).mean())
    # 86 % follow the type, the others pay like everyone: 38 % late. A due weekend makes on-time payers late.
    assert late["early"] < 0.15
    assert late["on_time"] < 0.35
    assert late["drifter"] > 0.80
    assert late["chronic"] > 0.80
    median = by_type.median()
    assert median["early"] < 25 < median["on_time"] <= 30 < median["drifter"] < 42 < median["chronic"]


def between_customers(contact: np.ndarray, days: np.ndarray) -> float:
    """Share of the variance of days that lies between customers (one-way ANOVA, eta squared)."""
    frame = pd.DataFrame({"contact": contact, "days": days})
    mean = frame.groupby("contact").days.transform("mean")
    return float(((mean - frame.days.mean()) ** 2).sum() / ((frame.days - frame.days.mean()) ** 2).sum())


def test_more_than_half_of_the_variance_of_delays_lies_between_customers():
    contact, days = SETTLED.contact_id.to_numpy(), SETTLED.days.to_numpy()
    assert 0.50 <= between_customers(contact, days) <= 0.65
    assert between_customers(np.random.default_rng(1).permutation(contact), days) < 0.05


@pytest.mark.parametrize("seed", range(6))
def test_it_does_so_under_other_seeds(seed):
    facts = decided("order_to_cash", CONFIG.model_copy(update={"seed": seed}), range(COUNT))
    settled = (facts.issue_day < WINDOW.last - 60) & (facts.fault == 0)
    share = between_customers(facts.contact[settled], (facts.paid_day - facts.issue_day)[settled])
    assert 0.47 < share < 0.68  # which type the largest customers have moves it: deviation .03


# --- methods ------------------------------------------------------------------------------------------


def method_gap(method: pd.Series) -> float:
    """The largest distance of a method's share from its figure."""
    figures = {"ach": 0.42, "check": 0.28, "credit_card": 0.17, "wire": 0.10, "other": 0.03}
    shares = method.astype(str).value_counts(normalize=True)
    return max(abs(shares.get(name, 0) - figure) for name, figure in figures.items())


def test_methods_have_their_shares_and_follow_the_amount():
    assert method_gap(PAID.payment_method) < 0.015  # 16,000 payments: deviation .004, and amounts vary
    assert method_gap(PAID.payment_method[PAID.total_amount_cents < 500_000]) > 0.015
    assert (PAID.total_amount_cents[PAID.payment_method == "credit_card"] < 500_000).all()
    assert (PAID.total_amount_cents[PAID.payment_method == "wire"] > 1_000_000).all()


def steadiness(payments: pd.DataFrame) -> pd.Series:
    """For customers with 12 payments or more, the share that comes on their most frequent weekday."""
    weekday = payments.payment_date.dt.day_of_week.groupby(payments.contact_id)
    return weekday.agg(lambda days: days.value_counts(normalize=True).iloc[0])[weekday.size() >= 12]


def test_two_fifths_of_those_who_pay_by_check_pay_on_a_fixed_weekday():
    runs = Draws(CONFIG.seed, "order_to_cash", "contacts").fields("payer", np.arange(200))[1]
    has_run = pd.Series(runs < cash_curves.PAY_RUN_PER_65536, index=frames()["contacts"].contact_id)
    assert has_run.mean() == pytest.approx(0.4, abs=0.1)  # 200 customers: deviation .035
    checks = steadiness(SETTLED[(SETTLED.payment_method == "check") & (SETTLED.days < 56)])
    assert checks[has_run[checks.index]].min() >= 0.75  # holidays and the 60th day move a few
    assert checks[~has_run[checks.index]].max() < 0.75
    by_ach = steadiness(SETTLED[SETTLED.payment_method == "ach"])
    assert (by_ach >= 0.75).mean() < 0.05  # orders of one busy day may be paid on one day


# --- look-alikes --------------------------------------------------------------------------------------


def test_two_percent_of_invoices_differ_by_freight_either_way():
    difference = BILLS.amount_due_cents - BILLS.total_amount_cents
    off = difference[difference != 0] / BILLS.total_amount_cents[difference != 0]
    assert len(off) == 0.02 * COUNT
    assert off.abs().max() <= 0.009
    assert 0.4 < (off > 0).mean() < 0.6  # 400 coins: deviation .025


def test_one_percent_of_orders_repeat_an_earlier_one_to_the_cent():
    lines = frames()["opportunities"][["product_id", "quantity", "discount_pct"]]
    orders = frames()["orders"][["order_id", "contact_id", "total_amount_cents"]].join(lines)
    repeated = sound(orders[orders.drop(columns="order_id").duplicated()])
    assert 0.01 * COUNT <= len(repeated) < 0.025 * COUNT  # small orders repeat by chance, too


def age(invoices: pd.DataFrame) -> pd.Series:
    """Days since issue of unpaid invoices."""
    return (TODAY - invoices.issue_date[invoices.status == "unpaid"]).dt.days


def test_sound_invoices_are_unpaid_up_to_59_days_and_stale_ones_from_91():
    every, usual = age(frames()["invoices"]), age(BILLS)
    assert usual.max() <= 59
    assert usual.between(31, 59).sum() >= 0.9 * 0.01 * COUNT  # a tenth of the quota may carry faults
    assert not every.between(60, 90).any()
    assert (every > 90).sum() == 0.05 * COUNT
    assert 91 <= every[every > 60].min() <= 95  # 200 orders are just old enough, a seventh of them stale


def unpaid_share(days: int) -> list[float]:
    """Share of sound invoices that is unpaid, by age in steps of so many days up to 60."""
    old = (TODAY - BILLS.issue_date).dt.days
    recent = BILLS[old < 60]
    return (recent.status == "unpaid").groupby(old[old < 60] // days).mean().tolist()


def test_receivables_fall_with_age():
    shares = unpaid_share(10)  # 500 invoices each: deviation .01 to .02
    assert np.all(np.diff(shares) < 0)
    assert shares[3] > 2 * shares[5]
    assert 0.03 < shares[5] < 0.2  # slow payers, no wall at 45 days


def test_stale_invoices_thin_out_with_age():
    every = age(frames()["invoices"])
    stale = np.histogram(every, [91, 182, 274, 366])[0]
    issued = np.histogram((TODAY - BILLS.issue_date).dt.days, [91, 182, 274, 366])[0]
    share = stale / issued
    # exp(-2 x) over 274 days: thirds are as 1 to .51 to .26
    assert share[1] / share[0] == pytest.approx(0.51, abs=0.12)
    assert share[2] / share[0] == pytest.approx(0.26, abs=0.08)


@pytest.mark.parametrize("as_of", ["2026-02-21", "2027-02-20", "2022-02-20", "2025-07-04", "2024-02-29"])
def test_slow_payers_are_there_whatever_the_calendar(as_of):
    config = Config(num_transactions=COUNT, as_of=dt.date.fromisoformat(as_of))
    facts, last = decided("order_to_cash", config, range(COUNT)), Window(config.day, 12).last
    unpaid = (facts.paid_day > last) & ~np.isin(facts.fault, (MISSING, STALE))
    days = last - facts.issue_day[unpaid]
    calendar = Draws(config.seed, "order_to_cash", "calendar")
    room = len(arrival_schedule(config, calendar).rows_on(last - 59, last - 45))
    assert days.max() <= 59
    assert (days >= 31).sum() >= 0.9 * min(room, quota(0.01, COUNT))  # as above
