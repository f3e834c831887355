"""The command of the benchmark."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import synth_assets.generation.idle_threads  # noqa: F401  as the command does
from synth_assets.worlds import NAMES
from tests import bench
from tests.bench import runs

LARGEST_DRAWN = 10_000_000
"""Transactions of the plot's last point unless told otherwise."""


def main() -> None:
    """Print every figure of the chosen worlds, or the stages of a block, or draw the plot."""
    given = _arguments()
    if given.measure:
        from tests.bench.measures import MEASURES

        print(json.dumps(MEASURES[given.measure](given.world, given.rows, given.dir)))
        return
    if given.profile:
        from tests.bench import stages

        with runs.workplace(given.dir, stages.BYTES) as home:
            print(stages.table(runs.measured("stages", "order_to_cash", stages.TRANSACTIONS, home)))
    elif given.plot:
        from tests.bench import plot

        plot.bring_up_to(LARGEST_DRAWN if given.rows is None else given.rows, given.dir)
    else:
        from tests.bench import report

        for world in [given.world] if given.world else report.WORLDS:
            rows = given.rows if given.world or world == "order_to_cash" else None
            report.print_world(world, rows, given.rounds, given.dir)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench",
        description=bench.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--profile", action="store_true", help="what each stage of a block costs, as a table")
    what.add_argument("--plot", action="store_true", help="measure sizes not in docs/cost.json yet; draw all")
    what.add_argument("--measure", help=argparse.SUPPRESS)
    parser.add_argument("--world", choices=NAMES, help="one world; all without it")
    parser.add_argument(
        "--rows",
        type=int,
        help="transactions (1 million), customers with --world subscriptions (1 million), users with --world "
        "personal_banking (20,000), clients with --world wholesale (60); with --plot the largest size "
        "(10 million; 0 measures nothing and draws)",
    )
    parser.add_argument("--rounds", type=int, help="alternating runs (3; from 5 million rows on 2)")
    parser.add_argument("--dir", type=Path, help="where to write; a temporary directory without it")
    return parser.parse_args()


if __name__ == "__main__":
    main()
