"""A SaaS business that bills by the month, and where its revenue leaks.

Customers subscribe to one of three plans and are invoiced on the 1st of every month, Net 14. All are there on
the first day, or a share of them starts later, on any day, and is billed from the next billing date on; the
days before it are free. How a customer pays is a habit: most by card or ACH and hardly ever late, a tenth
mostly late; the tables do not show the method. Some cancel, some pay late, and December's bills may still be
open: that is noise, not leakage. Ghosts are active subscriptions without an invoice for a month, zombies stay
active long after grace on an unpaid invoice, leaky buckets pay 90 to 99 % of what they owe. Each is put in at
an exact rate and labelled.

`plan_change_share` lets customers change their plan, once and up more often than down: their subscription
ends on any day after its first bill, and another begins the day after, billed from the next billing date on;
the old one's bill covers the days until then, and nothing is prorated. Nobody has left by that: `churn_rate`
counts customers. A subscription that ends so has every bill, and nobody changes plan before the first bill or
in the days of the period before the first billing date. `ghosts_at_plan_changes` puts its share of the ghosts
at the first bill of a new plan, where it looks as if none were due yet; the last bill of an old plan is never
a ghost, as that subscription is not active any more. As new plans are mostly dearer, so are the plans of
these ghosts.

`decoy_ratio` sets how many cancel for each ghost and how many payments are late for each zombie or partial
payment. A late payment looks like both, so that the rarer of the two has more decoys than the ratio asks for.

With `history.start` the business goes on: a later as_of adds days and changes no earlier one. New customers
come at a rate a year, on any day; a customer's row comes with the subscription, after the trial. Of the
active customers churn_rate cancel in a year, exactly over every twelve months, and more in some months than
in others. Rates hold at every billing date, over all dates so far; at a prevalence within five faults. A bill
is unpaid until it is paid, also where the subscription ends before. Who was active on a billing date may
cancel later: a ghost is still one then, and so is a zombie whose subscription was active when grace ran out.
`plan_change_share` of those who do not cancel change their plan in a year, exactly by every billing date, and
who has changed may change again. With `decoy_ratio` as many cancel in a year as are asked for its ghosts, and
as many payments are late as for its other faults, less or more by chance. Subscriptions are numbered as they
start, and invoices in time, billing date by billing date; a date is never written again once its grace has
run out, subscriptions always are, as each may still end. A history has at most 20 years.
"""

from synth_assets.model.world import Growth, World
from synth_assets.worlds.subscriptions import facts, growing_facts
from synth_assets.worlds.subscriptions.anomalies import ANOMALIES
from synth_assets.worlds.subscriptions.anomaly_manifest import ANOMALY_MANIFEST
from synth_assets.worlds.subscriptions.config import INVESTIGATION, Config
from synth_assets.worlds.subscriptions.customers import CUSTOMERS
from synth_assets.worlds.subscriptions.growing_tables import TABLES
from synth_assets.worlds.subscriptions.invoice_settlement import INVOICE_SETTLEMENT
from synth_assets.worlds.subscriptions.invoices import INVOICES
from synth_assets.worlds.subscriptions.payments import PAYMENTS
from synth_assets.worlds.subscriptions.pictures import PLOTS
from synth_assets.worlds.subscriptions.plans import PLANS
from synth_assets.worlds.subscriptions.refusals import why_not
from synth_assets.worlds.subscriptions.subscriptions import PERIOD_ENDS, SUBSCRIPTIONS
from synth_assets.worlds.subscriptions.visibility import blocks, expected_labels, settled_blocks

WORLD = World(
    name="subscriptions",
    config=Config,
    tables=(CUSTOMERS, PLANS, SUBSCRIPTIONS, INVOICES, PAYMENTS, INVOICE_SETTLEMENT, ANOMALY_MANIFEST),
    anomalies=ANOMALIES,
    facts=lambda config, draws, rows: (growing_facts if config.grows else facts).facts(config, draws, rows),
    expected_labels=expected_labels,
    why_not=why_not,
    plots=PLOTS,
    variants=(PERIOD_ENDS,),
    presets={"standard": {}, "investigation": INVESTIGATION},
    growth=Growth(blocks, settled_blocks, TABLES),
    block_bytes=4_180_000,  # payments
)
