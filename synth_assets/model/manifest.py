"""What every world's manifest has: its columns, and how labels of several kinds become its rows."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from synth_assets.model.anomaly import Anomaly
from synth_assets.model.arrow import indices
from synth_assets.model.calendar import epoch_day
from synth_assets.model.columns import Column, choice, decimal, identifier, moment, money, rate, text
from synth_assets.model.columns import day as day_column
from synth_assets.model.draws import Ints
from synth_assets.model.fault_plan import Codes
from synth_assets.model.table import arrow_table, seconds

DIFFICULTIES = ("trivial", "easy", "medium", "hard", "very_hard")
"""Grades, by what the best of a panel of detectors finds of them: 99, 90, 70, 40 and 15 %, each within ten.

Which property of a fault gives its grade is said by its kind; what a grade means is measured, see
`evaluate/difficulty.py`.
"""

TRIVIAL, EASY, MEDIUM, HARD, VERY_HARD = range(5)

FOUND_OF_GRADE = (0.99, 0.90, 0.70, 0.40, 0.15)
"""Share of each grade's labels that the best detector of the panel finds."""


VISIBLE_ON = day_column("visible_on", "First day on which the tables show the fault.")
"""A column of the manifest in a history that grows."""


INJECTED_AT = moment("injected_at", "as_of at 12:00.")


def growing_columns(columns: Sequence[Column]) -> tuple[Column, ...]:
    """A manifest's columns in a history that grows: a label says when it shows, whatever as_of is."""
    noon = replace(INJECTED_AT, description="visible_on at 12:00.", in_history=True)
    return (*(noon if column.name == noon.name else column for column in columns), VISIBLE_ON)


class Labels(NamedTuple):
    """What labels of one kind say, one entry each.

    Attributes:
        entity, related: ids of the row at fault and of the one that it disagrees with.
        expected, actual: in hundredths of a dollar or of a percent.
        at_risk_cents: revenue that the fault leaks or overstates.
        difficulty: TRIVIAL to VERY_HARD.
    """

    entity: pa.Array
    related: pa.Array
    expected: Ints
    actual: Ints
    at_risk_cents: Ints
    difficulty: Ints


def manifest_columns(
    anomalies: Sequence[Anomaly], number: str, entity: str, related: str, value: str, drift: str
) -> tuple[Column, ...]:
    """The columns of a manifest.

    Args:
        anomalies: the world's kinds.
        number: whose number a label has.
        entity, related: which row the two ids name, by kind.
        value: what an expected and an actual value are.
        drift: the kinds for which drift_pct means something.
    """
    return (
        identifier("anomaly_id", "ANO-", f"Label; has the number {number}."),
        choice("type", tuple(anomaly.name for anomaly in anomalies), "Kind of fault."),
        choice("affected_entity", entities(anomalies), "What kind of row is at fault."),
        text("entity_id", entity),
        text("related_entity_id", related),
        decimal("expected_value", f"What is expected there: {value}."),
        decimal("actual_value", "What is there, in the same unit."),
        rate("drift_pct", f"(actual - expected) / expected x 100, for {drift}.", nullable=True),
        INJECTED_AT,
        choice(
            "difficulty",
            DIFFICULTIES,
            "How far the fault stands out among sound rows, where no rule is known.",
        ),
        money("amount_at_risk_cents", "Revenue that the fault leaks or overstates.", minimum=1),
        choice(
            "faulty_column",
            faulty_columns(anomalies),
            "Where it is wrong, as table.column of the stored tables: the value is, or, where the column is "
            "the table's key, a row is missing or too many.",
        ),
    )


def entities(anomalies: Sequence[Anomaly]) -> tuple[str, ...]:
    """The kinds of rows that labels point at, each once."""
    return tuple(dict.fromkeys(anomaly.entity for anomaly in anomalies))


def faulty_columns(anomalies: Sequence[Anomaly]) -> tuple[str, ...]:
    """The columns in which labels may find something wrong, each once."""
    return tuple(
        dict.fromkeys(name for anomaly in anomalies for name in (anomaly.column, *anomaly.other_columns))
    )


def manifest_rows(
    columns: Sequence[Column],
    anomalies: Sequence[Anomaly],
    shown_on: dt.date | Ints,
    number: Ints,
    fault: Codes,
    labels: Callable[[int, npt.NDArray[np.intp]], Labels],
    drifting: int,
    **more: Any,
) -> pa.Table:
    """A manifest's rows, in the order of `number`.

    Args:
        columns: those of `manifest_columns`, and the world's own.
        anomalies: the world's kinds; code i + 1 is the i-th.
        shown_on: the scenario's day; in a history that grows, the epoch day on which each fault shows.
        number: each label's number, ascending.
        fault: each label's code.
        labels: gives the labels of a code at the given places of `fault`.
        drifting: the code for which drift_pct means something.
        more: values of the world's own columns, or of `faulty_column` where a kind has several.
    """
    places = [np.flatnonzero(fault == code) for code in range(1, len(anomalies) + 1)]
    parts = [labels(code, at) for code, at in enumerate(places, start=1)]
    order = np.empty(len(fault), dtype=np.intp)
    order[np.concatenate(places)] = np.arange(len(fault))
    entity, related = (
        pa.chunked_array([part[i] for part in parts]).combine_chunks().take(indices(order)) for i in (0, 1)
    )
    expected, actual, at_risk, difficulty = (
        np.concatenate([part[i] for part in parts])[order] for i in (2, 3, 4, 5)
    )
    kinds = entities(anomalies)
    entity_codes = np.array([kinds.index(anomaly.entity) for anomaly in anomalies])
    at_fault = faulty_columns(anomalies)
    columns_at_fault = np.array([at_fault.index(anomaly.column) for anomaly in anomalies])
    day = epoch_day(shown_on) if isinstance(shown_on, dt.date) else shown_on
    if not isinstance(shown_on, dt.date):
        columns, more = [*columns, VISIBLE_ON], more | {VISIBLE_ON.name: shown_on}
    values = {
        "anomaly_id": number,
        "type": fault - 1,
        "affected_entity": entity_codes[fault - 1],
        "entity_id": entity,
        "related_entity_id": related,
        "expected_value": expected / 100,
        "actual_value": actual / 100,
        "drift_pct": np.ma.masked_array(_percent(expected, actual), mask=fault != drifting),
        "injected_at": np.broadcast_to(seconds(day, 12 * 3_600), len(fault)),
        "difficulty": difficulty,
        "faulty_column": columns_at_fault[fault - 1],
        "amount_at_risk_cents": at_risk,
    }
    return arrow_table(columns, values | more)


def grade(value: int, bounds: tuple[int, int, int, int]) -> int:
    """The same of one value as `graded` of many."""
    return bisect_right(bounds, value)


def graded(value: Ints, bounds: tuple[int, int, int, int]) -> Ints:
    """TRIVIAL below the first of four ascending bounds, and a grade harder from each bound on."""
    return np.searchsorted(np.array(bounds), value, side="right")


def _percent(expected: Ints, actual: Ints) -> npt.NDArray[np.float64]:
    """(actual - expected) / expected x 100 with two decimals, halves away from zero."""
    whole = np.maximum(expected, 1)
    hundredths = (np.abs(actual - expected) * 20_000 + whole) // (2 * whole)
    return np.sign(actual - expected) * hundredths / 100
