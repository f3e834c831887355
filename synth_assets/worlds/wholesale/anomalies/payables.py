"""Faults of payables: goods that are not owed, bills that are paid twice or too early, vendors too close."""

from __future__ import annotations

from itertools import pairwise

from synth_assets.model.anomaly import Anomaly
from synth_assets.model.calendar import SECONDS_PER_DAY
from synth_assets.model.manifest import EASY, HARD, MEDIUM
from synth_assets.worlds.wholesale import names
from synth_assets.worlds.wholesale.anomalies.kind import Kind, within
from synth_assets.worlds.wholesale.catalogue import FIRST_VENDOR
from synth_assets.worlds.wholesale.edits import Change, Copy, Edit, Fault, Remove
from synth_assets.worlds.wholesale.intake import Session
from synth_assets.worlds.wholesale.journal import Event
from synth_assets.worlds.wholesale.payment import Payment
from synth_assets.worlds.wholesale.tables.cash import OPERATING, bank_numbers, reconciled_at
from synth_assets.worlds.wholesale.tables.ledger import LEGS_A_POSTING, POSTED_AT
from synth_assets.worlds.wholesale.tables.parties import email
from synth_assets.worlds.wholesale.year import Year

PAID_AGAIN_DAYS = (3, 20)
"""How long after its payment a bill is paid again [D]."""


# --- consigned goods that are not owed ----------------------------------------------------------------


def consigned_deliveries(year: Year) -> list[Session]:
    """Deliveries on consignment."""
    return [session for session in year.sessions if session.terms == "CONSIGNMENT"]


def missing_consignment_payable(year: Year, session: Session, drawn: list[float]) -> Fault:
    """A consigned delivery is in stock, and nothing is posted for it."""
    cents = sum(batch.cost_cents(batch.received) for batch in session.batches)
    edits: list[Edit] = [Remove("ledger_entries", {"reference_type": "INTAKE", "reference_id": session.id})]
    return Fault(session.id, session.id, cents, 0, cents, edits, EASY, ("INTAKE", session.id))


# --- bill paid twice ----------------------------------------------------------------------------------


def payouts(year: Year) -> list[Payment]:
    """Payments of bills."""
    return [payment for payment in year.payments if payment.bill is not None]


def bill_paid_twice(year: Year, payment: Payment, drawn: list[float]) -> Fault | None:
    """A bill is paid again some days later; the bank and the ledger have it too."""
    bank, event = bank_numbers(year), event_of(year, "payout", payment.id)
    first = payment.day + within(*PAID_AGAIN_DAYS, drawn[0])
    for day in range(first, min(first + PAID_AGAIN_DAYS[1], year.last_day + 1)):
        number = free_number([(p.id, p.day) for p in year.payments], day)
        posting = free_number([(e.number, e.day) for e in year.events], day)
        line = free_number([(n, move.day) for n, move in bank], day)
        if number and posting and line and year.window.is_business[day]:
            break
    else:
        return None
    later = (day - payment.day) * SECONDS_PER_DAY
    days, at = year.epoch_day(day), year.seconds(day, POSTED_AT - 1_800)
    checked = reconciled_at(year, day)
    reconciled = {"is_reconciled": checked is not None, "reconciled_at": checked}
    edits: list[Edit] = [
        Copy(
            "payments", {"payment_id": payment.id},
            {
                "payment_id": number, "payment_number": f"PAY-{number:06d}", "payment_date": days,
                "reference_number": f"{payment.method}-{7_000 + number}", "created_at": at,
                "updated_at": checked or at, **reconciled,
            },
        ),
        Copy(
            "bank_transactions", {"payment_id": payment.id},
            {
                "bank_transaction_id": line, "transaction_date": days, "payment_id": number,
                "reference_number": f"PAYOUT-{number:06d}", "created_at": lambda old: old + later,
                **reconciled,
            },
        ),
        Change(
            "bank_accounts", {"bank_account_id": OPERATING},
            {"current_balance_cents": lambda old: old - payment.cents},
        ),
    ]  # fmt: skip
    for leg in (1, 2):
        edits.append(
            Copy(
                "ledger_entries",
                {"ledger_entry_id": LEGS_A_POSTING * (event.number - 1) + leg},
                {
                    "ledger_entry_id": LEGS_A_POSTING * (posting - 1) + leg,
                    "entry_number": f"JE-{posting:06d}-{leg}",
                    "entry_date": days,
                    "reference_id": number,
                    "fiscal_period_id": year.period(day),
                    "posted_at": lambda old: old + later,
                    "created_at": lambda old: old + later,
                },
            )
        )
    assert payment.bill is not None
    return Fault(number, payment.bill.id, 0, payment.cents, payment.cents, edits, MEDIUM, ("PAYMENT", number))


def free_number(papers: list[tuple[int, int]], day: int) -> int:
    """A number that no paper has, after one of a day's; 0 where there is none. Papers are (number, day)."""
    return next(
        (
            number + 1
            for (number, on), (following, _) in pairwise([*papers, (papers[-1][0] + 2, day)])
            if on == day and following > number + 1
        ),
        0,
    )


def event_of(year: Year, kind: str, subject: int) -> Event:
    """The event of a kind that is about something."""
    return next(event for event in year.events if event.kind == kind and event.subject == subject)


# --- vendor who shares an address with a user ---------------------------------------------------------


def vendors(year: Year) -> list[int]:
    """Every vendor."""
    return list(range(FIRST_VENDOR, FIRST_VENDOR + len(names.GROWERS) + len(names.SUPPLIERS)))


def vendor_is_a_user(year: Year, vendor: int, drawn: list[float]) -> Fault:
    """A vendor is reached at the address of one of our own people."""
    user = 1 + int(drawn[0] * len(names.STAFF))
    address = email(names.STAFF[user - 1][0], names.DOMAIN)
    paid = sum(p.cents for p in year.payments if p.bill is not None and p.bill.vendor == vendor)
    paid += sum(expense.cents for expense in year.expenses if expense.vendor == vendor)
    edits: list[Edit] = [Change("vendors", {"vendor_id": vendor}, {"contact_email": address})]
    return Fault(vendor, user, 0, paid, max(paid, 1), edits, HARD)


# --- payment before its bill --------------------------------------------------------------------------


def payment_before_bill(year: Year, payment: Payment, drawn: list[float]) -> Fault | None:
    """A grower is paid before its bill came, by bank and ledger alike."""
    bill = payment.bill
    assert bill is not None
    day = bill.day - within(1, 6, drawn[0])
    while day > 0 and not year.window.is_business[day]:
        day -= 1
    if day <= 0:
        return None
    earlier, days = (payment.day - day) * SECONDS_PER_DAY, year.epoch_day(day)
    at, checked = year.seconds(day, POSTED_AT - 1_800), reconciled_at(year, day)
    reconciled = {"is_reconciled": checked is not None, "reconciled_at": checked}
    event = event_of(year, "payout", payment.id)
    edits: list[Edit] = [
        Change(
            "payments", {"payment_id": payment.id},
            {"payment_date": days, "created_at": at, "updated_at": checked or at, **reconciled},
        ),
        Change(
            "bank_transactions", {"payment_id": payment.id},
            {"transaction_date": days, "created_at": lambda old: old - earlier, **reconciled},
        ),
    ]  # fmt: skip
    for leg in (1, 2):
        edits.append(
            Change(
                "ledger_entries",
                {"ledger_entry_id": LEGS_A_POSTING * (event.number - 1) + leg},
                {
                    "entry_date": days,
                    "fiscal_period_id": year.period(day),
                    "posted_at": lambda old: old - earlier,
                    "created_at": lambda old: old - earlier,
                },
            )
        )
    difference = (bill.day - day) * 100
    return Fault(payment.id, bill.id, 0, -difference, payment.cents, edits, MEDIUM, ("PAYMENT", payment.id))


TIMES = tuple(f"payments.{name}" for name in ("payment_date", "created_at", "updated_at", "reconciled_at"))
"""A payment's day, and what follows from it."""

PAID_OUT = (
    *("payments.payment_type", "bank_transactions.transaction_type"),
    *(f"payments.{name} empty" for name in ("bill_id", "customer_id", "invoice_id", "vendor_id")),
)
"""Only money that is paid out can be at fault so, and most is received."""

KINDS = (
    Kind(
        Anomaly(
            "missing_consignment_payable", "intake_session", "Consigned goods are in stock and not posted."
        ),
        consigned_deliveries,
        missing_consignment_payable,
    ),
    Kind(
        Anomaly(
            "bill_paid_twice",
            "payment",
            "A bill that is paid is paid again.",
            shows_in=(*TIMES, *PAID_OUT, "payments.bill_id", "bills.payments.bill_id"),
        ),
        payouts,
        bill_paid_twice,
    ),
    Kind(
        Anomaly(
            "vendor_is_a_user",
            "vendor",
            "A vendor has the e-mail address of a user.",
            shows_in=("vendors.contact_email",),
        ),
        vendors,
        vendor_is_a_user,
    ),
    Kind(
        Anomaly(
            "payment_before_bill",
            "payment",
            "A grower is paid before its bill came.",
            shows_in=(*TIMES, *PAID_OUT),
        ),
        payouts,
        payment_before_bill,
    ),
)
