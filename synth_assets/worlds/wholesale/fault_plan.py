"""Which papers lie, and which only look so: exact quotas of each kind, no two faults on one row.

Decoys are placed before faults, kind by kind on subjects in an order that is drawn; what would touch a row of
another is passed over. The books know nothing of it.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache, partial
from itertools import accumulate
from typing import NamedTuple

from synth_assets.model.draws import Draws
from synth_assets.model.quotas import quota
from synth_assets.worlds.wholesale.anomalies import KINDS
from synth_assets.worlds.wholesale.config import Config, DecoyRates
from synth_assets.worlds.wholesale.decoy_plan import Books, misfit, with_decoys
from synth_assets.worlds.wholesale.edits import Edits, Fault
from synth_assets.worlds.wholesale.growth import history_why_not
from synth_assets.worlds.wholesale.growth import planned as whole_years
from synth_assets.worlds.wholesale.journal import CASH, balance
from synth_assets.worlds.wholesale.placing import placed as made_of
from synth_assets.worlds.wholesale.stock import SoldOut
from synth_assets.worlds.wholesale.year import Year

PAID_AT_ONCE = "paid_on_the_day_of_the_bill"
"""The decoy that brings payments forward."""


class Plan(NamedTuple):
    """The books, and what is wrong with their papers.

    Attributes:
        year: the books, with the edits of every fault.
        faults: of each kind, in the order of KINDS.
        wanted: of each kind, the rows that its rate counts and the faults that it asks for; None where the
            rate is 0, as rows take time to count.
        books: with their decoys.
    """

    year: Year
    faults: list[list[Fault]]
    wanted: list[tuple[int, int] | None]
    books: Books


@lru_cache(maxsize=2)
def plan(config: Config, draws: Draws) -> Plan:
    """The books of a configuration with its faults."""
    if config.grows:
        from synth_assets.worlds.wholesale import growing_plan  # which gives a plan as this module has it

        return growing_plan.plan(config, draws)
    books = with_decoys(config, draws)
    year, taken = books.year, books.taken
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
        made = partial(made_of, name, kind.fault, year, subjects, taken=taken, tries=kind.tries)
        placed.append(made(planned)[:asked])
        wanted.append((len(subjects), asked))
    changed = [*(of.edits for of in books.planned.values()), *placed]
    edits = Edits((edit for faults in changed for fault in faults for edit in fault.edits), year)
    return Plan(replace(year, edits=edits, faults=placed), placed, wanted, books)


def planned_decoy_rates(config: Config) -> DecoyRates:
    """The shares of rows that are planned decoys, whatever key asks for them."""
    draws = Draws(config.seed, "wholesale", "facts")
    if config.grows:
        from synth_assets.worlds.wholesale.growing_decoys import with_rates

        return with_rates(config, draws).decoy_rates
    return plan(config, draws).year.config.decoy_rates


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
    year, early = planned.year, planned.books.planned.get(PAID_AT_ONCE)
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
    if said := misfit(config, planned.books):
        return said
    day, cents = lowest_cash(planned)
    fall = f"cash would fall to -${-(cents // 100):,} on {planned.year.window.dates[day]}: raise opening_cash"
    if cents < 0 and PAID_AT_ONCE in planned.books.planned:
        asked = planned.books.planned[PAID_AT_ONCE].asked
        return (
            f"with {asked} decoys {PAID_AT_ONCE} of payment_before_bill {fall}, or lower decoy_ratio, "
            "decoy_rates or anomaly_rates.payment_before_bill"
        )
    if cents < 0:
        return f"{fall} (it is in the bank on the first day), or sell and buy more on consignment"
    for kind, faults, wanted in zip(KINDS, planned.faults, planned.wanted, strict=True):
        rows, asked = wanted or (0, 0)
        if len(faults) < asked:
            has_ratio = config.decoy_ratio is not None
            return (
                f"anomaly_rates.{kind.anomaly.name} asks for {asked} of {rows} rows, and only {len(faults)} "
                f"have room for it beside the other kinds{' and decoys' * has_ratio}: lower it"
                f"{' or decoy_ratio' * has_ratio}"
            )
    return None
