"""Whole worlds: apart from what makes a fault, no value or range of any column gives one away."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from synth_assets.checks.fault_chains import mark_faults
from synth_assets.checks.giveaways import NOTHING, giveaways
from synth_assets.checks.verify import connect
from synth_assets.scenario.resolve import resolve
from synth_assets.worlds import load
from tests.test_every_world import BANK_FAULTS, SIMPLE_FAULTS
from tests.worlds import make_world, some_checks, spoil, write_world

BANK = {"as_of": "2026-11-21", "num_users": 3_000, "anomaly_rates": dict.fromkeys(BANK_FAULTS, 0.04)}
SIMPLE = {
    **BANK,
    "preset": "simple",
    "consent_ratio": 0.5,
    "anomaly_rates": dict.fromkeys(SIMPLE_FAULTS, 0.04),
}
ORDERS = {"as_of": "2026-11-21", "num_transactions": 20_000}


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("order_to_cash", {**ORDERS, "seed": 42}),
        ("order_to_cash", {**ORDERS, "seed": 7}),
        ("order_to_cash", {**ORDERS, "seed": 42, "payments_per_invoice": 3}),
        ("subscriptions", {"num_customers": 10_000}),
        (
            "subscriptions",
            {"num_customers": 10_000, "plan_change_share": 0.25, "ghosts_at_plan_changes": 0.6},
        ),
        ("personal_banking", BANK),
        ("personal_banking", SIMPLE),
    ],
)
def test_nothing_but_the_fault_gives_it_away(name, keys, tmp_path) -> None:
    world, config = load(name), resolve(name, keys).config
    if keys is BANK:  # only the preset `simple` has no sound transfers
        world = replace(world, anomalies=[_without_transfers(anomaly) for anomaly in world.anomalies])
    with connect(world, config, write_world(world, make_world(world, config), tmp_path)) as connection:
        mark_faults(connection, world)
        assert giveaways(connection, world.with_faults_of(config)) == []


def _without_transfers(anomaly):
    return replace(anomaly, shows_in=()) if anomaly.name == "transfer_leg_missing" else anomaly


def test_verify_says_so_when_second_invoices_are_issued_on_sundays(tmp_path) -> None:
    world, config = (
        load("order_to_cash"),
        resolve("order_to_cash", {**ORDERS, "num_transactions": 2_000}).config,
    )
    tables = make_world(world, config)
    assert outcome(world, config, write_world(world, tables, tmp_path / "sound")).passed
    tables["invoices"] = on_sunday(tables["invoices"], tables["anomaly_manifest"])
    given_away = outcome(world, config, write_world(world, tables, tmp_path / "sunday"))
    assert not given_away.passed
    assert (given_away.asked, given_away.severity) == ("none", "WARN")
    shown = {(row["table"], row["trait"], row["kind"], row["held"]) for row in given_away.failures}
    assert ("invoices", "issue_date weekday", "duplicate_invoice", "Sunday") in shown


def test_labels_of_a_kind_that_does_not_exist_end_no_verification(tmp_path) -> None:
    world = load("order_to_cash")
    config = resolve("order_to_cash", {**ORDERS, "num_transactions": 2_000}).config
    sources = write_world(world, make_world(world, config), tmp_path)
    spoil("anomaly_manifest", sources, "UPDATE anomaly_manifest SET type = 'unheard_of'")
    assert outcome(world, config, sources).asked == "none"


def outcome(world, config, sources):
    """What the check says of written tables."""
    checks = some_checks(world, config, sources, "catalogue")
    return next(check for check in checks if check.name == NOTHING)


def on_sunday(invoices: pa.Table, manifest: pa.Table) -> pa.Table:
    """The invoices, with every second one for the same order issued on the Sunday of its week."""
    second = pc.is_in(
        invoices["invoice_id"],
        value_set=manifest.filter(pc.equal(manifest["type"], "duplicate_invoice"))["entity_id"],
    )
    days = invoices["issue_date"].to_pandas()
    sunday = [day.fromordinal(day.toordinal() - day.isoweekday() % 7) for day in days]
    issued = pc.if_else(second, pa.array(sunday, invoices["issue_date"].type), invoices["issue_date"])
    return invoices.set_column(invoices.column_names.index("issue_date"), "issue_date", issued)
