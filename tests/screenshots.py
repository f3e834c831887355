"""Takes the pictures of docs/images: the Dagster page of order_to_cash at its defaults, and its report.

`make screenshots`, with the system's Chromium. Two runs give the same pictures but for the day and the hour.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from tests import dagster_page as pages

if TYPE_CHECKING:
    from playwright.sync_api import Page

IMAGES = pages.ROOT / "docs" / "images"
RARE_TOO = Image.Quantize.MAXCOVERAGE
"""The red of the few signs that say "failed" stays red."""

BYTES = 80_000
"""The most that a picture weighs."""

DAY = "order_to_cash: {as_of: 2026-11-21}\n"

HIDE_CONTROLS = """button => {
    let box = button
    while (!box.querySelector('[aria-label=download_for_offline]')) box = box.parentElement
    box.style.visibility = 'hidden'
}"""
"""The graph's buttons lie over the last tables."""


def main() -> int:
    """Make the world, look at it, damage it, look again."""
    if pages.missing():
        print(f"No pictures: {pages.missing()}", file=sys.stderr)
        return 1
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="screenshots-") as directory, _settings(Path(directory)) as data:
        home = data.parent
        _materialise("group:order_to_cash")
        with pages.webserver(home, data) as address:
            with pages.browser(address, 1600, 520) as page:
                _group(page)
            with pages.browser(address, 1280, 900) as page:
                _asset(page)
                pages.take_a_dollar_off_a_payment(data)
                _materialise("anomaly_manifest", succeeds=False)
                _check(page)
        with pages.browser("", 1100, 870) as page:
            page.goto((data / "order_to_cash" / "report.html").as_uri())
            page.get_by_role("heading", name="What it looks like").evaluate("title => title.scrollIntoView()")
            _save(page, "report")
    return 0


@contextmanager
def _settings(home: Path) -> Iterator[Path]:
    """Everything that is made stands below a directory; gives the data directory."""
    (home / "dagster.yaml").write_bytes((pages.ROOT / "dagster.yaml").read_bytes())
    (home / "config.yaml").write_text(DAY)
    data = home / "data"
    os.environ |= {
        "DAGSTER_HOME": str(home),
        "SYNTH_ASSETS_CONFIG": str(home / "config.yaml"),
        "SYNTH_ASSETS_DATA_DIR": str(data),
    }
    yield data


def _materialise(selection: str, succeeds: bool = True) -> None:
    words = (str(pages.BIN / "dagster"), "asset", "materialize", "-m", "synth_assets.definitions")
    done = subprocess.run([*words, "--select", selection], capture_output=True, text=True, check=False)
    assert succeeds == (done.returncode == 0), done.stderr[-2_000:]


def _group(page: Page) -> None:
    """The world from left to right."""
    page.goto(pages.GROUP)
    page.get_by_text("Hide navigation").click()
    page.reload()  # the graph takes the room
    page.get_by_text("ledger_entries").first.wait_for()
    page.get_by_label("zoom_in").first.evaluate(HIDE_CONTROLS)
    _save(page, "group")


def _asset(page: Page) -> None:
    """What an invoice is, how many there are, and their columns."""
    page.goto("/assets/invoices")
    page.get_by_text("Hide navigation").click()
    page.get_by_text("due_date").first.wait_for()
    _save(page, "asset")


def _check(page: Page) -> None:
    """The check of the truth, with the row that is not the manifest's."""
    page.set_viewport_size({"width": 1280, "height": 1010})
    page.goto("/assets/anomaly_manifest?view=checks")
    page.get_by_title("rules_find_exactly_the_manifest").click()
    page.get_by_text("first_failures").first.wait_for()
    _save(page, "check")


def _save(page: Page, name: str) -> None:
    """A picture of the tab, in as few colours as make it light enough."""
    page.mouse.move(0, 0)
    page.wait_for_timeout(3_000)  # the graph moves into place
    taken = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    path = IMAGES / f"{name}.png"
    for colours in (128, 64, 32, 16):
        taken.quantize(colours, RARE_TOO, dither=Image.Dither.NONE).save(path, optimize=True)
        if path.stat().st_size <= BYTES:
            break
    print(f"{path.relative_to(pages.ROOT)}  {path.stat().st_size // 1000} kB, {colours} colours")


if __name__ == "__main__":
    sys.exit(main())
