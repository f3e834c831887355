"""Blocks as Ray tasks: on a running cluster, or on one that is started here for the run."""

from __future__ import annotations

import logging
import os
import socket
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any, TypeVar

from synth_assets.generation.map_blocks import IN_FLIGHT, MapBlocks
from synth_assets.model.errors import Problem, UsageProblem, first_line

Task = TypeVar("Task")
Result = TypeVar("Result")

ADDRESS_VARIABLE = "RAY_ADDRESS"
NETWORK_VARIABLE = "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"
"""Whether a node that is started listens to the network, on any system; Ray reads it when it is imported."""

OBJECT_STORE_BYTES = 100 * 2**20
"""Results are a few numbers a file; without a bound Ray sets a third of the memory aside."""

CONNECT_SECONDS = 10
"""How long a running cluster may take to accept a connection."""

STOP_SECONDS = 60
"""How long a run that ends early waits for the files that are being made."""

RETRIES = 3
"""Times that Ray makes a file again whose process or host died."""


@contextmanager
def cluster(workers: int | None) -> Iterator[MapBlocks]:
    """Connect to the cluster that RAY_ADDRESS names, or start one of `workers` processors here.

    One that is started listens to this machine alone, unless Ray's own variable says otherwise: whoever
    reaches a cluster can run code there.

    Raises:
        UsageProblem: Ray is not installed, or `workers` is given for a running cluster.
        Problem: the cluster does not answer.
    """
    address = os.environ.get(ADDRESS_VARIABLE)
    with nullcontext() if address else _this_machine_alone():
        try:
            import ray as ray_module
        except ImportError:
            raise UsageProblem("the engine ray needs Ray: pip install ray") from None
        ray: Any = ray_module
        if address and workers:
            raise UsageProblem(
                f"--workers is for a cluster that is started here; {ADDRESS_VARIABLE} names a running one: "
                "leave one of them out"
            )
        if address:
            _knock(address)
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        started: dict[str, Any] = (
            {}
            if address
            else {"num_cpus": workers, "include_dashboard": False, "object_store_memory": OBJECT_STORE_BYTES}
        )
        try:
            ray.init(address or "local", log_to_driver=False, logging_level=logging.ERROR, **started)
        except (ConnectionError, RuntimeError, ValueError) as error:
            where = f"at {address} ({ADDRESS_VARIABLE})" if address else "here"
            raise Problem(
                f"no Ray cluster {where}: {first_line(error)}: use --engine local, or mend what Ray says"
            ) from None
        try:
            yield _Cluster(ray, int(ray.cluster_resources().get("CPU", 1))).map
        finally:
            ray.shutdown()


@contextmanager
def _this_machine_alone() -> Iterator[None]:
    """Let what Ray starts now listen to this machine alone, and leave no trace for other processes."""
    if NETWORK_VARIABLE in os.environ:
        yield
        return
    os.environ[NETWORK_VARIABLE] = "0"
    try:
        yield
    finally:
        del os.environ[NETWORK_VARIABLE]


def _knock(address: str) -> None:
    """See that somebody listens at `host:port`; Ray would try for minutes, deaf to Ctrl-C.

    Raises:
        Problem: nobody does.
    """
    host, _, port = address.rpartition("://")[2].rpartition(":")
    if host and port.isdecimal():
        try:
            socket.create_connection((host.strip("[]"), int(port)), CONNECT_SECONDS).close()
        except (OSError, OverflowError) as error:
            raise Problem(
                f"no Ray cluster at {address} ({ADDRESS_VARIABLE}): {first_line(error)}: start it, or leave "
                f"{ADDRESS_VARIABLE} out"
            ) from None


class _Cluster:
    """A cluster with `workers` processors."""

    def __init__(self, ray: Any, workers: int) -> None:
        self._ray = ray
        self._workers = max(1, workers)

    def map(
        self, function: Callable[[Task], Result], tasks: Iterable[Task], /
    ) -> Generator[Result, None, None]:
        """`function` of every task, in their order."""
        submit = self._ray.remote(max_retries=RETRIES)(function).remote
        flight: deque[Any] = deque()
        try:
            for task in tasks:
                flight.append(submit(task))
                if len(flight) == IN_FLIGHT * self._workers:
                    yield self._result(flight.popleft())
            while flight:
                yield self._result(flight.popleft())
        finally:
            for reference in flight:
                self._ray.cancel(reference)
            if flight:
                self._ray.wait(list(flight), num_returns=len(flight), timeout=STOP_SECONDS)

    def _result(self, reference: Any) -> Any:
        errors = self._ray.exceptions
        try:
            return self._ray.get(reference)
        except errors.RayTaskError as error:
            raise error.cause from None
        except (errors.WorkerCrashedError, errors.OutOfMemoryError, errors.NodeDiedError):
            raise Problem(
                f"workers were killed {RETRIES + 1} times over the same block: is there enough memory? "
                "Use fewer workers"
            ) from None
