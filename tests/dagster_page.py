"""The Dagster page for tests and pictures: it is served from a directory of its own, and a browser opens it.

The browser is the system's Chromium; nothing is downloaded.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from synth_assets.storage.parquet import part_name, write_part
from synth_assets.storage.store import Store
from synth_assets.worlds import load
from tests.servers import free_port

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent
START_SECONDS = 180
STOP_SECONDS = 90
GROUP = "/locations/synth_assets.definitions/asset-groups/order_to_cash/lineage"

FLAGS = (
    "--no-sandbox",  # root needs it, and only this machine's page is opened
    "--disable-gpu",
    "--disable-dev-shm-usage",  # it is small in a container
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def missing() -> str:
    """Why no browser can be had; empty where one can."""
    try:
        import playwright.sync_api  # noqa: F401
    except ImportError:
        return "playwright is not installed"
    return "" if chromium() else "chromium is not installed (Debian: chromium)"


def chromium() -> str | None:
    """The system's browser."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def home_of_a_project(home: Path) -> Path:
    """What `make` reads and writes, in a directory of its own, with the environment that runs the tests."""
    for name in ("Makefile", "dagster.yaml"):
        shutil.copy(ROOT / name, home)
    (home / ".venv").symlink_to(BIN.parent)
    return home


@contextmanager
def served(words: Sequence[str], home: Path, port: int, **environment: str) -> Iterator[Path]:
    """Start a server in a directory, wait until it answers, and stop it as Ctrl-C does; gives its log.

    Raises:
        AssertionError: it ends early, does not answer, or does not stop.
    """
    log = home / "page.log"
    with log.open("wb") as written:
        server = subprocess.Popen(
            words,
            cwd=home,
            env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
            stdout=written,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a job of a shell ignores it
        )
    try:
        _wait_for(server, port, log)
        yield log
        os.killpg(server.pid, signal.SIGINT)
        server.wait(STOP_SECONDS)
    finally:
        if server.poll() is None:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()


def _wait_for(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        assert server.poll() is None, log.read_text()
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/server_info", timeout=10).close()
            return
        except OSError:
            time.sleep(0.5)
    raise AssertionError(f"the page did not answer within {START_SECONDS} s:\n{log.read_text()}")


@contextmanager
def webserver(home: Path, data: Path) -> Iterator[str]:
    """The page alone, without the daemon that starts runs; gives its address."""
    shutil.copy(ROOT / "dagster.yaml", home)
    port = free_port()
    words = [str(BIN / "dagster-webserver"), "-m", "synth_assets.definitions", "-p", str(port)]
    with served(words, home, port, DAGSTER_HOME=str(home), SYNTH_ASSETS_DATA_DIR=str(data)):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def browser(address: str, width: int = 1600, height: int = 1000, **options: Any) -> Iterator[Page]:
    """A tab of a headless browser; paths are below the address."""
    from playwright.sync_api import expect, sync_playwright

    milliseconds = 1000 * START_SECONDS
    expect.set_options(timeout=milliseconds)
    with sync_playwright() as playwright:
        program = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        page = program.new_page(
            base_url=address, viewport={"width": width, "height": height}, timezone_id="UTC", **options
        )
        page.set_default_timeout(milliseconds)
        yield page
        program.close()


def take_a_dollar_off_a_payment(data: Path) -> str:
    """Publish the payments of order_to_cash with one short by a dollar; gives the invoice that it pays."""
    world = load("order_to_cash")
    store, table = Store(world, data), world.table("payments")
    published = store.published("payments")
    rows = store.block(published, 0).read()
    amounts = rows["amount_cents"].to_pylist()
    amounts[0] -= 100
    place = rows.schema.get_field_index("amount_cents")
    forged = rows.set_column(place, rows.schema.field(place), pa.array(amounts, pa.int64()))
    scenario = store.scenario()
    with store.lock():
        part = write_part(table, forged, store.staging_dir(scenario, table) / part_name(0))
        store.publish(scenario, table, [part])
    return str(rows["invoice_id"][0])
