"""From CRM to accounting: where a sale leaks revenue on its way from deal to cash.

A company sells goods to businesses. Contacts enter the CRM, deals are won or lost, a won deal becomes an
opportunity (its line of goods) and an order; the order is invoiced at Net 30, paid, and posted to the ledger
in double entry. CRM fields follow GoHighLevel, accounting fields QuickBooks. Six kinds of leakage are put in
at exact rates and labelled in the manifest: missing invoices, pricing drift, duplicate invoices,
unauthorized discounts, payment mismatches and stale unpaid invoices. Decoys are sound rows that look odd;
they carry no label.

The year is no clockwork. Orders a month follow growth, season and the quarter's end; weeks and days
differ by chance, which the seed moves. The shape is the same at every count, so a million orders have
days as uneven as a thousand. One thing is bent: 70 % of a year's orders must be old enough to go stale,
78 % to be paid short and 94 % to be invoiced twice. Where too few would be, the days before that age
weigh a little more; where more are old enough to go stale, up to a tenth less, so that growth may come as
a step there.

Every deal of the window was opened in it, as the document asks. So that none pile up on its first days,
cycles that end in its first 180 days are shortened in proportion to the days since its start: half as
long after 90.

Open invoices age: the share that is unpaid falls with every day up to the 59th, slow payers among them.
From then on sound invoices are paid, and nothing is unpaid at 61 to 90 days, although life has such
bills: an unpaid invoice is beyond doubt either sound or stale. Stale ones begin at 91 days and thin out
with age.

An invoice is paid at once, by one payment, as the document has it. Where `payments_per_invoice` is above 1,
30 % of those that are not paid within 20 days are paid in instalments: a deposit or an equal part first, at
least ten days apart, the last one when the invoice would have been paid at once. Until then it is `partial`,
a look-alike of an invoice that was paid short. Customers with a pay run then pay by check or ACH all that is
due on its day, for all invoices at once: their payments share a `receipt_id`. Every instalment comes within
60 days of issue, so nothing is partly paid for longer, although life has such bills; nobody pays too much or
in advance, and every payment is for known invoices.

In disguise an invoice that is paid short is paid in instalments, too, of the number, days, shares and methods
of sound ones, but for one in a hundred that is paid within ten days. What was agreed is written nowhere: the
rest may be a last instalment that never came, or what the last one is short. Half of the sound plans then end
with a smaller payment and are paid in full. A quarter of the sound invoices come in instalments and almost
all short ones: an invoice that is paid at once is then hardly ever short, and among those paid in several
nothing but the sum tells.

Bulk is cheaper: everyday discounts are more frequent and deeper for large quantities, and for some
customers more than for others. A customer pays the list price or a contract price up to 5 % below it,
always the same for a product; a deal's value is the gross at that price, so a discount recomputed from
the money is the one granted.

With `history.start` the business goes on: a later as_of adds days and changes no earlier one. Orders and new
customers come at rates a year, each month its share by season, and the rates of faults and decoys hold in
every month; at a prevalence those of all months so far, within five faults. Orders are `processing` until
they are invoiced, deals are open until they end, at most 180 days after they began, and stale invoices are
never written off. Nothing is bent to make room for old faults.
"""

from synth_assets.model.world import Growth, World
from synth_assets.worlds.order_to_cash.anomalies import ANOMALIES
from synth_assets.worlds.order_to_cash.anomaly_manifest import ANOMALY_MANIFEST
from synth_assets.worlds.order_to_cash.config import INVESTIGATION, Config
from synth_assets.worlds.order_to_cash.contacts import CONTACTS
from synth_assets.worlds.order_to_cash.deals import DEALS
from synth_assets.worlds.order_to_cash.facts import facts
from synth_assets.worlds.order_to_cash.fault_plan import why_not
from synth_assets.worlds.order_to_cash.invoices import INVOICES
from synth_assets.worlds.order_to_cash.ledger_entries import LEDGER_ENTRIES
from synth_assets.worlds.order_to_cash.opportunities import OPPORTUNITIES
from synth_assets.worlds.order_to_cash.orders import ORDERS
from synth_assets.worlds.order_to_cash.payments import PAYMENTS
from synth_assets.worlds.order_to_cash.pictures import PLOTS
from synth_assets.worlds.order_to_cash.products import PRODUCTS
from synth_assets.worlds.order_to_cash.visibility import blocks, expected_labels, settled_blocks

WORLD = World(
    name="order_to_cash",
    config=Config,
    tables=(
        CONTACTS,
        PRODUCTS,
        DEALS,
        OPPORTUNITIES,
        ORDERS,
        INVOICES,
        PAYMENTS,
        LEDGER_ENTRIES,
        ANOMALY_MANIFEST,
    ),
    anomalies=ANOMALIES,
    facts=facts,
    block_bytes=2_700_000,  # deals
    expected_labels=expected_labels,
    why_not=why_not,
    plots=PLOTS,
    growth=Growth(blocks, settled_blocks),
    presets={"standard": {}, "investigation": INVESTIGATION},
)
