"""What faults of papers share: numbers that are free, and a second payment of a bill."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import attrgetter
from typing import Any, NamedTuple, TypeVar

from synth_assets.model.calendar import SECONDS_PER_DAY
from synth_assets.worlds.wholesale.edits import Copy, Edit, Less, Only, Plus, Stated
from synth_assets.worlds.wholesale.journal import Event
from synth_assets.worlds.wholesale.payment import Payment
from synth_assets.worlds.wholesale.tables.cash import moves, reconciled_at, reconciled_on
from synth_assets.worlds.wholesale.tables.ledger import LEGS_A_POSTING, POSTED_AT
from synth_assets.worlds.wholesale.year import Year, once

T = TypeVar("T")
by_id, by_day = attrgetter("id"), attrgetter("day")


def free_number(papers: Sequence[T], day: int, drawn: float, number: Callable[[T], int] = by_id) -> int:
    """A number that no paper has, after one of a day's; 0 where there is none.

    Args:
        papers: in order of their days, as their numbers are from day to day.
        day: the day.
        drawn: which of the free ones, as a number from 0 to 1.
        number: gives a paper's number.
    """
    first, end = (find(papers, day, key=by_day) for find in (bisect_left, bisect_right))
    nearest = papers[end : end + 1]
    following = papers[end : bisect_right(papers, by_day(nearest[0]), key=by_day)] if nearest else nearest
    taken = sorted(map(number, papers[first:end])) + sorted(map(number, following))[:1]
    free = [number for before, after in pairwise(taken) for number in range(before + 1, after)]
    return free[int(drawn * len(free))] if free else 0


@once
def _events(year: Year) -> dict[tuple[str, int], Event]:
    """Each event, by its kind and what it is about."""
    return {(event.kind, event.subject): event for event in reversed(year.events)}


def event_of(year: Year, kind: str, subject: int) -> Event:
    """The first event of a kind that is about something."""
    return _events(year)[kind, subject]


def event_legs(event: Event) -> list[int]:
    """Numbers of an event's legs in `ledger_entries`."""
    return [LEGS_A_POSTING * (event.number - 1) + leg for leg in range(1, len(event.legs) + 1)]


def less(part: int, *amounts: str) -> dict[str, Less]:
    """Amounts without a part; 0 stays 0."""
    return dict.fromkeys(amounts, Less(part))


def only(part: int, *amounts: str) -> dict[str, Only]:
    """That part of amounts; 0 stays 0."""
    return dict.fromkeys(amounts, Only(part))


def free_posting(year: Year, day: int, drawn: float) -> int:
    """The number of an event that could be posted on a day; 0 where there is none."""
    return free_number(year.events, day, drawn, attrgetter("number"))


def copied_legs(event: Event, posting: int, values: Mapping[str, Any], since: int = 0) -> list[Edit]:
    """The legs of an event, posted once more under another number with other values, from a day on."""
    return [
        Copy(
            "ledger_entries",
            {"ledger_entry_id": number},
            {
                "ledger_entry_id": LEGS_A_POSTING * (posting - 1) + leg,
                "entry_number": f"JE-{posting:06d}-{leg}",
                **values,
            },
            since,
        )
        for leg, number in enumerate(event_legs(event), start=1)
    ]


@dataclass(frozen=True, slots=True)
class ReconciledAt:
    """When a payment of a day is checked against the bank's list; before that another moment, or none."""

    day: int
    otherwise: int | None = None

    def __call__(self, books: Year, day: int) -> int | None:
        """The moment, as is known on the evening of a day."""
        return reconciled_at(books, self.day, day) or self.otherwise

    def changes(self, books: Year) -> int:
        """The day of that moment."""
        return reconciled_on(books, self.day)


@dataclass(frozen=True, slots=True)
class IsReconciled:
    """Whether a payment of a day is checked against the bank's list."""

    day: int

    def __call__(self, books: Year, day: int) -> bool:
        """Whether it is, on the evening of a day."""
        return reconciled_at(books, self.day, day) is not None

    def changes(self, books: Year) -> int:
        """The day on which it is."""
        return reconciled_on(books, self.day)


def reconciled(day: int) -> dict[str, Stated]:
    """Whether and when a payment of a day is checked against the bank's list."""
    return {"is_reconciled": Stated(IsReconciled(day)), "reconciled_at": Stated(ReconciledAt(day))}


class SecondPayment(NamedTuple):
    """A payment that is made once more.

    Attributes:
        number: of the second.
        edits: the second in the list of payments, in the bank's and in the ledger.
    """

    number: int
    edits: list[Edit]


def second_payment(
    year: Year, payment: Payment, day: int, drawn: float, **other_values: Mapping[str, Any]
) -> SecondPayment | None:
    """A payment of a bill made again on a day; None where a number is not free there.

    Args:
        drawn: which of the free numbers, as a number from 0 to 1.
        other_values: by table, what is different in the second's rows.
    """
    number = free_number(year.payments, day, drawn)
    line = free_number(moves(year), day, drawn, attrgetter("number"))
    posting = free_posting(year, day, drawn)
    if not (number and line and posting):
        return None
    later = (day - payment.day) * SECONDS_PER_DAY
    days, at = year.epoch_day(day), year.seconds(day, POSTED_AT - 1_800)
    edits: list[Edit] = [
        Copy(
            "payments", {"payment_id": payment.id},
            {
                "payment_id": number, "payment_number": f"PAY-{number:06d}", "payment_date": days,
                "reference_number": f"{payment.method}-{7_000 + number}", "created_at": at,
                "updated_at": Stated(ReconciledAt(day, at)), **reconciled(day),
                **other_values.get("payments", {}),
            },
            day,
        ),
        Copy(
            "bank_transactions", {"payment_id": payment.id},
            {
                "bank_transaction_id": line, "transaction_date": days, "payment_id": number,
                "reference_number": f"PAYOUT-{number:06d}", "created_at": Plus(later),
                **reconciled(day), **other_values.get("bank_transactions", {}),
            },
            day,
        ),
        *copied_legs(
            event_of(year, "payout", payment.id), posting,
            {
                "entry_date": days, "reference_id": number, "fiscal_period_id": year.period(day),
                "posted_at": Plus(later), "created_at": Plus(later),
                **other_values.get("ledger_entries", {}),
            },
            day,
        ),
    ]  # fmt: skip
    return SecondPayment(number, edits)
