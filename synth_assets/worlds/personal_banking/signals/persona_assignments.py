"""Persona assignments: which of the five personas a user's signals trigger, and why."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from synth_assets.model.arrow import flag_values, is_filled, strings, to_numpy
from synth_assets.model.columns import choice, count, identifier, reference, state, text
from synth_assets.model.draws import Ints
from synth_assets.model.table import Rows, Table, arrow_table
from synth_assets.worlds.personal_banking.signals.statements import Flags, Floats, window_rows
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
    state(choice("primary_persona", (NONE, *PERSONAS), "The most severe persona that the signals trigger.")),
    state(
        text("secondary_personas", "The others, in order of priority, separated by commas; empty for none.")
    ),
    state(choice("severity", SEVERITIES, "Of the primary persona.")),
    state(text("trace", "The figures that decided, in words.")),
)


class Signals(NamedTuple):
    """The figures that decide, a row of the signal tables each.

    Attributes:
        recurring_merchants, monthly_recurring_cents, recurring_share_pct: of `signals_subscriptions`.
        net_inflow_monthly_cents, growth_pct: of `signals_savings`.
        utilization_pct, interest_charged_cents, is_minimum_only, is_overdue: of `signals_credit`.
        median_pay_gap_days, cash_buffer_months: of `signals_income`, NaN where empty.
        low_balance_days, low_balance_share_pct, balance_volatility: of `signals_cash_flow`.
    """

    recurring_merchants: Ints
    monthly_recurring_cents: Ints
    recurring_share_pct: Floats
    net_inflow_monthly_cents: Ints
    growth_pct: Floats
    utilization_pct: Floats
    interest_charged_cents: Ints
    is_minimum_only: Flags
    is_overdue: Flags
    median_pay_gap_days: Floats
    cash_buffer_months: Floats
    low_balance_days: Ints
    low_balance_share_pct: Floats
    balance_volatility: Floats


def generate(
    users: Rows,
    signals_subscriptions: Rows,
    signals_savings: Rows,
    signals_credit: Rows,
    signals_income: Rows,
    signals_cash_flow: Rows,
) -> pa.Table:
    """Two rows a user, one a window."""
    signals = read_signals(
        signals_subscriptions, signals_savings, signals_credit, signals_income, signals_cash_flow
    )
    triggered = judged(signals)
    bits = np.zeros(len(signals.recurring_merchants), dtype=np.int64)
    for place, name in enumerate(PRIORITY):
        bits |= triggered[name].astype(np.int64) << place
    primary, secondary = zip(*(_named(bit) for bit in range(32)), strict=True)
    first = np.array([(NONE, *PERSONAS).index(name) for name in primary])[bits]
    severity = np.array([SEVERITIES.index(SEVERITY.get(name, NONE)) for name in primary])[bits]
    return arrow_table(
        COLUMNS,
        window_rows(users, "assignment_id")
        | {
            "primary_persona": first,
            "secondary_personas": strings([secondary[bit] for bit in bits.tolist()]),
            "severity": severity,
            "trace": strings(_traces(signals)),
        },
    )


def read_signals(
    signals_subscriptions: Rows,
    signals_savings: Rows,
    signals_credit: Rows,
    signals_income: Rows,
    signals_cash_flow: Rows,
) -> Signals:
    """The figures that decide, from the five signal tables, whose rows are in the same order."""

    def numbers(table: Rows, *columns: str) -> list[npt.NDArray]:
        return [to_numpy(table[column]) for column in columns]

    return Signals(
        *numbers(
            signals_subscriptions, "recurring_merchants", "monthly_recurring_cents", "recurring_share_pct"
        ),
        *numbers(signals_savings, "net_inflow_monthly_cents", "growth_pct"),
        *numbers(signals_credit, "utilization_pct", "interest_charged_cents"),
        *(flag_values(signals_credit[column]) for column in ("is_minimum_only", "is_overdue")),
        *(
            np.where(is_filled(signals_income[column]), to_numpy(signals_income[column]), np.nan)
            for column in ("median_pay_gap_days", "cash_buffer_months")
        ),
        *numbers(signals_cash_flow, "low_balance_days", "low_balance_share_pct", "balance_volatility"),
    )


def judged(signals: Signals) -> dict[str, Flags]:
    """Which personas are triggered, an entry a row each."""
    return {
        "high_utilization": (
            (signals.utilization_pct >= 50)
            | (signals.interest_charged_cents > 0)
            | signals.is_minimum_only
            | signals.is_overdue
        ),
        "variable_income": (signals.median_pay_gap_days > 45) & (signals.cash_buffer_months < 1),
        "subscription_heavy": (
            (signals.recurring_merchants >= 3)
            & ((signals.monthly_recurring_cents >= 5_000) | (signals.recurring_share_pct >= 10))
        ),
        "savings_builder": (
            ((signals.growth_pct >= 2) | (signals.net_inflow_monthly_cents >= 20_000))
            & (signals.utilization_pct < 30)
        ),
        "cash_flow_stressed": (signals.low_balance_share_pct >= 30) & (signals.balance_volatility > 1),
    }


def _named(bits: int) -> tuple[str, str]:
    """Primary and secondary personas of a set of bits in order of priority."""
    names = [name for place, name in enumerate(PRIORITY) if bits >> place & 1]
    return (names[0] if names else NONE), ", ".join(names[1:])


def _traces(signals: Signals) -> list[str]:
    """One line for each user and window."""
    return [
        f"utilization {used:.2f} %, interest ${interest / 100:.2f}{', minimum only' * least}"
        f"{', overdue' * late}; {_pay(gap)}, {_cash(buffer)}; recurring merchants: {merchants}, "
        f"${monthly / 100:.2f} a month; savings ${saved / 100:.2f} a month, {growth:.2f} %; "
        f"days below $100: {low}, volatility {swing:.2f}"
        for used, interest, least, late, gap, buffer, merchants, monthly, saved, growth, low, swing in zip(
            *(getattr(signals, name).tolist() for name in _TRACED), strict=True
        )
    ]


_TRACED = (
    "utilization_pct", "interest_charged_cents", "is_minimum_only", "is_overdue", "median_pay_gap_days",
    "cash_buffer_months", "recurring_merchants", "monthly_recurring_cents", "net_inflow_monthly_cents",
    "growth_pct", "low_balance_days", "balance_volatility",
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
