"""Faults of access: people who approve what they asked for."""

from __future__ import annotations

from synth_assets.model.anomaly import Anomaly
from synth_assets.model.manifest import EASY
from synth_assets.worlds.wholesale.anomalies.inventory import sent_samples
from synth_assets.worlds.wholesale.anomalies.kind import Kind
from synth_assets.worlds.wholesale.edits import Change, Edit, Fault
from synth_assets.worlds.wholesale.sample import Sample
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


KINDS = (
    Kind(
        Anomaly("approved_own_request", "sample_request", "A sample was sent by the user who asked for it."),
        sent_samples,
        approved_own_request,
    ),
)
