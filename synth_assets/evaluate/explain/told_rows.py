"""A row as it is told: its published values for a program, and in words for a person."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

from synth_assets.evaluate.chains import amount_of
from synth_assets.evaluate.explain.block_reader import Key
from synth_assets.model.columns import Column
from synth_assets.model.table import Table
from synth_assets.model.world import World

LONGEST = 72
"""Letters of a text that are shown."""

LONGEST_IN_SHORT = 34
"""The same where a row is told in short."""


@dataclass(frozen=True)
class ToldRow:
    """One row.

    Attributes:
        table: which table it is of.
        cells: its stored values, by column.
    """

    table: Table
    cells: dict[str, Any]

    @property
    def key(self) -> Key:
        """Its id."""
        found: Key = self.cells[self.table.key.name]
        return found

    @property
    def values(self) -> dict[str, Any]:
        """Its values under their published names, as JSON has them: dollars, days as 2026-02-28."""
        return {c.published_name: published(c, self.cells[c.name]) for c in self.table.columns}

    @property
    def in_words(self) -> list[tuple[str, str]]:
        """Each column and its value as people read it."""
        return [(c.published_name, worded(c, self.cells[c.name])) for c in self.table.columns]

    @property
    def in_short(self) -> str:
        """What it is called, its amount, its day and its status, as far as it has them."""
        told = []
        for column in self.table.columns:
            if column in _telling(self.table) and self.cells[column.name] not in (None, "", 0):
                name = "" if column.kind in ("text", "choice") else f"{column.published_name} "
                told.append(name + worded(column, self.cells[column.name], LONGEST_IN_SHORT))
        return " · ".join(told)

    def statement(self, world: World) -> str:
        """The query that shows it, over the views."""
        return select(world, self.table, self.table.key, self.key)


def select(world: World, table: Table, column: Column, value: Key) -> str:
    """The query for the rows of a table with a value in a column, over the views."""
    literal = f"'{value}'" if isinstance(value, str) else str(value)
    return f"select * from {world.name}.{table.name} where {column.published_name} = {literal}"


def published(column: Column, value: Any) -> Any:
    """A stored value as JSON has it."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, dt.date):
        return value.isoformat()
    if column.kind == "json":
        return json.loads(value)
    if column.form.stored_per_published > 1:
        return value / column.form.stored_per_published
    return value


def worded(column: Column, value: Any, longest: int = LONGEST) -> str:
    """A stored value as people read it: 1,620.00, 18 %, 2026-02-28 12:00, credit card, yes."""
    if value is None:
        return "–"
    match column.kind:
        case "money":
            return f"{value / 100:,.2f}"
        case "quantity":
            return f"{value / 10_000:,.4f}".rstrip("0").rstrip(".")
        case "decimal":
            return f"{value:,.2f}"
        case "rate":
            return f"{value:g} %"
        case "moment":
            return f"{value:%Y-%m-%d %H:%M}"
        case "flag":
            return "yes" if value else "no"
        case "count":
            return f"{value:,}"
        case "choice":
            return str(value).replace("_", " ")
    text = str(value)
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _telling(table: Table) -> list[Column]:
    """The columns that tell most of a row: a name, an amount, a day and a status."""
    kinds: dict[str, list[Column]] = {}
    for column in table.columns[1:]:
        kinds.setdefault(column.kind, []).append(column)
    texts, choices = kinds.get("text", []), kinds.get("choice", [])
    named = [c for c in texts if c.name.endswith("name")] or texts
    status = [c for c in choices if c.name.endswith(("status", "stage"))]
    status = status or ([] if texts else choices)
    amount = amount_of(table)
    money = [amount] if amount and any(w in amount.name for w in ("amount", "total", "value")) else []
    dates = kinds.get("day") or kinds.get("moment") or []
    return [*named[:1], *(money or kinds.get("money", [])[:2]), *dates[:1], *status[:1]]
