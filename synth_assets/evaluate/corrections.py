"""What would be right: cell by cell, what turns a dataset into its clean twin, and back.

A detector is judged by labels, a repair by corrections. Both datasets are made block by block and compared by
key, so that memory does not grow with the world.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow.parquet import ParquetWriter

from synth_assets.export.placing import aside, placed
from synth_assets.generation.blocks import make_block
from synth_assets.model.table import Table
from synth_assets.model.world import World
from synth_assets.scenario.scenario import Scenario
from synth_assets.storage.paths import translate_os_errors

UPDATE, INSERT, DELETE = "update", "insert", "delete"

SCHEMA = pa.schema(
    [
        pa.field("table_name", pa.string(), nullable=False),
        pa.field("key", pa.string(), nullable=False),
        pa.field("operation", pa.string(), nullable=False),
        pa.field("column_name", pa.string(), nullable=False),
        pa.field("actual_value", pa.string()),
        pa.field("right_value", pa.string()),
    ]
)
"""One row a cell: what it holds and what would be right, as text. `operation` is what repairs it: `update` a
cell, `insert` a row that is missing, cell by cell, or `delete` one too many. Amounts are in cents."""


def corrections(scenario: Scenario) -> Iterator[pa.Table]:
    """The corrections of a dataset, block by block, by table and key; nothing for a clean one."""
    world, config = scenario.world, scenario.config
    clean = config.clean()
    if config == clean:
        return
    for root, tables in world.roots.items():
        for rows in world.blocks(config, root):
            actual, right = make_block(world, config, root, rows), make_block(world, clean, root, rows)
            for table in tables:
                if table is not world.manifest:
                    yield of_table(table, actual[table.name], right[table.name])


def write_corrections(scenario: Scenario, path: Path) -> int:
    """Write the corrections of a dataset to a Parquet file, aside and then in one step; gives how many cells.

    Raises:
        Problem: the file cannot be written.
    """
    cells = 0
    with translate_os_errors(path.parent, "use another --out"), aside(path.parent) as staging:
        schema = SCHEMA.with_metadata({"scenario": scenario.id})
        with ParquetWriter(staging / path.name, schema, compression="zstd") as writer:
            for part in corrections(scenario):
                writer.write_table(part)
                cells += part.num_rows
        placed([staging / path.name], path.parent)
    return cells


def of_table(table: Table, actual: pa.Table, right: pa.Table) -> pa.Table:
    """The corrections of one table, given as it is and as it would be right."""
    if actual.equals(right):
        return SCHEMA.empty_table()
    here, there = (_plain(rows[table.key.name]) for rows in (actual, right))
    parts = [
        *_changed(table, actual, right.take(pc.index_in(here, there))),
        *_whole(table, right.filter(pc.invert(pc.is_in(there, here))), INSERT),
        *_whole(table, actual.filter(pc.invert(pc.is_in(here, there))), DELETE),
    ]
    return pa.concat_tables(parts) if parts else SCHEMA.empty_table()


def corrected(
    tables: Mapping[str, pa.Table], fixes: pa.Table, world: World, *, back: bool = False
) -> dict[str, pa.Table]:
    """The tables with every correction made; with `back`, the clean twin's with every fault put in again.

    Args:
        tables: all rows of each table.
        fixes: corrections.
        world: whose tables they are.
        back: whether to go from right to actual.
    """
    made = dict(tables)
    for name in fixes["table_name"].unique().to_pylist():
        made[name] = _corrected(world.table(name), tables[name], _of(fixes, "table_name", name), back)
    return made


def _changed(table: Table, actual: pa.Table, right: pa.Table) -> Iterator[pa.Table]:
    """The cells that differ between rows of the same keys; `right` is empty where it has no such row."""
    known = pc.is_valid(_plain(right[table.key.name]))
    for column in table.columns[1:]:
        one, other = _plain(actual[column.name]), _plain(right[column.name])
        same = pc.or_(pc.fill_null(pc.equal(one, other), False), pc.and_(pc.is_null(one), pc.is_null(other)))
        differs = pc.and_(known, pc.invert(same))
        if pc.any(differs).as_py():
            keys = _plain(actual[table.key.name]).filter(differs)
            yield _cells(table, keys, UPDATE, column.name, one.filter(differs), other.filter(differs))


def _whole(table: Table, rows: pa.Table, operation: str) -> Iterator[pa.Table]:
    """Every cell of some rows."""
    keys = _plain(rows[table.key.name])
    for name in rows.column_names if rows.num_rows else ():
        values, nothing = _plain(rows[name]), pa.nulls(rows.num_rows, pa.string())
        actual, right = (nothing, values) if operation == INSERT else (values, nothing)
        yield _cells(table, keys, operation, name, actual, right)


def _cells(
    table: Table, keys: pa.Array, operation: str, column: str, actual: pa.Array, right: pa.Array
) -> pa.Table:
    said = [pa.repeat(text, len(keys)) for text in (table.name, operation, column)]
    values = [said[0], keys, said[1], said[2], actual, right]
    return pa.table([pc.cast(value, pa.string()) for value in values], schema=SCHEMA)


def _corrected(table: Table, rows: pa.Table, fixes: pa.Table, back: bool) -> pa.Table:
    value = "actual_value" if back else "right_value"
    added, gone = (DELETE, INSERT) if back else (INSERT, DELETE)
    key = table.key.name
    removed = _of(fixes, "operation", gone)["key"]
    rows = rows.filter(pc.invert(pc.is_in(pc.cast(_plain(rows[key]), pa.string()), removed.combine_chunks())))
    keys = pc.cast(_plain(rows[key]), pa.string())
    changes = _of(fixes, "operation", UPDATE)
    for name in changes["column_name"].unique().to_pylist():
        cells = _of(changes, "column_name", name)
        place = pc.index_in(keys, cells["key"].combine_chunks())
        old = _plain(rows[name])
        new = pc.cast(cells[value].combine_chunks().take(place), old.type)
        at = rows.schema.get_field_index(name)
        merged = _stored(pc.if_else(pc.is_valid(place), new, old), rows[name])
        rows = rows.set_column(at, rows.schema.field(at), merged)
    return _with_rows(rows, _of(fixes, "operation", added), value)


def _with_rows(rows: pa.Table, fixes: pa.Table, value: str) -> pa.Table:
    """The rows, and those whose cells are given, in the order of their keys."""
    if not fixes.num_rows:
        return rows
    columns = []
    for field in rows.schema:
        old = _plain(rows[field.name])
        cells = _of(fixes, "column_name", field.name)[value].combine_chunks()
        columns.append(pa.concat_arrays([old, pc.cast(cells, old.type)]))
    order = pc.sort_indices(columns[0])
    for field, values in zip(rows.schema, columns, strict=True):
        columns[rows.schema.get_field_index(field.name)] = _stored(values.take(order), rows[field.name])
    return pa.table(columns, schema=rows.schema)


def _stored(values: pa.Array, before: pa.ChunkedArray) -> pa.Array:
    """Plain values as a column stores them: words by their place in its dictionary, new ones at the end."""
    if not pa.types.is_dictionary(before.type):
        return values
    words = before.combine_chunks().dictionary
    new = values.filter(pc.invert(pc.is_in(values, words))).drop_null().unique()
    words = pa.concat_arrays([words, new])
    codes = pc.index_in(values, words).cast(before.type.index_type)
    return pa.DictionaryArray.from_arrays(codes, words)


def _plain(column: pa.ChunkedArray) -> pa.Array:
    """A column in one piece, its words written out."""
    values = column.combine_chunks()
    return values.dictionary_decode() if pa.types.is_dictionary(values.type) else values


def _of(fixes: pa.Table, column: str, value: str) -> pa.Table:
    return fixes.filter(pc.equal(fixes[column], value))
