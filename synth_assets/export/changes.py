"""The change feed of a history that grows: what each day inserted and updated, table by table.

Every day is made anew from the scenario, as far as it can still change, and compared with the day before. So
a feed needs no older files, and a row that changed on three days is in it three times.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow.parquet import ParquetWriter

from synth_assets.checks.queries import quoted
from synth_assets.export.files import aside, placed
from synth_assets.generation.blocks import make_block
from synth_assets.model.errors import UsageProblem
from synth_assets.model.identifiers import id_numbers
from synth_assets.model.table import Table
from synth_assets.model.world import CONSTANT
from synth_assets.scenario.scenario import Scenario
from synth_assets.storage.paths import translate_os_errors

INSERT, UPDATE = "insert", "update"

FORMATS = ("parquet", "jsonl")

BlockTables = dict[int, dict[str, pa.Table]]
"""The tables of some blocks of a root, by the block's number."""


def change_schema(table: Table) -> pa.Schema:
    """Columns of a table's feed: `op`, `changed_on`, the row as it is then, and `before`, the row as it was:
    empty for an insert. Amounts are in cents, as in the stored tables."""
    before = pa.struct([field.with_nullable(True).with_metadata(None) for field in _plain(table.schema)])
    return pa.schema(
        [
            pa.field("op", pa.string(), nullable=False),
            pa.field("changed_on", pa.date32(), nullable=False),
            *_plain(table.schema),
            pa.field("before", before),
        ]
    )


def changes(scenario: Scenario, since: dt.date, until: dt.date) -> Iterator[tuple[Table, pa.Table]]:
    """What changed after `since` and by `until`, day by day, for each table with changes on a day.

    Raises:
        UsageProblem: no history grows, or it has no such days.
    """
    _refuse_other_days(scenario, since, until)
    made: dict[str, BlockTables] = {}
    for number in range((until - since).days + 1):
        day = since + dt.timedelta(days=number)
        for root, tables in scenario.world.roots.items():
            if root == CONSTANT:
                continue
            before = made.get(root)
            made[root] = _open_blocks(scenario, root, max(since, day - dt.timedelta(days=1)), day)
            if before is None:
                continue
            first = min(made[root], default=0)
            for table in tables:
                then = [blocks[table.name] for block, blocks in before.items() if block >= first]
                now = [blocks[table.name] for blocks in made[root].values()]
                changed = changed_rows(table, _all_of(table, then), _all_of(table, now), day)
                if changed.num_rows:
                    yield table, changed


def write_changes(
    scenario: Scenario, since: dt.date, until: dt.date, out: Path, form: str = "parquet"
) -> dict[str, int]:
    """Write the feed of every table, `<table>.parquet` or `<table>.jsonl`, all when all are whole.

    Returns:
        How many changes each table has.

    Raises:
        UsageProblem: as `changes` does, or an unknown format.
        Problem: a file cannot be written.
    """
    if form not in FORMATS:
        raise UsageProblem(f"unknown format {form!r}: there are {', '.join(FORMATS)}")
    counts = {table.name: 0 for table in scenario.world.tables}
    with translate_os_errors(out, "use another --out"), aside(out) as staging:
        files = {table.name: staging / f"{table.name}.parquet" for table in scenario.world.tables}
        with ExitStack() as stack:
            writers = {
                table.name: stack.enter_context(
                    ParquetWriter(files[table.name], change_schema(table), compression="zstd")
                )
                for table in scenario.world.tables
            }
            for table, changed in changes(scenario, since, until):
                writers[table.name].write_table(changed)
                counts[table.name] += changed.num_rows
        placed([_in_form(path, form) for path in files.values()], out)
    return counts


def changed_rows(table: Table, then: pa.Table, now: pa.Table, day: dt.date) -> pa.Table:
    """The rows of `now` that `then` has not, or has otherwise, in order of key."""
    old, new = (id_numbers(rows[table.key.name]) for rows in (then, now))
    order = np.argsort(old)
    place = np.searchsorted(old, new, sorter=order).clip(max=max(len(old) - 1, 0))
    place = order[place] if len(old) else place
    is_known = old[place] == new if len(old) else np.zeros(len(new), dtype=bool)
    was = then.take(pa.array(place, mask=~is_known))
    differs = np.zeros(len(new), dtype=bool)
    for column in table.columns:
        differs |= _differ(was[column.name], now[column.name])
    at = np.flatnonzero(~is_known | differs)
    at = at[np.argsort(new[at])]
    return _feed(table, was.take(pa.array(at)), now.take(pa.array(at)), is_known[at], day)


def _feed(table: Table, was: pa.Table, now: pa.Table, is_known: np.ndarray, day: dt.date) -> pa.Table:
    schema = change_schema(table)
    before = pa.StructArray.from_arrays(
        [
            column.combine_chunks().cast(field.type)
            for column, field in zip(was.columns, schema.field("before").type, strict=True)
        ],
        fields=list(schema.field("before").type),
        mask=pa.array(~is_known),
    )
    plain = now.cast(pa.schema(_plain(table.schema)))
    return pa.Table.from_arrays(
        [
            pa.array(np.where(is_known, UPDATE, INSERT), pa.string()),
            pa.array([day] * len(is_known), pa.date32()),
            *plain.columns,
            before,
        ],
        schema=schema,
    )


def _differ(one: pa.ChunkedArray, other: pa.ChunkedArray) -> np.ndarray:
    """Which values of two columns differ; empty is equal to empty."""
    if pa.types.is_dictionary(one.type):
        one, other = one.cast(pa.string()), other.cast(pa.string())
    unequal = pc.fill_null(pc.not_equal(one, other), False)
    return np.asarray(pc.or_(unequal, pc.xor(pc.is_null(one), pc.is_null(other))))


def _plain(schema: pa.Schema) -> list[pa.Field]:
    """The fields of a table, words as they are."""
    return [
        field.with_type(field.type.value_type) if pa.types.is_dictionary(field.type) else field
        for field in schema
    ]


def _all_of(table: Table, parts: list[pa.Table]) -> pa.Table:
    return pa.concat_tables([table.schema.empty_table(), *parts])


def _open_blocks(scenario: Scenario, root: str, before: dt.date, day: dt.date) -> BlockTables:
    """The blocks of a root on a day that were not settled on the day before."""
    world = scenario.world
    then, now = (scenario.config.model_copy(update={"as_of": as_of}) for as_of in (before, day))
    settled = world.settled_blocks(then, root)
    return {
        block: make_block(world, now, root, rows)
        for block, rows in enumerate(world.blocks(now, root))
        if block >= settled
    }


def _refuse_other_days(scenario: Scenario, since: dt.date, until: dt.date) -> None:
    world, config = scenario.world, scenario.config
    if not config.grows:
        raise UsageProblem(
            f"{world.name}: only a history that grows has changes: generate it with --set history.start=DATE"
        )
    if not since < until <= config.day:
        raise UsageProblem(
            f"{world.name}: --since {since} must be before --until {until}, and that no later than as_of "
            f"{config.day}"
        )
    first = config.model_copy(update={"as_of": since})
    why_not = world.why_not(first, world.draws(first, "quotas"))
    if why_not:
        raise UsageProblem(f"{world.name}: --since {since}: {why_not}")


def _in_form(path: Path, form: str) -> Path:
    """The file itself, or its rows as JSON Lines."""
    if form == "parquet":
        return path
    lines = path.with_suffix(".jsonl")
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute(
            f"COPY (FROM read_parquet({quoted(str(path))})) TO {quoted(str(lines))} "
            "(FORMAT json, DATEFORMAT '%Y-%m-%d', TIMESTAMPFORMAT '%Y-%m-%dT%H:%M:%SZ')"
        )
    return lines
