"""The manifest: one row for every label, with what was expected and what the tables hold."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from synth_assets.model.arrow import flag_values, to_numpy
from synth_assets.model.draws import Ints
from synth_assets.model.identifiers import format_ids
from synth_assets.model.manifest import (
    EASY,
    TRIVIAL,
    VERY_HARD,
    Labels,
    manifest_columns,
    manifest_rows,
)
from synth_assets.model.table import Rows, Table
from synth_assets.worlds.personal_banking import anomalies
from synth_assets.worlds.personal_banking.accounts import ACCOUNT_ID
from synth_assets.worlds.personal_banking.activity.block import Block, Faults
from synth_assets.worlds.personal_banking.activity.events import CARD, SLOTS
from synth_assets.worlds.personal_banking.activity.facts import window
from synth_assets.worlds.personal_banking.anomalies import ANOMALIES
from synth_assets.worlds.personal_banking.config import Config
from synth_assets.worlds.personal_banking.transactions import TRANSACTION_ID
from synth_assets.worlds.personal_banking.users import USER_ID, withdrawn_days

COLUMNS = manifest_columns(
    ANOMALIES,
    number="of the user",
    entity="The transaction, account or user at fault.",
    related="The row it repeats, its account, its first transaction, or its user.",
    value="dollars, or so many transactions",
    drift="no kind",
)

DIFFICULTY = {
    anomalies.DUPLICATE: VERY_HARD,
    anomalies.PENDING: TRIVIAL,
    anomalies.REFUND: VERY_HARD,
    anomalies.BEFORE_OPENED: VERY_HARD,
    anomalies.UNREPLAYED: VERY_HARD,
    anomalies.LEG_MISSING: VERY_HARD,
    anomalies.WITHDRAWN: EASY,
    anomalies.OVER_LIMIT: VERY_HARD,
}
"""People buy the same twice in a month, so that a duplicate hides; nothing sound is pending for long; few
withdraw consent. The others show in no row alone, see `detection.sql`."""


def generate(users: Rows, accounts: Rows, transactions: Rows, facts: Block, config: Config) -> pa.Table:
    """One row for every planned fault, in order of user; amounts are read from the tables."""
    return _labels(_Found(facts.faults, users, accounts, transactions), config)


def of_a_window(transactions: Rows, facts: Block, config: Config) -> pa.Table:
    """One row for every fault of a window of a history that shows by as_of."""
    return _labels(_FoundInWindow(facts, transactions, config), config)


def _labels(found: _Found, config: Config) -> pa.Table:
    faults = found.faults

    def labels(code: int, at: npt.NDArray[np.intp]) -> Labels:
        entity, related, expected, actual, at_risk = found.label(code, at)
        return Labels(entity, related, expected, actual, at_risk, np.full(len(at), DIFFICULTY[code]))

    shown_on = window(config).first + faults.visible_on if config.grows else config.day
    return manifest_rows(COLUMNS, ANOMALIES, shown_on, faults.number, faults.kind, labels, drifting=0)


class _Found:
    """What the tables hold about faulty users; read only where there are any."""

    grows = False

    def __init__(self, faults: Faults, users: Rows, accounts: Rows, transactions: Rows) -> None:
        self.faults = faults
        self.users, self.accounts, self.transactions = users, accounts, transactions

    @cached_property
    def user(self) -> Ints:
        return self.users.id_numbers("user_id")

    @cached_property
    def transaction(self) -> Ints:
        return self.transactions.id_numbers("transaction_id")

    @cached_property
    def account(self) -> Ints:
        return self.transactions.id_numbers("account_id")

    @cached_property
    def amount(self) -> Ints:
        return to_numpy(self.transactions["amount_cents"])

    @cached_property
    def posted(self) -> Ints:
        return np.where(flag_values(self.transactions["pending"]), 0, self.amount)

    @cached_property
    def date(self) -> Ints:
        return to_numpy(self.transactions["date"])

    def label(self, code: int, at: npt.NDArray[np.intp]) -> tuple[pa.Array, pa.Array, Ints, Ints, Ints]:
        """Entity, related row, expected and actual value and amount at risk of faults at places `at`."""
        row, nothing = self.faults.row[at], np.zeros(len(at), dtype=np.int64)
        transaction = format_ids(TRANSACTION_ID.prefix, self.transaction[row])
        account = format_ids(ACCOUNT_ID.prefix, self.account[row])
        amount = np.abs(self.amount[row])
        if code == anomalies.DUPLICATE:
            first = format_ids(TRANSACTION_ID.prefix, self.transaction[row - 1])
            return transaction, first, nothing, amount, amount
        if code in (anomalies.PENDING, anomalies.REFUND):
            return transaction, account, nothing, amount, amount
        if code == anomalies.LEG_MISSING:
            return transaction, account, amount, nothing, amount
        if code == anomalies.OVER_LIMIT:
            return self._over_limit(at, transaction, account)
        if code == anomalies.UNREPLAYED:
            return self._unreplayed(at)
        return self._too_soon(at) if code == anomalies.BEFORE_OPENED else self._too_late(at)

    def _over_limit(
        self, at: npt.NDArray[np.intp], transaction: pa.Array, account: pa.Array
    ) -> tuple[pa.Array, pa.Array, Ints, Ints, Ints]:
        """The limit, and what is owed after the purchase: opening balance and posted rows up to it."""
        row = self.faults.row[at]
        number = self.account[row]
        limit, opening = self._limit_and_opening(at)
        rows = np.flatnonzero(np.isin(self.account, number))
        rows = rows[np.argsort(self.account[rows], kind="stable")]
        total = np.append(0, np.cumsum(self.posted[rows]))
        first = np.searchsorted(self.account[rows], number)
        key = self.account[rows] * len(self.account) + rows
        owed = opening + total[np.searchsorted(key, number * len(self.account) + row) + 1] - total[first]
        return transaction, account, limit, owed, owed - limit

    def _limit_and_opening(self, at: npt.NDArray[np.intp]) -> tuple[Ints, Ints]:
        """Of each card its limit, and what was owed before the first row that is there."""
        place = np.searchsorted(self.accounts.id_numbers("account_id"), self.account[self.faults.row[at]])
        limit = to_numpy(self.accounts["balance_limit_cents"])[place]
        return limit, to_numpy(self.accounts["opening_balance_cents"])[place]

    def _opened_on(self, at: npt.NDArray[np.intp]) -> Ints:
        return to_numpy(self.accounts["opened_on"])[self._place(at)]

    def _withdrawn_on(self, at: npt.NDArray[np.intp]) -> Ints:
        return to_numpy(self.users["consent_updated_at"])[self.faults.user[at]] // (86_400 * 1_000_000)

    def _account(self, at: npt.NDArray[np.intp]) -> Ints:
        return SLOTS * (self._holder(at) - 1) + self.faults.account[at] + 1

    def _holder(self, at: npt.NDArray[np.intp]) -> Ints:
        return self.user[self.faults.user[at]]

    def _place(self, at: npt.NDArray[np.intp]) -> Ints:
        return np.searchsorted(self.accounts.id_numbers("account_id"), self._account(at))

    def _unreplayed(self, at: npt.NDArray[np.intp]) -> tuple[pa.Array, pa.Array, Ints, Ints, Ints]:
        place, account = self._place(at), self._account(at)
        opening = to_numpy(self.accounts["opening_balance_cents"])[place]
        current = to_numpy(self.accounts["balance_current_cents"])[place]
        inside = np.isin(self.account, account)
        flow = np.zeros(len(at), dtype=np.int64)
        np.add.at(flow, np.searchsorted(account, self.account[inside]), self.posted[inside])
        entity, related = format_ids(ACCOUNT_ID.prefix, account), format_ids(USER_ID.prefix, self._holder(at))
        return entity, related, opening - flow, current, np.abs(current - opening + flow)

    def _too_soon(self, at: npt.NDArray[np.intp]) -> tuple[pa.Array, pa.Array, Ints, Ints, Ints]:
        opened, account = self._opened_on(at), self._account(at)
        entity = format_ids(ACCOUNT_ID.prefix, account)
        return (entity, *self._counted(self.account, account, opened, before=True))

    def _too_late(self, at: npt.NDArray[np.intp]) -> tuple[pa.Array, pa.Array, Ints, Ints, Ints]:
        said = self._withdrawn_on(at)
        user = (self.account - 1) // SLOTS + 1
        holder = self._holder(at)
        entity = format_ids(USER_ID.prefix, holder)
        return (entity, *self._counted(user, holder, said, before=False))

    def _counted(
        self, owner: Ints, wanted: Ints, day: Ints, before: bool
    ) -> tuple[pa.Array, Ints, Ints, Ints]:
        """Rows of each wanted owner before or after its day: the first of them, none, how many, and cents.

        In a history that grows posted ones, and of those after the day the first one.
        """
        rows = np.flatnonzero(np.isin(owner, wanted))
        place = np.searchsorted(wanted, owner[rows])
        wrong = self.date[rows] < day[place] if before else self.date[rows] > day[place]
        if self.grows:
            wrong &= ~flag_values(self.transactions["pending"])[rows]
        rows, place = rows[wrong], place[wrong]
        if self.grows and not before:
            rows, place = rows[np.unique(place, return_index=True)[1]], np.unique(place)
        count = np.bincount(place, minlength=len(wanted))
        first = np.full(len(wanted), np.iinfo(np.int64).max)
        np.minimum.at(first, place, self.transaction[rows])
        cents = np.bincount(place, np.abs(self.amount[rows]), len(wanted)).astype(np.int64)
        return format_ids(TRANSACTION_ID.prefix, first), np.zeros(len(wanted), np.int64), 100 * count, cents


class _FoundInWindow(_Found):
    """The same of a window of a history, from its facts and the rows of the window."""

    grows = True

    def __init__(self, facts: Block, transactions: Rows, config: Config) -> None:
        self.faults, self.transactions = facts.faults, transactions
        self._facts, self._config = facts, config

    @cached_property
    def user(self) -> Ints:
        return self._facts.users.number + 1

    def _unreplayed(self, at: npt.NDArray[np.intp]) -> tuple[pa.Array, pa.Array, Ints, Ints, Ints]:
        """None, as such a label would not say the same on every day."""
        nothing = np.zeros(len(at), dtype=np.int64)
        return format_ids(ACCOUNT_ID.prefix, nothing), format_ids(USER_ID.prefix, nothing), *(nothing,) * 3

    def _limit_and_opening(self, at: npt.NDArray[np.intp]) -> tuple[Ints, Ints]:
        user = self.faults.user[at]
        return self._facts.cards.limit_cents[user], self._facts.opening_cents[user, CARD]

    def _opened_on(self, at: npt.NDArray[np.intp]) -> Ints:
        opened_day = self._facts.opened_day[self.faults.user[at], self.faults.account[at]]
        return window(self._config).first + opened_day

    def _withdrawn_on(self, at: npt.NDArray[np.intp]) -> Ints:
        return withdrawn_days(self._facts.users.number[self.faults.user[at]], self._config)


ANOMALY_MANIFEST = Table(
    name="anomaly_manifest",
    grain="One labelled fault.",
    columns=COLUMNS,
    generate=generate,
    keys_overlap_in_history=True,
)

ANOMALY_MANIFEST_IN_HISTORY = replace(ANOMALY_MANIFEST, generate=of_a_window)
