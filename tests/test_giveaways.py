"""Give-aways on small hand-made tables: 300 orders, each with a bill, 30 of them late by the labels.

Whatever a test does not change is alike on late and sound rows: orders 5, 15, 25 ... are late, and days,
amounts and statuses follow from the number in a cycle that does not care.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import duckdb
import pandas as pd
import pytest

from synth_assets import generate
from synth_assets.checks.fault_chains import mark_faults
from synth_assets.checks.giveaways import Giveaway, counts, giveaways, spread
from synth_assets.checks.places import places
from synth_assets.checks.traits import FEWEST
from synth_assets.model.anomaly import Anomaly
from synth_assets.model.columns import choice, day, identifier, money, rate, reference, text
from synth_assets.model.config import WorldConfig
from synth_assets.model.table import Table
from synth_assets.model.world import World
from synth_assets.worlds import load

ORDERS = 300
LATE = list(range(5, ORDERS + 1, 10))
MONDAY = pd.Timestamp("2025-03-03")

Edit = Callable[[dict[str, pd.DataFrame]], None]


def orders_of(rows): ...


def bills_of(orders): ...


def manifest_of(bills): ...


def clerks_of(rows): ...


ORDER_ID, BILL_ID = identifier("order_id", "ORD-", "Order."), identifier("bill_id", "BIL-", "Bill.")
WORLD = World(
    "shop",
    WorldConfig,
    (
        Table("orders", "One order.", (ORDER_ID, day("ordered_on", "When.")), orders_of, row_count_key="n"),
        Table(
            "bills",
            "One bill.",
            (
                BILL_ID,
                reference("orders", ORDER_ID, "The order."),
                choice("status", ("open", "paid", "refused"), "How it stands."),
                day("billed_on", "When."),
                money("amount_cents", "How much."),
                rate("discount_pct", "Less."),
                text("clerk", "Who wrote it.", nullable=True, repeats=True),
            ),
            bills_of,
        ),
        Table("anomaly_manifest", "One label.", (identifier("anomaly_id", "ANO-", "Label."),), manifest_of),
    ),
    (Anomaly("late", "bill", "Billed late.", "bills.billed_on"),),
)


def ids(prefix: str, numbers) -> list[str]:
    return [f"{prefix}{number:09d}" for number in numbers]


def workdays(numbers) -> list[pd.Timestamp]:
    return [MONDAY + pd.Timedelta(days=n // 7 % 4 * 7 + n % 4) for n in numbers]


def tables(edit: Edit = lambda _: None) -> dict[str, pd.DataFrame]:
    number = range(1, ORDERS + 1)
    made = {
        "orders": pd.DataFrame({"order_id": ids("ORD-", number), "ordered_on": workdays(number)}),
        "bills": pd.DataFrame(
            {
                "bill_id": ids("BIL-", number),
                "order_id": ids("ORD-", number),
                "status": [("open", "paid", "paid")[n % 3] for n in number],
                "billed_on": workdays(number),
                "amount_cents": [1_000 + 5 * (n % 7) for n in number],
                "discount_pct": [float(n % 3) for n in number],
                "clerk": [("Ada", None, "Bob")[n % 3] for n in number],
            }
        ),
        "anomaly_manifest": pd.DataFrame(
            {
                "anomaly_id": ids("ANO-", LATE),
                "type": "late",
                "affected_entity": "bill",
                "entity_id": ids("BIL-", LATE),
                "related_entity_id": ids("ORD-", LATE),
            }
        ),
    }
    edit(made)
    return made


def connection(edit: Edit = lambda _: None) -> duckdb.DuckDBPyConnection:
    seen = duckdb.connect()
    for name, frame in tables(edit).items():
        seen.register(name, frame)
    mark_faults(seen, WORLD)
    return seen


def found(edit: Edit = lambda _: None, shows_in: tuple[str, ...] = ()) -> list[Giveaway]:
    late = replace(WORLD.anomalies[0], shows_in=shows_in)
    return giveaways(connection(edit), replace(WORLD, anomalies=(late,)))


def on_bills(column: str, value: object, numbers: list[int]) -> Edit:
    """Give some bills another value in one column."""

    def edit(made: dict[str, pd.DataFrame]) -> None:
        made["bills"].loc[[n - 1 for n in numbers], column] = value

    return edit


def test_what_sound_rows_share_gives_nothing_away():
    assert found() == []


def test_a_status_that_only_faults_use_is_found():
    assert found(on_bills("status", "refused", LATE[:20])) == [
        Giveaway("bills", "status", "late", "refused", 20, 20, 30, 0, 270)
    ]


def test_one_sound_row_that_shares_the_status_clears_it():
    assert found(on_bills("status", "refused", [*LATE[:20], 6])) == []


def test_few_faults_in_a_status_of_their_own_may_be_chance():
    assert found(on_bills("status", "refused", LATE[:8])) == []


def test_a_repeated_text_and_its_absence_are_values():
    assert [(g.trait, g.held) for g in found(on_bills("clerk", "Eve", LATE))] == [("clerk", "Eve")]
    assert found(on_bills("clerk", None, LATE[:15])) == []


def test_a_range_beyond_that_of_sound_rows_is_found():
    held = [(g.trait, g.held, g.faults) for g in found(on_bills("amount_cents", 1_040, LATE[:20]))]
    assert ("amount_cents range", "above 1030", 20) in held


def test_cents_of_their_own_are_found_inside_the_range():
    held = [(g.trait, g.held, g.faults) for g in found(on_bills("amount_cents", 1_017, LATE[:20]))]
    assert held == [("amount_cents last two digits", "17", 20)]


@pytest.mark.parametrize(("date", "weekday"), [("2025-03-15", "Saturday"), ("2025-05-26", "holiday")])
def test_a_weekday_or_holiday_of_their_own_is_found(date, weekday):
    held = [(g.trait, g.held) for g in found(on_bills("billed_on", pd.Timestamp(date), LATE))]
    assert ("billed_on weekday", weekday) in held


def test_days_between_two_rows_of_a_chain_are_compared():
    def bill_a_week_later(made: dict[str, pd.DataFrame]) -> None:
        at = [n - 1 for n in LATE if workdays([n])[0] < MONDAY + pd.Timedelta(days=21)]
        made["bills"].loc[at, "billed_on"] += pd.Timedelta(days=7)

    (late,) = found(bill_a_week_later)
    assert (late.trait, late.held) == ("billed_on days after orders.ordered_on", "above 0")


def test_one_value_held_by_all_faults_and_few_sound_rows_is_found():
    (late,) = found(on_bills("status", "refused", [*LATE, 6, 7, 8]))
    assert (late.held, late.faults, late.sound) == ("always refused", 30, 3)


def test_rows_that_refer_to_one_row_are_counted_and_their_numbers_compared():
    def bill_twice(made: dict[str, pd.DataFrame]) -> None:
        again = made["bills"].iloc[[n - 1 for n in LATE]]
        made["bills"] = pd.concat(
            [made["bills"], again.assign(bill_id=ids("BIL-", (n + 1_000 for n in LATE)))], ignore_index=True
        )

    held = [(g.trait, g.held) for g in found(bill_twice) if g.table == "orders"]
    assert held == [("bills.order_id holes", "999"), ("bills.order_id rows", "2")]


def test_what_makes_the_fault_is_left_aside():
    edit = on_bills("status", "refused", LATE)
    assert found(edit, ("bills.status",)) == []
    assert found(edit, {"early": ["bills.status"]}) != []


def test_rows_at_fault_in_two_ways_tell_nothing_about_either():
    def also_early(made: dict[str, pd.DataFrame]) -> None:
        on_bills("status", "refused", LATE)(made)
        labels = made["anomaly_manifest"]
        made["anomaly_manifest"] = pd.concat([labels, labels.assign(type="early")])

    assert found(also_early) == []


def test_a_value_counts_the_sooner_the_rarer_its_fault():
    common = Giveaway("bills", "status", "late", "refused", 8, 8, 30, 0, 270)
    rare = common._replace(of_rows=30, of_sound=100_000)
    assert not counts(common, tests=100)
    assert counts(rare, tests=100)
    assert rare.faults >= FEWEST


def test_a_row_number_that_says_nothing_scores_a_half():
    (place,) = [place for place in places(connection(), WORLD) if place.table == "bills"]
    assert (place.kind, place.among, place.faults) == ("late", "", 30)
    assert place.score == pytest.approx(0.5, abs=0.01)


def test_a_row_number_that_tells_is_far_from_a_half():
    def crowd_at_the_start(made: dict[str, pd.DataFrame]) -> None:
        made["anomaly_manifest"]["entity_id"] = ids("BIL-", [*range(1, 59, 2), ORDERS])

    (place,) = [place for place in places(connection(crowd_at_the_start), WORLD) if place.table == "bills"]
    assert place.score < 0.2
    assert place.sigmas < -5


@pytest.mark.parametrize(
    ("blocks", "rows", "chosen"),
    [(1, 10, [0]), (3, 1_000_000, [1]), (12, 2_000_000, [2, 6, 10]), (9, 10**9, [4])],
)
def test_a_large_world_is_measured_over_blocks_evenly_spread(blocks, rows, chosen):
    assert spread(blocks, rows) == chosen


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_labels_that_chance_put_on_a_sound_world_are_not_given_away(seed):
    world = load("order_to_cash")
    made = generate(world.name, seed=seed, clean=True, as_of="2026-02-21").tables
    order = random.Random(seed).sample(range(1, 1_001), 310)
    labels = pd.DataFrame(
        {
            "anomaly_id": ids("ANO-", order),
            "type": [world.anomalies[n % 6].name for n in range(310)],
            "affected_entity": "order",
            "entity_id": ids("ORD-", order),
            "related_entity_id": ids("OPP-", order),
        }
    )
    seen = duckdb.connect()
    for name, frame in {**made, "anomaly_manifest": labels}.items():
        seen.register(name, frame)
    mark_faults(seen, world)
    assert giveaways(seen, world) == []
    assert all(abs(place.sigmas) < 5 for place in places(seen, world))
