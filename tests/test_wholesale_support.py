"""The wholesaler's parties, catalogue, credit limits and workspace agree with its books."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from functools import cache
from importlib import import_module
from typing import Any

import duckdb
import pytest

from synth_assets.model.draws import Draws
from synth_assets.model.table import Table
from synth_assets.worlds.wholesale import names
from synth_assets.worlds.wholesale.config import Config
from synth_assets.worlds.wholesale.order import Order
from synth_assets.worlds.wholesale.simulation import simulate
from synth_assets.worlds.wholesale.year import Year

PACKAGE = "synth_assets.worlds.wholesale.tables"
OWN = ("parties", "catalogue", "credit", "notes", "activity", "dashboards")
OTHERS = ("ledger", "intake", "stock", "orders", "billing", "payables")
OWN_TABLES: list[Table] = [t for name in OWN for t in import_module(f"{PACKAGE}.{name}").TABLES]
MADE_OVER_TIME = (
    "product_media", "credit_signal_history", "credit_audit_log", "client_activity", "audit_logs",
    "freeform_notes", "client_notes", "note_comments", "note_activity", "scratch_pad_notes",
    "alert_configurations", "dashboard_widget_layouts",
)  # fmt: skip


@cache
def facts() -> Year:
    return simulate(Config(), Draws(42, "wholesale", "facts"))


@cache
def tables() -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name in (*OWN, *OTHERS):
        for table in import_module(f"{PACKAGE}.{name}").TABLES:
            given = {
                **made,
                "facts": facts(),
                "config": Config(),
                "draws": Draws(42, "wholesale", table.name),
            }
            made[table.name] = table.generate(**{p: given[p] for p in table.parameters})
    return made


@cache
def rows(name: str) -> list[dict[str, Any]]:
    return tables()[name].to_pylist()


def by_id(name: str, key: str) -> dict[int, dict[str, Any]]:
    return {row[key]: row for row in rows(name)}


def moment(day: int, second: int) -> int:
    return facts().seconds(day, second)


def seconds(value: Any) -> int:
    return int((value - value.__class__(1970, 1, 1)).total_seconds())


each_table = pytest.mark.parametrize("table", OWN_TABLES, ids=[t.name for t in OWN_TABLES])


def test_there_are_34_tables() -> None:
    assert len(OWN_TABLES) == len({table.name for table in OWN_TABLES}) == 34


@each_table
def test_a_table_is_filled_and_described(table) -> None:
    made = tables()[table.name]
    assert made.num_rows
    assert table.grain.endswith(".")
    for column in table.columns:
        assert column.description.endswith(".")
        assert column.nullable or not made[column.name].null_count
        assert (
            column.physical.sql != "decimal(5,2)" or max(map(abs, _filled(table, column)), default=0) < 1_000
        )


def _filled(table: Table, column) -> list[Any]:
    return [value for value in tables()[table.name][column.name].to_pylist() if value is not None]


@each_table
def test_ids_count_up_in_time(table) -> None:
    keys = [row[table.key.name] for row in rows(table.name)]
    assert keys == sorted(set(keys))
    if table.name != "audit_logs":  # a fault takes a row out of it
        first = 1_001 if table.name == "vendors" else 1
        assert keys == list(range(first, first + len(keys)))
    if table.name in MADE_OVER_TIME:
        moments = [row.get("created_at") or row["calculated_at"] for row in rows(table.name)]
        assert moments == sorted(moments)


@each_table
def test_moments_lie_in_the_books(table) -> None:
    first, end = moment(0, 8 * 3_600), moment(facts().last_day + 1, 0)
    for column in table.columns:
        if column.kind == "moment":
            assert all(first <= seconds(value) < end for value in _filled(table, column)), column.name


@each_table
def test_references_and_row_rules_hold(table) -> None:
    keys = {t.name: t.key.name for name in (*OWN, *OTHERS) for t in import_module(f"{PACKAGE}.{name}").TABLES}
    for column in table.references:
        for target, chosen in [(column.references, None)] if column.references else (
            [(target, value) for value, target in column.targets]
        ):  # fmt: skip
            known = set(tables()[target][keys[target]].to_pylist())
            pointing = [r for r in rows(table.name) if chosen is None or r[column.chosen_by] == chosen]
            assert {r[column.name] for r in pointing} - {None} <= known, column.name
    connection = duckdb.connect()
    connection.register("own", tables()[table.name])
    for rule in table.rules:
        assert connection.execute(f"SELECT count(*) FROM own WHERE NOT ({rule.sql})").fetchone() == (0,), (
            rule.name
        )


@each_table
def test_json_is_json(table) -> None:
    for column in table.columns:
        if column.kind == "json" or column.name in ("before", "after"):
            assert all(json.loads(value) is not None for value in _filled(table, column))


def test_users_were_active_after_all_that_they_did() -> None:
    active = {row["user_id"]: row["last_signed_in_at"] for row in rows("users")}
    for name, user in (
        ("client_activity", "user_id"), ("audit_logs", "actor_id"), ("note_activity", "user_id"),
        ("scratch_pad_notes", "user_id"), ("credit_audit_log", "triggered_by_id"),
    ):  # fmt: skip
        assert all(row["created_at"] <= active[row[user]] for row in rows(name)), name


def test_nobody_is_real() -> None:
    assert {row["email"] for row in rows("clients")} == {row["address"] for row in rows("clients")} == {None}
    assert all(row["email"].endswith(".example") for row in rows("users"))
    assert all(row["contact_email"].endswith(".example") for row in rows("vendors"))
    assert all("555-01" in row["phone"] for row in rows("clients"))


def test_a_client_card_adds_up() -> None:
    spent, owed, oldest = Counter(), Counter(), Counter()
    for invoice in facts().invoices:
        client = invoice.order.client.id
        spent[client] += invoice.cents
        if facts().paid_cents[invoice.id] < invoice.cents:
            owed[client] += invoice.cents
            oldest[client] = max(oldest[client], facts().last_day - invoice.day)
    for row in rows("clients"):
        client = row["client_id"]
        assert row["total_spent_cents"] == spent[client]
        assert row["total_owed_cents"] == owed[client]
        assert row["oldest_debt_days"] == oldest[client]
        assert 25 < row["avg_profit_margin"] < 45
    assert sum(row["is_seller"] for row in rows("clients")) == len(names.GROWERS)
    assert sum("whale" in json.loads(row["tags"]) for row in rows("clients")) == Config().num_whales


def test_a_client_has_the_tags_that_it_was_given() -> None:
    tags: dict[int, list[str]] = {}
    for row in rows("client_activity"):
        metadata = json.loads(row["metadata"])
        if row["activity_type"] == "CREATED":
            tags[row["client_id"]] = metadata["tags"]
        elif row["activity_type"] == "TAG_ADDED":
            tags[row["client_id"]].append(metadata["tag"])
    assert tags == {row["client_id"]: json.loads(row["tags"]) for row in rows("clients")}
    assert any("slow payer" in given for given in tags.values())


def test_every_price_follows_from_the_rules() -> None:
    rules = by_id("pricing_rules", "pricing_rule_id")
    profiles = by_id("pricing_profiles", "pricing_profile_id")
    clients = by_id("clients", "client_id")
    for order in facts().orders:
        client = clients[order.client.id]
        profile = client["pricing_profile_id"]
        given = json.loads(profiles[profile]["rules"] if profile else client["custom_pricing_rules"])
        for line in order.lines:
            product = line.batch.product
            percent = sum(
                rule["adjustment_value"]
                for rule in (rules[entry["ruleId"]] for entry in given)
                if _applies(
                    json.loads(rule["conditions"]), order, product.category, json.loads(client["tags"])
                )
            )
            price = product.price_cents * (100 - percent) / 100
            assert abs(line.unit_price_cents - price) <= 50
            assert line.unit_price_cents % 100 == 0


def _applies(conditions: dict[str, Any], order: Order, category: str, tags: list[str]) -> bool:
    pounds = sum(line.quantity for line in order.lines if line.batch.product.unit == "LB") / 100
    return (
        conditions.get("category", category) == category
        and conditions.get("orderPoundsMin", 0) <= pounds < conditions.get("orderPoundsBelow", 10**9)
        and conditions.get("clientTag", tags[0]) in tags
    )


def test_the_catalogue_names_what_its_products_name() -> None:
    categories = {row["category_id"]: row["name"] for row in rows("categories")}
    pairs = {(categories[row["category_id"]], row["name"]) for row in rows("subcategories")}
    assert {(row["category"], row["subcategory"]) for row in rows("products")} <= pairs
    brands = by_id("brands", "brand_id")
    for product, row in zip(facts().products, rows("products"), strict=True):
        assert brands[row["brand_id"]]["vendor_id"] == 1_001 + product.grower
        assert row["name_canonical"] == product.name
    assert {product.grade for product in facts().products} <= {row["name"] for row in rows("grades")}
    said = [row["synonym"].lower() for row in rows("product_synonyms")]
    assert len(said) == len(set(said))


def test_no_tag_is_wider_than_itself() -> None:
    parent = {row["child_tag_id"]: row["parent_tag_id"] for row in rows("tag_hierarchy")}
    assert len(parent) == len(rows("tag_hierarchy"))
    assert not set(parent) & set(parent.values())


def test_limits_follow_from_their_log_and_signals() -> None:
    (settings,) = rows("credit_system_settings")
    weights = [value for name, value in settings.items() if name.endswith("_weight")]
    limits = {row["client_id"]: row for row in rows("client_credit_limits")}
    last_signals = {row["client_id"]: list(row.values())[2:8] for row in rows("credit_signal_history")}
    replayed: dict[int, int] = {}
    modes: dict[int, str] = dict.fromkeys(limits, "LEARNING")
    for row in rows("credit_audit_log"):
        client, new = row["client_id"], row["new_value_cents"]
        if new is not None:
            assert row["old_value_cents"] == replayed.get(client)
            assert (row["event_type"] == "LIMIT_INCREASED") == (new > replayed.get(client, new))
            replayed[client] = new
        elif row["event_type"] == "MODE_CHANGED":
            modes[client] = json.loads(row["metadata"])["to"]
        else:
            metadata = json.loads(row["metadata"])
            assert metadata["exposure"] > metadata["limit"] == replayed[client] / 100
    owed = {row["client_id"]: row["total_owed_cents"] for row in rows("clients")}
    for client, row in limits.items():
        assert row["credit_limit_cents"] == replayed[client]
        assert row["mode"] == modes[client]
        assert row["current_exposure_cents"] == owed[client]
        share = 100 * owed[client] / row["credit_limit_cents"]
        assert row["utilization_percent"] == pytest.approx(min(share, 999.99), abs=0.006)
        score = sum(w * s for w, s in zip(weights, last_signals[client], strict=True)) / 100
        assert row["credit_health_score"] == pytest.approx(score, abs=0.006)
        assert all(0 <= signal <= 100 for signal in last_signals[client])
        limit = row["base_capacity_cents"] * row["risk_modifier"] * row["directional_factor"]
        assert row["credit_limit_cents"] == pytest.approx(max(limit, 100_000), abs=5_001)
    assert len(rows("credit_signal_history")) == len(limits) * Config().months


def test_activity_is_the_journals() -> None:
    kinds = Counter(row["activity_type"] for row in rows("client_activity"))
    events = Counter(event.kind for event in facts().events)
    assert kinds["CREATED"] == len(facts().clients)
    assert kinds["TRANSACTION_ADDED"] == events["invoice"]
    assert kinds["PAYMENT_RECORDED"] == events["receipt"]
    assert kinds["UPDATED"] == events["return"] + events["refund"]
    assert kinds["NOTE_ADDED"] == len(rows("client_notes"))


def test_the_audit_log_ends_at_the_rows() -> None:
    state: dict[tuple[str, int], dict[str, Any]] = defaultdict(dict)
    for row in rows("audit_logs"):
        known = state[row["entity"], row["entity_id"]]
        if row["action"] != "QUANTITY_ADJUSTMENT":
            before = json.loads(row["before"] or "{}")
            assert all(known.get(name, value) == value for name, value in before.items())
        known |= json.loads(row["after"])
    invoices, batches = by_id("invoices", "invoice_id"), by_id("batches", "batch_id")
    limits = by_id("client_credit_limits", "client_credit_limit_id")
    periods = by_id("fiscal_periods", "fiscal_period_id")
    for (entity, number), known in state.items():
        if entity == "invoices":
            assert known["status"] == invoices[number]["status"]
            assert round(100 * float(known.get("amountPaid", 0))) == invoices[number]["amount_paid_cents"]
        elif entity == "batches":
            assert known["batchStatus"] == batches[number]["batch_status"]
            assert known["code"] == batches[number]["code"]
        elif entity == "client_credit_limits":
            assert round(100 * float(known["creditLimit"])) == limits[number]["credit_limit_cents"]
            assert known.get("mode", "LEARNING") == limits[number]["mode"]
        elif entity == "fiscalPeriods":
            assert known["status"] == periods[number]["status"]
    told = {number for entity, number in state if entity == "invoices"}
    assert told == {n for n, row in invoices.items() if row["status"] != "SENT"}
    adjusted = [row for row in rows("audit_logs") if row["action"] == "QUANTITY_ADJUSTMENT"]
    assert len(adjusted) == sum(move.kind == "ADJUSTMENT" for move in facts().movements)


def test_a_note_is_what_was_done_to_it() -> None:
    did = defaultdict(list)
    for row in rows("note_activity"):
        did[row["note_id"]].append(row)
    comments = by_id("note_comments", "note_comment_id")
    for note in rows("freeform_notes"):
        steps = did[note["freeform_note_id"]]
        kinds = Counter(step["activity_type"] for step in steps)
        assert steps[0]["activity_type"] == "CREATED"
        assert kinds["CREATED"] == 1
        assert note["is_pinned"] == (kinds["PINNED"] > kinds["UNPINNED"])
        assert note["is_archived"] == (kinds["ARCHIVED"] > kinds["RESTORED"])
        may_read = {note["user_id"], *json.loads(note["shared_with"])}
        for step in steps:
            assert step["user_id"] in may_read
            if step["activity_type"] == "COMMENTED":
                comment = comments.pop(json.loads(step["metadata"])["commentId"])
                assert (comment["note_id"], comment["created_at"], comment["user_id"]) == (
                    note["freeform_note_id"], step["created_at"], step["user_id"],
                )  # fmt: skip
        assert note["last_viewed_at"] == max(step["created_at"] for step in steps)
    assert not comments
    notes_of = {row["note_comment_id"]: row["note_id"] for row in rows("note_comments")}
    for row in rows("note_comments"):
        parent = row["parent_comment_id"]
        assert parent is None or notes_of[parent] == row["note_id"]
    assert len({row["title"] for row in rows("freeform_notes")}) > len(rows("freeform_notes")) * 0.8


def test_the_same_seed_tells_the_same() -> None:
    for table in OWN_TABLES:
        given = {"facts": facts(), "config": Config(), "draws": Draws(42, "wholesale", table.name)}
        assert table.generate(**{p: given[p] for p in table.parameters}).equals(tables()[table.name])
