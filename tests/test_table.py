"""Tables from plain values: what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from synth_assets.model.columns import choice, identifier
from synth_assets.model.table import arrow_table

COLUMNS = (identifier("id", "A-", "Row."), choice("status", ("open", "closed"), "State."))


def test_choices_are_the_words_of_their_codes():
    made = arrow_table(COLUMNS, {"id": np.arange(3), "status": np.array([1, 0, 1])})
    assert made["status"].to_pylist() == ["closed", "open", "closed"]


@pytest.mark.parametrize("code", [-1, 2, 127])
def test_a_code_without_a_word_is_refused(code):
    with pytest.raises(IndexError, match="status has a code beyond its 2 choices"):
        arrow_table(COLUMNS, {"id": np.arange(3), "status": np.array([1, 0, code])})


def test_columns_other_than_the_table_s_are_refused():
    with pytest.raises(KeyError, match="state"):
        arrow_table(COLUMNS, {"id": np.arange(3), "state": np.array([1, 0, 1])})
