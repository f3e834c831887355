"""Control failures that auditors know by name, one function each, by family."""

from __future__ import annotations

from synth_assets.worlds.wholesale.anomalies import (
    access,
    bills,
    inventory,
    ledger,
    payables,
    receipts,
    sales,
)

KINDS = (
    *receipts.KINDS,
    *sales.KINDS,
    *inventory.KINDS,
    *payables.KINDS,
    *bills.KINDS,
    *ledger.KINDS,
    *access.KINDS,
)
"""Every kind of fault, in the order in which they are placed."""

ANOMALIES = tuple(kind.anomaly for kind in KINDS)

CHANGED_TABLES = {kind.anomaly.name: kind.changes for kind in KINDS}
