"""Subscriptions: one a customer at a time, active or cancelled as of the period's last day."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from synth_assets.model.columns import choice, day, identifier, reference, state
from synth_assets.model.draws import Ints
from synth_assets.model.identifiers import take_ids
from synth_assets.model.table import Rows, Rule, Table, arrow_table
from synth_assets.model.variant import Variant
from synth_assets.worlds.subscriptions.config import Config
from synth_assets.worlds.subscriptions.customers import CUSTOMER_ID
from synth_assets.worlds.subscriptions.facts import Facts
from synth_assets.worlds.subscriptions.plans import PLAN_ID

SUB_ID = identifier(
    "sub_id",
    "SUB-",
    "Subscription; has its customer's number, or where plans change one of 512 for 256 customers.",
)
COLUMNS = (
    SUB_ID,
    reference("customers", CUSTOMER_ID, "Who subscribes."),
    reference("plans", PLAN_ID, "What they subscribe to."),
    day(
        "start_date",
        "First day; new customers, and those on a new plan, are billed from the next billing date on.",
    ),
    state(
        day(
            "end_date",
            "Day of the cancellation, or the last day before a change of plan; empty while active "
            "(`--variant period-ends` fills it).",
            nullable=True,
        )
    ),
    state(choice("status", ("Active", "Cancelled"), "As of the period's last day.")),
)


def generate(customers: Rows, facts: Facts) -> pa.Table:
    """One row a customer, two where the plan changes."""
    decided = facts.subscriptions
    customer_id = take_ids(customers["customer_id"], decided.row)
    return contracts(
        decided.number, customer_id, decided.plan, decided.start_day, decided.end_day, decided.is_active
    )


def contracts(
    number: Ints,
    customer_id: pa.Array | Ints,
    plan: Ints,
    start_day: Ints,
    end_day: Ints,
    is_active: npt.NDArray[np.bool_],
) -> pa.Table:
    """The rows of some subscriptions, numbered from 0; days are epoch days."""
    return arrow_table(
        COLUMNS,
        {
            "sub_id": number + 1,
            "customer_id": customer_id,
            "plan_id": plan + 1,
            "start_date": start_day,
            "end_date": np.ma.masked_array(end_day, mask=is_active),
            "status": np.where(is_active, 0, 1),
        },
    )


def period_ends(config: Config, rows: pa.Table) -> pa.Table:
    """Subscriptions whose end_date is as_of where they are active: for consumers who read no empty dates."""
    at = rows.schema.get_field_index("end_date")
    field = rows.schema.field(at)
    filled = pc.fill_null(rows.column(at), pa.scalar(config.day, field.type))
    return rows.set_column(at, field, filled)


PERIOD_ENDS = Variant("period-ends", "subscriptions", period_ends)

SUBSCRIPTIONS = Table(
    name="subscriptions",
    grain="One customer's contract for one plan.",
    columns=COLUMNS,
    generate=generate,
    rules=(
        Rule(
            "a subscription has an end exactly when it is cancelled",
            "(end_date IS NOT NULL) = (status = 'Cancelled')",
        ),
    ),
)
