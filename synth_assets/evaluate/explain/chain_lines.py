"""A chain as lines: every row below the one that it mainly refers to, long lists cut."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from synth_assets.evaluate.explain.block_reader import BlockReader, Key, block_of, world_of
from synth_assets.evaluate.explain.row_chains import (
    Keys,
    Link,
    Rows,
    TablesInMemory,
    keys_of,
    targets_of,
)
from synth_assets.evaluate.explain.told_rows import ToldRow
from synth_assets.model.columns import Column
from synth_assets.model.table import Table

SHOWN = 4
"""Rows of a list that are shown, and those that labels name."""

Node = tuple[str, Key]


@dataclass(frozen=True)
class ChainLine:
    """A row in its chain, or how many rows of a table a list goes on with.

    Attributes:
        depth: how many rows stand above it.
        table: its table.
        row: the row; None where rows are left out.
        more: rows left out.
    """

    depth: int
    table: Table
    row: ToldRow | None
    more: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Everything, for JSON."""
        told = {"id": self.row.key, "values": self.row.values} if self.row else {"more": self.more}
        return {"table": self.table.name, "depth": self.depth} | told


def chain_lines(
    reader: BlockReader, rows: Rows, followed: Sequence[Link], keys: Keys, kept: set[Node]
) -> list[ChainLine]:
    """Some rows of a block, and those of other roots that they refer to, as a story.

    Args:
        reader: gives the rows of other roots.
        rows: the block.
        followed: the links that rows of a chain follow.
        keys: which rows.
        kept: rows that no list leaves out.
    """
    found = {
        (table.name, cells[table.key.name]): ToldRow(table, cells)
        for table in rows.of_root
        if table.name in keys
        for cells in rows.take(table, keys[table.name]).to_pylist()
    }
    elsewhere = {node: row for told in found.values() for node, row in _elsewhere(reader, rows, told, found)}
    order = {table.name: place for place, table in enumerate(world_of(reader).tables)}
    found = dict(sorted((found | elsewhere).items(), key=lambda item: (order[item[0][0]], item[0][1])))
    near = {(link.child.name, link.parent.name) for link in followed}
    own = {table.name for table in rows.of_root}

    def rank(child: str, parent: str) -> tuple[bool, bool, int]:
        return (child, parent) in near, parent in own, order[parent]

    below: dict[Node | None, list[Node]] = defaultdict(list)
    for node, told in found.items():
        above = [
            other for other in references_of(told) if other in found and order[other[0]] < order[node[0]]
        ]
        main = max(above, key=lambda other: rank(told.table.name, other[0]), default=None)
        below[main].append(node)
    below[None].sort(key=lambda node: node not in below)  # what is only referred to comes last
    return list(_lines(found, below, kept, None, 0))


def _lines(
    found: Mapping[Node, ToldRow],
    below: Mapping[Node | None, list[Node]],
    kept: set[Node],
    node: Node | None,
    depth: int,
) -> Iterator[ChainLine]:
    """The rows below one, each followed by those below it."""
    lists: dict[str, list[Node]] = defaultdict(list)
    for child in below.get(node, ()):
        lists[child[0]].append(child)
    for children in lists.values():
        few = len(children) <= SHOWN + 1
        shown = [c for place, c in enumerate(children) if few or place < SHOWN or c in kept]
        for child in shown:
            yield ChainLine(depth, found[child].table, found[child])
            yield from _lines(found, below, kept, child, depth + 1)
        if len(shown) < len(children):
            yield ChainLine(depth, found[children[0]].table, None, len(children) - len(shown))


def references_of(told: ToldRow) -> Iterator[Node]:
    """The rows that a row refers to, by table and key."""
    for column in told.table.references:
        for name, value in targets_of(column):
            key = told.cells[column.name]
            if key is not None and (value is None or told.cells[column.chosen_by] == value):
                yield name, key


def _elsewhere(
    reader: BlockReader, rows: Rows, told: ToldRow, found: Mapping[Node, ToldRow]
) -> Iterator[tuple[Node, ToldRow]]:
    """The rows of other roots that a row refers to."""
    own = {table.name for table in rows.of_root}
    for name, key in references_of(told):
        if name not in own and (name, key) not in found:
            row = look_up(reader, world_of(reader).table(name), key)
            if row:
                yield (name, key), row


def look_up(reader: BlockReader, table: Table, key: Key) -> ToldRow | None:
    """The row with a key; None where there is none."""
    block = block_of(reader, table, key)
    if block is None:
        return None
    root = world_of(reader).root(table)
    rows = Rows(world_of(reader), root, TablesInMemory({table.name: reader.read(table, block)}))
    found = rows.take(table, keys_of(table, [key])).to_pylist()
    return ToldRow(table, found[0]) if found else None


def referring_elsewhere(reader: BlockReader, told: ToldRow, rows: Rows) -> list[tuple[Table, Column]]:
    """The references of tables of other roots to a row's table: they may lie in any block."""
    own = {table.name for table in rows.of_root}
    return [
        (table, column)
        for table in world_of(reader).tables
        if table.name not in own
        for column in table.references
        if told.table.name in column.referenced_tables
    ]
