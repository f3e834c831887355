"""Writing a vendor's shape: values laid out, arrays joined, and never a mixture of two exports."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from synth_assets.export.vendors import export_vendor, indented, one_line
from synth_assets.model.draws import Draws
from synth_assets.model.errors import Problem
from synth_assets.model.vendor import ROOT_ARRAY, Entry, Shared, Vendor
from synth_assets.scenario.resolve import resolve

CONFIG = resolve("personal_banking", {"as_of": "2026-11-21"}).config


def written(vendor: Vendor, blocks: int, out: Path) -> dict[str, str]:
    """Text of each file by its name below `out`."""
    export_vendor(
        vendor, CONFIG, Draws(CONFIG.seed, "personal_banking", vendor.name), lambda _: [None] * blocks, out
    )
    return {str(path.relative_to(out)): path.read_text() for path in out.rglob("*.json*")}


def test_a_value_is_laid_out_as_json_dumps_does():
    row = {"%s": 'say "5, €" 100 %\n', "none": [], "nothing": {}, "n": [1, -0.5, None, True, {"a": [[]]}]}
    value = {"row": row, "shared": Shared(a=1), "again": [Shared(row), 1e-07]}
    for _ in range(2):
        assert indented(value) == json.dumps(value, indent=2, ensure_ascii=False)
        assert one_line(value) == json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def test_arrays_stand_in_their_order_and_files_without_entries_too(tmp_path):
    files = {
        "both.json": ("a", "b"),
        "all.json": (ROOT_ARRAY,),
        "none.json": (ROOT_ARRAY,),
        "lines.jsonl": (),
    }
    given = [
        Entry("both.json", 1, "b"),
        Entry("both.json", {"x": 2}, "a"),
        Entry("all.json", [3], ROOT_ARRAY),
    ]
    vendor = Vendor("tiny", ("users",), files, lambda config, draws, tables: iter(given))
    assert written(vendor, 2, tmp_path) == {
        "both.json": json.dumps({"a": [{"x": 2}] * 2, "b": [1, 1]}, indent=2) + "\n",
        "all.json": json.dumps([[3], [3]], indent=2) + "\n",
        "none.json": "[]\n",
        "lines.jsonl": "",
    }


def one_file_each(*users: str) -> Vendor:
    """`lines.jsonl` with the users, and `users/<user>.json` for each."""

    def entries(config, draws, tables):
        for user in users:
            yield Entry("lines.jsonl", user)
            if user == "broken":
                raise OSError("disk gone")
            yield Entry(f"users/{user}.json", [user])

    return Vendor("tiny", ("users",), {"lines.jsonl": ()}, entries)


def test_files_of_users_who_are_no_more_are_not_left_among_the_others(tmp_path):
    before = written(one_file_each("ann", "bob"), 1, tmp_path)
    with pytest.raises(Problem, match=r"users holds bob.json, which this export does not write: remove"):
        written(one_file_each("ann"), 1, tmp_path)
    after = written(one_file_each("ann", "bob", "cy"), 1, tmp_path)
    assert [len(files) for files in (before, after)] == [3, 4]
    assert after["lines.jsonl"] == '"ann"\n"bob"\n"cy"\n'


def test_a_failed_export_changes_nothing(tmp_path):
    before = written(one_file_each("ann"), 1, tmp_path)
    with pytest.raises(OSError, match="disk gone"):
        written(one_file_each("bob", "broken"), 1, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["lines.jsonl", "users"]
    assert {name: (tmp_path / name).read_text() for name in before} == before
