"""A block's statements as signals read them: the rows of `transactions` and `accounts`, by user.

Windows are (as_of - days, as_of]. Pending rows count for nothing. Transfers, loan and card payments are no
spending.
"""

from __future__ import annotations

from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt

from synth_assets.model.arrow import combined, equals_any, flag_values, is_filled, to_numpy
from synth_assets.model.draws import Ints
from synth_assets.model.table import Rows
from synth_assets.worlds.personal_banking.activity.events import SLOTS
from synth_assets.worlds.personal_banking.activity.facts import window
from synth_assets.worlds.personal_banking.config import Config

WINDOWS = (30, 180)
"""Days of the two windows."""

NO_SPENDING = ("TRANSFER_IN", "TRANSFER_OUT", "LOAN_PAYMENTS")

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


class Statements:
    """The transactions of a block's users, one entry a row; each column is read when it is needed.

    Attributes:
        users: how many users there are.
        days: days of the history.
    """

    def __init__(self, users: Rows, transactions: Rows, config: Config) -> None:
        numbers = users.id_numbers("user_id")
        self.users, self._first_user = len(numbers), int(numbers[0]) if len(numbers) else 1
        self.days, self._first_day = window(config).length, window(config).first
        self._rows = transactions
        self._within: dict[int, Flags] = {}

    @cached_property
    def user(self) -> Ints:
        """The user of each row, from 0 in the block."""
        return self._rows.id_numbers("user_id") - self._first_user

    @cached_property
    def slot(self) -> Ints:
        """The account of each row: CHECKING, SAVINGS or CARD."""
        return (self._rows.id_numbers("account_id") - 1) % SLOTS

    @cached_property
    def day(self) -> Ints:
        """The day of the history on which each row was posted, from 0."""
        return to_numpy(self._rows["date"]).astype(np.int64) - self._first_day

    @cached_property
    def amount_cents(self) -> Ints:
        """Money out is positive."""
        return to_numpy(self._rows["amount_cents"])

    @cached_property
    def is_posted(self) -> Flags:
        """Which rows are posted."""
        return ~flag_values(self._rows["pending"])

    @cached_property
    def is_spending(self) -> Flags:
        """Which rows are posted spending."""
        moved = equals_any(self._rows["category_primary"], NO_SPENDING)
        return self.is_posted & (self.amount_cents > 0) & ~moved

    @cached_property
    def merchant(self) -> Ints:
        """A number for each row's merchant, equal for equal names; -1 where none is known."""
        names = self._rows["merchant_name"]
        codes = to_numpy(combined(names).indices).astype(np.int64)
        return np.where(is_filled(names), codes, -1)

    def is_detail(self, category: str) -> Flags:
        """Which rows are posted and of a detailed category."""
        return self.is_posted & equals_any(self._rows["category_detailed"], (category,))

    def within(self, size: int) -> Flags:
        """Which rows lie in the window of `size` days."""
        if size not in self._within:
            self._within[size] = self.day >= self.days - size
        return self._within[size]

    def total(self, chosen: Flags) -> Ints:
        """Cents of the chosen rows, for each user."""
        at = np.flatnonzero(chosen)
        sums = np.bincount(self.user[at], self.amount_cents[at], self.users)
        return sums.astype(np.int64)


@lru_cache(maxsize=1)
def statements_of(users: Rows, transactions: Rows, config: Config) -> Statements:
    """The statements of a block, one object for all signals that are read from the same rows."""
    return Statements(users, transactions, config)


def by_slot(accounts: Rows, column: str, users: Rows) -> Ints:
    """An amount of every account, users x slots; 0 where there is no account or it is empty."""
    numbers = users.id_numbers("user_id")
    amounts = np.zeros((len(numbers), SLOTS), dtype=np.int64)
    user, slot = np.divmod(accounts.id_numbers("account_id") - 1, SLOTS)
    cents = to_numpy(combined(accounts[column]))
    amounts[user + 1 - int(numbers[0] if len(numbers) else 1), slot] = cents
    return amounts


def percent(part: Ints, of: Ints) -> Floats:
    """A share in per cent with two decimals; 0 where there is nothing that it could be a share of."""
    share: Floats = np.zeros(of.shape)
    np.divide(100 * part, of, out=share, where=of > 0)
    return np.round(share, 2)


def interleaved(of_windows: list[npt.NDArray]) -> npt.NDArray:
    """Numbers of each window as rows of a signal table: both windows of a user, then the next user."""
    return np.stack(of_windows, axis=1).ravel()


def window_rows(users: Rows, key: str) -> dict[str, npt.NDArray]:
    """The columns that every signal table begins with."""
    user = users.id_numbers("user_id")
    first = 2 * (int(user[0]) - 1) if len(user) else 0
    return {
        key: np.arange(first, first + 2 * len(user)) + 1,
        "user_id": np.repeat(user, len(WINDOWS)),
        "window_days": np.tile(WINDOWS, len(user)),
    }
