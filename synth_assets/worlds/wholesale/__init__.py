"""A wholesaler's ERP: a year of consigned flower bought by the batch and sold by the pound.

Growers bring batches, nine of ten on consignment. Sixty clients order, ten of them most of it. Orders take
the oldest stock, invoices go out, a few goods come back, some invoices are paid late or never, and growers
are paid two weeks after the half-month in which their goods were sold. Everything is posted, and every table
is a projection of that one journal.

`decoy_ratio` plans decoys of four kinds of faults on top of those that a year holds by itself: receipts by
another method, prices far below the list, bills that come as two, bills paid on the day on which they came. A
medium year holds about 720, 140, 25 and 90 more of them, and more are refused: a ratio of 10 or 100 needs few
labels. What looks like the other kinds (credits for returns, equal receipts, discounts by rule, goods as
inventory …) is as frequent as the business makes it, whatever the ratio.
"""

from synth_assets.model.world import World
from synth_assets.worlds.wholesale import fault_plan
from synth_assets.worlds.wholesale.anomalies import ANOMALIES
from synth_assets.worlds.wholesale.config import PRESETS, Config
from synth_assets.worlds.wholesale.pictures import PLOTS
from synth_assets.worlds.wholesale.statements import VIEWS
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
from synth_assets.worlds.wholesale.validation_report import VALIDATION_REPORT

WORLD = World(
    name="wholesale",
    config=Config,
    tables=(
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
    ),
    anomalies=ANOMALIES,
    facts=fault_plan.facts,
    expected_labels=fault_plan.expected_labels,
    why_not=fault_plan.why_not,
    plots=PLOTS,
    views=VIEWS,
    presets=PRESETS,
    block_rows=None,
    report=VALIDATION_REPORT,
)
