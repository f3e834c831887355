"""The wholesaler's faults look like its sound rows: who, when and which leg is at fault tells nothing."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import pairwise

import pytest

import synth_assets
from synth_assets.evaluate.leaks import leak_of
from synth_assets.evaluate.opened import Opened, opened
from synth_assets.model.draws import Draws
from synth_assets.worlds.wholesale import WORLD
from synth_assets.worlds.wholesale.anomalies import KINDS
from synth_assets.worlds.wholesale.config import AnomalyRates, Config
from synth_assets.worlds.wholesale.fault_plan import plan
from synth_assets.worlds.wholesale.year import Year
from tests.thorough import size

MANY = {"payment_of_wrong_client": 0.2, "unbalanced_entry": 0.2}


@pytest.fixture(scope="module")
def there():
    with opened(synth_assets.generate("wholesale", seed=3, preset="small", anomaly_rates=MANY)) as data:
        yield data


@pytest.fixture(scope="module")
def year() -> Year:
    return plan(Config(seed=3), Draws(3, "wholesale", "facts")).year


def test_faults_change_the_tables_that_their_kind_names() -> None:
    rates = AnomalyRates(**dict.fromkeys(AnomalyRates.model_fields, 0.1))
    planned = plan(Config(seed=5, anomaly_rates=rates), Draws(5, "wholesale", "facts"))
    for kind, faults in zip(KINDS, planned.faults, strict=True):
        changed = {edit.table for fault in faults for edit in fault.edits}
        assert changed == set(kind.changes)


def test_nothing_that_should_not_matter_tells_a_receipt_of_the_wrong_client(there: Opened) -> None:
    kind = next(anomaly for anomaly in WORLD.anomalies if anomaly.name == "payment_of_wrong_client")
    leak = leak_of(there, kind)
    assert leak
    assert not leak.tells


def test_the_wrong_client_is_one_who_pays_often(there: Opened) -> None:
    payments = "payments JOIN clients ON client_id = customer_id JOIN invoices USING (invoice_id)"
    is_wrong = "payments.customer_id <> invoices.customer_id"
    (of_wrong, wrong), (of_sound, sound) = there.connection.sql(
        f"SELECT count(*) FILTER (teri_code LIKE 'WHL%'), count(*) FROM {payments} "
        f"WHERE payment_method <> 'OTHER' GROUP BY {is_wrong} ORDER BY {is_wrong} DESC"
    ).fetchall()
    assert wrong > 80
    assert abs(of_wrong / wrong - of_sound / sound) < 0.2


def test_either_leg_of_a_posting_may_be_at_fault(there: Opened) -> None:
    [(debits, faults)] = there.connection.sql(
        "SELECT count(*) FILTER (debit_cents > 0), count(*) FROM anomaly_manifest "
        "JOIN ledger_entries ON entity_id = CAST(ledger_entry_id AS VARCHAR) WHERE type = 'unbalanced_entry'"
    ).fetchall()
    assert 0.3 < debits / faults < 0.7


def test_the_hour_of_an_order_does_not_tell_its_client(year: Year) -> None:
    on: dict[int, list[int]] = defaultdict(list)
    for order in year.orders:
        on[order.day].append(order.client.id)
    pairs = Counter(a < b for ids in on.values() for a, b in pairwise(ids))
    assert 0.45 < pairs[True] / pairs.total() < 0.55


def test_nothing_tells_a_lapping_over_several_seeds() -> None:
    lapping = next(anomaly for anomaly in WORLD.anomalies if anomaly.name == "lapping")
    rates = dict.fromkeys(AnomalyRates.model_fields, 0.1)
    off = []
    for seed in size((3,), (3, 4, 5)):
        with opened(synth_assets.generate("wholesale", seed=seed, anomaly_rates=rates)) as there:
            leak = leak_of(there, lapping)
        assert leak
        assert not leak.tells
        off.append((leak.area - 0.5) / leak.sigma)
    assert sum(off) / len(off) ** 0.5 < 3.3, "further once in two thousand datasets"
