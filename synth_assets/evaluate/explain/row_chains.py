"""The rows of one block and how they refer to each other: a row's chain, what is above and what is below it.

A chain holds what few rows share: references whose targets have few such rows are followed, up and down
again, from each row the one to the latest table. An order's chain is its deal, opportunity, invoices,
payments and ledger entries. An account's transactions are many, so each is a chain of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from synth_assets.checks.fault_chains import FOLLOWED
from synth_assets.model.arrow import equals_choice, primitive_array, strings
from synth_assets.model.columns import Column
from synth_assets.model.table import Table
from synth_assets.model.world import World

Keys = dict[str, pa.Array]
"""Keys of rows, by table."""


class Link(NamedTuple):
    """A reference between two tables of one root.

    Attributes:
        child, column: what refers.
        parent: the table that it refers to, an earlier one.
        chosen: the value of `column.chosen_by` with which it does; None where it always does.
    """

    child: Table
    column: Column
    parent: Table
    chosen: str | None = None


def targets_of(column: Column) -> list[tuple[str, str | None]]:
    """The tables that a reference may point to, each with the value that chooses it."""
    if column.references:
        return [(column.references, None)]
    return [(table, value) for value, table in column.targets]


def links_between(tables: Iterable[Table]) -> list[Link]:
    """References between tables of one root, to earlier ones, in the order of those that refer."""
    places = {table.name: table for table in tables}
    order = list(places)
    return [
        Link(child, column, places[name], value)
        for child in places.values()
        for column in child.references
        for name, value in targets_of(column)
        if name in places and order.index(name) < order.index(child.name)
    ]


class Tables(Mapping[str, pa.Table]):
    """Tables that are read or made when they are asked for."""

    def column(self, name: str, column: str) -> pa.ChunkedArray:
        """One column of a table."""
        return self[name][column]

    def size(self, name: str) -> int:
        """How many rows a table has."""
        return int(self[name].num_rows)


class TablesInMemory(Tables):
    """Tables that are there."""

    def __init__(self, tables: Mapping[str, pa.Table]) -> None:
        self._tables = tables

    def __getitem__(self, name: str) -> pa.Table:
        return self._tables[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)


class Rows:
    """The rows of some tables of one root, which refer to none outside but for tables of other roots.

    Attributes:
        root: of which root, by its config key.
        tables: the rows by table, read when they are asked for: whole, or the columns that refer.
        of_root: the tables, in order of lineage and without the manifest.
        links: how they refer to each other.
    """

    def __init__(self, world: World, root: str, tables: Tables) -> None:
        self.root, self.tables = root, tables
        self.of_root = [table for table in world.roots[root] if table is not world.manifest]
        self.links = links_between(self.of_root)
        self._order = [table.name for table in self.of_root]

    def followed(self) -> list[Link]:
        """The links of chains: those whose target has few rows that refer to it."""
        return [
            link
            for link in self.links
            if _cells(self, link) <= FOLLOWED * max(1, self.tables.size(link.parent.name))
        ]

    def mask(self, link: Link) -> pa.ChunkedArray | None:
        """The rows of the child for which a link's column has the link's target; None for all."""
        if link.chosen is None:
            return None
        chosen = equals_choice(self._column(link, link.column.chosen_by), link.chosen)
        return pc.and_(primitive_array(pa.bool_(), chosen), pc.is_valid(self._column(link)))

    def above(self, keys: Keys, links: Sequence[Link], latest: bool = False) -> Keys:
        """Rows and what they refer to along some links, and so on; with `latest` each along one of them."""
        found = dict(keys)
        for link in reversed(links):
            if len(found.get(link.child.name, ())):
                keys_below = self._column(link, link.child.key.name)
                chosen = pc.is_in(keys_below, value_set=found[link.child.name])
                where = self._where(link, links, chosen, latest)
                _add(found, link.parent, self._column(link).filter(where).drop_null())
        return found

    def below(self, keys: Keys, links: Sequence[Link], latest: bool = False) -> Keys:
        """Rows and what refers to them along some links, and so on; with `latest` as `above` does."""
        found = dict(keys)
        for link in links:
            if len(found.get(link.parent.name, ())):
                chosen = pc.is_in(self._column(link), value_set=found[link.parent.name])
                keys_below = self._column(link, link.child.key.name)
                _add(found, link.child, keys_below.filter(self._where(link, links, chosen, latest)))
        return found

    def chain(self, keys: Keys, followed: Sequence[Link]) -> Keys:
        """The chains of some rows."""
        return self.below(self.above(keys, followed, latest=True), followed, latest=True)

    def take(self, table: Table, keys: pa.Array) -> pa.Table:
        """The rows with some keys, in key order."""
        rows = self.tables[table.name]
        return rows.filter(pc.is_in(rows[table.key.name], value_set=keys))

    def _where(
        self, link: Link, links: Sequence[Link], chosen: pa.ChunkedArray, latest: bool
    ) -> pa.ChunkedArray:
        """The chosen rows that refer along a link; with `latest`, along none to a later table."""
        found = _all([chosen, self.mask(link)])
        for other in links if latest else ():
            if other.child is link.child and self._place(other) > self._place(link):
                refers = pc.is_valid(self._column(other))
                found = pc.and_(found, pc.invert(_all([refers, self.mask(other)])))
        return found

    def _column(self, link: Link, name: str = "") -> pa.ChunkedArray:
        """A column of the table that refers; as a rule the one that does."""
        return self.tables.column(link.child.name, name or link.column.name)

    def _place(self, link: Link) -> int:
        return self._order.index(link.parent.name)


def keys_of(table: Table, values: Sequence[object]) -> pa.Array:
    """Some keys of a table."""
    if table.key.prefix:
        return strings([str(value) for value in values])
    return primitive_array(pa.int64(), np.array(values, dtype=np.int64))


def merged(*several: Keys) -> Keys:
    """All keys of some, each once."""
    found: Keys = {}
    for keys in several:
        for name, values in keys.items():
            found[name] = pc.unique(pa.concat_arrays([found[name], values])) if name in found else values
    return found


def _cells(rows: Rows, link: Link) -> int:
    """How many cells refer along a link."""
    column = rows.tables.column(link.child.name, link.column.name)
    mask = rows.mask(link)
    return len(column) - column.null_count if mask is None else int(pc.sum(mask).as_py() or 0)


def _add(found: Keys, table: Table, more: pa.ChunkedArray) -> None:
    if len(more):
        found[table.name] = merged(found, {table.name: pc.unique(more)})[table.name]


def _all(masks: Sequence[pa.ChunkedArray | None]) -> pa.ChunkedArray:
    """Where all of some masks are true."""
    found = None
    for mask in masks:
        if mask is not None:
            found = mask if found is None else pc.and_(found, mask)
    return found
