"""Faults of bills: paid twice, paid before they came, or split below the limit for approval."""

from __future__ import annotations

from itertools import accumulate

from synth_assets.model.anomaly import Anomaly
from synth_assets.model.calendar import SECONDS_PER_DAY
from synth_assets.model.manifest import MEDIUM, TRIVIAL
from synth_assets.worlds.wholesale.anomalies.kind import Kind, its_day, within
from synth_assets.worlds.wholesale.anomalies.papers import (
    ReconciledAt,
    copied_legs,
    event_legs,
    event_of,
    free_number,
    free_posting,
    less,
    only,
    reconciled,
    second_payment,
)
from synth_assets.worlds.wholesale.bill import Bill, BillLine
from synth_assets.worlds.wholesale.edits import Change, Copy, Edit, Fault, Plus, Remove, Stated
from synth_assets.worlds.wholesale.journal import Event
from synth_assets.worlds.wholesale.payment import Payment
from synth_assets.worlds.wholesale.tables.cash import OPERATING
from synth_assets.worlds.wholesale.tables.ledger import POSTED_AT
from synth_assets.worlds.wholesale.tables.payables import (
    bill_number,
    line_numbers,
    needs_approval,
    payment_note,
)
from synth_assets.worlds.wholesale.year import Year

PAID_AGAIN_DAYS = (3, 13)
"""How long after its payment a bill is paid again: before the next half-month's bill, which may be of
the same amount, is paid [D]."""

AGAIN_AT_LAST_DAYS = 33
"""How long after it where no number is free on those days [D]."""


# --- bill split below the approval limit --------------------------------------------------------------


def divisible_bills(year: Year) -> list[Bill]:
    """Bills for consigned goods that the owner had to approve, and that two smaller ones could replace."""
    return [
        bill
        for bill in year.bills
        if not bill.session and needs_approval(year, bill) and cuts_below(year, bill)
    ]


def bill_split(year: Year, bill: Bill, drawn: list[float]) -> Fault | None:
    """A bill is recorded, posted and paid as two, neither of them above the limit: nobody approves it."""
    split = as_two(year, bill, drawn)
    if split is None:
        return None
    approval = Remove("audit_logs", {"entity": "bills", "entity_id": bill.id})
    return split._replace(at_risk_cents=bill.cents, edits=[*split.edits, approval])


def as_two(year: Year, bill: Bill, drawn: list[float]) -> Fault | None:
    """A bill is recorded, posted and paid as two, cut where neither is above the limit; None where a number
    is not free. Nothing is at risk by itself."""
    number = free_number(year.bills, bill.day, drawn[1])
    posting = free_posting(year, bill.day, drawn[1])
    if not (number and posting):
        return None
    cuts = cuts_below(year, bill)
    cut = cuts[int(drawn[0] * len(cuts))]
    moved = slice(cut, None) if number > bill.id else slice(0, cut)
    part = sum(line.cents for line in bill.lines[moved])
    amounts = [f"{name}_cents" for name in ("subtotal", "total_amount", "amount_paid", "amount_due")]
    posted = {"reference_id": number, "description": f"Bill {number}"}
    event = event_of(year, "bill", bill.id)
    edits: list[Edit] = [
        Change("bills", {"bill_id": bill.id}, less(part, *amounts)),
        Copy(
            "bills",
            {"bill_id": bill.id},
            {"bill_id": number, "bill_number": bill_number(year, bill.day, number), **only(part, *amounts)},
        ),
        *(
            Change("bill_line_items", {"bill_line_item_id": line}, {"bill_id": number})
            for line in line_numbers(year, bill)[moved]
        ),
        *_legs_without(event, part),
        *copied_legs(event, posting, {**posted, **only(part, *SIDES)}),
    ]
    payment = next((payment for payment in year.payments if payment.bill == bill), None)
    if payment is None and year.config.grows:
        return None  # nobody knows yet when it is paid
    if payment:
        paid = _paid_in_two(year, payment, number, bill.lines[moved], drawn[2])
        if paid is None:
            return None
        edits += paid
    first, second = sorted((bill.id, number))
    of_second = part if second == number else bill.cents - part
    return Fault(second, first, bill.cents, of_second, 0, edits)


SIDES = ("debit_cents", "credit_cents")


def cuts_below(year: Year, bill: Bill) -> list[int]:
    """Places where a bill's lines can be cut in two, neither part above the limit."""
    limit = 100 * year.config.bill_approval_limit
    so_far = list(accumulate(line.cents for line in bill.lines))
    return [place for place, cents in enumerate(so_far[:-1], start=1) if bill.cents - limit <= cents <= limit]


def _legs_without(event: Event, part: int) -> list[Edit]:
    """An event is posted without a part of its amount."""
    return [
        Change("ledger_entries", {"ledger_entry_id": leg}, less(part, *SIDES)) for leg in event_legs(event)
    ]


def _paid_in_two(
    year: Year, payment: Payment, bill: int, moved: list[BillLine], drawn: float
) -> list[Edit] | None:
    """Some lines of a paid bill are another bill, with a payment of its own on the same day."""
    part = sum(line.cents for line in moved)
    said = f"Payment of bill {bill}"
    second = second_payment(
        year, payment, payment.day, drawn,
        payments={"bill_id": bill, **only(part, "amount_cents")},
        bank_transactions={"description": said, **only(part, "amount_cents")},
        ledger_entries={"description": said, **only(part, *SIDES)},
    )  # fmt: skip
    if second is None:
        return None
    assert payment.bill is not None
    was, is_now = (
        payment_note(number, of) for number, of in ((payment.id, payment.bill.id), (second.number, bill))
    )
    return [
        *second.edits,
        Change("payments", {"payment_id": payment.id}, less(part, "amount_cents")),
        Change("bank_transactions", {"payment_id": payment.id}, less(part, "amount_cents")),
        *_legs_without(event_of(year, "payout", payment.id), part),
        *(
            Change("payment_history", {"batch_id": line.batch.id, "notes": was}, {"notes": is_now})
            for line in moved
        ),
    ]


# --- bill paid twice ----------------------------------------------------------------------------------


def payouts(year: Year) -> list[Payment]:
    """Payments of bills."""
    return [payment for payment in year.payments if payment.bill is not None]


def bill_paid_twice(year: Year, payment: Payment, drawn: list[float]) -> Fault | None:
    """A bill is paid again some days later; the bank and the ledger have it too."""
    least, most = PAID_AGAIN_DAYS
    first = within(least, most, drawn[0])
    later = (*range(first, most + 1), *range(least, first), *range(most + 1, AGAIN_AT_LAST_DAYS + 1))
    days = (payment.day + after for after in later)
    may = [day for day in days if day <= year.last_day and year.window.is_business[day]]
    tried = ((day, second_payment(year, payment, day, drawn[1])) for day in may)
    day, again = next(((day, again) for day, again in tried if again), (0, None))
    if again is None:
        return None
    paid = Change(
        "bank_accounts",
        {"bank_account_id": OPERATING},
        {"current_balance_cents": Plus(-payment.cents)},
        day,
    )
    assert payment.bill is not None
    return Fault(
        again.number, payment.bill.id, 0, payment.cents, payment.cents, [*again.edits, paid],
        TRIVIAL if day - payment.day <= most else MEDIUM, ("PAYMENT", again.number), shown_on=day,
    )  # fmt: skip


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
    difference = (bill.day - day) * 100
    edits = paid_on(year, payment, day)
    return Fault(payment.id, bill.id, 0, -difference, payment.cents, edits, TRIVIAL, ("PAYMENT", payment.id))


def paid_on(year: Year, payment: Payment, day: int) -> list[Edit]:
    """A bill is paid on an earlier day, by bank and ledger alike."""
    assert payment.bill is not None
    earlier, days = (payment.day - day) * SECONDS_PER_DAY, year.epoch_day(day)
    at = year.seconds(day, POSTED_AT - 1_800)
    updated = Stated(ReconciledAt(day, at))
    edits: list[Edit] = [
        Change(
            "payments", {"payment_id": payment.id},
            {"payment_date": days, "created_at": at, "updated_at": updated, **reconciled(day)},
        ),
        Change(
            "bank_transactions", {"payment_id": payment.id},
            {"transaction_date": days, "created_at": Plus(-earlier), **reconciled(day)},
        ),
    ]  # fmt: skip
    edits += [
        Change(
            "ledger_entries",
            {"ledger_entry_id": leg},
            {
                "entry_date": days,
                "fiscal_period_id": year.period(day),
                "posted_at": Plus(-earlier),
                "created_at": Plus(-earlier),
            },
        )
        for leg in event_legs(event_of(year, "payout", payment.id))
    ]
    note = payment_note(payment.id, payment.bill.id)
    edits.append(Change("payment_history", {"notes": note}, {"paid_at": at, "created_at": at}))
    return edits


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
            "bill_split",
            "bill",
            "A bill above the approval limit is recorded as two below it.",
            column="bills.bill_id",
        ),
        divisible_bills,
        bill_split,
        on=its_day,
        changes=(
            "bills",
            "bill_line_items",
            "payment_history",
            "payments",
            "bank_transactions",
            "ledger_entries",
            "audit_logs",
        ),
    ),
    Kind(
        Anomaly(
            "bill_paid_twice",
            "payment",
            "A bill that is paid is paid again: the same amount to the same grower, which is trivial to see "
            "within 13 days and of medium difficulty later, where no day before has a number free.",
            column="payments.payment_id",
            shows_in=(*TIMES, *PAID_OUT, "payments.bill_id", "bills.payments.bill_id"),
        ),
        payouts,
        bill_paid_twice,
        on=its_day,
        tries=4,
        changes=("bank_accounts", "payments", "bank_transactions", "ledger_entries"),
    ),
    Kind(
        Anomaly(
            "payment_before_bill",
            "payment",
            "A grower is paid before its bill came, weeks before it is due, which is trivial to see.",
            column="payments.payment_date",
            shows_in=(*TIMES, *PAID_OUT),
        ),
        payouts,
        payment_before_bill,
        on=its_day,
        changes=("payment_history", "payments", "bank_transactions", "ledger_entries"),
    ),
)
