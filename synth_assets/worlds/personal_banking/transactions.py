"""Transactions: every row of every account's statement, money out positive."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from synth_assets.model.arrow import from_pool, strings
from synth_assets.model.columns import choice, day, flag, identifier, money, reference, text
from synth_assets.model.draws import Draws, Ints
from synth_assets.model.identifiers import format_ids
from synth_assets.model.table import Rows, Table, arrow_table
from synth_assets.worlds.personal_banking.accounts import ACCOUNT_ID
from synth_assets.worlds.personal_banking.activity.block import Block
from synth_assets.worlds.personal_banking.activity.carried import CHECK
from synth_assets.worlds.personal_banking.activity.descriptors import (
    DESCRIPTORS,
    IN_HISTORIES,
    INDEX,
    OWN_CITY,
    PLAID_OF,
    PRIMARIES,
    is_in,
)
from synth_assets.worlds.personal_banking.activity.events import SLOTS
from synth_assets.worlds.personal_banking.activity.facts import window
from synth_assets.worlds.personal_banking.activity.places import CITIES, SIZE, homes
from synth_assets.worlds.personal_banking.config import Config
from synth_assets.worlds.personal_banking.users import USER_ID

CHANNELS = ("online", "in store", "other")
DETAILED = tuple(dict.fromkeys(label.detailed for label in DESCRIPTORS))
CATEGORIES = (*PRIMARIES, *PLAID_OF)
SPELLINGS = len(CITIES)
"""Feed strings of a label, which differ in their digits and, of a shop, in its city; one store of a chain a
city."""

TRANSACTION_ID = identifier("transaction_id", "txn_", "Transaction; in order of user and day.")
COLUMNS = (
    TRANSACTION_ID,
    reference("accounts", ACCOUNT_ID, "Account that it is on."),
    reference("users", USER_ID, "Whose account that is."),
    day("date", "Day of posting, of purchases a business day; of what is pending, of the purchase."),
    day("authorized_date", "Day of the purchase, 1 to 3 business days before it is posted; else that day."),
    money("amount_cents", "Positive is money out of the account, negative is money in.", minimum=None),
    text("name", "As the bank's feed shows it.", repeats=True),
    text(
        "merchant_name",
        "Clean name of the merchant, or of who pays wages, where one is known.",
        nullable=True,
        repeats=True,
    ),
    choice("payment_channel", CHANNELS, "How it was made."),
    choice(
        "category_primary",
        CATEGORIES,
        "Plaid's primary category; UTILITIES and HEALTHCARE in the preset `simple`.",
    ),
    choice(
        "category_detailed",
        DETAILED,
        "Plaid's detailed category, in version 1; the export to Plaid gives version 2 on demand.",
    ),
    flag("pending", "Not posted yet, and not in the balance."),
)

PENDING_ID = text(
    "pending_transaction_id",
    "The row that showed it while it was pending, and is gone now; empty where the bank never showed that.",
    nullable=True,
)
"""A column of a history that grows."""

_CHANNEL = np.array([CHANNELS.index(label.channel) for label in DESCRIPTORS], dtype=np.int8)
_PRIMARY = np.array([PRIMARIES.index(label.primary) for label in DESCRIPTORS], dtype=np.int8)
_SIMPLE = {plaid: CATEGORIES.index(name) for name, plaid in PLAID_OF.items()}
_PRIMARY_SIMPLE = np.array(
    [_SIMPLE.get(label.primary, PRIMARIES.index(label.primary)) for label in DESCRIPTORS], dtype=np.int8
)
_DETAILED = np.array([DETAILED.index(label.detailed) for label in DESCRIPTORS], dtype=np.int8)


_IN_STORE = np.array([label.channel == "in store" for label in DESCRIPTORS])


def _spelt(feed: str, label: int, spelling: int) -> str:
    """A feed string with digits in the place of each `#`; a shop's ends with its city, and is empty where
    there is none of the brand."""
    if not _IN_STORE[label]:
        return _with_digits(feed, label, spelling)
    is_there = OWN_CITY[label] in (-1, spelling) and is_in(label, spelling // SIZE)
    return f"{_with_digits(feed, label, spelling)} {CITIES[spelling]}" if is_there else ""


def _with_digits(feed: str, label: int, spelling: int) -> str:
    if "#" not in feed:
        return feed
    digits = f"{(label * 7_919 + spelling * 104_729 + 12_345_678) * 48_271 % 2_147_483_647:010d}" * 2
    for digit in digits[: feed.count("#")]:
        feed = feed.replace("#", digit, 1)
    return feed


_SPELT = [_spelt(label.feed, i, k) for i, label in enumerate(DESCRIPTORS) for k in range(SPELLINGS)]
CHECK_NUMBERS = range(101, 2_048)
"""Numbers of checks; an account's go up by one, from one that leaves room for `MOST_CHECKS` [D]."""

MOST_CHECKS, MOST_CHECKS_IN_HISTORY = 64, 300
"""Bounds of the checks of an account in the longest window, and in the longest history that grows: who is
paid every second week pays half of the rent then."""

_USUAL = _SPELT[: INDEX[next(iter(IN_HISTORIES))] * SPELLINGS]
_IN_WINDOWS = list(dict.fromkeys([*_USUAL, *(f"CHECK {number:04d}" for number in CHECK_NUMBERS)]))
_FEEDS = list(dict.fromkeys([*_IN_WINDOWS, *_SPELT]))  # those of histories last
_PLACES = {feed: place for place, feed in enumerate(_FEEDS)}
_FEED = np.array([_PLACES[feed] for feed in _SPELT], dtype=np.int16)
_FEED_NAMES, _WINDOW_FEED_NAMES = strings(_FEEDS), strings(_IN_WINDOWS)
_VARIES = np.array([label.channel == "online" and label.merchant is not None for label in DESCRIPTORS])
_VARIES[[INDEX["rent"], INDEX["atm"]]] = True  # numbered as they come
_CHECK_PLACE = np.array([_PLACES[f"CHECK {number:04d}"] for number in CHECK_NUMBERS], dtype=np.int16)
_MERCHANTS = list(dict.fromkeys(label.merchant for label in DESCRIPTORS if label.merchant))
_MERCHANT = np.array(
    [_MERCHANTS.index(label.merchant) if label.merchant else -1 for label in DESCRIPTORS], dtype=np.int16
)
_MERCHANT_NAMES = strings(_MERCHANTS)


def generate(users: Rows, draws: Draws, facts: Block, config: Config) -> pa.Table:
    """Every transaction of the block's users, by user and day."""
    return arrow_table(COLUMNS, _lines(users.id_numbers("user_id") - 1, draws, facts, config))


def of_a_window(draws: Draws, facts: Block, config: Config) -> pa.Table:
    """Those of a window of a history that are there on as_of, each with the row that showed it before."""
    values = _lines(facts.users.number, draws, facts, config)
    before = facts.users.number[facts.rows.user] * config.slots
    pending = np.where(facts.pending_number < 0, 0, before + facts.pending_number + 1)
    ids = format_ids(TRANSACTION_ID.prefix, pending)
    shown = pc.if_else(pa.array(facts.pending_number >= 0), ids, pa.scalar(None, ids.type))
    return arrow_table((*COLUMNS, PENDING_ID), values | {PENDING_ID.name: shown})


def _lines(users: Ints, draws: Draws, facts: Block, config: Config) -> dict[str, Any]:
    """The values of every line, given the number of each user of the block, from 0."""
    found = facts.rows
    user = users[found.user]
    before = user * config.slots
    shown = draws.fields("shown", before + facts.clean_number)[0].astype(np.int64) * SPELLINGS // 65_536
    label = found.label.astype(np.intp)
    is_known = _IN_STORE[label] & (found.city >= 0)
    city = np.where(is_known, found.city, homes(draws, facts.users.number)[found.user])
    spelling = np.where(_VARIES[label], shown, city)
    feed = _FEED[label * SPELLINGS + spelling]
    check = np.flatnonzero(label == CHECK)
    feed[check] = _CHECK_PLACE[_check_numbers(draws, facts, config, check) - CHECK_NUMBERS[0]]
    date = window(config).first + found.day
    merchant = _MERCHANT[label]
    primary = _PRIMARY_SIMPLE if config.preset == "simple" else _PRIMARY
    return {
        "transaction_id": before + facts.number + 1,
        "account_id": SLOTS * user + found.account + 1,
        "user_id": user + 1,
        "date": date,
        "authorized_date": date - found.waited,
        "amount_cents": found.amount_cents,
        "name": from_pool(_FEED_NAMES if config.grows else _WINDOW_FEED_NAMES, feed),
        "merchant_name": from_pool(_MERCHANT_NAMES, np.maximum(merchant, 0), merchant < 0),
        "payment_channel": _CHANNEL[label],
        "category_primary": primary[label],
        "category_detailed": _DETAILED[label],
        "pending": found.is_pending,
    }


def _check_numbers(draws: Draws, facts: Block, config: Config, check: Ints) -> Ints:
    """Numbers of the checks among the rows, one after the other on each account."""
    most = MOST_CHECKS_IN_HISTORY if config.grows else MOST_CHECKS
    drawn = draws.fields("first check", facts.users.number)[0].astype(np.int64)
    first = CHECK_NUMBERS[0] + drawn * (len(CHECK_NUMBERS) - most) // 65_536
    if config.grows:
        first = first + facts.checks_before
    user = facts.rows.user[check]
    return first[user] + np.arange(len(user)) - np.searchsorted(user, user)


TRANSACTIONS = Table(
    name="transactions",
    grain="One line of an account's statement.",
    columns=COLUMNS,
    generate=generate,
    columns_in_history=(PENDING_ID,),
    loses_rows=True,
    keys_overlap_in_history=True,
)

TRANSACTIONS_IN_HISTORY = replace(TRANSACTIONS, generate=of_a_window, row_count_key="num_users")
