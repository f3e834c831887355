"""Faults of access: own requests approved, limits raised without a word, data changed at the right moment."""

from __future__ import annotations

from typing import NamedTuple

from synth_assets.model.anomaly import Anomaly
from synth_assets.worlds.wholesale.anomalies.inventory import ORDERED, sent_on, sent_samples
from synth_assets.worlds.wholesale.anomalies.kind import Kind, its_day
from synth_assets.worlds.wholesale.edits import Change, Edit, Fault
from synth_assets.worlds.wholesale.invoice import ACCOUNTANT
from synth_assets.worlds.wholesale.payment import Payment
from synth_assets.worlds.wholesale.sample import Sample
from synth_assets.worlds.wholesale.tables.contacts import (
    PhoneChange,
    contacts_of,
    next_receipt,
    receipts_of_clients,
)
from synth_assets.worlds.wholesale.tables.credit import credit_audit_log
from synth_assets.worlds.wholesale.tables.samples import unit_cost_cents
from synth_assets.worlds.wholesale.year import Year

# --- own request approved -----------------------------------------------------------------------------


def approved_own_request(year: Year, sample: Sample, drawn: list[float]) -> Fault:
    """The user who asked for a sample also sent it."""
    user = sample.client.seller
    cents = max(1, unit_cost_cents(sample) * sample.grams // 100)
    edits: list[Edit] = [
        Change("sample_requests", {"sample_request_id": sample.id}, {"fulfilled_by_id": user}, sample.end)
    ]
    return Fault(sample.id, user, 0, user * 100, cents, edits)


# --- a client's data changed just before its payment --------------------------------------------------


def changed_before_payment(year: Year) -> list[tuple[PhoneChange, Payment]]:
    """Of each client the first telephone number that its seller changed just before a payment, and that."""
    paid = receipts_of_clients(year)
    found: dict[int, tuple[PhoneChange, Payment]] = {}
    for change in contacts_of(year).changes:
        later = next_receipt(year, paid[change.client.id], change.at)
        if later and change.user != ACCOUNTANT:
            found.setdefault(change.client.id, (change, later))
    return list(found.values())


def client_changed_before_payment(
    year: Year, changed: tuple[PhoneChange, Payment], drawn: list[float]
) -> Fault:
    """Who records a client's payment has changed its telephone number in the days before."""
    change, payment = changed
    where = {"entity": "clients", "entity_id": change.client.id, "action": "UPDATE", "created_at": change.at}
    edits: list[Edit] = [Change("audit_logs", where, {"actor_id": ACCOUNTANT})]
    return Fault(change.client.id, payment.id, 0, payment.cents, payment.cents, edits)


# --- a credit limit raised without a reason -----------------------------------------------------------


class Raise(NamedTuple):
    """A raised credit limit: line of the log, client, limits before and after, and the day."""

    number: int
    client: int
    old_cents: int
    new_cents: int
    day: int


def raises(year: Year) -> list[Raise]:
    """Every limit that was raised."""
    return [
        Raise(number, client, old, new, year.day_of(at))
        for number, client, kind, old, new, *_, at in credit_audit_log(year, year.config)
        if kind == "LIMIT_INCREASED"
    ]


def limit_raised_without_reason(year: Year, raised: Raise, drawn: list[float]) -> Fault:
    """A client's credit limit is raised, and nobody says why."""
    edits: list[Edit] = [Change("credit_audit_log", {"credit_audit_log_id": raised.number}, {"reason": None})]
    more = raised.new_cents - raised.old_cents
    return Fault(raised.number, raised.client, raised.old_cents, raised.new_cents, more, edits)


KINDS = (
    Kind(
        Anomaly(
            "approved_own_request",
            "sample_request",
            "A sample was sent by the user who asked for it.",
            column="sample_requests.fulfilled_by_id",
            shows_in=("users.", *ORDERED),  # who sent it is who asked
        ),
        sent_samples,
        approved_own_request,
        on=sent_on,
        changes=("sample_requests",),
    ),
    Kind(
        Anomaly(
            "limit_raised_without_reason",
            "credit_audit_log",
            "A credit limit is raised without a reason.",
            column="credit_audit_log.reason",
            shows_in=("credit_audit_log.reason", "credit_audit_log.event_type"),
        ),
        raises,
        limit_raised_without_reason,
        on=its_day,
        changes=("credit_audit_log",),
    ),
    Kind(
        Anomaly(
            "client_changed_before_payment",
            "client",
            "A client's telephone number is changed just before a payment by the user who records that.",
            column="audit_logs.actor_id",
        ),
        changed_before_payment,
        client_changed_before_payment,
        on=lambda year, changed: changed[1].day,
        changes=("audit_logs",),
    ),
)
