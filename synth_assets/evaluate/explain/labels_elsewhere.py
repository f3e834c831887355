"""The labels of a row that is made apart from them, as a subscription is from its bills in a history."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pyarrow as pa
import pyarrow.compute as pc

from synth_assets.evaluate.explain.block_reader import BlockReader, Key, rows_of_block, world_of
from synth_assets.evaluate.explain.near_labels import ToldLabel, labels_among
from synth_assets.evaluate.explain.row_chains import Keys, Rows, Tables, keys_of
from synth_assets.evaluate.explain.twin_rows import Compared, compare, twin_of
from synth_assets.model.table import Table

LabelsByBlock = Mapping[int, list[ToldLabel]]


def labels_by_block(reader: BlockReader, table: Table, key: Key) -> LabelsByBlock:
    """The labels that name a row, by the block that holds them; only labels are read."""
    manifest, named = world_of(reader).manifest, {table.name: keys_of(table, [key])}
    found = {
        block: labels_among(world_of(reader), reader.read(manifest, block), named)
        for block, ends in enumerate(reader.ends(manifest))
        if ends.rows
    }
    return {block: labels for block, labels in found.items() if labels}


def compared_by_block(reader: BlockReader, table: Table, key: Key, blocks: Mapping[int, Tables]) -> Compared:
    """What refers to a row in some blocks, given by their tables, beside what does in the clean twin."""
    world = world_of(reader)
    root = world.root(world.manifest)
    found = []
    for block, tables in blocks.items():
        rows = Rows(world, root, tables)
        twin = twin_of(reader, rows, [rows_of_block(reader, world.manifest, block)])
        found.append(compare(rows, twin, *(_referring(of, table, key) for of in (rows, twin))))
    return Compared(
        tuple(one for part in found for one in part.differences),
        tuple(row for part in found for row in part.only_here),
        tuple(row for part in found for row in part.only_in_twin),
    )


def _referring(rows: Rows, table: Table, key: Key) -> Keys:
    """The rows that refer to a row of another root, and those below them."""
    return rows.below(dict(_direct(rows, table, key)), rows.links)


def _direct(rows: Rows, table: Table, key: Key) -> Iterator[tuple[str, pa.Array]]:
    for child in rows.of_root:
        for column in child.references:
            if column.references == table.name:
                made = rows.tables[child.name]
                chosen = pc.is_in(made[column.name], value_set=keys_of(table, [key]))
                yield child.name, made[child.key.name].filter(chosen).combine_chunks()
