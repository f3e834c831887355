"""Plots of few characters: what is drawn is what was counted."""

from __future__ import annotations

import datetime as dt
import re
from base64 import b64decode
from xml.etree import ElementTree

from synth_assets.derive.small_picture import BASE, TOP, WIDTH, markdown
from synth_assets.model.pictures import Plot, Points


def picture(style, points: Points, most: int = 999) -> tuple[str, list[str]]:
    """The path that is drawn, and the words."""
    text = markdown(Plot("invoices", "A title", "", style), points, most)
    found = re.fullmatch(r"A title\n\n!\[\]\(data:image/svg\+xml;base64,(.*)\)", text)
    assert found
    root = ElementTree.fromstring(b64decode(found[1]))
    [path] = root.findall("{*}path")
    return path.attrib["d"], [element.text or "" for element in root.findall("{*}text")]


def heights(path: str) -> list[int]:
    return [int(base) - int(top) for base, top in re.findall(r"M\d+ (\d+)V(\d+)h", path)]


def test_columns_are_as_tall_as_their_counts() -> None:
    path, words = picture("columns", [(0, 10), (1, 5), (3, 0)])
    assert heights(path) == [BASE - TOP, (BASE - TOP) // 2, 0]
    assert [int(left) for left in re.findall(r"M(\d+)", path)] == [0, WIDTH // 4, 3 * WIDTH // 4]
    assert words == ["10", "0", "1", "3"]


def test_powers_of_ten_are_said_on_a_log_axis() -> None:
    path, words = picture("log_columns", [(1.5, 1), (2.0, 4), (3.2, 2)])
    assert words == ["4", "100", "1,000"]
    assert len(heights(path)) == 3


def test_a_line_goes_from_the_first_day_to_the_last() -> None:
    path, words = picture("line", [(dt.date(2026, 1, 1), 1.0), (dt.date(2026, 12, 31), 2.0)])
    middle = (BASE + TOP) // 2
    assert path == f"M0 {BASE}L0 {middle} {WIDTH} {TOP} {WIDTH} {BASE}z"
    assert words == ["2", "2026-01", "2026-12"]


def test_neighbours_are_drawn_as_one_where_there_is_no_room_and_none_is_lost() -> None:
    path, words = picture("columns", [(number, 1) for number in range(120)])
    assert words == ["4", "0", "116"]
    assert heights(path) == [BASE - TOP] * 30


def test_words_have_bars_of_text_and_those_left_out_are_counted() -> None:
    plot = Plot("invoices", "By kind", "", "bars")
    assert markdown(plot, [("late", 4), ("lost", 1)], 999) == (
        "| By kind | | |\n|---|---:|---|\n| late | 4 | ███████████ |\n| lost | 1 | ███ |"
    )
    points = [("late", 4), ("lost", 2), ("left", 1)]
    whole = markdown(plot, points, 999)
    assert markdown(plot, points, len(whole)) == whole
    assert markdown(plot, points, len(whole) - 1).endswith("| 1 more | | |")
