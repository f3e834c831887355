"""What an engine is: a map over blocks that keeps their order."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from typing import Protocol, TypeVar

from synth_assets.model.errors import Problem

Task = TypeVar("Task")
Result = TypeVar("Result")

IN_FLIGHT = 4
"""Tasks in flight for each worker: enough that nobody waits, few enough that nothing piles up."""


class MapBlocks(Protocol):
    """What an engine is."""

    def __call__(
        self, function: Callable[[Task], Result], tasks: Iterable[Task], /
    ) -> Generator[Result, None, None]:
        """`function` of every task, in their order. Closed early, it ends when no task runs any more."""


def in_this_process(
    function: Callable[[Task], Result], tasks: Iterable[Task], /
) -> Generator[Result, None, None]:
    """`function` of every task, one after the other."""
    yield from map(function, tasks)


@contextmanager
def with_block_context(label: str, block: int, rows: range) -> Iterator[None]:
    """Say of an error that nobody foresaw in which block it came up.

    Raises:
        Problem: the error with the block; problems and errors of the system stay what they are.
    """
    try:
        yield
    except (Problem, OSError):
        raise
    except Exception as error:
        place = f"block {block} (rows {rows.start:,} to {rows.stop:,})"
        raise Problem(f"{label}: {error!r} in {place}: a bug, please report") from error
