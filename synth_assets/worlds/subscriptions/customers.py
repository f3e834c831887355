"""Customers: who subscribes, one subscription each."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from synth_assets.model import quantile_tables
from synth_assets.model.columns import choice, identifier, moment, text
from synth_assets.model.draws import Draws
from synth_assets.model.people import people
from synth_assets.model.table import Table, arrow_table, seconds
from synth_assets.worlds.subscriptions import curves
from synth_assets.worlds.subscriptions.config import Config
from synth_assets.worlds.subscriptions.facts import Facts

CUSTOMER_ID = identifier("customer_id", "CUS-", "Customer.")
COLUMNS = (
    CUSTOMER_ID,
    text("name", "Full name; nobody real."),
    text("email", "Made from the name and the company's domain, under .example; unique."),
    choice("region", curves.REGIONS, "Sales region."),
    moment("created_at", "Sign-up, up to 14 days (a trial) before the subscription starts."),
)


def generate(draws: Draws, facts: Facts, config: Config) -> pa.Table:
    """One row a customer."""
    decided = facts.customers
    total = config.num_customers
    if config.grows:  # a company's people are the same, however many there are
        total = int(decided.number[-1]) + 1 if len(decided.number) else 1
    person = people(draws, decided.number, total)
    region, trial, second, _ = draws.fields("sign_up", decided.number)
    trial_days = np.where(trial < 32_768, 0, trial.astype(np.int64) * 15 // 65_536)
    return arrow_table(
        COLUMNS,
        {
            "customer_id": decided.number + 1,
            "name": person.name,
            "email": person.email,
            "region": quantile_tables.sample(curves.region(), region),
            "created_at": seconds(decided.start_day - trial_days, second.astype(np.int64) * 86_400 // 65_536),
        },
    )


CUSTOMERS = Table(
    name="customers",
    grain="One customer of the service.",
    columns=COLUMNS,
    generate=generate,
    row_count_key="num_customers",
)
