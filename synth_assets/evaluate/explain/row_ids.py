"""What a person may type to name a row: `INV-000000312`, `inv-312`, `invoices:312`."""

from __future__ import annotations

import re

from synth_assets.evaluate.explain.block_reader import Key, key_of
from synth_assets.model.errors import UsageProblem
from synth_assets.model.identifiers import DIGITS
from synth_assets.model.table import Table
from synth_assets.model.world import World
from synth_assets.scenario.explain import nearest


def row_named(world: World, text: str) -> tuple[Table, Key]:
    """The table and the key that a text names; whether there is such a row is not looked up.

    Ids may be in lower case and without leading zeros. A table may stand before the id, with its name here or
    in the source document.

    Raises:
        UsageProblem: it has none of the forms; the message lists them.
    """
    text = text.strip()
    if named := re.fullmatch(r"(\w+)[:\s]\s*(\S+)", text):
        table = _table(world, named[1])
        key = _key(table, named[2])
        if key is None and not named[2].isdecimal():
            form = key_of(table.key, 312)
            raise UsageProblem(f"{world.name}: {named[2]!r} is no id of {table.name}, such as {form}")
        return table, key if key is not None else _numbered(world, table, named[2])
    for table in world.tables:
        if table.key.prefix and not table.key.is_reference:
            key = _key(table, text)
            if key is not None:
                return table, key
    raise UsageProblem(f"{world.name}: {text!r} has none of the forms of an id: {forms(world)}")


def forms(world: World) -> str:
    """The forms of ids, in one line."""
    with_prefix = [t for t in world.tables if t.key.prefix and not t.key.is_reference]
    example = next(t.name for t in world.tables if t.name == "invoices" or t is world.tables[-2])
    written = [f"{key_of(table.key, 312)} ({table.name})" for table in with_prefix]
    return ", ".join([*written, f"or TABLE:NUMBER such as {example}:312"])


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


def _key(table: Table, text: str) -> Key | None:
    """The key that a text spells in full or without leading zeros; None where it is of another form."""
    spelt = re.fullmatch(rf"{re.escape(table.key.prefix)}0*([0-9]{{1,{DIGITS}}})", text, re.IGNORECASE)
    return key_of(table.key, int(spelt[1])) if spelt else None


def _numbered(world: World, table: Table, digits: str) -> Key:
    """The key with a number."""
    number = digits.lstrip("0") or "0"
    if len(number) > DIGITS:
        raise UsageProblem(f"{world.name}: no id of {table.name} has more than {DIGITS} digits")
    return key_of(table.key, int(number))
