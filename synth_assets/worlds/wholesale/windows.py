"""The windows of a history: its years. Of the tables with most rows those of a year are made apart.

A row belongs to the year in which its paper came. The books of all years are simulated together, so a window
carries nothing over: it is these books and the days of a year.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from synth_assets.model.calendar import date_of
from synth_assets.model.draws import Draws
from synth_assets.model.windows import Kept, Windows
from synth_assets.worlds.wholesale import courses, curves, fault_plan
from synth_assets.worlds.wholesale.config import Config, window
from synth_assets.worlds.wholesale.growing_plan import draws_of
from synth_assets.worlds.wholesale.growth import planned, strata
from synth_assets.worlds.wholesale.tables.projection import AsOf

YEARS_OPEN = 2
"""Years in which invoices of a year may be unpaid: its own, and the next for those that fall due in it. They
are paid in the first months of the one that follows."""

TABLES = (
    "orders", "sales", "inventory_movements", "invoices", "invoice_line_items", "transactions",
    "transaction_links", "client_transactions", "bill_line_items", "payment_history", "payments",
    "bank_transactions", "ledger_entries", "note_activity", "client_activity", "audit_logs",
)  # fmt: skip
"""Those with more than ten thousand rows in ten years, each in order of time."""


UNTIL_PAID = ("orders", "invoices", "transactions", "client_transactions")
"""Those of them whose rows say how far an invoice is paid; other rows say what was."""

RECONCILED_WITHIN_DAYS = 31
"""The bank's list of a year's last month is checked some days into the next."""


class Days(NamedTuple):
    """A window: its number."""

    number: int


def count(config: Config) -> int:
    """The years that have begun."""
    return len(strata(config))


def settled(config: Config, table: str) -> int:
    """How many years lie so far back that nothing of a table's rows changes."""
    last, years = window(config).length - 1, strata(config)
    if table in UNTIL_PAID:
        return sum(last >= later.start + curves.COLLECTED_WITHIN_DAYS for later in years[YEARS_OPEN:])
    return sum(last >= later.start + RECONCILED_WITHIN_DAYS for later in years[1:])


def last_of(config: Config) -> int:
    """The year in which as_of is: no table reads rows of another."""
    return count(config) - 1


def plan(config: Config, draws: Draws, rows: range, number: int, carried: None) -> tuple[Days, None]:
    """A year, which says only which it is."""
    return Days(number), None


def facts(config: Config, days: Days) -> AsOf:
    """What the rows of a year are made of."""
    return _as_of(config, days.number, strata(config)[days.number])


def so_far(config: Config, draws: Draws, rows: range, windows: Sequence[Days]) -> AsOf:
    """What the rows of the other tables are made of."""
    return _as_of(config, courses.ALL_YEARS)


def _as_of(config: Config, year: int, days: range | None = None) -> AsOf:
    known = {name: course for (name, of), course in courses.known(config).items() if of == year}
    read = partial(fault_plan.facts, config, draws_of(config), range(0))
    return AsOf(window(config).length - 1, read, days, known)


def _first_years(config: Config) -> dict[str, int]:
    """The first year of each table that is not settled when as_of's year begins."""
    begins = config.model_copy(update={"as_of": date_of(window(config).first + strata(config)[-1].start)})
    return {name: settled(begins, name) for name in TABLES}


WINDOWS = Windows(
    tables=TABLES,
    count=count,
    settled=settled,
    read=last_of,
    carried=None,
    plan=plan,
    facts=facts,
    so_far=so_far,
    kept=Kept(
        until=lambda config: planned(config).day,
        is_known=courses.is_known,
        content=lambda config: courses.content(config, _first_years(config)),
        recall=lambda config, content: courses.recall(config, _first_years(config), content),
    ),
)
