"""What generation costs: `make bench`, or `python -m tests.bench --world order_to_cash --rows 1000000`.

Prints CPU seconds (user and system), never judges them. Each figure is a fresh process, so imports count
where they count for a user, and peak memory is that of one task. Write-only is the limit: the same Arrow
tables, already made, encoded and written by the same code.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from synth_assets.build.blocks import make_block
from synth_assets.build.generate import write_world
from synth_assets.build.parquet import write_part
from synth_assets.build.scenario import Scenario, resolve
from synth_assets.build.store import Store
from synth_assets.evaluate.verify import verify
from synth_assets.worlds import load

SAMPLE_BLOCKS = 8


class Size(NamedTuple):
    """What is measured of a world by default, and what it takes.

    Attributes:
        key: the config key that counts the root rows.
        rows: root rows of the large measure.
        bytes_a_row: disk space that a root row takes with all that hangs on it.
    """

    key: str
    rows: int
    bytes_a_row: int


SIZES = {
    "order_to_cash": Size("num_transactions", 10_000_000, 110),
    "subscriptions": Size("num_customers", 1_000_000, 260),
}


def main() -> None:
    """Print every figure of the chosen worlds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--world", choices=SIZES, help="One world; all without it.")
    parser.add_argument("--rows", type=int, help="Transactions, or customers.")
    parser.add_argument("--dir", type=Path, help="Where to write; a temporary directory without it.")
    parser.add_argument("--measure", choices=MEASURES, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        print(json.dumps(MEASURES[given.measure](given.world, given.rows, given.dir)))
        return
    for world in [given.world] if given.world else SIZES:
        size = SIZES[world]
        rows = given.rows or size.rows
        with tempfile.TemporaryDirectory(dir=given.dir, prefix="bench-") as home:
            needed, free = 2 * rows * size.bytes_a_row, shutil.disk_usage(home).free
            if free < needed:
                sys.exit(f"{world}: needs {needed >> 20} MiB in {home}, and {free >> 20} MiB are free")
            report(world, rows, Path(home))


def report(world: str, rows: int, directory: Path) -> None:
    """Run every measure of a world, each in a process of its own, and print a line a measure."""
    print(f"{world} at its defaults: {_command_line(world, directory):.2f} CPU s, imports included")
    ratios = []
    for _ in range(2):  # alternating, as machines are shared
        whole = _measured("generate", world, rows, directory)
        alone = _measured("write_only", world, rows, directory)
        ratios.append(f"{whole['cpu'] / alone['cpu']:.2f}")
    speed = whole["rows"] / whole["cpu"] / 1e6
    print(f"{world}, {rows:,} {SIZES[world].key}: {whole['rows']:,} rows, {whole['bytes'] / 2**20:,.0f} MiB")
    print(f"  generated, checked, written  {whole['cpu']:8.1f} CPU s  {speed:.2f} M rows / CPU s")
    print(f"  write-only, of {SAMPLE_BLOCKS} blocks     {alone['cpu']:8.1f} CPU s")
    print(f"  ratios                       {' '.join(ratios)}")
    print(f"  peak memory                  {whole['peak_mib']:8.0f} MiB")
    judged = _measured("verify", world, rows, directory)
    print(f"  verify                       {judged['cpu']:8.1f} CPU s  {judged['peak_mib']:.0f} MiB peak")


def _measured(name: str, world: str, rows: int, directory: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.bench", "--measure", name, "--world", world]
    command += ["--rows", str(rows), "--dir", str(directory)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def _command_line(world: str, directory: Path) -> float:
    """CPU seconds of `synth-assets generate` in a fresh process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [Path(sys.executable).parent / "synth-assets", "generate", world, "--data-dir", directory]
    subprocess.run(command, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _cost() -> dict[str, float]:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return {"cpu": usage.ru_utime + usage.ru_stime, "peak_mib": usage.ru_maxrss / 1024}


def _scenario(world: str, rows: int) -> Scenario:
    values: dict[str, object] = {SIZES[world].key: rows}
    if world == "order_to_cash":
        values |= {"as_of": "2026-11-21", "num_contacts": max(200, min(rows // 50, 1_000_000))}
    return resolve(world, values)


def measure_generate(world: str, rows: int, directory: Path) -> dict[str, float]:
    """The whole set, with labels and manifest, to published Parquet and catalogue."""
    published = write_world(_scenario(world, rows), directory / "data").values()
    return {"rows": sum(p.rows for p in published), "bytes": sum(p.bytes for p in published)} | _cost()


def measure_write_only(world: str, rows: int, directory: Path) -> dict[str, float]:
    """Encoding and writing of blocks that are already in memory, scaled to the whole."""
    scenario, cpu = _scenario(world, rows), 0.0
    for root in scenario.world.roots:
        blocks = scenario.world.blocks(scenario.config, root)
        sample = blocks[:: max(1, len(blocks) // SAMPLE_BLOCKS)]
        spent = 0.0
        for numbers in sample:
            made = make_block(scenario.world, scenario.config, root, numbers)
            started = time.process_time()
            for name, table in made.items():
                write_part(scenario.world.table(name), table, directory / "part.parquet")
            spent += time.process_time() - started
        cpu += spent * sum(map(len, blocks)) / max(1, sum(map(len, sample)))
    return {"cpu": cpu}


def measure_verify(world: str, rows: int, directory: Path) -> dict[str, float]:
    """Every check of `synth-assets verify` over what `generate` published."""
    store = Store(load(world), directory / "data")
    scenario = store.scenario()
    sources = {t.name: store.published(t.name, scenario).glob for t in store.world.tables}
    checks = verify(store.world, scenario.config.model_dump(mode="json"), sources)
    assert all(check.passed for check in checks)
    return _cost()


MEASURES = {"generate": measure_generate, "write_only": measure_write_only, "verify": measure_verify}

if __name__ == "__main__":
    main()
