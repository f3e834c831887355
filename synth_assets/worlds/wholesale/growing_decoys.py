"""Decoys of a history that grows: those of a year are placed when its books are whole, as its faults are.

A ratio is turned into rates by the first year's books, and rates hold for all years: so no later year changes
what an earlier one holds, and the clean twin has the same decoys. At each year's end there are as many for
each label as are asked, or the configuration is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeVar

from synth_assets.model.draws import Draws
from synth_assets.model.quotas import quota, quotas
from synth_assets.worlds.wholesale.config import LOOK_ALIKES as LOOKS_LIKE
from synth_assets.worlds.wholesale.config import Config, DecoyRates
from synth_assets.worlds.wholesale.decoy_plan import TRIES, Decoys, free, kept, with_decoys
from synth_assets.worlds.wholesale.edits import Fault
from synth_assets.worlds.wholesale.growth import first_year
from synth_assets.worlds.wholesale.look_alikes import LOOK_ALIKES, paid_by_another_method, with_payments
from synth_assets.worlds.wholesale.placing import entity, placed
from synth_assets.worlds.wholesale.year import Year

T = TypeVar("T", bound=Any)


def with_rates(config: Config, draws: Draws) -> Config:
    """The configuration of a history with rates of decoys instead of a ratio."""
    if config.decoy_ratio is None:
        return config
    rates = _rates(first_year(config), draws)
    return config.model_copy(update={"decoy_rates": rates, "decoy_ratio": None})


@lru_cache(maxsize=4)
def _rates(config: Config, draws: Draws) -> DecoyRates:
    """The rates that bring enough decoys into the first year of a history."""
    return with_decoys(config, draws).year.config.decoy_rates


class GrowingDecoys:
    """The decoys of a history, year by year.

    Attributes:
        planned: those that are planned, by name, over all years so far; once some find no room, up to then.
        kept: of each kind that keeps decoys of the books, how many are asked and how many there are.
        taken: what no further decoy or fault may touch.
    """

    def __init__(self, ratio: float | None) -> None:
        self.planned: dict[str, Decoys] = {}
        self.kept: dict[str, tuple[int, int]] = {}
        self.taken: set[object] = set()
        self._ratio = ratio
        self._needed: set[object] = set()

    def by_another_method(self, whole: Year, days: range) -> Year:
        """The whole books, with receipts of some days by their client's second method."""
        name = "paid_by_another_method"
        if not getattr(whole.config.decoy_rates, name):
            return whole
        first, subjects, number = _of_days(whole.config, name, whole.receipts, days)
        changed = paid_by_another_method(whole.draws, subjects, number, first)
        self._note(name, first + len(subjects), number, len(changed), [])
        return with_payments(whole, changed)

    def place(self, year: Year, days: range) -> None:
        """Place the decoys of some days that are edits."""
        for name, look in LOOK_ALIKES.items():
            if not getattr(year.config.decoy_rates, name):
                continue
            first, subjects, number = _of_days(year.config, name, look.subjects(year), days)
            found = placed(name, look.made, year, subjects, number, self.taken, TRIES, first)
            self._note(name, first + len(subjects), number, len(found), found)

    def keep(self, year: Year, labels: Mapping[str, int]) -> None:
        """Let no fault fall on decoys that are needed for the labels of all years so far, by kind."""
        if self._ratio is None:
            return
        unfree = self.taken - self._needed
        for kind, count in labels.items():
            number = quota(self._ratio, count)
            if not number:
                continue
            found = free(year, unfree, kind)
            if kind in LOOKS_LIKE:
                self._ask(LOOKS_LIKE[kind], number)
            elif _fits(*self.kept.get(kind, (0, 0))):
                self.kept[kind] = number, len(found)
            others = [decoy for decoy in found if entity(kind, decoy.entity) not in self._needed]
            more = max(0, number - (len(found) - len(others)))
            self._needed.update(kept(year, kind, others, more))
        self.taken |= self._needed

    def _note(self, name: str, rows: int, asked: int, found: int, edits: list[Fault]) -> None:
        """Note planned decoys of a year."""
        of = self.planned.get(name, Decoys(0, 0, 0, []))
        if _fits(of.asked, of.placed):
            asked = of.asked + asked if self._ratio is None else of.asked
            self.planned[name] = Decoys(rows, asked, of.placed + found, [*of.edits, *edits])

    def _ask(self, name: str, number: int) -> None:
        """Note how many planned decoys a ratio asks for, of all years so far."""
        of = self.planned.get(name, Decoys(0, 0, 0, []))
        if _fits(of.asked, of.placed):
            self.planned[name] = of._replace(asked=number)


def _fits(asked: int, found: int) -> bool:
    return found >= asked


def _of_days(config: Config, name: str, subjects: Sequence[T], days: range) -> tuple[int, list[T], int]:
    """Of subjects in time: how many came before some days, those of the days, and how many of these a rate
    asks for."""
    first = sum(subject.day < days.start for subject in subjects)
    of_days = [subject for subject in subjects if subject.day in days]
    before, so_far = quotas(getattr(config.decoy_rates, name), (first, first + len(of_days)))
    return first, of_days, so_far - before
