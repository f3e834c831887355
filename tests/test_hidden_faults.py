"""Nothing but the fault gives a fault away: what faulty rows hold in a column, sound rows hold too."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

from synth_assets.model.calendar import Window
from synth_assets.worlds.order_to_cash.anomalies import ANOMALIES
from tests.sample import CONFIG, frames

WINDOW = Window(CONFIG.as_of, 12)
HOLIDAYS = np.array(WINDOW.dates, dtype="M8[D]")[WINDOW.is_holiday]
KINDS = [anomaly.name for anomaly in ANOMALIES]

DEFINING = {("stale_unpaid", "order_status_and_month"), ("stale_unpaid", "invoice_status_and_month")}
"""What makes the fault: an old invoice that is unpaid, and its order that the CRM does not mark paid."""


def business_days(start: pd.Series, end: pd.Series) -> np.ndarray:
    return np.busday_count(start.to_numpy("M8[D]"), end.to_numpy("M8[D]"), holidays=HOLIDAYS)


def day_features(name: str, day: pd.Series) -> dict[str, pd.Series]:
    return {
        f"{name}_weekday": day.dt.day_of_week,
        f"{name}_day_of_month": day.dt.day,
        f"{name}_month": day.dt.month,
        f"{name}_is_holiday": day.isin(pd.to_datetime(HOLIDAYS)),
    }


def gap(ids: pd.Series) -> pd.Series:
    """Numbers from the row before to each one, 12 and more as one."""
    return ids.str[-9:].astype(int).diff().fillna(1).clip(upper=12)


@cache
def orders() -> pd.DataFrame:
    """Features of orders and their lines, by the kind of fault."""
    tables = frames()
    kind = tables["anomaly_manifest"].set_index("anomaly_id").type.astype(str)
    kind.index = kind.index.str.replace("ANO-", "ORD-")
    frame = tables["orders"].merge(tables["opportunities"], on="opportunity_id")
    frame = frame.merge(tables["deals"][["deal_id", "created_at", "closed_on", "value_cents"]], on="deal_id")
    frame["kind"] = frame.order_id.map(kind).fillna("sound")
    return frame.assign(
        order_status=frame.status.astype(str),
        order_status_and_month=frame.status.astype(str) + frame.order_date.dt.month.astype(str),
        approval=frame.approval_status.astype(str),
        total_last_digits=frame.total_amount_cents % 100,
        discount_in_money=frame.discount_applied_cents * 100 // frame.value_cents,
        won_hour=frame.created_at.dt.hour,
        **day_features("order", frame.order_date),
    ).drop(columns="status")


@cache
def invoices() -> pd.DataFrame:
    """Features of invoices; of a duplicate's two, only the second is at fault."""
    frame = frames()["invoices"].merge(orders(), on="order_id")
    is_second = frame.issue_date > frame.groupby("order_id").issue_date.transform("min")
    frame.loc[(frame.kind == "duplicate_invoice") & ~is_second, "kind"] = "sound"
    number = frame.invoice_id.str[-9:].astype(int)
    return frame.assign(
        lag=business_days(frame.order_date, frame.issue_date),
        is_even=number % 2,
        numbers_before=gap(frame.invoice_id),
        numbers_after=gap(frame.invoice_id).shift(-1, fill_value=1),
        due_last_digits=frame.amount_due_cents % 100,
        invoice_status_and_month=frame.status.astype(str) + frame.issue_date.dt.month.astype(str),
        **day_features("issue", frame.issue_date),
    ).drop(columns="status")


@cache
def payments() -> pd.DataFrame:
    """Features of payments."""
    frame = frames()["payments"].drop(columns="status").merge(invoices(), on="invoice_id")
    size = np.digitize(frame.amount_cents, [250_000, 500_000, 800_000, 1_000_001]).astype(str)
    return frame.assign(
        days=(frame.payment_date - frame.issue_date).dt.days,
        method=frame.payment_method.astype(str) + size,
        numbers_before=gap(frame.payment_id),
        paid_last_digits=frame.amount_cents % 100,
        status_of_its_order=frame.order_status,
        **day_features("payment", frame.payment_date),
    )


FEATURES = {
    orders: (
        "order_status", "order_status_and_month", "approval", "discount_pct", "discount_in_money",
        "total_last_digits", "order_weekday", "order_day_of_month", "order_month", "order_is_holiday",
        "won_hour",
    ),
    invoices: (
        "lag", "is_even", "numbers_before", "numbers_after", "due_last_digits", "invoice_status_and_month",
        "issue_weekday", "issue_day_of_month", "issue_month", "issue_is_holiday",
    ),
    payments: (
        "days", "method", "numbers_before", "paid_last_digits", "status_of_its_order", "payment_weekday",
        "payment_day_of_month", "payment_month", "payment_is_holiday",
    ),
}  # fmt: skip


def alone(frame: pd.DataFrame, feature: str, kind: str) -> float:
    """Share of a kind's rows whose value no sound row has."""
    sound, faulty = frame.loc[frame.kind == "sound", feature], frame.loc[frame.kind == kind, feature]
    return float((~faulty.isin(sound.unique())).mean()) if len(faulty) else 0.0


@pytest.mark.parametrize("kind", KINDS)
def test_no_value_is_only_a_faults(kind: str) -> None:
    for rows, features in FEATURES.items():
        for feature in features:
            if (kind, feature) not in DEFINING:
                assert alone(rows(), feature, kind) < 0.01, feature


def test_the_measure_sees_what_is_only_a_faults() -> None:
    frame = orders()
    told = frame.assign(discount_pct=frame.discount_pct.where(frame.kind != "unauthorized_discount", 17))
    assert alone(told, "discount_pct", "unauthorized_discount") == 1.0


def test_orders_without_invoice_are_paid_in_the_crm_as_often_as_others_of_their_age() -> None:
    share = orders().assign(paid=orders().order_status == "paid").groupby(["kind", "order_month"]).paid.mean()
    for month in range(1, 13):
        # a month has 60 to 150 missing invoices: deviation up to .065
        assert share["missing_invoice", month] == pytest.approx(share["sound", month], abs=0.2), month


def test_holes_in_invoice_numbers_are_mostly_sound() -> None:
    """A missing invoice leaves one more number unused, and every second number is."""
    numbers = frames()["invoices"].invoice_id.str[-9:].astype(int).to_numpy()
    assert 0.45 < len(numbers) / numbers.max() < 0.52
    first = invoices()[~invoices().duplicated("order_id")].sort_values("invoice_id")
    gap = first.invoice_id.str[-9:].astype(int).diff()
    after_missing = first.order_id.str[-9:].astype(int).diff() > 1
    for width in range(2, 8):
        assert after_missing[gap == width].mean() < 0.5, width


def test_a_duplicates_number_may_be_anywhere_near() -> None:
    """Three invoices with numbers in a row are nothing special, nor are two."""
    frame = invoices()
    both = frame[(frame.numbers_before == 1) & (frame.numbers_after == 1)]
    assert (both.kind == "duplicate_invoice").mean() < 0.06  # 3 % of all


def test_drift_runs_from_the_threshold_up() -> None:
    labels = frames()["anomaly_manifest"].query("type == 'pricing_drift'")
    off = (labels.actual_value / labels.expected_value - 1).abs() * 100
    assert 1.01 <= off.min() < 1.1
    assert off.max() <= 15
    assert (off < 2).mean() == pytest.approx(0.071, abs=0.03)  # even over 1.01 to 15: 1,600 drifts
