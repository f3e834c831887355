"""A world as a page for people: its story, every table and column, the anomaly kinds.

`python -m synth_assets.derive.dictionary` writes `docs/<world>.md` for all worlds.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from synth_assets import worlds
from synth_assets.model.columns import Column
from synth_assets.model.decoy_list import DECOYS
from synth_assets.model.table import Table
from synth_assets.model.world import World

NOTE = (
    "Names and units are those of the DuckDB views and of exports. In Parquet, money is in whole cents\n"
    "in a column whose name ends in `_cents`."
)


def page(world: World) -> str:
    """The data dictionary of a world, in Markdown."""
    return "\n".join(_lines(world)).rstrip() + "\n"


def _lines(world: World) -> Iterator[str]:
    title, _, story = world.summary.partition("\n")
    yield f"# {world.name}"
    yield from ("", title, "", story.strip(), "", NOTE, "")
    yield from _grid(
        ("Table", "One row is", "Made from"),
        (
            (_link(table.name), table.grain, ", ".join(map(_link, _sources(world, table))))
            for table in world.relations
        ),
    )
    for table in world.relations:
        yield from _table(table)
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


def main(directory: Path = Path("docs")) -> None:
    """Write the page of every world into a directory."""
    directory.mkdir(exist_ok=True)
    for name in worlds.NAMES:
        path = directory / f"{name}.md"
        path.write_text(page(worlds.load(name)), encoding="utf-8")
        print(path, file=sys.stderr)


if __name__ == "__main__":
    main()
