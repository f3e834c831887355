"""The command: every class of attack on every world, as a table; exit 1 when anything did not hold."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tabulate import tabulate

from synth_assets import worlds
from tests import torture
from tests.torture.classes import CLASSES
from tests.torture.outcome import Outcome


def main() -> int:
    """Print the figures of the chosen classes and worlds."""
    given = _arguments()
    rows, wrong = [], []
    for world in [given.world] if given.world else worlds.NAMES:
        for name in [given.attack] if given.attack else CLASSES:
            started = time.perf_counter()
            found = _tried(name, world, given.size)
            seconds = time.perf_counter() - started
            rows.append((world, name, found.tried, found.held, f"{seconds:.0f} s", found.remark))
            wrong += [f"{world}, {name}: {line}" for line in found.wrong]
            print(f"{world}: {name} {found.held} of {found.tried}", file=sys.stderr)
    print(tabulate(rows, ("world", "attacks", "tried", "held", "took", ""), intfmt=","))
    print("\n".join(wrong or ["everything held"]))
    return 1 if wrong else 0


def _tried(name: str, world: str, size: int | None) -> Outcome:
    attack, sizes = CLASSES[name], {} if size is None else {"size": size}
    with tempfile.TemporaryDirectory(prefix="torture-") as home:
        return attack(worlds.load(world), Path(home).resolve(), **sizes)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=torture.__doc__)
    parser.add_argument("--world", choices=worlds.NAMES, help="one world; all without it")
    parser.add_argument("--attack", choices=CLASSES, help="one class of attacks; all without it")
    parser.add_argument("--size", type=int, help="attacks of each class and world; its own number without it")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
