"""A browser opens the Dagster page and finds there what a person would.

`make test` opens it and looks at a table; `make browser` makes a world by a click, and damages it.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from tests import dagster_page as pages
from tests.servers import free_port

if not pages.missing():
    from playwright.sync_api import Page, expect

pytestmark = pytest.mark.skipif(bool(pages.missing()), reason=pages.missing())

WORLDS = ("order_to_cash", "subscriptions", "personal_banking", "wholesale")
INVOICE_COLUMNS = ("invoice_id", "order_id", "amount_due_cents", "amount_paid_cents", "status", "due_date")
SMALL = "order_to_cash: {num_transactions: 200, num_contacts: 40, as_of: 2026-11-21}\n"


def test_the_page_shows_the_worlds_and_what_an_invoice_is(tmp_path: Path) -> None:
    with pages.webserver(tmp_path, tmp_path / "data") as address, pages.browser(address) as page:
        page.goto("/")
        page.locator("a[href='/asset-groups']").first.click()
        for world in WORLDS:
            expect(page.get_by_text(world, exact=True).first).to_be_visible()
        page.goto("/assets/invoices")
        expect(page.get_by_text("One bill for an order; two bills for an order are a fault.")).to_be_visible()
        for column in INVOICE_COLUMNS:
            expect(page.get_by_text(column, exact=True).last).to_be_visible()


@pytest.mark.skipif("BROWSER" not in os.environ, reason="minutes: make browser")
def test_a_world_is_made_by_a_click_and_a_damaged_table_shows_its_rows(tmp_path: Path) -> None:
    home, port = pages.home_of_a_project(tmp_path), free_port()
    (home / "small.yaml").write_text(SMALL)
    words = ("make", "-o", ".venv/ready", "dev", f"PORT={port}")
    settings = {"SYNTH_ASSETS_CONFIG": str(home / "small.yaml"), "HOME": str(home)}
    with pages.served(words, home, port, **settings) as log:
        started = log.read_text().lower()
        with pages.browser(f"http://127.0.0.1:{port}") as page:
            make_the_world(page)
            look_at_the_invoices(page)
            invoice = pages.take_a_dollar_off_a_payment(home / "data")
            see_the_damage(page, invoice)
    assert not re.search("warn|telemetry|superseded", started), started
    assert "Dagster services shut down." in log.read_text()


def make_the_world(page: Page) -> None:
    page.goto(pages.GROUP)
    page.get_by_role("button", name="Materialize all").click()
    page.get_by_text("View", exact=True).click()
    expect(page.get_by_text("Success", exact=True).first).to_be_visible()


def look_at_the_invoices(page: Page) -> None:
    """Their number, a plot that is shown without a click, and checks that all passed."""
    page.goto("/assets/invoices")
    expect(page.get_by_text("Row count")).to_be_visible()
    expect(page.get_by_text("196", exact=True).first).to_be_visible()
    picture = page.locator("img[src^='data:image/']").first
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.naturalWidth") > 300
    page.goto("/assets/invoices?view=checks")
    expect(page.get_by_title("terms_are_net_30")).to_be_visible()
    assert page.get_by_text("Succeeded").count() >= 20
    assert page.get_by_text("Failed").count() == 0


def see_the_damage(page: Page, invoice: str) -> None:
    """The manifest made anew fails, and its check names the invoice."""
    page.goto("/assets/anomaly_manifest")
    page.locator("button", has_text="Materialize").first.click()
    page.get_by_text("View", exact=True).click()
    expect(page.get_by_text("Failure", exact=True).first).to_be_visible()
    page.goto("/assets/anomaly_manifest?view=checks")
    page.get_by_title("rules_find_exactly_the_manifest").click()
    expect(page.get_by_text(invoice).first).to_be_visible()
