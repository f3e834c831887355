"""Who makes blocks: this process, a pool of processes, or a Ray cluster. The bytes are the same.

An engine is a function like `map`: it gives the results in the order of the tasks, whichever came first, and
keeps a bounded number of tasks in flight. Blocks are pure, so a block whose worker died is made again.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import islice
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from threading import Thread
from typing import Protocol, TypeVar

from synth_assets.model.errors import Problem, UsageProblem

Task = TypeVar("Task")
Result = TypeVar("Result")

NAMES = ("local", "ray")
MOST_WORKERS = 256
ENGINE_VARIABLE, WORKERS_VARIABLE = "SYNTH_ASSETS_ENGINE", "SYNTH_ASSETS_WORKERS"

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
def engine(name: str = "local", workers: int | str | None = None) -> Iterator[MapBlocks]:
    """An engine for one run; its processes end with it.

    Args:
        name: `local`, or `ray`: the cluster that RAY_ADDRESS names, else one started on this machine.
        workers: processes, 1 to 256, or the text of such a number; None for one (local), or one a processor
            (Ray).

    Raises:
        UsageProblem: no such engine or number, Ray is not installed, or `workers` is given for a cluster that
            stands.
        Problem: no cluster answers; while mapping, a worker died twice over the same block.
    """
    if name not in NAMES:
        raise UsageProblem(f"unknown engine {name!r} (engines: {', '.join(NAMES)})")
    if workers is not None:
        workers = _whole(workers)
    if name == "ray":
        from synth_assets.generation.ray_engine import cluster

        with cluster(workers) as on_ray:
            yield on_ray
    elif workers is None or workers == 1:
        yield in_this_process
    else:
        pool = _Pool(workers)
        try:
            yield pool.map
        finally:
            pool.close()


def _whole(workers: int | str) -> int:
    if not str(workers).isdecimal() or not 1 <= int(workers) <= MOST_WORKERS:
        raise UsageProblem(f"workers is {workers}, but must be a whole number from 1 to {MOST_WORKERS}")
    return int(workers)


class _Pool:
    """Processes of this machine; when one dies, the tasks that it took with it are sent to new ones."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._processes = self._start()

    def _start(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            self._workers, mp_context=get_context("spawn"), initializer=_end_with_parent
        )

    def map(
        self, function: Callable[[Task], Result], tasks: Iterable[Task], /
    ) -> Generator[Result, None, None]:
        """`function` of every task, in their order."""
        ahead = iter(tasks)
        waiting: list[Task] = []
        sent: list[tuple[Task, Future[Result]]] = []
        stuck: Task | None = None
        try:
            while True:
                room = IN_FLIGHT * self._workers - len(sent) - len(waiting)
                waiting += islice(ahead, room)
                try:
                    while waiting:
                        sent.append((waiting[0], self._send(function, waiting[0])))
                        del waiting[0]
                    if not sent:
                        return
                    result = sent[0][1].result()
                except BrokenProcessPool:
                    waiting = [task for task, _ in sent] + waiting
                    if waiting[0] is stuck:
                        raise Problem("a worker process was killed twice: is there enough memory?") from None
                    stuck = waiting[0]
                    sent.clear()
                    self._processes = self._start()
                    continue
                del sent[0]
                yield result
        finally:
            if sent:  # closed early
                self.close()
                self._processes = self._start()

    def _send(self, function: Callable[[Task], Result], task: Task) -> Future[Result]:
        with _interrupts_held():
            return self._processes.submit(function, task)

    def close(self) -> None:
        """End the processes; tasks that have not begun are dropped."""
        self._processes.shutdown(cancel_futures=True)


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
