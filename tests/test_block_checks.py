"""What is checked of every block before it is written: keys ascend, and references lead to a row."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from synth_assets.generation import blocks
from synth_assets.generation.blocks import BlockTable, check_block, make_block
from synth_assets.model.errors import Problem
from synth_assets.model.identifiers import format_ids
from synth_assets.scenario.resolve import find_world, resolve
from tests.test_every_world import small

SCENARIO = small("order_to_cash")
BLOCK = make_block(SCENARIO.world, SCENARIO.config, "num_transactions", range(50))


def check(table: str, rows: pa.Table) -> None:
    block = {name: BlockTable(made) for name, made in (BLOCK | {table: rows}).items()}
    check_block(SCENARIO.world, SCENARIO.config, SCENARIO.world.table(table), block)


def refused(table: str, rows: pa.Table) -> str:
    with pytest.raises(Problem) as error:
        check(table, rows)
    return str(error.value)


def changed(table: str, column: str, place: int, number: int) -> pa.Table:
    """The table with another number in one id of a column."""
    made = BLOCK[table]
    known = BlockTable(made).id_numbers(column).copy()
    known[place] = number
    prefix = SCENARIO.world.table(table).column(column).prefix
    at = made.column_names.index(column)
    return made.set_column(at, made.schema.field(at), format_ids(prefix, known))


@pytest.mark.parametrize("table", BLOCK)
def test_what_is_made_is_sound(table):
    check(table, BLOCK[table])


@pytest.mark.parametrize("number", [1, 9, 12])
def test_a_key_that_does_not_ascend_is_refused(number):
    said = refused("orders", changed("orders", "order_id", 9, number))
    assert said == "order_to_cash/orders: order_id does not ascend: a bug, please report"


@pytest.mark.parametrize("number", [0, 51, 10**9 - 1])
def test_a_reference_to_no_row_of_the_block_is_refused(number):
    said = refused("invoices", changed("invoices", "order_id", 7, number))
    assert said == "order_to_cash/invoices: 1 values of order_id are not in orders: a bug, please report"


@pytest.mark.parametrize("number", [0, 201])
def test_a_reference_beyond_the_count_of_another_root_is_refused(number):
    said = refused("deals", changed("deals", "contact_id", 7, number))
    assert said == "order_to_cash/deals: 1 values of contact_id are not in contacts: a bug, please report"


def test_every_reference_to_an_empty_table_is_refused():
    rows = BLOCK["payments"].num_rows
    block = {name: BlockTable(made) for name, made in BLOCK.items()} | {
        "invoices": BlockTable(BLOCK["invoices"][:0])
    }
    with pytest.raises(Problem, match=f"payments: {rows} values of invoice_id are not in invoices"):
        check_block(SCENARIO.world, SCENARIO.config, SCENARIO.world.table("payments"), block)


def test_ids_are_parsed_once_and_cannot_be_written_to():
    made = BlockTable(BLOCK["orders"])
    found = made.id_numbers("order_id")
    assert found.tolist() == list(range(1, 51))
    assert made.id_numbers("order_id") is found
    with pytest.raises(ValueError, match="read-only"):
        found += np.int64(1)


def test_what_stands_in_settled_windows_is_not_looked_for_and_all_else_is() -> None:
    """A night that keeps the invoices before number 10 has made 10 to 12."""
    world, config = find_world("wholesale"), resolve("wholesale", {"preset": "small"}).config
    made = {"invoices": BlockTable(pa.table({"invoice_id": [10, 11, 12]}), 10)}
    lines, invoices = world.table("invoice_line_items"), world.table("invoices")
    asked = np.array([3, 12, 13])
    assert blocks._exist(world, config, lines, invoices, asked, made).tolist() == [True, True, False]
