"""`synth-assets explain`."""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from typing import TYPE_CHECKING

import click

from synth_assets.cli.common import (
    data_dir_option,
    examples,
    one_world,
    reports_errors,
    store_of,
    world_argument,
)

if TYPE_CHECKING:
    from synth_assets.evaluate.explain.chain_lines import ChainLine
    from synth_assets.evaluate.explain.explanation import Explanation
    from synth_assets.evaluate.explain.near_labels import ToldLabel
    from synth_assets.model.table import Table
    from synth_assets.model.world import World

LISTED = 12
"""Lines of a list that are shown."""

WINDOW = 40
"""Letters of a long text that are shown where it differs from another."""

LONG = 1_000_000

FEW = 3
"""Rows of a kind that only look wrong, so many of which are named."""


@click.command(
    epilog=examples(
        "synth-assets explain order_to_cash INV-000000022",
        "synth-assets explain order_to_cash ano-11 --json",
        "synth-assets explain wholesale invoices:22",
    ),
)
@world_argument
@click.argument("row", nargs=-1, required=True, metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of text.")
@data_dir_option
@reports_errors
def explain(name: str, row: Sequence[str], as_json: bool, directory: str | None) -> None:
    """The story of one row: its chain, what is wrong with it, and what the clean twin holds.

    ID is as in the tables (INV-000000022, inv-22), a label's (ANO-000000011), or a table with a number
    (invoices:22).
    """
    from synth_assets.evaluate.explain.story import explain as explained

    with _nothing_collected():
        store = store_of(one_world(name), directory)
        found = explained(store, " ".join(row), lambda text: click.echo(text, err=True))
    if as_json:
        click.echo(json.dumps(found.as_dict(), indent=1, ensure_ascii=False))
    else:
        click.echo("\n\n".join("\n".join(part) for part in map(list, _parts(found)) if part))


@contextmanager
def _nothing_collected() -> Iterator[None]:
    """Looking for circles among the rows of a year takes longer than a short command saves by it."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _parts(found: Explanation) -> Iterator[Iterator[str]]:
    yield _row(found)
    yield _wrong(found)
    yield _clean_twin(found)
    yield _chain(found)
    yield _statements(found)


def _row(found: Explanation) -> Iterator[str]:
    """The row and its values."""
    table = found.row.table
    yield f"{_written(table, found.row.key)}  {found.world.name}.{table.name}: {table.grain}"
    if not found.is_there:
        yield "  The data has no such row. The clean twin has it, as follows."
    width = max(len(name) for name, _ in found.row.in_words)
    for name, value in found.row.in_words[1:]:
        yield f"  {name:{width}}  {value}"


def _written(table: Table, key: str | int) -> str:
    """A row's id as the command takes it."""
    return f"{table.name}:{key}" if isinstance(key, int) else key


def _wrong(found: Explanation) -> Iterator[str]:
    """What is wrong, and what only looks wrong."""
    if found.labels:
        yield f"What is wrong: {_count(len(found.labels), 'label')}"
        for label in found.labels[:LISTED]:
            yield from _label(label)
        yield from _rest(found.labels)
    elif not _may_be_labelled(found.world, found.row.table):
        yield f"What is wrong: nothing. No label is about {found.row.table.name}."
    else:
        yield "What is wrong: nothing. No label names this row or its chain."
    for (kind, fact), decoys in groupby(found.decoys, lambda decoy: (decoy.kind, decoy.fact)):
        ids = [_written(decoy.table, decoy.key) for decoy in decoys]
        more = f" and {len(ids) - FEW:,} more" if len(ids) > FEW else ""
        only = "only looks" if len(ids) == 1 else "only look"
        yield f"  {', '.join(ids[:FEW])}{more} {only} like {_words(kind)}: {fact}"


def _may_be_labelled(world: World, table: Table) -> bool:
    """Whether a label may name a row of the table, or one of its chain."""
    return world.root(table) == world.root(world.manifest) or bool(world.kinds_of(table))


def _label(label: ToldLabel) -> Iterator[str]:
    cells, where = label.cells, _written(label.table, label.key)
    unit = "$" if label.is_of_money else ""
    off = f" ({label.off_pct:+,.1f} %)" if label.off_pct is not None else ""
    yield f"  {_words(label.anomaly.name)} · {cells['difficulty']} · {where} · {cells['anomaly_id']}"
    yield f"    {label.anomaly.description}"
    yield (
        f"    expected {unit}{cells['expected_value']:,.2f}, there {unit}{cells['actual_value']:,.2f}{off}, "
        f"at risk ${cells['amount_at_risk_cents'] / 100:,.2f}"
    )
    if label.rule:
        yield f"    rule: {label.rule}"


def _clean_twin(found: Explanation) -> Iterator[str]:
    """What the clean twin has in place of it."""
    from synth_assets.evaluate.explain.told_rows import worded

    compared = found.compared
    lines = [
        [
            f"{one.table.name}.{one.column.published_name}",
            str(one.key),
            *_apart(worded(one.column, one.here, LONG), worded(one.column, one.in_twin, LONG)),
        ]
        for one in compared.differences
    ]
    lines += [[row.table.name, str(row.key), row.in_short, "no such row"] for row in compared.only_here]
    lines += [[row.table.name, str(row.key), "no such row", row.in_short] for row in compared.only_in_twin]
    if found.labels and not lines:
        yield "Beside the clean twin: the same. The fault shows in other rows."
    if lines:
        yield "Beside the clean twin"
        yield from _aligned([["", "", "here", "clean twin"], *lines[:LISTED]])
        yield from _rest(lines)


def _apart(one: str, other: str) -> tuple[str, str]:
    """Two texts; of long ones what is around the first letter that differs."""
    longest = max(len(one), len(other))
    if longest <= WINDOW:
        return one, other
    differs = next((place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), 0)
    start = max(0, min(differs - WINDOW // 3, longest - WINDOW))
    cut = [f"{'…' if start else ''}{text[start : start + WINDOW]}" for text in (one, other)]
    return cut[0] + "…" * (len(one) > start + WINDOW), cut[1] + "…" * (len(other) > start + WINDOW)


def _chain(found: Explanation) -> Iterator[str]:
    """The chain, each row below the one that it refers to."""
    marks: dict[tuple[str, object], str] = {(found.row.table.name, found.row.key): "this row"}
    for label in found.labels:
        node = label.table.name, label.key
        marks[node] = ", ".join(filter(None, [marks.get(node), _words(label.anomaly.name)]))
    yield "Its chain"
    yield from _aligned([_chain_cells(line, marks) for line in found.chain])


def _chain_cells(line: ChainLine, marks: dict[tuple[str, object], str]) -> list[str]:
    table = "  " * line.depth + line.table.name
    if line.row is None:
        return [table, f"… and {line.more:,} more", ""]
    mark = marks.get((line.table.name, line.row.key))
    return [table, str(line.row.key), line.row.in_short + (f"  ← {mark}" if mark else "")]


def _statements(found: Explanation) -> Iterator[str]:
    if found.statements:
        yield "See it"
        for statement in found.statements[:LISTED]:
            yield f"  {statement};"
        yield from _rest(found.statements)


def _aligned(lines: Sequence[Sequence[str]]) -> Iterator[str]:
    """Lines of cells, each column as wide as its widest."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        cells = (f"{cell:{width}}" for cell, width in zip(line, widths, strict=True))
        yield f"  {'  '.join(cells)}".rstrip()


def _rest(things: Sequence[object]) -> Iterator[str]:
    if len(things) > LISTED:
        yield f"  … and {len(things) - LISTED:,} more"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _words(kind: str) -> str:
    return kind.replace("_", " ")
