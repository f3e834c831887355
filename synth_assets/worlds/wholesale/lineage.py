"""Every table, in order of lineage."""

from synth_assets.worlds.wholesale.tables import (
    activity,
    billing,
    cash,
    catalogue,
    credit,
    dashboards,
    intake,
    ledger,
    notes,
    orders,
    parties,
    payables,
    samples,
    sheets,
    stock,
)
from synth_assets.worlds.wholesale.tables.anomaly_manifest import ANOMALY_MANIFEST

TABLES = (
    *parties.TABLES[:2],
    *catalogue.TABLES,
    *parties.TABLES[2:],
    *ledger.TABLES[:2],
    *intake.TABLES,
    *orders.TABLES,
    *sheets.TABLES,
    *samples.TABLES,
    *stock.TABLES,
    *billing.TABLES,
    *cash.TABLES[:2],
    *payables.TABLES,
    *cash.TABLES[2:],
    *ledger.TABLES[2:],
    *credit.TABLES,
    *notes.TABLES,
    *activity.TABLES,
    *dashboards.TABLES,
    ANOMALY_MANIFEST,
)
