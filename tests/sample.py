"""One world of 20,000 orders as pandas frames, shared by the tests of its curves."""

from __future__ import annotations

import datetime as dt
from functools import cache

import pandas as pd

from synth_assets.worlds import load
from synth_assets.worlds.order_to_cash.config import Config
from tests.worlds import make_world

CONFIG = Config(num_transactions=20_000, as_of=dt.date(2026, 2, 21))


@cache
def frames() -> dict[str, pd.DataFrame]:
    """The tables; days as timestamps. Callers copy before they change anything."""
    tables = make_world(load("order_to_cash"), CONFIG)
    return {name: _with_timestamps(table.to_pandas(date_as_object=False)) for name, table in tables.items()}


def _with_timestamps(frame: pd.DataFrame) -> pd.DataFrame:
    days = [name for name in frame if name.endswith(("_date", "_on"))]
    return frame.assign(**{name: pd.to_datetime(frame[name]) for name in days})


@cache
def labelled_orders() -> frozenset[str]:
    """Orders that carry a fault."""
    return frozenset(frames()["anomaly_manifest"].anomaly_id.str.replace("ANO-", "ORD-"))


def sound(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows whose order carries no fault; opportunities have their order's number."""
    order = frame["order_id"] if "order_id" in frame else frame["opportunity_id"].str.replace("OPP-", "ORD-")
    return frame[~order.isin(labelled_orders())]
