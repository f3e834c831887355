"""The report and a score as pages: whole, readable without a network, and what comes from data is escaped."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner

from synth_assets.cli import main
from synth_assets.evaluate import difficulty
from synth_assets.evaluate.page import Grid, Page, Section, Tile, html

SMALL = {
    "order_to_cash": "num_transactions=300",
    "subscriptions": "num_customers=100",
    "personal_banking": "num_users=30",
}


def run(*arguments: str) -> str:
    done = CliRunner().invoke(main, arguments, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


class Reader(HTMLParser):
    """Collects titles and addresses, and sees that every tag is closed."""

    VOID = ("meta", "br", "hr", "img", "link", "use", "path")

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.titles: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href", "xlink:href")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "h2":
            self.titles.append(data)


def read(text: str) -> Reader:
    reader = Reader()
    reader.feed(text)
    assert not reader.open
    assert not [address for address in reader.addresses if not address.startswith("#")]
    assert not re.search(r"@import|url\((?!#)", text)
    return reader


@pytest.mark.parametrize("name", SMALL)
def test_the_report_is_whole_and_asks_nothing_of_the_network(name: str, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(difficulty, "ROOT_ROWS", 300)
    data, out = tmp_path / "data", tmp_path / "report.html"
    run("generate", name, "--set", SMALL[name], "--data-dir", str(data))
    assert run("report", name, "--out", str(out), "--data-dir", str(data)) == f"{out}\n"
    text = out.read_text()
    titles = [
        "What was made",
        "Configuration",
        "Truth",
        "Checks",
        "What it looks like",
        "Books",
        "How hard it is",
    ]
    found = read(text).titles
    assert [title for title in titles if title in found] == (
        titles if name != "personal_banking" else titles[:-1]
    )
    assert found[-1] == "Data dictionary"
    assert "<svg" in text
    if name == "subscriptions":
        run("report", name, "--out", str(tmp_path / "again.html"), "--data-dir", str(data))
        assert (tmp_path / "again.html").read_text() == text


def test_a_score_is_a_page_with_plots(tmp_path: Path) -> None:
    data, out, findings = tmp_path / "data", tmp_path / "score.html", tmp_path / "found.csv"
    run("generate", "order_to_cash", "--set", "num_transactions=300", "--data-dir", str(data))
    findings.write_text(
        "type,entity_id,score\n" + "".join(f"pricing_drift,INV-{i:09},{i % 7}\n" for i in range(1, 400))
    )
    run("score", "order_to_cash", "--findings", str(findings), "--html", str(out), "--data-dir", str(data))
    parts = ["By kind", "By case", "By difficulty", "By alerts that are read", "False alarms that are decoys"]
    assert read(out.read_text()).titles == parts
    assert out.read_text().count("<svg") == 3


def test_what_comes_from_data_is_escaped() -> None:
    odd = "<script>alert(1)</script>"
    page = Page(odd, odd, [Tile(odd, odd)], [Section(odd, odd, [Grid([odd], [[odd]], odd, odd)])], [odd])
    assert "<script>" not in html(page)
