"""What a person may type to name a row: `INV-000000022`, `inv-22`, `invoices:22`."""

from __future__ import annotations

import re
from collections.abc import Callable

from synth_assets.evaluate.explain.block_reader import Key, key_of, number_of
from synth_assets.model.errors import UsageProblem
from synth_assets.model.identifiers import DIGITS
from synth_assets.model.table import Table
from synth_assets.model.world import World
from synth_assets.scenario.explain import nearest

FirstId = Callable[[Table], Key | None]
"""Gives the first id that a table holds, if it holds any."""


def row_named(world: World, text: str, first_id: FirstId = lambda _: None) -> tuple[Table, Key]:
    """The table and the key that a text names; whether there is such a row is not looked up.

    Ids may be in lower case, without leading zeros, and with - for _ or the other way round. A table may
    stand before the id, with its name here or in the source document.

    Raises:
        UsageProblem: it has none of the forms; the message lists them, with ids that `first_id` gives.
    """
    text = text.strip()
    if named := re.fullmatch(r"(\w+)[:\s]\s*(\S+)", text):
        table = _table(world, named[1])
        key = _numbered(world, table, named[2]) if named[2].isdecimal() else _key(world, table, named[2])
        if key is None:
            such = first_id(table)
            like = "" if such is None else f", such as {such}"
            raise UsageProblem(f"{world.name}: {named[2]!r} is no id of {table.name}{like}")
        return table, key
    for table in _with_prefix(world):
        key = _key(world, table, text)
        if key is not None:
            return table, key
    if text.isdecimal():
        raise UsageProblem(
            f"{world.name}: {text} may be of any table: write the table before it, such as "
            f"{_example(world).name}:{text}"
        )
    raise UsageProblem(f"{world.name}: {text!r} has none of the forms of an id: {forms(world, first_id)}")


def forms(world: World, first_id: FirstId) -> str:
    """The forms of ids, in one line, with ids that there are."""
    first = {table: first_id(table) for table in (*_with_prefix(world), _example(world))}
    written = [f"{first[table]} ({table.name})" for table in _with_prefix(world) if first[table] is not None]
    example = first[_example(world)]
    number = 1 if example is None else number_of(example)
    such = f"TABLE:NUMBER such as {_example(world).name}:{number}"
    return f"{', '.join(written)}, or {such}" if written else such


def _with_prefix(world: World) -> list[Table]:
    """The tables that an id alone names."""
    return [table for table in world.tables if table.key.prefix and not table.key.is_reference]


def _example(world: World) -> Table:
    """A table that stands for all of a world."""
    return next(t for t in world.tables if t.name == "invoices" or t is world.tables[-2])


def _table(world: World, name: str) -> Table:
    """The table of that name, in one of its spellings."""
    lower = name.lower()
    for table in world.tables:
        if lower in (table.name, table.physical_name.lower()):
            return table
    try:
        return world.table_of(lower)
    except KeyError:
        known = [table.name for table in world.tables]
        hint = nearest(name, known)
        lists = f"synth-assets tables {world.name} lists all"
        raise UsageProblem(f"{world.name}: unknown table {name!r}{hint} ({lists})") from None


def _key(world: World, table: Table, text: str) -> Key | None:
    """The key that a text spells in full or in short; None where it is of another form."""
    prefix = re.sub("[-_]$", "[-_]", table.key.prefix)
    spelt = re.fullmatch(f"{prefix}([0-9]+)", text, re.IGNORECASE)
    return _numbered(world, table, spelt[1]) if spelt else None


def _numbered(world: World, table: Table, digits: str) -> Key:
    """The key with a number."""
    number = digits.lstrip("0") or "0"
    if len(number) > DIGITS:
        raise UsageProblem(f"{world.name}: no id of {table.name} has more than {DIGITS} digits")
    return key_of(table.key, int(number))
