"""Persona assignments: which of the five personas a user's signals trigger, and why."""

from __future__ import annotations

import math

import numpy as np
import pyarrow as pa

from synth_assets.model.arrow import strings
from synth_assets.model.columns import choice, count, identifier, reference, text
from synth_assets.model.table import Rows, Table, arrow_table
from synth_assets.worlds.personal_banking.activity.facts import Block
from synth_assets.worlds.personal_banking.config import Config
from synth_assets.worlds.personal_banking.signals.signals import WINDOWS, Signals, signals
from synth_assets.worlds.personal_banking.users import USER_ID

PERSONAS = (
    "high_utilization",
    "variable_income",
    "subscription_heavy",
    "savings_builder",
    "cash_flow_stressed",
)
NONE = "none"
SEVERITIES = ("none", "low", "medium", "high", "critical")
SEVERITY = {
    "high_utilization": "critical",
    "variable_income": "high",
    "subscription_heavy": "medium",
    "savings_builder": "low",
    "cash_flow_stressed": "high",
}
PRIORITY = (
    "high_utilization",
    "variable_income",
    "cash_flow_stressed",
    "subscription_heavy",
    "savings_builder",
)
"""By severity; of equal ones the smaller number first."""

COLUMNS = (
    identifier("assignment_id", "per_", "User and window: 2 x user number, less 1 for the shorter window."),
    reference("users", USER_ID, "Who is judged."),
    count("window_days", "Days of the window that ends with as_of.", minimum=30, unit="days"),
    choice("primary_persona", (NONE, *PERSONAS), "The most severe persona that the signals trigger."),
    text("secondary_personas", "The others, in order of priority, separated by commas; empty for none."),
    choice("severity", SEVERITIES, "Of the primary persona."),
    text("trace", "The figures that decided, in words."),
)


def generate(
    rows: range,
    users: Rows,
    signals_subscriptions: Rows,
    signals_savings: Rows,
    signals_credit: Rows,
    signals_income: Rows,
    signals_cash_flow: Rows,
    facts: Block,
    config: Config,
) -> pa.Table:
    """Two rows a user of `rows`, one a window."""
    found = signals(config, facts)
    triggered = {name: flags.ravel() for name, flags in judged(found).items()}
    bits = np.zeros(len(WINDOWS) * len(rows), dtype=np.int64)
    for place, name in enumerate(PRIORITY):
        bits |= triggered[name].astype(np.int64) << place
    primary, secondary = zip(*(_named(bit) for bit in range(32)), strict=True)
    first = np.array([(NONE, *PERSONAS).index(name) for name in primary])[bits]
    severity = np.array([SEVERITIES.index(SEVERITY.get(name, NONE)) for name in primary])[bits]
    return arrow_table(
        COLUMNS,
        {
            "assignment_id": np.arange(2 * rows.start, 2 * rows.stop) + 1,
            "user_id": np.repeat(users.id_numbers("user_id"), len(WINDOWS)),
            "window_days": np.tile(WINDOWS, len(rows)),
            "primary_persona": first,
            "secondary_personas": strings([secondary[bit] for bit in bits.tolist()]),
            "severity": severity,
            "trace": strings(_traces(found)),
        },
    )


def judged(found: Signals) -> dict[str, np.ndarray]:
    """Which personas are triggered, users x windows [decision 18]."""
    return {
        "high_utilization": (
            (found.utilization_pct >= 50)
            | (found.interest_cents > 0)
            | found.pays_minimum_only
            | found.is_overdue
        ),
        "variable_income": (found.median_gap_days > 45) & (found.buffer_months < 1),
        "subscription_heavy": (
            (found.recurring_merchants >= 3)
            & ((found.recurring_cents_a_month >= 5_000) | (found.recurring_share_pct >= 10))
        ),
        "savings_builder": (
            ((found.savings_growth_pct >= 2) | (found.savings_inflow_cents_a_month >= 20_000))
            & (found.utilization_pct < 30)
        ),
        "cash_flow_stressed": (found.low_share_pct >= 30) & (found.volatility > 1),
    }


def _named(bits: int) -> tuple[str, str]:
    """Primary and secondary personas of a set of bits in order of priority."""
    names = [name for place, name in enumerate(PRIORITY) if bits >> place & 1]
    return (names[0] if names else NONE), ", ".join(names[1:])


def _traces(found: Signals) -> list[str]:
    """One line for each user and window."""
    return [
        f"utilization {used:.2f} %, interest ${interest / 100:.2f}{', minimum only' * least}"
        f"{', overdue' * late}; {_pay(gap)}, {_cash(buffer)}; recurring merchants: {merchants}, "
        f"${monthly / 100:.2f} a month; savings ${saved / 100:.2f} a month, {growth:.2f} %; "
        f"days below $100: {low}, volatility {swing:.2f}"
        for used, interest, least, late, gap, buffer, merchants, monthly, saved, growth, low, swing in zip(
            *(getattr(found, name).ravel().tolist() for name in _TRACED), strict=True
        )
    ]


_TRACED = (
    "utilization_pct", "interest_cents", "pays_minimum_only", "is_overdue", "median_gap_days",
    "buffer_months", "recurring_merchants", "recurring_cents_a_month", "savings_inflow_cents_a_month",
    "savings_growth_pct", "low_days", "volatility",
)  # fmt: skip


def _pay(gap_days: float) -> str:
    return "fewer than two paydays" if math.isnan(gap_days) else f"pay every {gap_days:.1f} days"


def _cash(months: float) -> str:
    return "nothing spent" if math.isnan(months) else f"cash for {months:.2f} months"


PERSONA_ASSIGNMENTS = Table(
    name="persona_assignments",
    grain="What one window of a user's days says about the user.",
    columns=COLUMNS,
    generate=generate,
)
