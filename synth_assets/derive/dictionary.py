"""A world as a page for people: its story, every table and column with some rows, the anomaly kinds.

`evaluate/dictionary.py` writes the pages of `docs`, with rows of the default configuration.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from synth_assets.model.columns import Column
from synth_assets.model.decoy_list import DECOYS
from synth_assets.model.table import Table
from synth_assets.model.world import World

NOTE = (
    "Names and units are those of the DuckDB views and of exports. In Parquet, money is in whole cents\n"
    "in a column whose name ends in `_cents`."
)


CELL_WIDTH = 28
"""Letters of a cell that are shown."""


class Samples(NamedTuple):
    """Some rows of each table of a default configuration.

    Attributes:
        day: the last day of the world.
        rows: of each table, by its name, with published values in the order of its columns.
    """

    day: dt.date
    rows: Mapping[str, Sequence[Sequence[object]]]


def page(world: World, samples: Samples | None = None) -> str:
    """The data dictionary of a world, in Markdown; with some rows of each table where they are given."""
    return "\n".join(_lines(world, samples)).rstrip() + "\n"


def _lines(world: World, samples: Samples | None) -> Iterator[str]:
    title, _, story = world.summary.partition("\n")
    yield f"# {world.name}"
    yield from ("", title, "", story.strip(), "", NOTE, "")
    if samples is not None:
        yield from (f"First rows of a table are those of the default configuration as of {samples.day}.", "")
    yield from _grid(
        ("Table", "One row is", "Made from"),
        (
            (_link(table.name), table.grain, ", ".join(map(_link, _sources(world, table))))
            for table in world.relations
        ),
    )
    for table in world.relations:
        yield from _table(table)
        if samples is not None:
            yield from _sample(table, samples.rows[table.name])
    yield from ("## Anomalies", "", "Labelled faults; the share is that of the default configuration.", "")
    asked = world.asked_labels(world.config())
    yield from _grid(
        ("Kind", "At fault", "Share", "What is wrong"),
        (
            (f"`{kind.name}`", kind.entity, _share(*asked[kind.name]), kind.description)
            for kind in world.anomalies
        ),
    )
    figures = [query for query in world.sql("figures") if query.marks]
    if figures:
        yield from ("## Figures", "", "What is measured on every `verify`, and where it must lie.", "")
        yield from _grid(
            ("Figure", "Range", "What it is, and whose figure it follows"),
            ((f"`{query.name}`", query.marks.split(",")[0], query.sentence) for query in figures),
        )
    decoys = list(world.sql(DECOYS))
    if decoys:
        yield from (
            "## Decoys by name",
            "",
            "Rows that only look like a fault: `decoys.sql` finds them, the table `decoys` lists them.",
            "",
        )
        yield from _grid(
            ("Decoy", "Looks like", "What clears it"),
            ((f"`{query.name}`", f"`{query.looks_like}`", query.sentence) for query in decoys),
        )


def _sources(world: World, table: Table) -> Sequence[str]:
    """What a table is made from, or what a view reads."""
    views = {view.name: view for view in world.derived}
    if table.name in views:
        return world.tables_read(world.query_of(views[table.name]))
    return table.upstream


def _table(table: Table) -> Iterator[str]:
    yield from (f"## {table.name}", "", table.grain, "")
    yield from _grid(
        ("Column", "Type", "Unit", "Meaning"),
        (
            (f"`{column.published_name}`", _type(column), column.published_unit or "", _meaning(column))
            for column in table.columns
        ),
    )
    if table.rules:
        yield from ("In every row:", "", *(f"- {rule.name}: `{rule.sql}`" for rule in table.rules), "")


def _sample(table: Table, rows: Sequence[Sequence[object]]) -> Iterator[str]:
    """Rows as text in columns, which a page scrolls and does not wrap."""
    if not rows:
        yield from ("By default it has no rows.", "")
        return
    head = [column.published_name for column in table.columns]
    cells = [head, *([_cell(value) for value in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    is_number = [column.form.json == "number" for column in table.columns]
    yield from ("First rows:" if len(rows) > 1 else "Its row:", "", "```text")
    for line in cells:
        sides = zip(line, widths, is_number, strict=True)
        yield "  ".join(f"{cell:>{w}}" if right else f"{cell:<{w}}" for cell, w, right in sides).rstrip()
    yield from ("```", "")


def _cell(value: object) -> str:
    """A value on one line, cut where it is long."""
    text = "" if value is None else " ".join(str(value).split())
    return text if len(text) <= CELL_WIDTH else f"{text[: CELL_WIDTH - 1]}…"


def _grid(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """A Markdown table and an empty line."""
    for row in (head, ("---",) * len(head), *rows):
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |"
    yield ""


def _type(column: Column) -> str:
    """The type for people, with what it may hold."""
    words = column.form.words
    if column.prefix:
        words += f", `{column.prefix}` and nine digits"
    elif column.choices:
        words += " " + ", ".join(f"`{choice}`" for choice in column.choices)
    words += _bounds(column)
    return f"{words}, may be empty" if column.nullable else words


def _bounds(column: Column) -> str:
    per_unit = column.form.stored_per_published
    low, high = (None if b is None else f"{b / per_unit:,g}" for b in (column.minimum, column.maximum))
    if low and high:
        return f", {low} to {high}"
    return f", {low} or more" if low else f", {high} or less" if high else ""


def _meaning(column: Column) -> str:
    points = f" → {' or '.join(map(_link, column.referenced_tables))}" if column.is_reference else ""
    return column.description + points


def _share(population: int, asked: int) -> str:
    return f"{asked:,} of {population:,}"


def _link(table: str) -> str:
    return f"[{table}](#{table})"
