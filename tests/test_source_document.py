"""The six tests of the source document (seed 000), word for word, through the command line."""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections import Counter

import pytest
from click.testing import CliRunner

from synth_assets.cli import main
from synth_assets.derive.pydantic_models import entity_model
from synth_assets.worlds import load

AS_OF = dt.date(2026, 2, 21)
WORLD = load("order_to_cash")
KEYS = {table.name: table.key.published_name for table in WORLD.tables}


def export(directory, *generate_options: str):
    """CSV and JSON files of a freshly generated world, by table name."""
    data, out = str(directory / "data"), directory / "out"
    run("generate", "order_to_cash", "--as-of", AS_OF.isoformat(), "--data-dir", data, *generate_options)
    for form in ("json", "csv"):
        run("export", "order_to_cash", "--to", form, "--out", str(out), "--data-dir", data)
    return out


def run(*arguments: str) -> str:
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def rows(out, name: str) -> list[dict]:
    return json.loads((out / f"{name}.json").read_text())


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    return export(tmp_path_factory.mktemp("document"))


def test_volume(exported):
    assert len(rows(exported, "orders")) == 1_000
    assert len(rows(exported, "contacts")) == 200
    assert len(rows(exported, "products")) == 50
    assert len(rows(exported, "invoices")) == 1_000 - 50 + 30
    assert all(rows(exported, table.name) for table in WORLD.tables)


def test_anomaly_rates(exported):
    found = Counter(label["type"] for label in rows(exported, "anomaly_manifest"))
    asked = {
        "missing_invoice": 50,
        "pricing_drift": 80,
        "duplicate_invoice": 30,
        "unauthorized_discount": 60,
        "payment_mismatch": 40,
        "stale_unpaid": 50,
    }
    assert found == asked
    assert sum(found.values()) == 310


def test_determinism(tmp_path, exported):
    again = export(tmp_path, "--workers", "2")
    for path in sorted(exported.iterdir()):
        assert path.read_bytes() == (again / path.name).read_bytes(), path.name


def test_entity_integrity(exported):
    for table in WORLD.tables:
        for column in table.references:
            target = str(column.references)
            known = {row[KEYS[target]] for row in rows(exported, target)}
            assert {row[column.name] for row in rows(exported, table.name)} <= known, column.name
    for label in rows(exported, "anomaly_manifest"):
        target = {"order": "orders", "invoice": "invoices", "opportunity": "opportunities"}
        known = {
            row[KEYS[target[label["affected_entity"]]]]
            for row in rows(exported, target[label["affected_entity"]])
        }
        assert label["entity_id"] in known


def test_date_ranges(exported):
    first = dt.date(2025, 2, 22)
    events = {
        "contacts": "created_at",
        "deals": "created_at",
        "orders": "order_date",
        "invoices": "issue_date",
        "payments": "payment_date",
        "ledger_entries": "posted_date",
    }
    for name, column in events.items():
        days = [dt.date.fromisoformat(row[column][:10]) for row in rows(exported, name)]
        assert first <= min(days), name
        assert max(days) <= AS_OF, name


def test_export_formats(exported):
    for table in WORLD.tables:
        from_json = rows(exported, table.name)
        with (exported / f"{table.name}.csv").open(newline="") as file:
            from_csv = list(csv.DictReader(file))
        model = entity_model(table)
        assert [model(**row) for row in from_json] == [
            model(**{key: value or None for key, value in row.items()}) for row in from_csv
        ]
        assert len(from_json) == len(from_csv) > 0
