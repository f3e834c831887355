"""Faults of payables: goods that are not owed, vendors too close."""

from __future__ import annotations

from synth_assets.model.anomaly import Anomaly
from synth_assets.worlds.wholesale import names
from synth_assets.worlds.wholesale.anomalies.kind import Kind, its_day
from synth_assets.worlds.wholesale.catalogue import FIRST_VENDOR
from synth_assets.worlds.wholesale.edits import Change, Edit, Fault, Remove
from synth_assets.worlds.wholesale.intake import Session
from synth_assets.worlds.wholesale.tables.parties import email
from synth_assets.worlds.wholesale.year import Year

# --- consigned goods that are not owed ----------------------------------------------------------------


def consigned_deliveries(year: Year) -> list[Session]:
    """Deliveries on consignment."""
    return [session for session in year.sessions if session.terms == "CONSIGNMENT"]


def missing_consignment_payable(year: Year, session: Session, drawn: list[float]) -> Fault:
    """A consigned delivery is in stock, and nothing is posted for it."""
    cents = sum(batch.cost_cents(batch.received) for batch in session.batches)
    edits: list[Edit] = [Remove("ledger_entries", {"reference_type": "INTAKE", "reference_id": session.id})]
    return Fault(session.id, session.id, cents, 0, cents, edits, paper=("INTAKE", session.id))


# --- vendor who shares an address with a user ---------------------------------------------------------


def vendors(year: Year) -> list[int]:
    """Every vendor."""
    return list(range(FIRST_VENDOR, FIRST_VENDOR + len(names.GROWERS) + len(names.SUPPLIERS)))


def vendor_is_a_user(year: Year, vendor: int, drawn: list[float]) -> Fault:
    """A vendor is reached at the address of one of our own people."""
    user = 1 + int(drawn[0] * len(names.STAFF))
    address = email(names.STAFF[user - 1][0], names.DOMAIN)
    last = 0 if year.config.grows else year.last_day  # the day on which it shows
    bills = (p for p in year.payments if p.bill is not None and p.bill.vendor == vendor and p.day <= last)
    paid = sum(payment.cents for payment in bills)
    paid += sum(e.cents for e in year.expenses if e.vendor == vendor and e.day <= last)
    edits: list[Edit] = [Change("vendors", {"vendor_id": vendor}, {"contact_email": address})]
    return Fault(vendor, user, 0, paid, max(paid, 1), edits)


KINDS = (
    Kind(
        Anomaly(
            "missing_consignment_payable",
            "intake_session",
            "Consigned goods are in stock and not posted.",
            column="ledger_entries.ledger_entry_id",
        ),
        consigned_deliveries,
        missing_consignment_payable,
        on=its_day,
        changes=("ledger_entries",),
    ),
    Kind(
        Anomaly(
            "vendor_is_a_user",
            "vendor",
            "A vendor has the e-mail address of a user.",
            column="vendors.contact_email",
            shows_in=("vendors.contact_email",),
        ),
        vendors,
        vendor_is_a_user,
        on=lambda year, vendor: 0,
        changes=("vendors",),
    ),
)
