"""What generation costs: `make bench`, or `python -m tests.bench --transactions 1000000`.

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

DEFAULT_TRANSACTIONS = 10_000_000
BYTES_PER_TRANSACTION = 330
SAMPLE_BLOCKS = 8


def main() -> None:
    """Print every figure for one number of transactions."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--transactions", type=int, default=DEFAULT_TRANSACTIONS)
    parser.add_argument("--dir", type=Path, default=None, help="Where to write; a temporary directory.")
    parser.add_argument("--measure", choices=MEASURES, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        print(json.dumps(MEASURES[given.measure](given.transactions, given.dir)))
        return
    with tempfile.TemporaryDirectory(dir=given.dir, prefix="bench-") as home:
        directory = Path(home)
        needed = given.transactions * BYTES_PER_TRANSACTION
        free = shutil.disk_usage(directory).free
        if free < 1.5 * needed:
            sys.exit(f"needs about {needed >> 20} MiB in {directory}, {free >> 20} MiB are free")
        report(given.transactions, directory)


def report(transactions: int, directory: Path) -> None:
    """Run every measure, each in a process of its own, and print a line a measure."""
    small = _measured("generate", 1_000, directory)
    print(f"generate order_to_cash, 1,000 transactions   {small['cpu']:7.2f} CPU s, imports included")
    ratios = []
    for _ in range(2):  # alternating, as machines are shared
        whole, alone = (_measured(name, transactions, directory) for name in ("generate", "write_only"))
        ratios.append(whole["cpu"] / alone["cpu"])
    rows, millions = whole["rows"], transactions / 1e6
    print(f"generate order_to_cash, {millions:g} M transactions")
    print(f"  {rows:,} rows, {whole['bytes'] / 2**20:,.0f} MiB")
    speed = rows / whole["cpu"] / 1e6
    print(f"  generated, checked, written   {whole['cpu']:9.1f} CPU s   {speed:.2f} M rows/s")
    print(f"  write-only (of {SAMPLE_BLOCKS} blocks, scaled) {alone['cpu']:7.1f} CPU s")
    print(f"  ratio                         {' '.join(f'{ratio:.2f}' for ratio in ratios)}")
    print(f"  peak memory                   {whole['peak_mib']:9.0f} MiB")
    judged = _measured("verify", transactions, directory)
    print(f"  verify                        {judged['cpu']:9.1f} CPU s   {judged['peak_mib']:.0f} MiB peak")


def _measured(name: str, transactions: int, directory: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.bench", "--measure", name]
    command += ["--transactions", str(transactions), "--dir", str(directory)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def _cost() -> dict[str, float]:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return {"cpu": usage.ru_utime + usage.ru_stime, "peak_mib": usage.ru_maxrss / 1024}


def _config(transactions: int) -> dict[str, object]:
    contacts = max(200, min(transactions // 50, 1_000_000))
    return {"as_of": "2026-11-21", "num_transactions": transactions, "num_contacts": contacts}


def measure_generate(transactions: int, directory: Path) -> dict[str, float]:
    """The whole set, with labels and manifest, to published Parquet and catalogue."""
    from synth_assets.build.generate import write_world
    from synth_assets.build.scenario import resolve

    published = write_world(resolve("order_to_cash", _config(transactions)), directory / "data")
    size = {
        "rows": sum(p.rows for p in published.values()),
        "bytes": sum(p.bytes for p in published.values()),
    }
    return size | _cost()


def measure_write_only(transactions: int, directory: Path) -> dict[str, float]:
    """Encoding and writing of blocks that are already in memory, scaled to the whole."""
    from synth_assets.build.blocks import make_block
    from synth_assets.build.parquet import write_part
    from synth_assets.build.scenario import resolve

    scenario = resolve("order_to_cash", _config(transactions))
    world, cpu = scenario.world, 0.0
    for root in world.roots:
        blocks = world.blocks(scenario.config, root)
        sample = blocks[:: max(1, len(blocks) // SAMPLE_BLOCKS)]
        spent = 0.0
        for rows in sample:
            made = make_block(world, scenario.config, root, rows)
            started = time.process_time()
            for name, table in made.items():
                write_part(world.table(name), table, directory / "part.parquet")
            spent += time.process_time() - started
        cpu += spent * sum(map(len, blocks)) / max(1, sum(map(len, sample)))
    return {"cpu": cpu}


def measure_verify(transactions: int, directory: Path) -> dict[str, float]:
    """Every check of `synth-assets verify` over what `generate` published."""
    from synth_assets.build.store import Store
    from synth_assets.evaluate.verify import verify
    from synth_assets.worlds import load

    store = Store(load("order_to_cash"), directory / "data")
    scenario = store.scenario()
    sources = {t.name: store.published(t.name, scenario).glob for t in store.world.tables}
    checks = verify(store.world, scenario.config.model_dump(mode="json"), sources)
    assert all(check.passed for check in checks)
    return _cost()


MEASURES = {"generate": measure_generate, "write_only": measure_write_only, "verify": measure_verify}

if __name__ == "__main__":
    main()
