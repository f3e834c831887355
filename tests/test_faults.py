"""Every check bites: a dataset is spoilt by one statement, and exactly the right checks fail."""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from synth_assets.checks.check import as_text
from synth_assets.checks.verify import connect
from synth_assets.checks.world_checks import TOTAL
from synth_assets.worlds.order_to_cash import WORLD
from synth_assets.worlds.order_to_cash.config import Config
from tests.faults_crm import CRM, LABELS, SHAPE
from tests.faults_finance import CASH, LEDGER
from tests.worlds import failed, make_world, sources_in, spoil, verify_quickly, write_world

CONFIG = Config(seed=43, as_of=dt.date(2026, 11, 21), decoy_rates={"processing_order": 0.01})

ROW_RULES = {rule.name for table in WORLD.tables for rule in table.rules}
"""Seen to bite in tests/test_row_rules.py."""

FAULTS = LABELS | CASH | LEDGER | CRM | SHAPE


@dataclass(frozen=True)
class Sound:
    """A sound dataset, and ids in it for the statements: the oldest two invoices that are paid and not
    labelled (one of them with its order, payment and first payment leg), and the youngest unpaid duplicate.
    """

    directory: Path
    ids: dict[str, str]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Sound:
    directory = tmp_path_factory.mktemp("sound")
    sources = write_world(WORLD, make_world(WORLD, CONFIG), directory)
    with connect(WORLD, CONFIG, sources) as connection:
        (invoice, order), (other, _) = connection.execute("""
            SELECT invoice_id, order_id
            FROM invoices
            WHERE status = 'paid'
            AND right(order_id, 9) NOT IN (SELECT right(anomaly_id, 9) FROM anomaly_manifest)
            ORDER BY invoice_id
            LIMIT 2
        """).fetchall()
        [(duplicate,)] = connection.execute("""
            SELECT max(invoice_id)
            FROM invoices JOIN anomaly_manifest ON invoice_id = entity_id
            WHERE type = 'duplicate_invoice' AND status = 'unpaid'
        """).fetchall()
        [(payment,)] = connection.execute(
            "SELECT payment_id FROM payments WHERE invoice_id = $1", [invoice]
        ).fetchall()
        [(leg,)] = connection.execute(
            "SELECT entry_id FROM ledger_entries WHERE invoice_id = $1 AND account = 'Cash'", [invoice]
        ).fetchall()
    ids = {"invoice": invoice, "order": order, "other": other, "duplicate": duplicate}
    return Sound(directory, ids | {"payment": payment, "payment_leg": leg})


@pytest.mark.parametrize(("table", "statement", "checks"), FAULTS.values(), ids=FAULTS.keys())
def test_fault_is_caught(table: str, statement: str, checks: set[str], sound: Sound, tmp_path: Path) -> None:
    shutil.copytree(sound.directory, tmp_path, dirs_exist_ok=True)
    sources = sources_in(WORLD, tmp_path)
    spoil(table, sources, statement.format(**sound.ids))

    found = verify_quickly(WORLD, CONFIG, sources)

    names = failed(found)
    assert names - {"rates"} - ROW_RULES == checks, as_text([c for c in found if not c.passed])
    assert "rates" not in names or TOTAL in checks, "rates differ only where the truth does"


def test_every_check_is_caught_in_the_act() -> None:
    named = {name for file in ("laws", "rules") for name, _, _, _ in WORLD.sql(file)}
    caught = set.union(*(checks for _, _, checks in FAULTS.values()))

    assert caught == named | {"schema", "keys", "values", "references", "decoys are sound", TOTAL}
