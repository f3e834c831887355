"""What a table names as its parents it reads, and nothing else: no lineage is decoration."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pytest

from synth_assets.generation.blocks import BlockTable, make_block, make_table
from synth_assets.generation.facts import Facts
from synth_assets.scenario.resolve import resolve
from synth_assets.worlds import NAMES, load

KEYS = {
    "order_to_cash": {"num_transactions": 200},
    "subscriptions": {"num_customers": 100},
    "personal_banking": {"num_users": 75, "anomaly_rates": {"balance_does_not_replay": 0.02}},
    "wholesale": {"preset": "small"},
}

TABLES = [(name, table) for name in NAMES for table in load(name).tables]


@pytest.mark.parametrize(("world", "table"), TABLES, ids=[f"{w}-{t.name}" for w, t in TABLES])
def test_every_parameter_of_generate_is_read(world, table) -> None:
    (function,) = ast.parse(textwrap.dedent(inspect.getsource(inspect.unwrap(table.generate)))).body
    read = {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    assert set(table.parameters) <= read


class Recorded:
    """A parent that remembers whether it was read."""

    def __init__(self, rows, seen: set[str], name: str) -> None:
        self.rows, self.seen, self.name = rows, seen, name

    def __getitem__(self, column):
        self.seen.add(self.name)
        return self.rows[column]

    def id_numbers(self, column):
        self.seen.add(self.name)
        return self.rows.id_numbers(column)


@pytest.mark.parametrize("name", NAMES)
def test_every_parent_is_read_when_a_block_is_made(name) -> None:
    world = load(name)
    config = resolve(name, KEYS[name]).config
    for root in world.roots:
        rows = world.blocks(config, root)[0]
        made, facts = {}, Facts(world, config, rows)
        for table in world.roots[root]:
            seen: set[str] = set()
            parents = {parent: Recorded(made[parent], seen, parent) for parent in table.parents}
            made[table.name] = BlockTable(make_table(world, config, table, rows, parents, facts))
            assert seen == set(table.parents), table.name


def changed(rows: pa.Table, column: str, to: Callable[[np.ndarray], np.ndarray]) -> pa.Table:
    """A table with one column of numbers changed."""
    place, field = rows.column_names.index(column), rows.schema.field(column)
    values = pa.array(to(rows[column].to_numpy())).cast(field.type)
    return rows.set_column(place, field, values)


def double(values: np.ndarray) -> np.ndarray:
    return 2 * values


DERIVED = [
    ("personal_banking", "signals_subscriptions", "transactions", "amount_cents", double),
    ("personal_banking", "signals_savings", "transactions", "amount_cents", double),
    ("personal_banking", "signals_savings", "accounts", "balance_current_cents", double),
    ("personal_banking", "signals_credit", "transactions", "amount_cents", double),
    ("personal_banking", "signals_credit", "accounts", "balance_current_cents", double),
    ("personal_banking", "signals_credit", "liabilities", "last_payment_amount_cents", double),
    ("personal_banking", "signals_income", "transactions", "amount_cents", double),
    ("personal_banking", "signals_income", "accounts", "balance_current_cents", double),
    ("personal_banking", "signals_cash_flow", "transactions", "amount_cents", double),
    ("personal_banking", "signals_cash_flow", "accounts", "opening_balance_cents", double),
    ("personal_banking", "liabilities", "transactions", "amount_cents", double),
    ("personal_banking", "persona_assignments", "signals_subscriptions", "recurring_merchants", double),
    ("personal_banking", "persona_assignments", "signals_savings", "growth_pct", double),
    ("personal_banking", "persona_assignments", "signals_credit", "utilization_pct", double),
    ("personal_banking", "persona_assignments", "signals_income", "cash_buffer_months", double),
    ("personal_banking", "persona_assignments", "signals_cash_flow", "balance_volatility", double),
]
"""World, child, parent, a column of the parent, and what is done to it; more are in tests/test_parents.py."""


@pytest.mark.parametrize(
    ("name", "child", "parent", "column", "change"), DERIVED, ids=lambda v: getattr(v, "__name__", v)
)
def test_what_is_changed_in_a_parent_changes_the_child(name, child, parent, column, change) -> None:
    world = load(name)
    config, table = resolve(name, KEYS[name]).config, world.table(child)
    root = world.root(table)
    rows = world.blocks(config, root)[0]
    made = make_block(world, config, root, rows)
    parents = {other: BlockTable(made[other]) for other in table.parents}
    facts = Facts(world, config, rows)
    assert make_table(world, config, table, rows, parents, facts).equals(made[child])
    parents[parent] = BlockTable(changed(made[parent], column, change))
    assert not make_table(world, config, table, rows, parents, facts).equals(made[child])
