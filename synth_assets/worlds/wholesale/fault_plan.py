"""Which papers lie, and which only look so: exact quotas of each kind, no two faults on one row.

Decoys are placed before faults, kind by kind on subjects in an order that is drawn; what would touch a row of
another is passed over. The books know nothing of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from itertools import accumulate
from typing import Any, NamedTuple

import numpy as np

from synth_assets.model.draws import Draws
from synth_assets.model.quotas import quota
from synth_assets.worlds.wholesale import year as books
from synth_assets.worlds.wholesale.anomalies import KINDS
from synth_assets.worlds.wholesale.anomalies.kind import Kind
from synth_assets.worlds.wholesale.catalogue import unit_draws
from synth_assets.worlds.wholesale.config import LOOK_ALIKES as LOOKS_LIKE
from synth_assets.worlds.wholesale.config import Config
from synth_assets.worlds.wholesale.edits import Copy, Edit, Edits, Fault
from synth_assets.worlds.wholesale.growth import history_why_not
from synth_assets.worlds.wholesale.growth import planned as whole_years
from synth_assets.worlds.wholesale.journal import CASH, balance
from synth_assets.worlds.wholesale.look_alikes import LOOK_ALIKES, paid_by_another_method
from synth_assets.worlds.wholesale.stock import SoldOut
from synth_assets.worlds.wholesale.year import Year

PAID_AT_ONCE = "paid_on_the_day_of_the_bill"
"""The decoy that brings payments forward."""

DECOY_TRIES = 4
"""How many times a decoy is tried on a row, see `Kind.tries`."""

SHARED = {"bank_accounts", "intake_sessions"}
"""Tables whose rows several faults may change: sums."""


class Plan(NamedTuple):
    """The books, and what is wrong with their papers.

    Attributes:
        year: the books, with the edits of every fault.
        faults: of each kind, in the order of KINDS.
        wanted: of each kind, the rows that its rate counts and the faults that it asks for; None where the
            rate is 0, as rows take time to count.
        decoys: that are planned, by name; none where none is asked.
    """

    year: Year
    faults: list[list[Fault]]
    wanted: list[tuple[int, int] | None]
    decoys: dict[str, Decoys]


class Decoys(NamedTuple):
    """Planned decoys of one kind.

    Attributes:
        rows: that may be one.
        asked: how many are asked.
        placed: how many found room.
        edits: those of them that are edits.
    """

    rows: int
    asked: int
    placed: int
    edits: list[Fault]


@lru_cache(maxsize=2)
def plan(config: Config, draws: Draws) -> Plan:
    """The books of a configuration with its faults."""
    if config.grows:
        from synth_assets.worlds.wholesale import growing_plan  # which places faults as this module does

        return growing_plan.plan(config, draws)
    taken: set[object] = set()
    year, decoys = _with_decoys(books.simulate(config, draws), taken)
    placed: list[list[Fault]] = []
    wanted: list[tuple[int, int] | None] = []
    rates = config.planned_rates
    for kind in KINDS:
        name = kind.anomaly.name
        if not rates[name]:
            placed.append([])
            wanted.append(None)
            continue
        subjects = kind.subjects(year)
        asked = quota(getattr(config.anomaly_rates, name), len(subjects))
        planned = quota(rates[name], len(subjects))
        made = partial(placed_on, name, kind.fault, year, subjects, taken=taken, tries=kind.tries)
        placed.append(made(planned)[:asked])
        wanted.append((len(subjects), asked))
    changed = [*(of.edits for of in decoys.values()), *placed]
    edits = Edits((edit for faults in changed for fault in faults for edit in fault.edits), year)
    return Plan(replace(year, edits=edits, faults=placed), placed, wanted, decoys)


def _with_decoys(year: Year, taken: set[object]) -> tuple[Year, dict[str, Decoys]]:
    """The books with the planned decoys that change them, and all that are planned; what these touch is
    taken."""
    decoys: dict[str, Decoys] = {}
    for kind in KINDS:
        name = LOOKS_LIKE.get(kind.anomaly.name, "")
        if not name or not _are_decoys_asked(year.config, kind.anomaly.name, name):
            continue
        look = LOOK_ALIKES.get(name)
        subjects = look.subjects(year) if look else year.receipts
        asked = _decoys_asked(year, kind, name, len(subjects))
        if look:
            found = placed_on(name, look.made, year, subjects, asked, taken, DECOY_TRIES)
            decoys[name] = Decoys(len(subjects), asked, len(found), found)
        else:
            year, count = paid_by_another_method(year, asked)
            decoys[name] = Decoys(len(subjects), asked, count, [])
    return year, decoys


def _are_decoys_asked(config: Config, kind: str, name: str) -> bool:
    if config.decoy_ratio is None:
        return getattr(config.decoy_rates, name) > 0
    return config.decoy_ratio * getattr(config.anomaly_rates, kind) > 0


def _decoys_asked(year: Year, kind: Kind, name: str, rows: int) -> int:
    """How many decoys are planned: so many for each label, or a share of the rows that may be one."""
    config = year.config
    if config.decoy_ratio is None:
        return quota(getattr(config.decoy_rates, name), rows)
    return quota(
        config.decoy_ratio, quota(getattr(config.anomaly_rates, kind.anomaly.name), len(kind.subjects(year)))
    )


def planned_decoy_rates(config: Config) -> dict[str, float]:
    """The share of the rows of each kind that are planned decoys, by the decoy's name."""
    planned = plan(config, Draws(config.seed, "wholesale", "facts"))
    return {name: of.asked / of.rows for name, of in planned.decoys.items()}


def placed_on(
    name: str,
    made: Callable[[Year, Any, list[float]], Fault | None],
    year: Year,
    subjects: Sequence[Any],
    asked: int,
    taken: set[object],
    tries: int = 1,
    first: int = 0,
) -> list[Fault]:
    """The faults or decoys of one kind; what they touch is taken. `first` is the first subject's number."""
    found: list[Fault] = []
    if not asked:
        return found
    draws = year.draws.of(name)
    order = np.argsort(draws.words("order", first + np.arange(len(subjects))), kind="stable")
    drawn = unit_draws(draws, "fault", first + len(subjects))[first:]
    for place in order.tolist():
        if len(found) == asked:
            break
        for turn in range(tries):
            fault = made(year, subjects[place], drawn[place][turn:] + drawn[place][:turn])
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
    if config.grows:
        from synth_assets.worlds.wholesale import growing_plan  # which places faults as this module does

        return growing_plan.expected_labels(config, draws)
    planned = plan(config, draws)
    return {
        kind.anomaly.name: of or (len(kind.subjects(planned.year)), 0)
        for kind, of in zip(KINDS, planned.wanted, strict=True)
    }


def lowest_cash(planned: Plan) -> tuple[int, int]:
    """The day on whose evening there is least in the bank, and how many cents, with bills that are decoys
    paid on their day."""
    year, early = planned.year, planned.decoys.get(PAID_AT_ONCE)
    moved = [0] * year.window.length
    for event in year.events:
        moved[event.day] += balance([event], CASH)
    ids = {fault.entity for fault in early.edits} if early else set()
    for payment in year.payments:
        if payment.id in ids and payment.bill:
            moved[payment.bill.day] -= payment.cents
            moved[payment.day] += payment.cents
    running = list(accumulate(moved))
    day = min(range(len(running)), key=running.__getitem__)
    return day, running[day]


def why_not(config: Config, draws: Draws) -> str | None:
    """Why the configuration's targets or quotas cannot be met, in one line; None where they can."""
    if config.grows and (why := history_why_not(config)):
        return why
    if config.num_whales >= config.num_clients // 2:
        return (
            f"num_whales={config.num_whales} leaves too few regular clients of num_clients="
            f"{config.num_clients}: at most {(config.num_clients - 1) // 2}"
        )
    try:
        planned = plan(whole_years(config), draws.of("facts"))
    except SoldOut as error:
        return (
            f"{error}, as clients take 20 lb a week or 5 lb a month at least: raise annual_revenue "
            f"({config.annual_revenue:,}) or have fewer clients"
        )
    for name, of in planned.decoys.items():
        if of.placed < of.asked:
            return _decoys_misfit(config, name, of)
    day, cents = lowest_cash(planned)
    if cents < 0 and PAID_AT_ONCE in planned.decoys:
        return (
            f"with {planned.decoys[PAID_AT_ONCE].asked} decoys {PAID_AT_ONCE} of payment_before_bill cash "
            f"would fall to ${cents // 100:,} on {planned.year.window.dates[day]}: raise opening_cash, or "
            "lower decoy_ratio, decoy_rates or anomaly_rates.payment_before_bill"
        )
    if cents < 0:
        return (
            f"cash would fall to ${cents // 100:,} on {planned.year.window.dates[day]}: raise opening_cash "
            "(it is in the bank on the first day), or sell and buy more on consignment"
        )
    for kind, faults, wanted in zip(KINDS, planned.faults, planned.wanted, strict=True):
        rows, asked = wanted or (0, 0)
        if len(faults) < asked:
            return (
                f"anomaly_rates.{kind.anomaly.name} asks for {asked} of {rows} rows, and only {len(faults)} "
                "have room for it beside the other kinds: lower it"
            )
    return None


def _decoys_misfit(config: Config, name: str, decoys: Decoys) -> str:
    """Why the decoys of one kind that are asked cannot be, in one line."""
    kind = next(kind for kind, decoy in LOOKS_LIKE.items() if decoy == name)
    key, remedy = f"decoy_rates.{name}", "lower it"
    if config.decoy_ratio is not None:
        key, remedy = f"decoy_ratio {config.decoy_ratio:g}", f"lower it or anomaly_rates.{kind}"
    return (
        f"{key} asks for {decoys.asked:,} decoys {name} of {kind}, and of {decoys.rows:,} rows only "
        f"{decoys.placed:,} have room for one: {remedy}"
    )
