"""Customers: who subscribes, one subscription each."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from synth_assets.model import quantile_tables
from synth_assets.model.columns import choice, identifier, moment, text
from synth_assets.model.draws import Draws, Ints
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
    return signed_up(draws, facts.customers.number, facts.customers.start_day, config.num_customers)


def signed_up(draws: Draws, number: Ints, start_day: Ints, total: int) -> pa.Table:
    """The customers numbered `number` from 0, of `total`, whose subscriptions start on the given days."""
    person = people(draws, number, total)
    region, trial, second, _ = draws.fields("sign_up", number)
    trial_days = np.where(trial < 32_768, 0, trial.astype(np.int64) * 15 // 65_536)
    return arrow_table(
        COLUMNS,
        {
            "customer_id": number + 1,
            "name": person.name,
            "email": person.email,
            "region": quantile_tables.sample(curves.region(), region),
            "created_at": seconds(start_day - trial_days, second.astype(np.int64) * 86_400 // 65_536),
        },
    )


CUSTOMERS = Table(
    name="customers",
    grain="One customer of the service.",
    columns=COLUMNS,
    generate=generate,
    row_count_key="num_customers",
)
