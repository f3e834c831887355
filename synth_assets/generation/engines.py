"""Who makes files of blocks: this process, a pool of processes, or a Ray cluster. The bytes are the same.

An engine is a function like `map`: it gives the results in the order of the tasks, whichever came first, and
keeps a bounded number of tasks in flight. Files are made of pure blocks, so one whose worker died is made
again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from synth_assets.generation.map_blocks import MapBlocks, in_this_process
from synth_assets.model.errors import UsageProblem

NAMES = ("local", "ray")
MOST_WORKERS = 256
ENGINE_VARIABLE, WORKERS_VARIABLE = "SYNTH_ASSETS_ENGINE", "SYNTH_ASSETS_WORKERS"


@contextmanager
def engine(name: str = "local", workers: int | str | None = None) -> Iterator[MapBlocks]:
    """An engine for one run; its processes end with it.

    Args:
        name: `local`, or `ray`: the cluster that RAY_ADDRESS names, else one started on this machine.
        workers: processes, 1 to 256, or the text of such a number; None for one (local), or one a processor
            (Ray).

    Raises:
        UsageProblem: no such engine or number, Ray is not installed, or `workers` is given for a cluster that
            runs already.
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
        from synth_assets.generation.process_pool import ProcessPool

        pool = ProcessPool(workers)
        try:
            yield pool.map
        finally:
            pool.close()


def _whole(workers: int | str) -> int:
    if not str(workers).isdecimal() or not 1 <= int(workers) <= MOST_WORKERS:
        raise UsageProblem(f"workers is {workers}, but must be a whole number from 1 to {MOST_WORKERS}")
    return int(workers)
