"""People whose money behaves: accounts that run, habits that show, and personas that follow from them.

Plaid-style users with checking, savings and cards. Pay comes by cadence, rent on the first days of a month,
services charge on their day, cards have statements, and every balance replays to the cent. Each user has an
archetype whose habits trigger exactly the persona meant, some of them exactly on its threshold.

People come back to shops that they like, some every week or month, so that a shop may look like a service;
how many recurring merchants a user has stays within the archetype. Services begin, end, pause, grow dearer on
one day for everybody, fail once and are tried again, come through an app store under its name. A trial shows
where it costs a dollar, not where it is free; a charge that fails leaves no row of its own.

Whoever pays a mortgage, a student, car or personal loan owes it on an account of that kind at the same bank,
where every payment arrives: interest first, the rest is principal. Mortgages and student loans have a
liability, as in the document; no loan begins or ends within the history, and nobody with an irregular pay has
one. Some save for their health on an account of its own.

A person lives and works in a metro of three cities, has family in another and makes trips of a few days, with
flights and hotels. Chains have stores in their own states, one with its number in each city; small shops are
invented and stand in one city. A metro has no more cities than three, and nobody moves.

A card's limit is never exceeded but by a fault. Where over-the-limit transactions are asked for, some users
have a small limit for what they buy by card, and pay in between so that it suffices; whose fault it is pays
once too late: a purchase goes through that should have been declined, and the next payment brings the card
below its limit again. Purchases count when they are posted, as nothing pending is in a balance; no fee is
charged, as nobody has asked to exceed a limit [12 CFR 1026.56]. The preset `simple` has none of it, as no
card is paid there.

`decoy_ratio` plans who opens a savings account or renews the consent within the history, and who surely has a
purchase pending or pays around a limit. What looks like a duplicate, a refund without purchase or a transfer
follows from habits: several for each user, however few the ratio asks for.

With `history.start` statements go on for up to ten years: a later as_of adds days and changes no earlier one.
A history is windows of `date_range_months` one after the other. On the last day of the first one edge cases
and personas hold exactly, as in a window. In the later ones everybody keeps their habits, accounts, employer,
services, loans and favourite shops, and begins with the balances of the one before; what happens is drawn
anew. Signals and personas are what the statements so far say on each day; windows of signals are shorter in
the first half year. No user comes or goes. A window that has been over for some days stays in its files: a
night makes the last windows alone.

An account is there from the day on which it is opened, or its first row; none is opened after the first
window. Before a card's first statement the last one is what the first payment of the history paid. Limits
stay: who revolves keeps the debt of the end of the first window, and what does not fit goes by debit. Who had
missed a payment then makes it, and nobody misses another one. Mortgages and student loans last beyond ten
years; on a car's or personal loan that is nearly repaid more is lent, and the payments go on. Who has much on
checking spends more, and who would run out of it is paid more. Who had only pending transactions lives like
anybody after the first window; who had none at all still has none.

There a purchase is pending under an id of its own and is posted some business days later under another one,
which names the first as `pending_transaction_id`; the pending row is gone then, as `changes` says with the op
`delete`. One purchase in ten is never shown pending. A restaurant's bill is pending without the tip, fuel at
a round hold, and some holds of pumps and hotels are released without a posting.

Rates of faults hold in every window, rounded over the windows so far. A consent is withdrawn and an account
opened once, so that data_after_consent_withdrawn and before_account_opened come in the first window alone and
stay: their labels show with the first posted row, and name one transaction after consent and those of the day
before the account was opened. balance_does_not_replay is refused, as a label would not say the same on every
day. After the first window faults are on checking accounts, but for over_limit_transaction; who pays around a
card's limit has no other fault than that.

The preset `simple` is another source: statements of independent rows in seven weighted categories, where
nothing follows from anything. Its document has date-times: `users.json` gives a time of the day, the tables
give days, as the other document does.
"""

from synth_assets.model.world import Growth, World
from synth_assets.worlds.personal_banking.accounts import ACCOUNTS
from synth_assets.worlds.personal_banking.activity.facts import facts
from synth_assets.worlds.personal_banking.anomalies import ANOMALIES
from synth_assets.worlds.personal_banking.anomaly_manifest import (
    ANOMALY_MANIFEST,
    ANOMALY_MANIFEST_IN_HISTORY,
)
from synth_assets.worlds.personal_banking.config import FAULTY, INVESTIGATION, Config
from synth_assets.worlds.personal_banking.liabilities import LIABILITIES
from synth_assets.worlds.personal_banking.pictures import PLOTS
from synth_assets.worlds.personal_banking.quotas import why_not
from synth_assets.worlds.personal_banking.signals.persona_assignments import PERSONA_ASSIGNMENTS
from synth_assets.worlds.personal_banking.signals.signals_cash_flow import SIGNALS_CASH_FLOW
from synth_assets.worlds.personal_banking.signals.signals_credit import SIGNALS_CREDIT
from synth_assets.worlds.personal_banking.signals.signals_income import SIGNALS_INCOME
from synth_assets.worlds.personal_banking.signals.signals_savings import SIGNALS_SAVINGS
from synth_assets.worlds.personal_banking.signals.signals_subscriptions import SIGNALS_SUBSCRIPTIONS
from synth_assets.worlds.personal_banking.spendsense import SAID
from synth_assets.worlds.personal_banking.transactions import TRANSACTIONS, TRANSACTIONS_IN_HISTORY
from synth_assets.worlds.personal_banking.users import USERS
from synth_assets.worlds.personal_banking.validation_report import VALIDATION_REPORT
from synth_assets.worlds.personal_banking.vendors import VENDORS
from synth_assets.worlds.personal_banking.visibility import (
    BLOCK_USERS,
    blocks,
    expected_labels,
    settled_blocks,
)
from synth_assets.worlds.personal_banking.windows import WINDOWS

STATES = (
    LIABILITIES,
    SIGNALS_SUBSCRIPTIONS,
    SIGNALS_SAVINGS,
    SIGNALS_CREDIT,
    SIGNALS_INCOME,
    SIGNALS_CASH_FLOW,
    PERSONA_ASSIGNMENTS,
)
"""What follows from the transactions."""

TABLES = (USERS, ACCOUNTS, TRANSACTIONS, *STATES, ANOMALY_MANIFEST)
TABLES_IN_HISTORY = (USERS, ACCOUNTS, TRANSACTIONS_IN_HISTORY, *STATES, ANOMALY_MANIFEST_IN_HISTORY)

WORLD = World(
    name="personal_banking",
    config=Config,
    tables=TABLES,
    anomalies=ANOMALIES,
    facts=facts,
    expected_labels=expected_labels,
    why_not=why_not,
    plots=PLOTS,
    presets={
        "personas": {},
        "simple": {"num_users": 50, "consent_ratio": 0.0},
        "faulty": FAULTY,
        "investigation": INVESTIGATION,
    },
    block_rows=BLOCK_USERS,
    block_bytes=2_670_000,  # transactions
    growth=Growth(blocks, settled_blocks, TABLES_IN_HISTORY, WINDOWS),
    database="spendsense.sql",
    database_values=SAID,
    report=VALIDATION_REPORT,
    vendors=VENDORS,
)
