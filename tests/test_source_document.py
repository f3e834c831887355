"""The six tests of the source document (seed 000), word for word, and what else it accepts the generator by:
key fields, definitions, configuration; all through the command line."""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections import Counter, defaultdict
from decimal import Decimal

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
    closed = [
        dt.date.fromisoformat(deal["closed_on"]) for deal in rows(exported, "deals") if deal["closed_on"]
    ]
    assert first <= min(closed) <= max(closed) <= AS_OF
    for label in rows(exported, "anomaly_manifest"):
        assert label["injected_at"] == f"{AS_OF}T12:00:00Z"


def test_the_window_has_as_many_months_as_asked(tmp_path):
    out = export(tmp_path, "--set", "date_range_months=5", "--set", "num_transactions=400")
    days = [dt.date.fromisoformat(order["order_date"]) for order in rows(out, "orders")]
    assert dt.date(2025, 9, 22) <= min(days) <= max(days) <= AS_OF
    assert min(days) < dt.date(2025, 10, 1)


def test_due_dates_are_within_the_window_as_well_where_asked(tmp_path):
    out = export(tmp_path, "--set", "clip_due_dates=true")
    assert max(dt.date.fromisoformat(bill["due_date"]) for bill in rows(out, "invoices")) <= AS_OF


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


# --- key fields, definitions, configuration -----------------------------------------------------------

KEY_FIELDS = {
    "contacts": ("contact_id", "name", "email", "company", "created_at"),
    "deals": ("deal_id", "contact_id", "stage", "value", "assigned_to", "created_at"),
    "opportunities": (
        *("opportunity_id", "deal_id", "product_id", "quantity"),
        *("unit_price", "discount_pct", "approval_status"),
    ),
    "orders": (
        *("order_id", "opportunity_id", "contact_id", "total_amount"),
        *("discount_applied", "order_date", "status"),
    ),
    "invoices": (
        *("invoice_id", "order_id", "amount_due", "amount_paid"),
        *("status", "issue_date", "due_date"),
    ),
    "payments": ("payment_id", "invoice_id", "amount", "payment_method", "payment_date", "status"),
    "ledger_entries": ("entry_id", "invoice_id", "debit", "credit", "account", "posted_date"),
    "anomaly_manifest": (
        *("anomaly_id", "type", "affected_entity", "entity_id", "related_entity_id"),
        *("expected_value", "actual_value", "drift_pct", "injected_at"),
    ),
}


@pytest.mark.parametrize("name", KEY_FIELDS)
def test_key_fields_stand_in_the_documents_order(exported, name):
    for row in rows(exported, name):
        assert tuple(field for field in row if field in KEY_FIELDS[name]) == KEY_FIELDS[name]


def by_definition(out) -> dict[str, set[str]]:
    """The ids that the document's table of anomalies describes, read word for word from the JSON files."""
    orders = {order["order_id"]: order for order in rows(out, "orders")}
    invoices, bills_of = rows(out, "invoices"), defaultdict(list)
    for invoice in sorted(invoices, key=lambda one: (one["issue_date"], one["invoice_id"])):
        bills_of[invoice["order_id"]].append(invoice)
    total = {order: Decimal(str(row["total_amount"])) for order, row in orders.items()}
    received = {payment["invoice_id"]: payment["amount"] for payment in rows(out, "payments")}
    return {
        "missing_invoice": orders.keys() - bills_of.keys(),
        "pricing_drift": {
            bills[0]["invoice_id"]
            for order, bills in bills_of.items()
            if abs(Decimal(str(bills[0]["amount_due"])) - total[order]) / total[order] > Decimal("0.01")
        },
        "duplicate_invoice": {bill["invoice_id"] for bills in bills_of.values() for bill in bills[1:]},
        "unauthorized_discount": {
            line["opportunity_id"]
            for line in rows(out, "opportunities")
            if line["discount_pct"] > 15 and line["approval_status"] != "approved"
        },
        "payment_mismatch": {
            bill["invoice_id"]
            for bill in invoices
            if bill["status"] == "paid" and received[bill["invoice_id"]] < bill["amount_due"]
        },
        "stale_unpaid": {
            bill["invoice_id"]
            for bill in invoices
            if bill["status"] == "unpaid" and (AS_OF - dt.date.fromisoformat(bill["issue_date"])).days > 60
        },
    }


def labelled(out) -> dict[str, set[str]]:
    """The ids that the manifest names, by kind."""
    found = defaultdict(set)
    for label in rows(out, "anomaly_manifest"):
        found[label["type"]].add(label["entity_id"])
    return dict(found)


def test_the_documents_definitions_find_exactly_the_manifest(exported):
    assert by_definition(exported) == labelled(exported)


def test_the_documents_configuration_as_a_file(tmp_path, exported):
    """GENERATOR_CONFIG as YAML is the default; with other rates its definitions find so many."""
    rates = {"missing_invoice": 5, "pricing_drift": 8, "duplicate_invoice": 3}
    rates |= {"unauthorized_discount": 6, "payment_mismatch": 4, "stale_unpaid": 5}
    lines = [f"  {kind}: {rate / 100}" for kind, rate in rates.items()]
    counts = ["num_transactions: 1000", "num_contacts: 200", "num_products: 50", "date_range_months: 12"]
    usual, other = tmp_path / "usual.yaml", tmp_path / "other.yaml"
    usual.write_text("\n".join([*counts, "anomaly_rates:", *lines, "seed: 42"]))
    same = export(tmp_path / "usual", "--config", str(usual))
    for path in sorted(exported.iterdir()):
        assert path.read_bytes() == (same / path.name).read_bytes(), path.name
    other.write_text(usual.read_text().replace("0.08", "0.02").replace("0.03", "0.1").replace("42", "7"))
    out = export(tmp_path / "other", "--config", str(other))
    found = by_definition(out)
    assert found == labelled(out)
    asked = rates | {"pricing_drift": 2, "duplicate_invoice": 10}
    assert {kind: len(ids) for kind, ids in found.items()} == {k: 10 * rate for k, rate in asked.items()}
