"""Which papers only look at fault, planned before any fault: as rates say, or so many for each label.

A ratio is turned into rates first: the clean twin has these and so the same decoys. Where the books hold
enough decoys of a kind by themselves nothing is planned; they are kept, and no fault falls on them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from math import ceil
from typing import NamedTuple

import numpy as np

from synth_assets.model.draws import Draws
from synth_assets.model.quotas import quota
from synth_assets.worlds.wholesale.anomalies import KINDS
from synth_assets.worlds.wholesale.anomalies.kind import Kind
from synth_assets.worlds.wholesale.config import LOOK_ALIKES as LOOKS_LIKE
from synth_assets.worlds.wholesale.config import Config, DecoyRates
from synth_assets.worlds.wholesale.edits import Fault
from synth_assets.worlds.wholesale.look_alikes import LOOK_ALIKES, paid_by_another_method, with_payments
from synth_assets.worlds.wholesale.natural_decoys import NATURAL, Decoy
from synth_assets.worlds.wholesale.placing import entity, placed
from synth_assets.worlds.wholesale.simulation import simulate
from synth_assets.worlds.wholesale.year import Year

TRIES = 4
"""How many times a decoy is tried on a row, see `Kind.tries`."""

ROUNDS = 8
"""How often rates are raised until there are enough decoys: more of one kind may leave fewer of another."""


ONE_IN = 4
"""Of so many changes of a telephone number about one is just before a payment of a client without another."""


class More(NamedTuple):
    """A rate that brings more decoys into the books, before anything is written of them.

    Attributes:
        name: of the rate.
        rows: what it is a share of.
        is_exact: whether there are as many more as are asked; if not, a few more are asked.
    """

    name: str
    rows: Callable[[Year], int]
    is_exact: bool = False


RETURNS = More("whole_invoice_credited", lambda year: len(year.orders), True)
COUNTS = More("write_off_with_reason", lambda year: len(year.batches))
MORE = {
    "refund_above_invoice": RETURNS,
    "invoice_without_posting": RETURNS,
    "phantom_intake": COUNTS,
    "adjustment_without_reason": COUNTS,
    "sample_unaccounted": More("sample_never_sent", lambda year: len(year.samples)),
    "client_changed_before_payment": More(
        "changed_by_its_seller", lambda year: len(year.clients) * len(year.month_starts) // ONE_IN
    ),
}
"""By kind of fault, what brings more decoys that look like it."""

FALL_ON_DECOYS = {"adjustment_without_reason", "client_changed_before_payment"}
"""Kinds whose faults are decoys that lie: there are as many fewer of these."""


class Decoys(NamedTuple):
    """Planned decoys of one name.

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


class Books(NamedTuple):
    """The books with their decoys.

    Attributes:
        year: the books, with the decoys that change them; its configuration has the rates.
        planned: decoys that are planned, by name; none where none is asked.
        kept: of each kind that keeps decoys of the books, how many are asked and how many there are.
        taken: what faults leave alone.
    """

    year: Year
    planned: dict[str, Decoys]
    kept: dict[str, tuple[int, int]]
    taken: set[object]


def with_decoys(config: Config, draws: Draws) -> Books:
    """The books of a configuration with the decoys that it asks for."""
    rates: dict[str, float] = {}
    simulated: dict[Config, Year] = {}
    for _ in range(ROUNDS):
        made = _as_rates_say(_with_rates(config, rates), draws, simulated)
        if config.decoy_ratio is None:
            return made
        asked = _asked(config, made.year)
        raised = _raised(made, config.decoy_ratio, asked, rates)
        if raised == rates:
            break
        rates = raised
    for kind, (number, _) in asked.items():
        found = free(made.year, made.taken, kind)
        if kind not in LOOKS_LIKE:
            made.kept[kind] = number, len(found)
        made.taken.update(kept(made.year, kind, found, number))
    return made


def _with_rates(config: Config, rates: Mapping[str, float]) -> Config:
    """The same with rates of decoys instead of a ratio."""
    if config.decoy_ratio is None:
        return config
    return config.model_copy(update={"decoy_rates": DecoyRates(**rates), "decoy_ratio": None})


def _as_rates_say(config: Config, draws: Draws, simulated: dict[Config, Year]) -> Books:
    """The books with decoys as rates say; those that were made before are taken from `simulated`."""
    rates = dict(config.decoy_rates)
    of_books = _with_rates_of_books(config)
    if of_books not in simulated:
        simulated[of_books] = simulate(of_books, draws)
    year, planned, taken = replace(simulated[of_books], config=config), {}, set[object]()
    for name in LOOKS_LIKE.values():
        if not rates[name]:
            continue
        look = LOOK_ALIKES.get(name)
        subjects = look.subjects(year) if look else year.receipts
        number = quota(rates[name], len(subjects))
        if look:
            found = placed(name, look.made, year, subjects, number, taken, TRIES)
            planned[name] = Decoys(len(subjects), number, len(found), found)
        else:
            changed = paid_by_another_method(draws, subjects, number)
            year = with_payments(year, changed)
            planned[name] = Decoys(len(subjects), number, len(changed), [])
    return Books(year, planned, {}, taken)


def _with_rates_of_books(config: Config) -> Config:
    """The same without the rates of decoys that leave the books alone."""
    rates = config.decoy_rates.model_copy(update=dict.fromkeys(LOOKS_LIKE.values(), 0.0))
    return config.model_copy(update={"decoy_rates": rates})


def _asked(config: Config, year: Year) -> dict[str, tuple[int, int]]:
    """Decoys that are asked of each kind that has labels, and its labels."""
    asked, ratio = {}, config.decoy_ratio or 0.0
    for kind, rate, rows in _rows_of_kinds(config, year):
        name, labels = kind.anomaly.name, quota(rate, rows)
        number = enough_a_year(name, ratio, rate * rows) if config.grows else quota(ratio, labels)
        if number:
            asked[name] = number, labels
    return asked


def enough_a_year(kind: str, ratio: float, labels: float) -> int:
    """Decoys of a history's first year that are enough for later ones, too, whose rates are the same: labels
    are rounded, years differ, and what just happens is more or less [D].

    Of 2 labels a year and a ratio of 4, 11 decoys that are planned, or 17 that happen.
    """
    number = ratio * (labels + 0.5)
    return ceil(1.1 * number if kind in LOOKS_LIKE else number + 2 * number**0.5)


def _rows_of_kinds(config: Config, year: Year) -> Iterator[tuple[Kind, float, int]]:
    for kind in KINDS:
        rate = getattr(config.anomaly_rates, kind.anomaly.name)
        if rate:
            yield kind, rate, len(kind.subjects(year))


def _raised(
    made: Books, ratio: float, asked: Mapping[str, tuple[int, int]], rates: Mapping[str, float]
) -> dict[str, float]:
    """The rates that bring what is asked: the same where they do already."""
    raised, year = dict(rates), made.year
    for kind, (number, labels) in asked.items():
        more = MORE.get(kind)
        if kind in LOOKS_LIKE:
            name = LOOKS_LIKE[kind]
            look = LOOK_ALIKES.get(name)
            rows = len(look.subjects(year) if look else year.receipts)
            raised[name] = min(1.0, number / max(rows, 1))
        elif more:
            short = number + labels * (kind in FALL_ON_DECOYS) - len(free(year, made.taken, kind))
            if short > 0:
                if not more.is_exact:  # of fewer rows that may be at fault fewer are, and fewer are asked
                    short = 1 + int(short / (1 + ratio * getattr(year.config.anomaly_rates, kind)))
                rate = rates.get(more.name, 0.0) + short / max(more.rows(year), 1)
                raised[more.name] = min(1.0, max(rate, raised.get(more.name, 0.0)))
    return raised


def free(year: Year, taken: set[object], kind: str) -> list[Decoy]:
    """The decoys of a kind that the books hold, but for those that a planned decoy or a fault changes."""
    every = (decoy for found in NATURAL.get(kind, ()) for decoy in found(year))
    return [d for d in every if taken.isdisjoint(d.rows) and entity(kind, d.entity) not in taken]


def kept(year: Year, kind: str, found: list[Decoy], number: int) -> Iterator[object]:
    """What some decoys of the books need to stay decoys, drawn from all of their kind."""
    order = np.argsort(year.draws.of(f"kept {kind}").words("order", np.arange(len(found))), kind="stable")
    for place in order[:number].tolist():
        yield entity(kind, found[place].entity)
        yield from found[place].rows


def misfit(config: Config, made: Books) -> str | None:
    """Why the decoys that are asked cannot be, in one line; None where they can."""
    for name, of in made.planned.items():
        if of.placed < of.asked:
            kind = next(kind for kind, decoy in LOOKS_LIKE.items() if decoy == name)
            key, remedy = f"decoy_rates.{name}", "lower it"
            if config.decoy_ratio is not None:
                key, remedy = f"decoy_ratio {config.decoy_ratio:g}", f"lower it or anomaly_rates.{kind}"
            return (
                f"{key} asks for {of.asked:,} decoys {name} of {kind}, and of {of.rows:,} rows only "
                f"{of.placed:,} have room for one: {remedy}"
            )
    for kind, (asked, found) in made.kept.items():
        if found < asked:
            return (
                f"decoy_ratio {config.decoy_ratio:g} asks for {asked:,} decoys of {kind}, and the books can "
                f"have only {found:,}: lower it or anomaly_rates.{kind}"
            )
    return None
