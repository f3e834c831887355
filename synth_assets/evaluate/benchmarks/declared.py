"""The benchmarks, one entry each."""

from __future__ import annotations

from synth_assets.evaluate.benchmarks.benchmark import Benchmark, Seeds
from synth_assets.model.errors import UsageProblem
from synth_assets.scenario.explain import nearest

REVENUE_LIMITS = (
    "One company, one currency, Net 30 for all; nobody overpays, pays in advance or without an invoice.",
    "A sound invoice is paid within 60 days of issue, and nothing is unpaid at 61 to 90 days, so age alone "
    "tells an unpaid invoice that is stale from one that is sound; in life it does not.",
    "An order carries one fault at most; in life faults come together.",
    "A missing invoice has no row of its own: who looks at one table finds none.",
)

ACCOUNT_FAULTS = (
    "duplicate_transaction",
    "pending_never_posts",
    "refund_without_purchase",
    "before_account_opened",
    "balance_does_not_replay",
    "transfer_leg_missing",
    "data_after_consent_withdrawn",
)

RARE_IN_A_YEAR = dict.fromkeys(
    (
        "unrecorded_return",
        "oversold_batch",
        "adjustment_without_reason",
        "bill_split",
        "vendor_is_a_user",
        "backdated_entry",
        "expense_as_inventory",
        "round_manual_entry",
        "client_changed_before_payment",
    ),
    0.25,
)
"""A year has few rows that these can fall on: a quarter of them is some labels of each."""

OFTEN_IN_A_YEAR = dict.fromkeys(
    (
        "refund_above_invoice",
        "lapping",
        "price_below_floor",
        "booked_too_early",
        "limit_exceeded_without_approval",
        "phantom_intake",
        "sample_unaccounted",
        "missing_consignment_payable",
        "bill_paid_twice",
        "payment_before_bill",
        "approved_own_request",
        "limit_raised_without_reason",
    ),
    0.10,
)

ALWAYS_IN_A_YEAR = dict.fromkeys(
    (
        "payment_of_wrong_client",
        "discount_without_rule",
        "side_agreement",
        "cost_below_batch",
        "invoice_without_posting",
        "unbalanced_entry",
    ),
    0.02,
)
"""These can fall on thousands of rows."""

BENCHMARKS = (
    Benchmark(
        name="revenue-leakage",
        version=1,
        world="order_to_cash",
        title="Revenue leakage between CRM and accounting, 20,000 orders a split",
        task="Find the orders, opportunities and invoices by which a sale leaks revenue: six kinds of fault.",
        as_of="2026-11-21",
        configuration={"num_transactions": 20_000},
        seeds=Seeds(train=1101, validation=1102, test=1103),
        published="2026-11-30",
        limits=REVENUE_LIMITS,
        small={"num_transactions": 400},
    ),
    Benchmark(
        name="revenue-leakage-large",
        version=1,
        world="order_to_cash",
        title="Revenue leakage between CRM and accounting, 200,000 orders a split",
        task="Find the orders, opportunities and invoices by which a sale leaks revenue: six kinds of fault.",
        as_of="2026-11-21",
        configuration={"num_transactions": 200_000, "num_contacts": 2_000},
        seeds=Seeds(train=2101, validation=2102, test=2103),
        published="2026-11-30",
        limits=REVENUE_LIMITS,
        small={"num_transactions": 400, "num_contacts": 200},
    ),
    Benchmark(
        name="hidden-leakage",
        version=1,
        world="order_to_cash",
        title="Revenue leakage that no single row shows, 20,000 orders a split",
        task="Find the orders, opportunities and invoices by which a sale leaks revenue: five kinds of fault "
        "in disguise, among ten decoys for each.",
        as_of="2026-11-21",
        configuration={"preset": "investigation", "num_transactions": 20_000, "num_contacts": 4_000},
        seeds=Seeds(train=6101, validation=6102, test=6103),
        published="2026-11-30",
        limits=(
            *REVENUE_LIMITS[:1],
            *REVENUE_LIMITS[2:],
            "Short payments are as a rule made at once; few come in instalments.",
        ),
        small={"num_transactions": 1_000, "num_contacts": 200},
    ),
    Benchmark(
        name="subscription-leakage",
        version=1,
        world="subscriptions",
        title="Billing that leaks: a year of 2,000 subscriptions a split",
        task="Find active subscriptions that were not invoiced, invoices never paid though grace has run "
        "out, and payments that are short.",
        as_of="2024-12-31",
        configuration={"num_customers": 2_000, "new_customers_share": 0.3},
        seeds=Seeds(train=3101, validation=3102, test=3103),
        published="2026-11-30",
        limits=(
            "Three plans at fixed prices: no upgrades, discounts, taxes, refunds or credit notes.",
            "A customer has one subscription and pays an invoice once at most.",
            "Bills fall on the 1st of a month and terms are the same for all.",
        ),
        answers=("invoice_settlement",),
        small={"num_customers": 200},
    ),
    Benchmark(
        name="account-faults",
        version=1,
        world="personal_banking",
        title="Faults in account data: seven months of 1,000 users a split",
        task="Find users, accounts and transactions whose data cannot be right: seven kinds of fault.",
        as_of="2026-11-21",
        configuration={"num_users": 1_000, "anomaly_rates": dict.fromkeys(ACCOUNT_FAULTS, 0.05)},
        seeds=Seeds(train=4101, validation=4102, test=4103),
        published="2026-11-30",
        limits=(
            "Faults are those of feeds and books, such as doubled rows and missing legs: no fraud and no "
            "stolen cards.",
            "Each user has one of a few habits; nobody moves, marries, loses work for good or dies.",
            "A user carries one fault at most, and 35 % of the users carry one.",
        ),
        small={"num_users": 60},
    ),
    Benchmark(
        name="control-failures",
        version=1,
        world="wholesale",
        title="Control failures in the ERP of a wholesaler: a year of 74 tables a split",
        task="Find the papers that lie: 27 control failures that auditors know by name.",
        as_of="2024-12-31",
        configuration={"anomaly_rates": RARE_IN_A_YEAR | OFTEN_IN_A_YEAR | ALWAYS_IN_A_YEAR},
        seeds=Seeds(train=5101, validation=5102, test=5103),
        published="2026-11-30",
        limits=(
            "One year of one business with 60 clients: some kinds have fewer than ten labels, so their "
            "recall is coarse.",
            "Rates are far above those of life, so that every kind has labels.",
            "The journal is true and papers lie: no collusion that falsifies both.",
        ),
        small={"preset": "small"},
    ),
)


def find_benchmark(name: str) -> Benchmark:
    """The benchmark of that name with its version, or a UsageProblem that names the nearest."""
    known = {benchmark.id: benchmark for benchmark in BENCHMARKS}
    if name not in known:
        hint = nearest(name, known)
        raise UsageProblem(f"unknown benchmark {name!r}{hint} (benchmarks: {', '.join(known)})")
    return known[name]
