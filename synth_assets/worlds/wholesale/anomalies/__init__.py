"""Control failures that auditors know by name, one function each, by family."""

from __future__ import annotations

from synth_assets.worlds.wholesale.anomalies import access, inventory, ledger, payables, sales

KINDS = (*sales.KINDS, *inventory.KINDS, *payables.KINDS, *ledger.KINDS, *access.KINDS)
"""Every kind of fault, in the order in which they are placed."""

ANOMALIES = tuple(kind.anomaly for kind in KINDS)
