"""The manifest: one row for every label, with what was expected and what stands in the tables."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from synth_assets.model.arrow import indices, strings, values
from synth_assets.model.calendar import date_of, epoch_day
from synth_assets.model.columns import choice, day, decimal, identifier, moment, money, rate, text
from synth_assets.model.draws import Ints
from synth_assets.model.identifiers import ids, numbers
from synth_assets.model.table import Rows, Table, arrow_table, seconds
from synth_assets.worlds.subscriptions.anomalies import ANOMALIES, GHOST, PARTIAL, ZOMBIE
from synth_assets.worlds.subscriptions.bills import Bill, bills
from synth_assets.worlds.subscriptions.config import Config
from synth_assets.worlds.subscriptions.invoices import INVOICE_ID
from synth_assets.worlds.subscriptions.payments import PAYMENT_ID
from synth_assets.worlds.subscriptions.plan import bill_days
from synth_assets.worlds.subscriptions.subscriptions import SUB_ID

ENTITIES = ("subscription", "invoice", "payment")
DIFFICULTIES = ("easy", "medium", "hard")
EASY, MEDIUM, HARD = range(3)

COLUMNS = (
    identifier("anomaly_id", "ANO-", "Label; has the number that its invoice has, or would have had."),
    choice("type", tuple(a.name for a in ANOMALIES), "Kind of fault."),
    choice("affected_entity", ENTITIES, "What kind of row is at fault."),
    text("entity_id", "Ghost: the subscription. Zombie: the invoice. Partial: the payment."),
    text(
        "related_entity_id", "Ghost: the month, as 2024-03. Zombie: the subscription. Partial: the invoice."
    ),
    day("billing_date", "The period: the billing date that is missing, unpaid or paid short."),
    decimal("expected_value", "Dollars that should have been billed, or paid."),
    decimal("actual_value", "Dollars that were."),
    rate("drift_pct", "(actual - expected) / expected x 100, for partial payments.", nullable=True),
    moment("injected_at", "as_of at 12:00."),
    choice("difficulty", DIFFICULTIES, "How far the fault stands out from sound rows."),
    money("amount_at_risk_cents", "Revenue that leaks.", minimum=1),
)


def generate(rows: range, invoices: Rows, payments: Rows, config: Config) -> pa.Table:
    """One row for every planned fault, in order of number; amounts paid are read from the tables."""
    due = bills(config, rows.start, rows.stop)
    faulty = due.where(due.fault > 0)
    received = _found(faulty.number, payments, "invoice_id", "amount_paid_cents")
    billed = _found(faulty.number, invoices, "invoice_id", "amount_cents")
    is_ghost, is_partial = faulty.fault == GHOST, faulty.fault == PARTIAL
    expected = faulty.amount_cents
    actual = np.where(is_ghost, billed, received)
    entity, related = _names(config, faulty)
    short_hundredths = ((expected - actual) * 20_000 + expected) // (2 * expected)
    entities = np.array([ENTITIES.index(a.entity) for a in ANOMALIES])
    return arrow_table(
        COLUMNS,
        {
            "anomaly_id": faulty.number,
            "type": faulty.fault - 1,
            "affected_entity": entities[faulty.fault - 1],
            "entity_id": entity,
            "related_entity_id": related,
            "billing_date": faulty.day,
            "expected_value": expected / 100,
            "actual_value": actual / 100,
            "drift_pct": np.ma.masked_array(-short_hundredths / 100, mask=~is_partial),
            "injected_at": np.full(len(expected), seconds(epoch_day(config.day), 12 * 3_600)),
            "difficulty": np.where(is_partial, _graded(expected, actual), EASY),
            "amount_at_risk_cents": expected - actual,
        },
    )


def _names(config: Config, faulty: Bill) -> tuple[pa.Array, pa.Array]:
    """Entity and related entity of each label."""
    months = strings([date_of(d).isoformat()[:7] for d in bill_days(config)])
    subscription = ids(SUB_ID.prefix, faulty.subscription + 1)
    invoice = ids(INVOICE_ID.prefix, faulty.number)
    month = months.take(indices(faulty.cycle))
    payment = ids(PAYMENT_ID.prefix, faulty.number)
    by_kind = {GHOST: (subscription, month), ZOMBIE: (invoice, subscription), PARTIAL: (payment, invoice)}
    order = np.argsort(np.concatenate([np.flatnonzero(faulty.fault == kind) for kind in by_kind]))
    entity, related = (
        pa.chunked_array(
            [
                names[side].take(indices(np.flatnonzero(faulty.fault == kind)))
                for kind, names in by_kind.items()
            ]
        )
        .combine_chunks()
        .take(indices(order))
        for side in (0, 1)
    )
    return entity, related


def _found(numbers_: Ints, table: Rows, key: str, column: str) -> Ints:
    """The column's value where the table has the number, else 0."""
    known, found = numbers(table[key]), values(table[column])
    if not len(known):
        return np.zeros(len(numbers_), dtype=np.int64)
    place = np.minimum(np.searchsorted(known, numbers_), len(known) - 1)
    return np.where(known[place] == numbers_, found[place], 0)


def _graded(expected: Ints, actual: Ints) -> Ints:
    """Partial payments: HARD below 3 % short, EASY from 7 %."""
    short = (expected - actual) * 100
    return np.where(short < 3 * expected, HARD, np.where(short < 7 * expected, MEDIUM, EASY))


ANOMALY_MANIFEST = Table(
    name="anomaly_manifest",
    row="One label: a fault that was put in on purpose.",
    columns=COLUMNS,
    generate=generate,
)
