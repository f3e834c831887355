"""How far a command is: a bar on a terminal, a line now and then otherwise, both on stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from tqdm import tqdm

    from synth_assets.generation.generate import Step

LINES = 10
"""Lines of progress that a world has off a terminal, at most."""

QUIET_SECONDS = 1.0
"""Between two of them, at least."""

ROWS_A_LINE = 1_000_000
"""Rows of a table between two lines of progress, off a terminal."""


@contextmanager
def steps(world: str) -> Iterator[Callable[[Step], None]]:
    """The blocks of a world, or the tables of its only block, and the time that is left."""
    if not _is_terminal():
        yield _lines(world)
        return
    with _bar(world) as bar:

        def show(step: Step) -> None:
            doing = step.making or ("publishing" if step.done == step.total else "")
            _show(bar, step.done, step.total, f"{step.unit}s", doing)

        yield show


def _lines(world: str) -> Callable[[Step], None]:
    """A line at every tenth of what is to be done, but none for what takes no time or has few steps."""
    began = said = monotonic()
    before = 0

    def line(step: Step) -> None:
        nonlocal said, before
        now = monotonic()
        is_tenth = step.done * LINES // step.total > before * LINES // step.total
        before = step.done
        if step.total < LINES or not is_tenth or now - said < QUIET_SECONDS:
            return
        said, left = now, (now - began) / step.done * (step.total - step.done)
        click.echo(f"{world}: {step.done} of {step.total} {step.unit}s, {left:.0f} s left", err=True)

    return line


@contextmanager
def rows_of_tables(world: str, tables: int) -> Iterator[Callable[[str, int], None]]:
    """The tables that go into a database, and the rows that went in."""
    rows: dict[str, int] = {}
    if not _is_terminal():

        def line(table: str, more: int) -> None:
            before = rows.get(table, 0)
            rows[table] = before + more
            if rows[table] // ROWS_A_LINE > before // ROWS_A_LINE:
                click.echo(f"{table}: {rows[table]:,} rows", err=True)

        yield line
        return
    with _bar(world) as bar:

        def show(table: str, more: int) -> None:
            rows[table] = rows.get(table, 0) + more
            _show(bar, len(rows) - 1, tables, "tables", f"{table}, {sum(rows.values()):,} rows in all")

        yield show


@contextmanager
def said_meanwhile(text: str) -> Iterator[None]:
    """A word on a terminal for as long as something takes that nobody can measure; "" for none."""
    if text and _is_terminal():
        with _bar(text):
            yield
    else:
        yield


def _is_terminal() -> bool:
    return sys.stderr is not None and sys.stderr.isatty()


def _bar(text: str) -> tqdm:
    """A bar that begins as a text alone, and is gone at the end."""
    from tqdm import tqdm

    return tqdm(desc=text, bar_format="{desc}", leave=False)


def _show(bar: tqdm, done: int, total: int, units: str, doing: str) -> None:
    bar.n, bar.total = done, total
    bar.bar_format = f"{{desc}}  {{n_fmt}}/{{total_fmt}} {units} {{bar:16}} {{remaining}} left  {doing}"
    bar.refresh()
