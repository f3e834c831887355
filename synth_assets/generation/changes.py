"""The change feed of a history that grows: what each day inserted, updated and deleted, table by table.

Every day is made anew from the scenario, as far as it can still change, and compared with the day before. So
a feed needs no older files, and a row that changed on three days is in it three times.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow.parquet import ParquetWriter

from synth_assets.checks.queries import quoted
from synth_assets.export.placing import aside, placed
from synth_assets.generation.blocks import make_block
from synth_assets.model.draws import Ints
from synth_assets.model.errors import UsageProblem
from synth_assets.model.identifiers import id_numbers
from synth_assets.model.table import Table
from synth_assets.scenario.scenario import Scenario
from synth_assets.storage.paths import translate_os_errors

INSERT, UPDATE, DELETE = "insert", "update", "delete"

FORMATS = ("parquet", "jsonl")

DAY = dt.timedelta(days=1)

LONGEST_DELAY_DAYS = 7
"""A row that is late becomes known at most so many days after it happened [D]."""

BlockTables = dict[int, dict[str, pa.Table]]
"""The tables of some blocks of a root, by the block's number."""


def before_name(table: Table) -> str:
    """What the row as it was is called in a table's feed: `before`, or `row_before` where the table has a
    column of that name."""
    return "row_before" if any(column.name == "before" for column in table.columns) else "before"


def change_schema(table: Table) -> pa.Schema:
    """Columns of a table's feed: `op`, `changed_on`, `known_on`, the row as it is then, and `before`, the row
    as it was: empty for an insert. Of a row that is gone both are as it was. Amounts are in cents, as in the
    stored tables."""
    before = pa.struct([field.with_nullable(True).with_metadata(None) for field in _plain(table.schema)])
    return pa.schema(
        [
            pa.field("op", pa.string(), nullable=False),
            pa.field("changed_on", pa.date32(), nullable=False),
            pa.field("known_on", pa.date32(), nullable=False),
            *_plain(table.schema),
            pa.field(before_name(table), before),
        ]
    )


def changes(scenario: Scenario, since: dt.date, until: dt.date) -> Iterator[tuple[Table, pa.Table]]:
    """What became known after `since` and by `until`, in order of `changed_on`, a table and a day at a time.

    Before the history's first day there is nothing: all rows of that day are inserts.

    Raises:
        UsageProblem: no history grows, or it has no such days.
    """
    refuse_other_days(scenario, since, until)
    first = max(since - dt.timedelta(days=_longest_delay(scenario)), scenario.config.start - DAY)
    made: dict[str, BlockTables] = {root: {} for root in scenario.world.roots}
    day = first
    while day <= until:
        for root, before in made.items():
            made[root] = _open_blocks(scenario, root, max(first, day - DAY), day)
            if day == first:
                continue
            for table, changed in _changed(scenario.world.roots[root], before, made[root], day):
                known = _known(scenario, table, changed)
                days = known["known_on"]
                inside = known.filter(pc.and_(pc.greater(days, since), pc.less_equal(days, until)))
                if inside.num_rows:
                    yield table, inside
        day += DAY


def _changed(
    tables: Sequence[Table], before: BlockTables, made: BlockTables, day: dt.date
) -> Iterator[tuple[Table, pa.Table]]:
    """The changes of a day between the open blocks of the day before and its own.

    Blocks are compared together: a deal that is open is in the last one, whatever that is.
    """
    first = min(made, default=0)
    for table in tables:
        then = [blocks[table.name] for block, blocks in before.items() if block >= first]
        now = [blocks[table.name] for blocks in made.values()]
        changed = changed_rows(table, _all_of(table, then), _all_of(table, now), day)
        if changed.num_rows:
            yield table, changed


def _longest_delay(scenario: Scenario) -> int:
    """Days after which all that happened is known."""
    return LONGEST_DELAY_DAYS if scenario.config.delayed_share else 0


def _known(scenario: Scenario, table: Table, changed: pa.Table) -> pa.Table:
    """The changes with the day on which each becomes known: of late rows some days after it happened.

    All changes of a row come equally late, so that they come in order. Labels are never late.
    """
    share = scenario.config.delayed_share
    if not share or table is scenario.world.manifest:
        return changed
    draws = scenario.world.draws(scenario.config, table.name)
    chance, lag, _, _ = draws.fields("known_on", id_numbers(changed[table.key.name])).astype(np.int64)
    delay = np.where(chance < share * 65_536, 1 + (lag * LONGEST_DELAY_DAYS >> 16), 0)
    days = changed["changed_on"].cast(pa.int32()).to_numpy() + delay
    place = changed.schema.get_field_index("known_on")
    return changed.set_column(
        place, changed.schema.field(place), pa.array(days, pa.int32()).cast(pa.date32())
    )


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
    """The rows of `now` that `then` has not, or has otherwise, in order of key; and, of a table that loses
    rows, those of `then` that are gone."""
    old, new = (id_numbers(rows[table.key.name]) for rows in (then, now))
    gone = np.flatnonzero(~np.isin(old, new)) if table.loses_rows else np.empty(0, dtype=np.intp)
    changed = _written(table, then, now, old, new, day)
    if not len(gone):
        return changed
    was = then.take(pa.array(gone))
    deleted = _feed(table, was, was, np.full(len(gone), DELETE), day)
    both = pa.concat_tables([changed, deleted])
    return both.take(pa.array(np.argsort(id_numbers(both[table.key.name]), kind="stable")))


def _written(table: Table, then: pa.Table, now: pa.Table, old: Ints, new: Ints, day: dt.date) -> pa.Table:
    """The rows of `now` that `then` has not, or has otherwise, in order of key, given the numbers of both."""
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
    op = np.where(is_known[at], UPDATE, INSERT)
    return _feed(table, was.take(pa.array(at)), now.take(pa.array(at)), op, day)


def _feed(table: Table, was: pa.Table, now: pa.Table, op: np.ndarray, day: dt.date) -> pa.Table:
    schema = change_schema(table)
    fields = list(schema.field(before_name(table)).type)
    before = pa.StructArray.from_arrays(
        [column.combine_chunks().cast(field.type) for column, field in zip(was.columns, fields, strict=True)],
        fields=fields,
        mask=pa.array(op == INSERT),
    )
    plain = now.cast(pa.schema(_plain(table.schema)))
    return pa.Table.from_arrays(
        [
            pa.array(op, pa.string()),
            *[pa.array([day] * len(op), pa.date32())] * 2,
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
    """The blocks of a root on a day that were not settled on the day before; of rows that come window by
    window those of windows that were not."""
    world = scenario.world
    if day < scenario.config.start:
        return {}
    then, now = (scenario.config.model_copy(update={"as_of": as_of}) for as_of in (before, day))
    settled, settled_windows = 0, dict[str, int]()
    if before >= scenario.config.start:
        settled, windows = world.settled_blocks(then, root), world.windows(now)
        settled_windows = {name: windows.settled(then, name) for name in windows.tables} if windows else {}
    return {
        block: make_block(world, now, root, rows, settled_windows)
        for block, rows in enumerate(world.blocks(now, root))
        if block >= settled
    }


def refuse_other_days(scenario: Scenario, since: dt.date, until: dt.date) -> None:
    """See that a history grows and has these days.

    Raises:
        UsageProblem: it does not, in a line.
    """
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
