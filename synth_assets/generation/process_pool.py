"""Blocks in processes of this machine."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import islice
from multiprocessing import Pipe, get_context, parent_process
from multiprocessing.connection import Connection, wait
from threading import Thread

from synth_assets.generation.garbage import collect_less_often
from synth_assets.generation.map_blocks import IN_FLIGHT, Result, Task
from synth_assets.model.errors import Problem


class ProcessPool:
    """Processes of this machine; when one dies, the tasks that it took with it are sent to new ones."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._processes = self._start()

    def _start(self) -> ProcessPoolExecutor:
        ends_with, self._line = Pipe(duplex=False)
        return ProcessPoolExecutor(
            self._workers,
            mp_context=get_context("spawn"),
            initializer=_begin,
            initargs=(ends_with,),
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
                        raise Problem(
                            "a worker process was killed twice: is there enough memory? Use fewer workers"
                        ) from None
                    stuck = waiting[0]
                    sent.clear()
                    self._processes = self._start()
                    continue
                del sent[0]
                yield result
        finally:
            if sent:  # closed early
                self._line.close()  # a file may take half a minute: whoever makes one ends at once
                self.close()
                self._processes = self._start()

    def _send(self, function: Callable[[Task], Result], task: Task) -> Future[Result]:
        with _interrupts_held():
            return self._processes.submit(function, task)

    def close(self) -> None:
        """End the processes; tasks that have not begun are dropped."""
        self._processes.shutdown(cancel_futures=True)


def _begin(line: Connection) -> None:
    """In a worker: end at once when the process that started it is gone, however it went, or hangs up."""
    collect_less_often()
    parent = parent_process()

    def watch() -> None:
        wait([line, parent.sentinel] if parent else [line])
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
