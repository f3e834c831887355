"""Pages of `/transactions/sync`: applied to the state of one day they give that of a later one."""

from __future__ import annotations

import datetime as dt
import json
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from synth_assets.cli import main
from synth_assets.worlds.personal_banking.vendors.plaid import sync
from tests.plaid_spec import check

START, DAY = dt.date(2024, 3, 1), dt.timedelta(days=1)
UNTIL = dt.date(2025, 9, 23)


def run(*words: str) -> str:
    result = CliRunner().invoke(main, [*words])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A history in three nights, each exported with the pages since the one before."""
    place = tmp_path_factory.mktemp("grown")
    nights = [START - DAY, UNTIL - 40 * DAY, UNTIL - DAY, UNTIL]
    for since, night in pairwise(nights):
        keys = ["--set", f"history.start={START}", "--set", "num_users=12", "--as-of", str(night)]
        run("generate", "personal_banking", *keys, "--data-dir", str(place / "data"))
        out, data = str(place / str(night)), str(place / "data")
        words = ("--to", "plaid", "--out", out, "--since", str(since), "--data-dir", data)
        run("export", "personal_banking", *words)
    return place


@lru_cache
def pages(place: Path) -> dict[str, list[dict[str, Any]]]:
    return {path.stem: json.loads(path.read_text()) for path in sorted((place / "sync").iterdir())}


def state(place: Path, user: str) -> dict[str, Any]:
    transactions = json.loads((place / "users" / f"{user}.json").read_text())["transactions"]["transactions"]
    return {one["transaction_id"]: one for one in transactions}


def nights(grown: Path) -> list[Path]:
    return sorted(path for path in grown.iterdir() if path.name != "data")


def test_pages_applied_to_a_day_give_the_next_one(grown: Path) -> None:
    known: dict[str, dict[str, Any]] = {}
    for night in nights(grown):
        for user, found in pages(night).items():
            mine = known.setdefault(user, {})
            for page in found:
                for one in page["added"]:
                    assert one["transaction_id"] not in mine
                    mine[one["transaction_id"]] = one
                for one in page["removed"]:
                    lost = mine.pop(one["transaction_id"])
                    assert lost["pending"]
                    assert lost["account_id"] == one["account_id"]
            assert mine == state(night, user)
    assert len(known) == 12


def test_every_page_is_as_the_specification_says(grown: Path) -> None:
    for night in nights(grown):
        for found in pages(night).values():
            for page in found:
                check(page, "TransactionsSyncResponse")
                assert not page["modified"]
                updates = len(page["added"]) + len(page["removed"])
                assert updates == sync.MOST_UPDATES if page["has_more"] else updates <= sync.MOST_UPDATES
            assert [page["has_more"] for page in found] == [True] * (len(found) - 1) + [False]
    assert max(len(found) for found in pages(nights(grown)[0]).values()) > 1


def test_cursors_go_on_from_night_to_night_and_are_no_others(grown: Path) -> None:
    seen = [
        page["next_cursor"] for night in nights(grown) for found in pages(night).values() for page in found
    ]
    assert len(set(seen)) == len(seen)
    assert all(len(one) <= 256 for one in seen)
    one = sync.cursor("item", UNTIL)
    assert one == sync.cursor("item", UNTIL) != sync.cursor("item", UNTIL - DAY)


def test_a_posted_transaction_names_a_pending_one_that_is_removed(grown: Path) -> None:
    last = [page for found in pages(nights(grown)[-1]).values() for page in found]
    removed = {one["transaction_id"] for page in last for one in page["removed"]}
    named = {one["pending_transaction_id"] for page in last for one in page["added"]} - {None}
    assert removed
    assert named <= removed
    assert len(named) > 0.7 * len(removed)


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("--to", "csv", "--since", str(START)), "--since: csv tells no changes from day to day"),
        (("--to", "users-json", "--since", str(START)), "--since: users-json tells no changes"),
        (("--to", "plaid", "--since", str(UNTIL)), f"--since {UNTIL} must be before --until {UNTIL}"),
        (("--to", "plaid", "--since", "soon"), "'soon' is not a date"),
    ],
)
def test_what_has_no_pages_is_refused(grown: Path, words: tuple[str, ...], line: str, tmp_path: Path) -> None:
    place = ("--out", str(tmp_path / "out"), "--data-dir", str(grown / "data"))
    result = CliRunner().invoke(main, ["export", "personal_banking", *words, *place])
    assert result.exit_code == 2
    assert line in result.output
