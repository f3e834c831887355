"""Nothing but the fault gives a fault of subscriptions away."""

from __future__ import annotations

import pandas as pd
import pytest

import synth_assets


@pytest.fixture(scope="module")
def bills() -> pd.DataFrame:
    """Invoices of subscriptions in order, with what is due to their subscription and its labels."""
    world = synth_assets.generate("subscriptions", num_customers=3_000)
    labels = world.frame("anomaly_manifest")
    frame = world.frame("invoices")
    frame["number"] = frame.invoice_id.str[-9:].astype(int)
    frame["gap"] = frame.groupby("sub_id").number.diff()
    frame["months"] = frame.invoice_date.dt.month.groupby(frame.sub_id).diff()
    return frame.assign(ghosts=frame.sub_id.isin(labels.query("type == 'ghost_subscriber'").entity_id))


def test_ghosts_leave_no_hole_in_numbers_that_others_do_not_have(bills: pd.DataFrame) -> None:
    inside = bills.dropna(subset=["gap"])
    after_ghost, others = inside[inside.months > 1].gap, inside[inside.months == 1].gap
    assert len(after_ghost) > 400
    assert after_ghost.isin(others.unique()).all()
    assert 0.25 < others.gt(1).mean() < 0.35, "numbers are unused everywhere"
    assert bills.invoice_date.min() == pd.Timestamp(2024, 1, 1)
