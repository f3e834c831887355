"""Tests that share something run at one worker."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.dealing import ONE_BY_ONE, SHARED, unit_of


@pytest.mark.parametrize("module", [*ONE_BY_ONE, *SHARED])
def test_a_module_that_is_named_is_there(module):
    assert Path(__file__).with_name(f"test_{module}.py").exists()


def test_a_module_stays_together_and_others_with_which_it_shares():
    assert unit_of("tests/test_engines.py::test_one[a/b::c]") == unit_of("tests/test_hosts.py::test_two")
    assert unit_of("tests/test_verify.py::test_one") == unit_of("tests/test_verify.py::test_two") == "verify"
    assert unit_of("tests/test_verify.py::test_one") != unit_of("tests/test_vendors.py::test_one")
    assert unit_of("tests/test_torture.py::test_one[a]") != unit_of("tests/test_torture.py::test_one[b]")


@pytest.mark.parametrize("number", range(4))
def test_this_module_has_one_worker(number, worker_id, testrun_uid, tmp_path_factory):
    dealt = tmp_path_factory.getbasetemp().parent / f"dealt-{testrun_uid}"
    (dealt / worker_id).mkdir(parents=True, exist_ok=True)
    assert [path.name for path in dealt.iterdir()] == [worker_id]
