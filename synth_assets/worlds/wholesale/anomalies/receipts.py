"""Faults of receipts and credits: who paid, what for, and what was given back."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from synth_assets.model.anomaly import Anomaly
from synth_assets.model.manifest import TRIVIAL, VERY_HARD
from synth_assets.worlds.wholesale.anomalies.kind import Kind, its_day, within
from synth_assets.worlds.wholesale.edits import Change, Edit, Fault, Only, Plus
from synth_assets.worlds.wholesale.invoice import REFUND, RETURN, Credit
from synth_assets.worlds.wholesale.payment import Payment, methods_of
from synth_assets.worlds.wholesale.tables.billing import numbers
from synth_assets.worlds.wholesale.tables.dealings import client_of
from synth_assets.worlds.wholesale.year import Year

TRANSACTION = tuple(
    f"transactions.{name}"
    for name in ("transaction_type", "created_at", "transacted_at", "updated_at", "credits.transaction_id")
)
"""A refund is one of the few transactions that are refunds."""

LAPPED_WITHIN_DAYS = 60
"""Two receipts of a lapping are at most so far apart [D]."""

EARLY_DAYS = 8
"""Hardly any invoice is paid so long before its due date: what seems to be so is plain to see."""

MANY_RECEIPTS = 40
"""So many receipts tell how a client pays: of fewer, one in ten may be by a method that the client used once
or twice, as one in seven is by its second [D]."""


# --- refund above its invoice -------------------------------------------------------------------------


def refunds(year: Year) -> list[Credit]:
    """Credits for quality."""
    return [credit for credit in year.credits if credit.kind == REFUND]


@dataclass(frozen=True, slots=True)
class PartlyUsed:
    """The status of a credit that was used before it was larger."""

    def __call__(self, status: str) -> str:
        """The new status."""
        return "PARTIALLY_USED" if status != "ACTIVE" else status


def refund_above_invoice(year: Year, credit: Credit, drawn: list[float]) -> Fault:
    """A credit for quality gives back more than the whole invoice; everything that repeats it agrees."""
    cents = credit.invoice.cents * within(102, 140, drawn[0]) // 100
    more = cents - credit.cents
    number = numbers(year).of_credit[credit.id]
    edits: list[Edit] = [
        Change(
            "credits",
            {"credit_id": credit.id},
            {
                "credit_amount_cents": cents,
                "amount_remaining_cents": Plus(more),
                "credit_status": PartlyUsed(),
            },
        ),
        Change("transactions", {"transaction_id": number}, {"amount_cents": cents}),
        Change(
            "client_transactions",
            {"client_transaction_id": number},
            {"amount_cents": cents, "payment_amount_cents": cents},
        ),
        Change(
            "transaction_links",
            {"child_transaction_id": number, "transaction_link_type": "REFUND_OF"},
            {"link_amount_cents": cents},
        ),
        Change(
            "ledger_entries",
            {"reference_type": "REFUND", "reference_id": credit.id},
            {
                "debit_cents": Only(cents),
                "credit_cents": Only(cents),
            },
        ),
    ]
    return Fault(credit.id, credit.invoice.id, credit.cents, cents, more, edits, TRIVIAL)


# --- payment applied to the wrong client --------------------------------------------------------------


def receipts(year: Year) -> list[Payment]:
    """Payments of clients in money."""
    return year.receipts


def payment_of_wrong_client(year: Year, payment: Payment, drawn: list[float]) -> Fault:
    """A receipt is booked under another client than the one whose invoice it pays: that of a receipt that is
    drawn, so that who pays often is also mistaken for the payer often."""
    invoice = payment.invoice
    assert invoice is not None
    client, count = invoice.order.client.id, len(year.receipts)
    first = int(drawn[0] * count)
    payers = (client_of(year.receipts[place % count]) for place in range(first, first + count))
    other = next(payer.id for payer in payers if payer and payer.id != client)
    edits: list[Edit] = [Change("payments", {"payment_id": payment.id}, {"customer_id": other})]
    is_plain = payment.method not in methods_of(other) and year.receipts_of[other] >= MANY_RECEIPTS
    difficulty = TRIVIAL if is_plain else VERY_HARD
    return Fault(payment.id, invoice.id, payment.cents, 0, payment.cents, edits, difficulty)


# --- a return that stock does not know ----------------------------------------------------------------


def returns(year: Year) -> list[Credit]:
    """Credits for goods that came back."""
    return [credit for credit in year.credits if credit.kind == RETURN]


def unrecorded_return(year: Year, credit: Credit, drawn: list[float]) -> Fault:
    """Goods came back and were credited; in stock they are a find of the count, not a return."""
    order = credit.invoice.order
    edits: list[Edit] = [
        Change(
            "inventory_movements",
            {"inventory_movement_type": "REFUND_RETURN", "reference_id": year.order_ids[order.id]},
            {
                "inventory_movement_type": "ADJUSTMENT",
                "reference_type": None,
                "reference_id": None,
                "reason": "More found at the count",
            },
        )
    ]
    return Fault(credit.id, credit.invoice.id, credit.cents, 0, credit.cents, edits)


# --- lapping ------------------------------------------------------------------------------------------


def lappable(year: Year) -> list[tuple[Payment, Payment]]:
    """Pairs of receipts of the same amount, of two clients, the second later and each the only one of its
    invoice."""
    count: dict[int, int] = defaultdict(int)
    of_cents: dict[int, list[Payment]] = defaultdict(list)
    for payment in year.payments:
        if payment.invoice is not None:
            count[payment.invoice.id] += 1
    for payment in year.receipts:
        if count[payment.invoice.id] == 1:  # type: ignore[union-attr]
            of_cents[payment.cents].append(payment)
    return [
        (first, second)
        for same in of_cents.values()
        for i, first in enumerate(same)
        for second in same[i + 1 :]
        if _may_lap(first, second)
    ]


def _may_lap(first: Payment, second: Payment) -> bool:
    a, b = first.invoice, second.invoice
    assert a is not None
    assert b is not None
    return (
        a.order.client != b.order.client and b.day <= first.day < second.day <= first.day + LAPPED_WITHIN_DAYS
    )


def lapping(year: Year, pair: tuple[Payment, Payment], drawn: list[float]) -> Fault:
    """One client's receipt is posted to another's invoice, and covered by the other's next one; the bank's
    list still says whose it was."""
    first, second = pair
    a, b = first.invoice, second.invoice
    assert a is not None
    assert b is not None
    edits: list[Edit] = [
        Change("payments", {"payment_id": one.id}, {"invoice_id": to.id, "customer_id": to.order.client.id})
        for one, to in ((first, b), (second, a))
    ]
    difficulty = TRIVIAL if b.due - first.day >= EARLY_DAYS else VERY_HARD
    related = a.id if year.config.grows else second.id  # the first tells it before the second has come
    return Fault(first.id, related, a.id * 100, b.id * 100, first.cents, edits, difficulty)


KINDS = (
    Kind(
        Anomaly(
            "refund_above_invoice",
            "credit",
            "A credit for quality is larger than the invoice that it gives back from, and trivial to see.",
            column="credits.credit_amount_cents",
            shows_in=(
                "credits.credit_amount_cents",
                "credits.amount_remaining_cents",
                "credits.credit_status",
                *TRANSACTION,
            ),
        ),
        refunds,
        refund_above_invoice,
        on=its_day,
        changes=("transactions", "transaction_links", "client_transactions", "credits", "ledger_entries"),
    ),
    Kind(
        Anomaly(
            "payment_of_wrong_client",
            "payment",
            "A receipt is booked under another client than its invoice's: trivial to see where that client "
            "paid 40 times or more and never by its method, very hard elsewhere.",
            column="payments.customer_id",
            shows_in=("clients.",),  # that of the receipt is not that of the invoice
        ),
        receipts,
        payment_of_wrong_client,
        on=its_day,
        changes=("payments",),
    ),
    Kind(
        Anomaly(
            "unrecorded_return",
            "credit",
            "A return is credited, and its goods are not in stock as a return.",
            column="inventory_movements.inventory_movement_type",
            shows_in=("inventory_movements.inventory_movement_type",),
        ),
        returns,
        unrecorded_return,
        on=its_day,
        changes=("inventory_movements",),
    ),
    Kind(
        Anomaly(
            "lapping",
            "payment",
            "A receipt is posted to another client's invoice and covered by that client's next one: trivial "
            "to see 8 days before that invoice is due or earlier, very hard later.",
            column="payments.invoice_id",
            shows_in=("payments.invoice_id",),  # paid earlier after its invoice than usual, and numbered so
        ),
        lappable,
        lapping,
        on=lambda year, pair: pair[0].day,
        changes=("payments",),
    ),
)
