"""Making blocks: every table of a root's block in memory, checked, in one process or several."""

from __future__ import annotations

import inspect
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import cache
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from threading import Thread
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa

from synth_assets.build.problems import Problem
from synth_assets.model.config import WorldConfig
from synth_assets.model.draws import Ints
from synth_assets.model.identifiers import is_among, numbers
from synth_assets.model.table import Rows, Table
from synth_assets.model.world import World

Task = TypeVar("Task")
Result = TypeVar("Result")

# glibc gives freed memory back to the system, and takes it page by page again for the next block, unless an
# array as large (of at most 32 MiB) was freed before. This one is never written to and takes no memory.
np.empty(31 << 20, dtype=np.uint8)


def make_block(world: World, config: WorldConfig, root: str, rows: range) -> dict[str, pa.Table]:
    """Every table that descends from `root`, for the root rows `rows`, in order of lineage."""
    made: dict[str, Made] = {}
    for table in world.roots[root]:
        made[table.name] = Made(make_table(world, config, table, rows, made))
        check_block(world, config, table, made)
    return {name: block.rows for name, block in made.items()}


class Made:
    """A table's rows of a block, in memory; each column of ids is parsed once."""

    def __init__(self, rows: pa.Table) -> None:
        self.rows = rows
        self._numbers: dict[str, Ints] = {}

    def __getitem__(self, column: str) -> pa.ChunkedArray:
        """The column's values."""
        return self.rows[column]

    def numbers(self, column: str) -> Ints:
        """The numbers of a column of ids; not to be written to."""
        if column not in self._numbers:
            self._numbers[column] = numbers(self.rows[column])
            self._numbers[column].setflags(write=False)
        return self._numbers[column]


def make_table(
    world: World, config: WorldConfig, table: Table, rows: range, parents: Mapping[str, Rows]
) -> pa.Table:
    """One table's rows of a block, from its parents' rows of the same block."""
    given: dict[str, Any] = {"rows": rows, "config": config, "draws": world.draws(config, table)}
    given |= {name: parents[name] for name in table.parents}
    return table.generate(**{name: given[name] for name in _parameters(table.generate)})


@cache
def _parameters(function: Callable[..., pa.Table]) -> tuple[str, ...]:
    return tuple(inspect.signature(function).parameters)


def check_block(world: World, config: WorldConfig, table: Table, block: Mapping[str, Rows]) -> None:
    """Keys ascend without a gap in their order, and references point to rows that exist.

    References within the block are looked up there, those to another root's table against its count.

    Raises:
        Problem: the first rule that does not hold. Only a fault in this package can break one.
    """
    made = block[table.name]
    key = made.numbers(table.key.name)
    if np.any(key[1:] <= key[:-1]):
        raise Problem(f"{world.name}/{table.name}: {table.key.name} does not ascend: a bug, please report")
    for column in table.references:
        target = world.table(str(column.references))
        found = made.numbers(column.name)
        if world.root(target) == world.root(table):
            orphan = ~is_among(found, block[target.name].numbers(target.key.name))
        else:
            orphan = (found < 1) | (found > getattr(config, world.root(target)))
        if orphan.any():
            raise Problem(
                f"{world.name}/{table.name}: {int(orphan.sum())} values of {column.name} are not in "
                f"{target.name}: a bug, please report"
            )


def map_blocks(
    function: Callable[[Task], Result], tasks: Iterable[Task], workers: int = 1
) -> Iterator[Result]:
    """`function` of every task, in the order of the tasks, in this process or in `workers` others.

    At most 4 tasks a worker are in flight. When a worker dies, the tasks that it took with it are sent once
    more to a new pool; blocks are pure, so the result is the same.

    Raises:
        Problem: a worker died twice.
    """
    if workers == 1:
        yield from map(function, tasks)
        return
    waiting, retries = deque(tasks), 1
    flight: deque[tuple[Task, Future[Result]]] = deque()
    pool = _pool(workers)
    try:
        while waiting or flight:
            try:
                while waiting and len(flight) < 4 * workers:
                    with _interrupts_held():
                        flight.append((waiting[0], pool.submit(function, waiting[0])))
                    waiting.popleft()
                result = flight[0][1].result()
            except BrokenProcessPool:
                if not retries:
                    raise Problem("a worker process was killed twice: is there enough memory?") from None
                retries -= 1
                waiting.extendleft(task for task, _ in reversed(flight))
                flight.clear()
                pool = _pool(workers)
                continue
            flight.popleft()
            yield result
    finally:
        pool.shutdown(cancel_futures=True)


def _pool(workers: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_end_with_parent)


def _end_with_parent() -> None:
    """In a worker: end at once when the process that started it is gone, however it went."""
    parent = parent_process()

    def watch() -> None:
        wait([parent.sentinel] if parent else [])
        os._exit(1)

    Thread(target=watch, daemon=True).start()


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Hold Ctrl-C back: a worker that starts meanwhile never sees it and leaves the word to this process."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
