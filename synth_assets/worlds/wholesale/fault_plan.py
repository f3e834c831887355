"""Which papers lie: exact quotas of each kind, no two faults on one row.

Faults are placed kind by kind on subjects in an order that is drawn; one that would touch a row of another is
passed over. The books know nothing of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import accumulate
from typing import Any, NamedTuple

import numpy as np

from synth_assets.model.draws import Draws
from synth_assets.model.quotas import quota
from synth_assets.worlds.wholesale import year as books
from synth_assets.worlds.wholesale.anomalies import KINDS
from synth_assets.worlds.wholesale.anomalies.kind import Kind
from synth_assets.worlds.wholesale.catalogue import unit_draws
from synth_assets.worlds.wholesale.config import Config
from synth_assets.worlds.wholesale.edits import Copy, Edit, Edits, Fault
from synth_assets.worlds.wholesale.journal import CASH, balance
from synth_assets.worlds.wholesale.stock import SoldOut
from synth_assets.worlds.wholesale.year import Year

SHARED = {"bank_accounts", "intake_sessions"}
"""Tables whose rows several faults may change: sums."""


class Plan(NamedTuple):
    """The books, and what is wrong with their papers.

    Attributes:
        year: the books, with the edits of every fault.
        faults: of each kind, in the order of KINDS.
        wanted: of each kind, the rows that its rate counts and the faults that it asks for.
    """

    year: Year
    faults: list[list[Fault]]
    wanted: list[tuple[int, int]]


@lru_cache(maxsize=2)
def plan(config: Config, draws: Draws) -> Plan:
    """The books of a configuration with its faults."""
    year = books.simulate(config, draws)
    taken: set[object] = set()
    placed, wanted = [], []
    for kind in KINDS:
        name, subjects = kind.anomaly.name, kind.subjects(year)
        asked = quota(getattr(config.anomaly_rates, name), len(subjects))
        planned = quota(config.planned_rates[name], len(subjects))
        placed.append(_placed(kind, year, subjects, planned, taken)[:asked])
        wanted.append((len(subjects), asked))
    edits = Edits(edit for faults in placed for fault in faults for edit in fault.edits)
    return Plan(replace(year, edits=edits, faults=placed), placed, wanted)


def _placed(kind: Kind, year: Year, subjects: Sequence[Any], asked: int, taken: set[object]) -> list[Fault]:
    """The faults of one kind; what they touch is taken."""
    name = kind.anomaly.name
    found: list[Fault] = []
    if not asked:
        return found
    draws = year.draws.of(name)
    order = np.argsort(draws.words("order", np.arange(len(subjects))), kind="stable")
    drawn = unit_draws(draws, "fault", len(subjects))
    for place in order.tolist():
        if len(found) == asked:
            break
        for turn in range(kind.tries):
            fault = kind.fault(year, subjects[place], drawn[place][turn:] + drawn[place][:turn])
            if fault is None or (touched := _touched(name, fault)) & taken:
                continue
            taken |= touched
            found.append(fault)
            break
    return found


def _touched(kind: str, fault: Fault) -> set[object]:
    """The rows that a fault touches, and what it is about."""
    rows = {row for edit in fault.edits if edit.table not in SHARED for row in _rows(edit)}
    return rows | {("subject", fault.paper or (kind, fault.entity)), ("entity", kind, fault.entity)}


def _rows(edit: Edit) -> Iterator[object]:
    """What an edit names, and the row that it adds: two faults may find the same number free."""
    yield edit.table, tuple(sorted(edit.where.items()))
    if isinstance(edit, Copy):
        yield edit.table, (next(iter(edit.values.items())),)


def facts(config: Config, draws: Draws, _: range) -> Year:
    """The books of a scenario, with the edits of its faults."""
    return plan(config, draws).year


def expected_labels(config: Config, draws: Draws) -> dict[str, tuple[int, int]]:
    """For each kind, the rows that its rate counts and the labels that it asks for."""
    wanted = plan(config, draws).wanted
    return {kind.anomaly.name: of for kind, of in zip(KINDS, wanted, strict=True)}


def lowest_cash(year: Year) -> tuple[int, int]:
    """The day on whose evening there is least in the bank, and how many cents."""
    moved = [0] * year.window.length
    for event in year.events:
        moved[event.day] += balance([event], CASH)
    running = list(accumulate(moved))
    day = min(range(len(running)), key=running.__getitem__)
    return day, running[day]


def why_not(config: Config, draws: Draws) -> str | None:
    """Why the configuration's targets or quotas cannot be met, in one line; None where they can."""
    if config.num_whales >= config.num_clients // 2:
        return (
            f"num_whales={config.num_whales} leaves too few regular clients of num_clients="
            f"{config.num_clients}: at most {(config.num_clients - 1) // 2}"
        )
    try:
        planned = plan(config, draws.of("facts"))
    except SoldOut as error:
        return (
            f"{error}, as clients take 20 lb a week or 5 lb a month at least: raise annual_revenue "
            f"({config.annual_revenue:,}) or have fewer clients"
        )
    day, cents = lowest_cash(planned.year)
    if cents < 0:
        return (
            f"cash would fall to ${cents // 100:,} on {planned.year.window.dates[day]}: raise opening_cash "
            "(it is in the bank on the first day), or sell and buy more on consignment"
        )
    for kind, faults, (rows, asked) in zip(KINDS, planned.faults, planned.wanted, strict=True):
        if len(faults) < asked:
            return (
                f"anomaly_rates.{kind.anomaly.name} asks for {asked} of {rows} rows, and only {len(faults)} "
                "have room for it beside the other kinds: lower it"
            )
    return None
