"""In disguise a short payment comes in instalments as a sound one may, and nothing else tells it."""

from __future__ import annotations

import datetime as dt
from functools import cache

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from synth_assets.generation.blocks import make_block
from synth_assets.worlds.order_to_cash import WORLD
from synth_assets.worlds.order_to_cash.anomalies import short_by_dollars
from synth_assets.worlds.order_to_cash.config import INVESTIGATION, Config
from synth_assets.worlds.order_to_cash.instalments import LEAST_REST, WHOLE, step_of
from tests.worlds import make_world

AS_OF = dt.date(2026, 11, 21)
MANY = Config(
    **INVESTIGATION
    | {
        "as_of": AS_OF,
        "num_transactions": 20_000,
        "num_contacts": 4_000,
        "decoy_ratio": 1.0,
        "anomaly_rates": {
            "missing_invoice": 0.0,
            "pricing_drift": 0.0,
            "duplicate_invoice": 0.0,
            "unauthorized_discount": 0.0,
            "payment_mismatch": 0.05,
            "stale_unpaid": 0.0,
        },
    }
)
"""1,000 short payments, and no other fault."""

LABELS = 1_000


def paid(config: Config) -> tuple[pd.DataFrame, set[str]]:
    """The payments of paid invoices that are old enough to be paid short, in time, and which invoices are."""
    made = {name: rows.to_pandas(date_as_object=False) for name, rows in make_world(WORLD, config).items()}
    labels = made["anomaly_manifest"]
    short = set(labels.entity_id[labels.type == "payment_mismatch"])
    invoices = made["invoices"].drop(columns="amount_paid_cents").rename(columns={"status": "books"})
    frame = made["payments"].merge(invoices[invoices.books == "paid"], on="invoice_id")
    latest = frame.issue_date[frame.invoice_id.isin(short)].max()
    frame = frame[frame.issue_date <= latest].sort_values(["invoice_id", "payment_date"])
    return frame.assign(day=(frame.payment_date - frame.issue_date).dt.days), short


@cache
def shapes() -> tuple[pd.DataFrame, np.ndarray]:
    """What payments show of an invoice paid in several, without the amount due; and which are paid short."""
    frame, short = paid(MANY)
    of = frame.groupby("invoice_id")
    received = of.amount_cents.sum()
    first, last = of.amount_cents.first() / received, of.amount_cents.last() / received
    shown = pd.DataFrame(
        {
            "payments": of.size(),
            "first": first,
            "last": last,
            "first_day": of.day.first(),
            "last_day": of.day.last(),
            "weekday": of.payment_date.first().dt.day_of_week,
            "method": of.payment_method.first().map({"ach": 0, "check": 1, "credit_card": 2}).astype(float),
            "methods": of.payment_method.nunique(),
            "cents": of.amount_cents.last() % 100,
            "number": of.payment_id.last().str[-9:].astype(int) % 32,
        }
    ).fillna(3)
    shown = shown[shown.payments > 1]
    return shown, shown.index.isin(list(short))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_nine_in_ten_short_payments_of_an_investigation_come_in_several(seed: int) -> None:
    frame, short = paid(Config(**INVESTIGATION | {"seed": seed, "as_of": AS_OF}))
    payments = frame.groupby("invoice_id").size()
    assert len(short) == 30
    assert (payments[list(short)] > 1).mean() >= 0.9
    assert payments.max() <= 4
    sound = payments[~payments.index.isin(list(short))]
    assert (sound > 1).sum() > 10 * len(short)  # look-alikes that are paid in full


def test_short_instalments_are_as_many_and_as_far_apart_as_sound_ones() -> None:
    shown, is_short = shapes()
    short, sound = shown[is_short], shown[~is_short]
    assert len(short) > 0.95 * LABELS
    for payments in (2, 3, 4):
        share = (sound.payments == payments).mean()
        assert (short.payments == payments).mean() == pytest.approx(share, abs=0.05)
    for column, off in (("first", 0.03), ("last", 0.03), ("first_day", 1.0), ("last_day", 2.0)):
        assert short[column].mean() == pytest.approx(sound[column].mean(), abs=off), column
    for column in ("method", "weekday"):
        law = sound[column].value_counts(normalize=True)
        apart = short[column].value_counts(normalize=True).sub(law, fill_value=0).abs().sum() / 2
        assert apart < 0.08, column  # of 980 of one law, .02


def test_trees_that_see_payments_alone_do_not_tell_short_ones() -> None:
    shown, is_short = shapes()
    trees = HistGradientBoostingClassifier(
        max_iter=40, max_leaf_nodes=8, early_stopping=False, random_state=0
    )
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    odds = cross_val_predict(trees, shown, is_short, cv=folds, method="decision_function")
    assert roc_auc_score(is_short, odds) < 0.55  # chance alone: .5 with a deviation of .01


def test_a_short_payment_has_the_cents_of_a_sound_one() -> None:
    frame, short = paid(MANY)
    received = frame.groupby("invoice_id").amount_cents.sum()
    is_short = received.index.isin(list(short))
    fives = received % 5 == 0
    assert fives[is_short].mean() == pytest.approx(fives[~is_short].mean(), abs=0.06)
    assert fives[is_short].mean() > 0.3  # .2 where cents are drawn


def test_whole_dollars_short_within_what_is_allowed_and_of_the_same_grade() -> None:
    due, gross = np.array([150_025, 2_000, 150_025]), np.array([150_025, 2_000, 150_025])
    received = np.array([120_000, 1_939, 95_266])  # the last one is the least of its grade
    assert short_by_dollars(due, received, gross).tolist() == [120_025, 1_900, 95_266]


def test_steps_are_equal_and_leave_a_smaller_rest() -> None:
    count, drawn = np.repeat([2, 3, 4], 32_768), np.tile(np.arange(32_768, dtype=np.uint16), 3)
    step = step_of(count, drawn)
    rest = WHOLE - (count - 1) * step
    assert (rest < step).all()
    assert rest.min() == LEAST_REST
    assert len(set(step[count == 2])) > 50


def test_a_sound_plan_in_disguise_may_end_with_a_smaller_payment_and_ends_in_full() -> None:
    frame, short = paid(MANY)
    sound = frame[~frame.invoice_id.isin(list(short))]
    of = sound.groupby("invoice_id")
    assert (of.amount_cents.sum() == of.amount_due_cents.first()).all()
    several = of.amount_cents.agg(["size", "first", "last"]).query("size > 1")
    assert 0.5 < (several["last"] + 1 < several["first"]).mean() < 0.75


def test_any_part_of_the_orders_gives_the_same_rows_in_disguise() -> None:
    config = MANY.model_copy(update={"seed": 9, "num_transactions": 600})
    whole = make_block(WORLD, config, "num_transactions", range(600))
    parts = [make_block(WORLD, config, "num_transactions", rows) for rows in (range(211), range(211, 600))]
    for table, rows in whole.items():
        split = pa.concat_tables([part[table] for part in parts])
        assert split.sort_by(WORLD.table(table).key.name).equals(rows), table


def test_no_payment_is_split_where_invoices_have_one() -> None:
    frame, short = paid(MANY.model_copy(update={"payments_per_invoice": 1}))
    assert len(short) == LABELS
    assert not frame.invoice_id.duplicated().any()
