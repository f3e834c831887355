"""Who buys: which contact is the customer of a transaction, and from when on each one may be."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from synth_assets.model import quantile_tables
from synth_assets.model.draws import Draws, Fields, Ints, Words
from synth_assets.model.permutation import Permutation
from synth_assets.model.quotas import quota
from synth_assets.worlds.order_to_cash import curves, growth, order_days
from synth_assets.worlds.order_to_cash.config import Config

LEAD_PER_MILLE = 60
"""Contacts enter the CRM 6 % of the transactions (three weeks in a year) before they may first order; those
who come early in the window, halfway between its start and then."""


def founders(config: Config) -> int:
    """How many contacts are in the CRM from the first day: the first 40 %, at least one."""
    if config.grows:
        return config.history.customers_at_start
    return max(1, quota(curves.FOUNDER_SHARE, config.num_contacts))


def first_transaction(config: Config, contact: Ints) -> Ints:
    """The oldest transaction that each contact may be the customer of.

    Every contact has a turn among the transactions: turn j of C is at transaction floor(j N / C). Founders
    and later arrivals have them alternately; arrivals may order from their turn on.
    """
    total, early = config.num_contacts, founders(config)
    turn = np.maximum(contact - early, 0) * total // max(1, total - early)
    return turn * config.num_transactions // total


def arrived(config: Config, transaction: Ints) -> Ints:
    """The contacts numbered below this may be the customer of the transaction: `first_transaction` turned
    round."""
    if config.grows:
        lead = config.history.transactions_per_year * LEAD_PER_MILLE // 1_000
        return growth.contacts_before(config, transaction - lead + 1)
    total, early = config.num_contacts, founders(config)
    turn = ((transaction + 1) * total - 1) // config.num_transactions
    return early + 1 + ((turn + 1) * max(1, total - early) - 1) // total


def customer(config: Config, draws: Draws, transaction: Ints) -> Ints:
    """The customer of each transaction, reading only its number and the counts.

    A transaction that is some contact's turn belongs to that contact (so every contact orders at least once
    when there are orders enough). The others draw a Zipf rank; where the contact of that rank has not arrived
    yet, a founder of the same popularity orders instead.
    """
    words = draws.words("customer", transaction)
    if config.grows:
        return any_customer(config, draws, words, arrived(config, transaction))
    total, early, count = config.num_contacts, founders(config), config.num_transactions
    turn = -(-transaction * total // count)
    is_turn = (turn < total) & (turn * count // total == transaction)
    before = turn * early // total
    is_founder = (turn + 1) * early // total > before
    own = np.where(is_founder, before, early + turn - before)
    return np.where(is_turn, own, any_customer(config, draws, words, arrived(config, transaction)))


def any_customer(config: Config, draws: Draws, words: Words, arrived: Ints) -> Ints:
    """A contact by popularity, one a word; a founder where the contact is not numbered below `arrived`."""
    if config.grows:
        return _customer_so_far(config, draws, words, arrived)
    everyone, old = _popularity(config, draws)
    coarse, fine, coarse_old, fine_old = words.view("<u2").reshape(-1, 4).T
    contact = everyone.contact(everyone.ranks.take(coarse, fine))
    absent = np.flatnonzero(contact >= arrived)
    contact[absent] = old.contact(old.ranks.take(coarse_old[absent], fine_old[absent]))
    return contact


def terms(draws: Draws, contact: Ints) -> Fields:
    """Four fields of each customer's contract: the first draws their prices, the second their discounts."""
    return draws.of("contacts").fields("terms", contact)


def representative(draws: Draws, contact: Ints) -> Ints:
    """Who owns each contact, as index into `curves.REPRESENTATIVES`."""
    owner = draws.of("contacts").fields("owner", contact)[0].astype(np.int64)
    return owner * len(curves.REPRESENTATIVES) >> 16


def _customer_so_far(config: Config, draws: Draws, words: Words, arrived: Ints) -> Ints:
    """A contact by popularity among the first `arrived`, whoever comes later."""
    below = _popularity_so_far(config, draws)
    share = (words >> np.uint64(11)).astype(np.float64) * 2.0**-53
    wanted = (share * below[arrived]).astype(np.int64)
    return np.searchsorted(below, wanted, side="right") - 1


@lru_cache(maxsize=16)
def _popularity_so_far(config: Config, draws: Draws) -> Ints:
    """Popularity of the contacts before each one, and of all: a contact's own does not depend on others."""
    ends = order_days.months(config).ends
    contacts = np.arange(int(growth.contacts_before(config, np.array(ends[-1]))))
    drawn = draws.of("contacts").fields("popularity", contacts)[0]
    own = quantile_tables.sample(curves.popularity(), drawn)
    return np.concatenate([[0], np.cumsum(own)])


class _Popularity(NamedTuple):
    ranks: quantile_tables.ZipfTable
    contact: Callable[[Ints], Ints]


@lru_cache(maxsize=8)
def _popularity(config: Config, draws: Draws) -> tuple[_Popularity, _Popularity]:
    draws = draws.of("contacts")
    sizes = {"everyone": config.num_contacts, "founders": founders(config)}
    everyone, old = (
        _Popularity(
            quantile_tables.ZipfTable(size, curves.CUSTOMER_EXPONENT),
            Permutation(draws.key(f"popularity of {group}"), size).stored(),
        )
        for group, size in sizes.items()
    )
    return everyone, old
