"""Who may order when: the two directions of one rule agree, and only contacts who have arrived order."""

from __future__ import annotations

import datetime as dt

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from synth_assets.worlds.order_to_cash.config import Config
from synth_assets.worlds.order_to_cash.customers import arrived, first_transaction
from tests.worlds import decided

COUNTS = st.one_of(st.integers(100, 3_000), st.integers(100, 124_999_984))
"""From 100 transactions on every default quota fits."""


def config(transactions: int, contacts: int) -> Config:
    return Config(as_of=dt.date(2026, 11, 21), num_transactions=transactions, num_contacts=contacts)


@given(transactions=COUNTS, contacts=st.one_of(st.integers(1, 3_000), COUNTS), data=st.data())
def test_a_contact_has_arrived_exactly_from_its_first_transaction_on(transactions, contacts, data):
    chosen = config(transactions, contacts)
    contact = np.array(data.draw(st.lists(st.integers(0, contacts - 1), min_size=1)))
    first = first_transaction(chosen, contact)
    assert np.all(contact < arrived(chosen, first))
    later = np.flatnonzero(first > 0)
    assert not np.any(contact[later] < arrived(chosen, first[later] - 1))


@given(transactions=st.integers(100, 3_000), contacts=st.integers(1, 3_000))
def test_nobody_orders_before_they_have_arrived(transactions, contacts):
    chosen = config(transactions, contacts)
    facts = decided("order_to_cash", chosen, range(transactions))
    assert np.all(first_transaction(chosen, facts.contact) <= facts.number)
