"""A wholesaler's ERP: a year of consigned flower bought by the batch and sold by the pound.

Growers bring batches, nine of ten on consignment. Sixty clients order, ten of them most of it. Orders take
the oldest stock, invoices go out, a few goods come back, some invoices are paid late or never, and growers
are paid two weeks after the half-month in which their goods were sold. Everything is posted, and every table
is a projection of that one journal.

`decoy_ratio` asks for so many decoys for each label, of every kind. Of four kinds all are planned, on top
of those that a year holds by itself: receipts by another method, prices far below the list, bills that come
as two, bills paid on the day on which they came; a medium year has room for about 720, 140, 25 and 90. Of
the other kinds the decoys of the year count (discounts by rule, equal receipts, goods as inventory …), and
no fault falls on those that are needed. Where they are too few, more orders come back whole, more samples
are cancelled, more batches lose weight and more sellers change a telephone number: with many labels more
than a business would have. Of what else is scarce a medium year has 8 growers that buy, 55 deliveries
billed late, 87 batches sold out and 100 sales of a month's last day; more is refused in one line. A ratio
of 10 fits rates of about 1 %, one of 100 a label or two.

With `history.start`, the first of a month, the business goes on: a later as_of adds days and changes no
earlier one. Its years are counted from that day, and totals hold at the end of each: a year's sales, orders
on consignment, returns and refunds, who pays late, what is overdue and for how long. Within a year they are
on their way, and the checklist asks for them at its end alone. What is overdue at a year's end is paid in the
first months of the next. Weeks and the last quarter are those of such a year. Rates hold at its end, over all
years so far, and those of a prevalence nearly, within four labels of a kind, as its labels are among those of
a higher one on every day; which rows of a year lie is decided from the whole of it. A fault shows on the day
of its row, or of what makes it one: a second payment, a month's end, a receipt after a change of the client's
number. A payment before its bill, or on its day, is recorded on the day on which the bill is paid otherwise,
under the earlier date. A vendor's address is there from the first day, and its label says what the vendor was
paid on that. Grades follow from the books of the whole year. Months are closed, and none is locked; clients'
telephone numbers change forward from their first. A lapping shows with its first receipt, and its label names
two invoices, as the second receipt is still to come.

Planned decoys of a year are chosen as its faults are, before them. A `decoy_ratio` sets rates by the first
year, with some to spare, which hold for all years; at the end of each there are as many decoys for each label
as it asks for, and a year that would hold too few is refused in one line as soon as it begins. Rows of the
long tables are made year by year. A year stays as it is a month after its end; where rows say how far
invoices are paid, from the ninetieth day of the year after the next on, when all that fell due in between is
paid. When a year begins, it is planned how the rows of all tables stand on each of its days. That is kept in
the hidden directory `.carried` beside the tables: a night reads it, and simulates nothing. A history has at
most 10 years.
"""

from synth_assets.model.world import Growth, World
from synth_assets.worlds.wholesale import fault_plan
from synth_assets.worlds.wholesale.anomalies import ANOMALIES, CHANGED_TABLES
from synth_assets.worlds.wholesale.config import PRESETS, Config
from synth_assets.worlds.wholesale.lineage import TABLES
from synth_assets.worlds.wholesale.pictures import PLOTS
from synth_assets.worlds.wholesale.statements import VIEWS
from synth_assets.worlds.wholesale.validation_report import VALIDATION_REPORT
from synth_assets.worlds.wholesale.windows import WINDOWS

WORLD = World(
    name="wholesale",
    config=Config,
    tables=TABLES,
    anomalies=ANOMALIES,
    changed_tables=CHANGED_TABLES,
    facts=fault_plan.facts,
    expected_labels=fault_plan.expected_labels,
    why_not=fault_plan.why_not,
    plots=PLOTS,
    views=VIEWS,
    presets=PRESETS,
    block_rows=None,
    report=VALIDATION_REPORT,
    growth=Growth(blocks=lambda *_: [range(0)], settled=lambda *_: 0, windows=WINDOWS),
)
