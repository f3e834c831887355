"""Plans: the price list, three tiers."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from synth_assets.model.columns import choice, identifier, money
from synth_assets.model.table import Table, arrow_table
from synth_assets.worlds.subscriptions import curves
from synth_assets.worlds.subscriptions.config import Config
from synth_assets.worlds.subscriptions.facts import price_cents

PLAN_ID = identifier("plan_id", "PLN-", "Plan.")
COLUMNS = (
    PLAN_ID,
    choice("name", curves.PLANS, "What the plan is called."),
    money("monthly_price_cents", "Price of one month.", minimum=100),
)


def generate(rows: range, config: Config) -> pa.Table:
    """One row a plan of `rows` (numbers from 0)."""
    number = np.arange(rows.start, rows.stop, dtype=np.int64)
    return arrow_table(
        COLUMNS,
        {
            "plan_id": number + 1,
            "name": number,
            "monthly_price_cents": price_cents(config)[rows.start : rows.stop],
        },
    )


PLANS = Table(
    name="plans",
    grain="One tier of the price list.",
    columns=COLUMNS,
    generate=generate,
    row_count_key="num_plans",
)
