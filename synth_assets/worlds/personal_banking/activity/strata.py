"""A history as windows one after the other: what each takes over from the one before.

The first is planned as any window is. A later one has the same users with their habits, and begins with the
balances, debts and unpaid statements with which the one before ends. What happens in it is drawn for it
alone, so that nothing of the past depends on what comes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from synth_assets.model.calendar import Window
from synth_assets.model.draws import Draws, Ints
from synth_assets.worlds.personal_banking.activity.events import Days, EventRows

HABITS = (
    "accounts", "bank", "bills", "card", "cash", "dearer", "employer", "favourite", "first service", "health",
    "home", "income", "life of service 6", "life of service 7", "limit", "loan", "more bills", "more pay",
    "more services", "never visited", "opened", "overdrawn", "paid around", "phone and water", "providers",
    "reserve", "routine", "savings rate", "service", "shopping day", "stress", "subscriptions", "tax refund",
    "weekly service",
)  # fmt: skip
"""What is drawn once for a user, or for a month or year of the calendar; kinds and numbers follow the names.
The last two services are those that may charge once a year."""

NO_HABITS = ("routine day",)
"""What begins with the name of a habit and is none."""


class Before(NamedTuple):
    """How the window before ends without faults. Days are counted from the first one of the next window.

    Attributes:
        has_account: which accounts there are, users x accounts.
        balance_cents: of each, users x accounts; owed, on a card or loan.
        limit_cents: of cards.
        level_cents: owed on cards at the end of the first window.
        statement_cents, statement_day, due_day: of the last statement.
        unpaid_cents: what is left of it.
        waiting: purchases that are pending, as they will be posted.
    """

    has_account: Days
    balance_cents: Ints
    limit_cents: Ints
    level_cents: Ints
    statement_cents: Ints
    statement_day: Ints
    due_day: Ints
    unpaid_cents: Ints
    waiting: EventRows


class Stratum(NamedTuple):
    """A window of a history.

    Attributes:
        number: 0 for the first.
        days_before: of the history before its first day.
        window: its days.
        first: those of the first window.
        before: how the one before ends; None for the first.
    """

    number: int
    days_before: int
    window: Window
    first: Window
    before: Before | None = None

    def draws(self, draws: Draws) -> Draws:
        """The same draws, but for what happens in a later window."""
        return LaterDraws(draws.seed, draws.world, draws.table, self.number) if self.number else draws


@dataclass(frozen=True, slots=True)
class LaterDraws(Draws):
    """Draws of a later window: habits are those of the first one, all else is its own."""

    stratum: int = 0

    def of(self, table: str) -> Draws:
        """The draws of another table of the same window."""
        return LaterDraws(self.seed, self.world, table, self.stratum)

    def key(self, purpose: str) -> int:
        """A key for the purpose, in this window unless it is a habit."""
        is_habit = purpose.startswith(HABITS) and not purpose.startswith(NO_HABITS)
        return Draws.key(self, purpose if is_habit else f"{purpose} of window {self.stratum}")
