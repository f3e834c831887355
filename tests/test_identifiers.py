"""Ids and back, against Python's own formatting and parsing."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_assets.model.identifiers import LARGEST, format_ids, id_numbers, isin_sorted, take_ids

SOME = [0, 1, 9, 10, 9_999, 10_000, 12_345_678, 99_999_999, 100_000_000, 987_654_321, LARGEST]


@pytest.mark.parametrize(
    "prefix", ["", "X", "A-", "INV", "INV-", "DEAL-", "LONGER-", "LONGEST-", "A-PREFIX-"]
)
def test_ids_are_the_prefix_and_nine_digits(prefix):
    made = format_ids(prefix, np.array(SOME))
    assert made.to_pylist() == [f"{prefix}{number:09d}" for number in SOME]
    assert id_numbers(made).tolist() == SOME
    assert id_numbers(made.slice(3, 5)).tolist() == SOME[3:8]
    assert id_numbers(pa.chunked_array([made, made])).tolist() == SOME * 2


def test_any_number_comes_back():
    drawn = np.random.default_rng(1).integers(0, LARGEST + 1, 100_000)
    assert (id_numbers(format_ids("INV-", drawn)) == drawn).all()


def test_no_ids_at_all():
    assert id_numbers(format_ids("INV-", np.empty(0, dtype=np.int64))).tolist() == []


@pytest.mark.parametrize("wrong", [chr(code) for code in range(32, 127) if not chr(code).isdigit()])
def test_anything_but_a_digit_is_refused_at_every_place(wrong):
    for place in range(9):
        digits = list("123456789")
        digits[place] = wrong
        with pytest.raises(ValueError, match="do not end in nine digits"):
            id_numbers(pa.array(["INV-000000001", "INV-" + "".join(digits)]))


def test_ids_of_different_lengths_are_refused():
    with pytest.raises(ValueError, match="ids are not all alike: the first is 'INV-000000001'"):
        id_numbers(pa.array(["INV-000000001", "INV-00000002"]))


@given(st.lists(st.integers(0, LARGEST)), st.sets(st.integers(100, 200)))
def test_numbers_are_found_among_the_known_ones(found, known):
    ascending = np.array(sorted(known), dtype=np.int64)
    asked = np.array([*found, *range(90, 210)], dtype=np.int64)
    assert isin_sorted(asked, ascending).tolist() == np.isin(asked, ascending).tolist()


@pytest.mark.parametrize("prefix", ["", "INV-", "LONGER-"])
def test_taken_ids_are_those_of_the_numbers_taken(prefix):
    made, places = format_ids(prefix, np.array(SOME)), np.array([3, 0, 0, len(SOME) - 1])
    expected = format_ids(prefix, np.array(SOME)[places])
    assert take_ids(pa.chunked_array([made]), places).equals(expected)
    assert take_ids(pa.chunked_array([made[:4], made[4:]]), places).equals(expected)
    assert take_ids(pa.chunked_array([made[2:]]), places[:1]).to_pylist() == made[5:6].to_pylist()


def test_nothing_is_taken_of_no_ids():
    empty, nowhere = (
        pa.chunked_array([format_ids("INV-", np.empty(0, dtype=np.int64))]),
        np.empty(0, dtype=np.intp),
    )
    assert take_ids(empty, nowhere).to_pylist() == []
    assert take_ids(pa.chunked_array([format_ids("INV-", np.array(SOME))]), nowhere).to_pylist() == []


def test_ids_of_different_lengths_are_not_taken():
    with pytest.raises(ValueError, match="ids are not all alike"):
        take_ids(pa.chunked_array([["INV-000000001", "INV-00000002"]]), np.array([0]))
