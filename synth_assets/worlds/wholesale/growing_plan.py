"""Which papers lie in a history that grows: exact quotas over its years, and from which day each fault shows.

The faults of a year are placed when its books are whole, as if no other year followed, among the rows of that
year. At a prevalence those of the highest one are placed, and the first of each year are kept. as_of only
says how much of it has happened: an edit touches the rows that are there, and a fault that adds rows or
changes what was sound waits for its day.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache, partial
from typing import NamedTuple

from synth_assets.model.draws import Draws
from synth_assets.model.quotas import dealt_before, quota, quotas
from synth_assets.worlds.wholesale.anomalies import KINDS
from synth_assets.worlds.wholesale.anomalies.kind import Kind
from synth_assets.worlds.wholesale.config import Config, window
from synth_assets.worlds.wholesale.decoy_plan import Books
from synth_assets.worlds.wholesale.edits import Edits, Fault
from synth_assets.worlds.wholesale.fault_plan import Plan
from synth_assets.worlds.wholesale.growing_decoys import GrowingDecoys, with_rates
from synth_assets.worlds.wholesale.growth import planned, strata
from synth_assets.worlds.wholesale.placing import placed
from synth_assets.worlds.wholesale.simulation import simulate, through
from synth_assets.worlds.wholesale.year import Year


class OfKind(NamedTuple):
    """The faults of one kind.

    Attributes:
        rows: that its rate counts, through the end of each stratum.
        asked: how many of them are to be at fault.
        faults: in the order in which they were placed; those that no longer fit are missing.
    """

    rows: list[int]
    asked: list[int]
    faults: list[Fault]


class Chosen(NamedTuple):
    """What is chosen of whole books.

    Attributes:
        whole: the books, with the decoys that change them.
        decoys: those of all years.
        kinds: the faults of each kind, in the order of KINDS.
    """

    whole: Year
    decoys: GrowingDecoys
    kinds: list[OfKind]


def plan(config: Config, draws: Draws) -> Plan:
    """The books of a history up to as_of, with the faults that show by then."""
    last = window(config).length - 1
    whole, decoys, kinds = chosen(planned(config), draws)
    year = through(whole, last)
    changed = [*(of.edits for of in decoys.planned.values()), *(of.faults for of in kinds)]
    edits = Edits((edit for faults in changed for fault in faults for edit in fault.edits), year)
    shown = [[fault for fault in of.faults if fault.shown_on <= last] for of in kinds]
    rates = dict(config.anomaly_rates)
    wanted = [
        (of.rows[-1], of.asked[-1]) if rates[kind.anomaly.name] else None
        for kind, of in zip(KINDS, kinds, strict=True)
    ]
    books = Books(year, decoys.planned, decoys.kept, decoys.taken)
    return Plan(replace(year, edits=edits, faults=shown, later=whole), shown, wanted, books)


def draws_of(config: Config) -> Draws:
    """The draws from which a history's books are planned."""
    return Draws(config.seed, "wholesale", "facts")


@lru_cache(maxsize=2)
def chosen(config: Config, draws: Draws) -> Chosen:
    """The decoys and faults of a configuration whose strata are whole, chosen stratum by stratum."""
    whole, decoys = simulate(with_rates(config, draws), draws), GrowingDecoys(config.decoy_ratio)
    kinds = [OfKind([0], [0], []) for _ in KINDS]
    for days in strata(config):
        whole = decoys.by_another_method(whole, days)
        year = through(whole, days.stop - 1)
        subjects = [_subjects(kind, of, year, days) for kind, of in zip(KINDS, kinds, strict=True)]
        decoys.place(year, days)
        decoys.keep(year, {kind.anomaly.name: of.asked[-1] for kind, of in zip(KINDS, kinds, strict=True)})
        for kind, of, rows in zip(KINDS, kinds, subjects, strict=True):
            _place(kind, of, year, rows, decoys.taken)
    return Chosen(whole, decoys, [of._replace(rows=of.rows[1:], asked=of.asked[1:]) for of in kinds])


def _subjects(kind: Kind, of: OfKind, year: Year, days: range) -> list[object]:
    """The rows of some days on which a kind may fall; counted, with how many of them are to be at fault."""
    rate = year.config.highest_rates[kind.anomaly.name]
    subjects = [subject for subject in kind.subjects(year) if kind.on(year, subject) in days] if rate else []
    of.rows.append(of.rows[-1] + len(subjects))
    of.asked.extend(dealt_before([quota(rate, of.rows[-1])], year.config.dealt_share))
    return subjects


def _place(kind: Kind, of: OfKind, year: Year, subjects: list[object], taken: set[object]) -> None:
    """Place the faults of one kind and stratum."""
    name, (before, rows) = kind.anomaly.name, of.rows[-2:]
    planned_before, planned_now = quotas(year.config.highest_rates[name], (before, rows))
    made, number = partial(_shown, kind), planned_now - planned_before
    found = placed(name, made, year, subjects, number, taken, kind.tries, first=before)
    of.faults.extend(found[: of.asked[-1] - of.asked[-2]])


def _shown(kind: Kind, year: Year, subject: object, drawn: list[float]) -> Fault | None:
    """A fault with the day on which it shows: its own, or that of its subject."""
    fault = kind.fault(year, subject, drawn)
    return fault and (fault if fault.shown_on >= 0 else fault._replace(shown_on=kind.on(year, subject)))


def expected_labels(config: Config, draws: Draws) -> dict[str, tuple[int, int]]:
    """For each kind, the rows that its rate counts and the labels by as_of.

    All rows of the years that are over count; of the year that goes on as many as its labels stand for.
    """
    last, ends = window(config).length - 1, [days.stop - 1 for days in strata(config)]
    over = sum(end <= last for end in ends)
    found: dict[str, tuple[int, int]] = {}
    for kind, of in zip(KINDS, chosen(planned(config), draws).kinds, strict=True):
        rate = getattr(config.anomaly_rates, kind.anomaly.name)
        rows, asked = (of.rows[over - 1], of.asked[over - 1]) if over else (0, 0)
        labels = sum(fault.shown_on <= last for fault in of.faults)
        since = labels - asked
        found[kind.anomaly.name] = (rows + (quota(1 / rate, since) if since else 0), labels)
    return found
