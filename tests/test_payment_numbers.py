"""Payments are numbered in time and know nothing of their invoice's number."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from synth_assets.model.draws import Draws
from synth_assets.model.identifiers import id_numbers
from synth_assets.worlds import load
from synth_assets.worlds.order_to_cash import payment_numbers
from synth_assets.worlds.order_to_cash.config import Config
from tests.sample import frames
from tests.worlds import make_world

DRAWS = Draws(42, "order_to_cash", "payments")


def paid() -> pd.DataFrame:
    """Payments of 20,000 orders: their numbers, days and invoices' numbers."""
    payments = frames()["payments"]
    number, invoice = (payments[name].str[-9:].astype(int) for name in ("payment_id", "invoice_id"))
    return pd.DataFrame({"number": number, "invoice": invoice, "day": payments.payment_date})


def within_days(frame: pd.DataFrame) -> float:
    """Correlation of payments' and invoices' places among those of a day."""
    places = frame.groupby("day")[["number", "invoice"]].rank()
    centred = places - places.groupby(frame.day).transform("mean")
    return float(centred.number.corr(centred.invoice))


def test_a_payments_number_tells_no_invoice() -> None:
    frame = paid()
    away = frame.number - frame.invoice
    assert (away == 0).mean() < 0.005
    assert away.value_counts().iloc[0] < 0.005 * len(frame)
    assert abs(within_days(frame)) < 0.04  # 16,000 payments: deviation .008
    assert within_days(frame.assign(number=frame.invoice + 7)) == pytest.approx(1)


def test_numbers_ascend_in_time_but_for_sixteen_in_a_row() -> None:
    frame = paid()
    days = frame.day.groupby((frame.number - 1) // 32).agg(["min", "max"])
    assert (days["max"].to_numpy()[:-1] <= days["min"].to_numpy()[1:]).all()
    assert 0.3 < (frame.day.diff().dt.days < 0).mean() + (frame.number.diff() > 1).mean() < 0.7
    assert len(frame) / frame.number.max() < 0.5


def test_duplicates_are_paid_under_numbers_like_others() -> None:
    frame = frames()["payments"].merge(frames()["invoices"], on="invoice_id")
    labels = frames()["anomaly_manifest"].query("type == 'duplicate_invoice'")
    is_second = frame.invoice_id.isin(labels.entity_id)
    place = (frame.payment_id.str[-9:].astype(int) - 1) % 32
    assert is_second.sum() > 400
    assert place[is_second].mean() == pytest.approx(15.5, abs=2)  # deviation .45
    order = frame.sort_values("payment_id")
    early = order.payment_date > order.payment_date.shift(-1)
    assert early[is_second].mean() < 2 * early.mean() + 0.02


def test_payments_of_so_many_orders_stay_in_their_range_of_numbers(monkeypatch) -> None:
    monkeypatch.setattr(payment_numbers, "TOGETHER", 1_000)
    config = Config(seed=5, num_transactions=3_000, as_of=dt.date(2026, 11, 21))
    tables = make_world(load("order_to_cash"), config)
    block = (id_numbers(tables["invoices"]["order_id"]) - 1) // 1_000
    of_invoice = pd.Series(block, tables["invoices"]["invoice_id"].to_pylist())
    number = id_numbers(tables["payments"]["payment_id"])
    at = of_invoice[tables["payments"]["invoice_id"].to_pylist()].to_numpy()
    assert np.array_equal((number - 1) // (2 * payment_numbers.room(1_000)), at)
    assert len(np.unique(number)) == len(number)


@pytest.mark.parametrize("days", [[3] * 40, [0] * 40, list(range(20)) * 2, [9] * 39 + [0]])
def test_unplanned_payments_find_a_number_however_many_there_are(days) -> None:
    planned = payment_numbers.in_time(DRAWS, np.arange(40) % 7, np.arange(40))
    most = payment_numbers.room(40)
    spare = payment_numbers.spare_ranks(DRAWS, planned, np.array(days), np.arange(40), most)
    assert len(np.unique(spare)) == 40
    assert 0 <= spare.min() <= spare.max() < most


def test_a_document_has_a_number_for_every_rank() -> None:
    numbers = payment_numbers.document_numbers(DRAWS, 100, 320)
    assert np.array_equal(np.sort(np.concatenate([numbers.planned, numbers.other])), np.arange(321, 545))
    for number, rank in ((numbers.planned, numbers.rank), (numbers.other, numbers.other_rank)):
        assert np.array_equal(np.sort(rank), np.arange(112))
        assert np.array_equal(rank // 16, (number - 321) // 32)
        assert (np.diff(rank) < 0).mean() > 0.2
        assert np.array_equal(payment_numbers.by_rank(number, rank)[rank], number)
