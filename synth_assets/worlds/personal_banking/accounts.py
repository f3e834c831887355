"""Accounts: checking for everybody; savings, a credit card, health savings and loans for some."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from synth_assets.model.arrow import indices, strings
from synth_assets.model.columns import choice, day, identifier, money, reference, state, text
from synth_assets.model.draws import Draws, Ints
from synth_assets.model.table import Rows, Table, arrow_table
from synth_assets.worlds.personal_banking import curves
from synth_assets.worlds.personal_banking.activity.block import Block
from synth_assets.worlds.personal_banking.activity.events import CARD, CHECKING, HEALTH, HOME, SAVINGS, SLOTS
from synth_assets.worlds.personal_banking.activity.facts import window
from synth_assets.worlds.personal_banking.activity.overdrafts import banks, fee_cents
from synth_assets.worlds.personal_banking.config import Config
from synth_assets.worlds.personal_banking.users import USER_ID

TYPES = (
    "checking", "savings", "credit_card", "money_market", "hsa",
    "mortgage", "student_loan", "auto_loan", "personal_loan",
)  # fmt: skip
MONEY_MARKET = TYPES.index("money_market")
_TYPE = np.array([0, 1, 2, *range(4, len(TYPES))])
"""Of an account's place among the user's, its kind: savings may be a money market account."""

ACCOUNT_ID = identifier(
    "account_id",
    "acc_",
    "Account; each user has eight numbers: checking, savings, card, health savings and four loans.",
)
COLUMNS = (
    ACCOUNT_ID,
    reference("users", USER_ID, "Who holds it."),
    choice("account_type", TYPES, "Kind of account: the document's words, and loans."),
    text("account_subtype", "Plaid's subtype."),
    text("name", "Bank and product, as the bank's own page shows it."),
    text("mask", "Last four digits of the account's number; nobody's."),
    day("opened_on", "Day on which it was opened, of most before the history begins."),
    money(
        "opening_balance_cents",
        "Balance before the first day of the history; owed, on a card or loan.",
        minimum=None,
    ),
    state(
        money(
            "balance_available_cents",
            "What can be spent: balance less pending; on a card, what is left of the limit; empty of loans.",
            minimum=None,
            nullable=True,
        )
    ),
    state(
        money(
            "balance_current_cents",
            "Balance on as_of of all posted transactions; owed, on a card or loan.",
            minimum=None,
        )
    ),
    money("balance_limit_cents", "Credit limit; empty but for cards.", nullable=True),
    money(
        "overdraft_fee_cents",
        "What the bank charges on a day of overdraft, of some nothing; empty but for checking.",
        nullable=True,
    ),
    choice("iso_currency_code", ("USD",), "Currency."),
    choice("holder_category", ("personal",), "No business accounts."),
)
_SUBTYPES = strings(
    ["checking", "savings", "credit card", "money market", "hsa", "mortgage", "student", "auto", "consumer"]
)
_PRODUCTS = (
    "Checking", "Savings", "Credit Card", "Money Market", "Health Savings", "Mortgage", "Student Loan",
    "Auto Loan", "Personal Loan",
)  # fmt: skip
_NAMES = strings([f"{bank} {product}" for bank in curves.BANKS for product in _PRODUCTS])
_MASKS = strings([f"{number:04d}" for number in range(10_000)])
MONEY_MARKET_SHARE = 0.2
"""Savings that are kept on a money market account [D]."""


def generate(users: Rows, draws: Draws, facts: Block, config: Config) -> pa.Table:
    """The accounts of the block's users, in order of user and kind."""
    user = users.id_numbers("user_id")
    row, slot = np.nonzero(facts.has_account)
    number = SLOTS * (user[row] - 1) + slot + 1
    kind_drawn, mask, age, _ = draws.fields("account", number).astype(np.int64)
    is_market = (slot == SAVINGS) & (kind_drawn < MONEY_MARKET_SHARE * 65_536) & (config.preset != "simple")
    kind = np.where(is_market, MONEY_MARKET, _TYPE[slot])
    checking = slot == CHECKING
    bank = banks(draws, user[row] - 1)
    current = facts.closing_cents[row, slot]
    limit = np.where(slot == CARD, facts.cards.limit_cents[row], 0)
    pending = _pending_cents(facts, config)[row, slot]
    fee = fee_cents(draws, user[row] - 1) if config.preset != "simple" else np.zeros_like(limit)
    first = window(config).first
    opened_day = facts.opened_day[row, slot]
    opened = first + np.where(opened_day < 0, -1 - age * 3_650 // 65_536, opened_day)
    is_loan = slot > HEALTH
    opened[is_loan] = facts.loans.opened_on[row[is_loan], slot[is_loan] - HOME]
    available = np.where(slot == CARD, limit - current, current) - pending
    return arrow_table(
        COLUMNS,
        {
            "account_id": number,
            "user_id": user[row],
            "account_type": kind,
            "account_subtype": _SUBTYPES.take(indices(kind)),
            "name": _NAMES.take(indices(bank * len(_PRODUCTS) + kind)),
            "mask": _MASKS.take(indices(mask * 10_000 // 65_536)),
            "opened_on": opened,
            "opening_balance_cents": facts.opening_cents[row, slot],
            "balance_available_cents": np.ma.masked_array(available, mask=is_loan),
            "balance_current_cents": current,
            "balance_limit_cents": np.ma.masked_array(limit, mask=slot != CARD),
            "overdraft_fee_cents": np.ma.masked_array(fee, mask=~checking),
            "iso_currency_code": np.zeros(len(row), dtype=np.int8),
            "holder_category": np.zeros(len(row), dtype=np.int8),
        },
    )


def _pending_cents(facts: Block, config: Config) -> Ints:
    """What pending rows will take from each account, users x accounts."""
    at = np.flatnonzero(facts.rows.is_pending)
    place = facts.rows.user[at] * SLOTS + facts.rows.account[at]
    cents = np.bincount(place, facts.rows.amount_cents[at], len(facts.users.number) * SLOTS)
    pending: Ints = cents.astype(np.int64).reshape(-1, SLOTS)
    return pending + facts.stuck_cents if config.grows else pending


ACCOUNTS = Table(
    name="accounts",
    grain="One account of a user.",
    columns=COLUMNS,
    generate=generate,
)
