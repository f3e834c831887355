"""Faults of access: people who approve what they asked for, or change limits without a word."""

from __future__ import annotations

from typing import NamedTuple

from synth_assets.model.anomaly import Anomaly
from synth_assets.model.manifest import EASY
from synth_assets.worlds.wholesale.anomalies.inventory import ORDERED, sent_samples
from synth_assets.worlds.wholesale.anomalies.kind import Kind
from synth_assets.worlds.wholesale.edits import Change, Edit, Fault
from synth_assets.worlds.wholesale.sample import Sample
from synth_assets.worlds.wholesale.tables.credit import credit_audit_log
from synth_assets.worlds.wholesale.tables.samples import unit_cost_cents
from synth_assets.worlds.wholesale.year import Year


def approved_own_request(year: Year, sample: Sample, drawn: list[float]) -> Fault:
    """The user who asked for a sample also sent it."""
    user = sample.client.seller
    cents = max(1, unit_cost_cents(sample) * sample.grams // 100)
    edits: list[Edit] = [
        Change("sample_requests", {"sample_request_id": sample.id}, {"fulfilled_by_id": user})
    ]
    return Fault(sample.id, user, 0, user * 100, cents, edits, EASY)


class Raise(NamedTuple):
    """A raised credit limit: line of the log, client, limits before and after."""

    number: int
    client: int
    old_cents: int
    new_cents: int


def raises(year: Year) -> list[Raise]:
    """Every limit that was raised."""
    return [
        Raise(number, client, old, new)
        for number, client, kind, old, new, *_ in credit_audit_log(year, year.config)
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
            shows_in=ORDERED,
        ),
        sent_samples,
        approved_own_request,
    ),
    Kind(
        Anomaly(
            "limit_raised_without_reason",
            "credit_audit_log",
            "A credit limit is raised without a reason.",
            shows_in=("credit_audit_log.reason", "credit_audit_log.event_type"),
        ),
        raises,
        limit_raised_without_reason,
    ),
)
