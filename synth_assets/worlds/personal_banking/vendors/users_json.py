"""`users.json`: the file of source document 001, one object with users, accounts and transactions.

Ids are version 4 UUIDs by their shape, made from the seed and the table's number. Amounts are whole cents,
money out positive. The tables know the day of a transaction, not its time; the document has date-times, so
`date` is that day and a time of it, any second as likely as another. Accounts are in order of number,
transactions by account, oldest first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from synth_assets.model.calendar import SECONDS_PER_DAY
from synth_assets.model.draws import Draws, Ints
from synth_assets.model.identifiers import id_numbers
from synth_assets.model.vendor import ROOT_ARRAY, Entry, Vendor
from synth_assets.worlds.personal_banking.config import Config
from synth_assets.worlds.personal_banking.vendors import rows

FILE, TRUTH = "users.json", "anomalies.json"

VERSION, VARIANT = np.uint64(0x4000), np.uint64(1 << 63)
VERSION_BITS, VARIANT_BITS = np.uint64(0xF000), np.uint64(3 << 62)
"""Where a UUID says that it is a random one (RFC 9562, sections 4.1 and 4.2), in its high and low half."""


class Ids:
    """The document's ids under a seed."""

    def __init__(self, draws: Draws) -> None:
        self.draws = draws.of("users_json")

    def users(self, number: Ints) -> list[str]:
        """Ids of users by number."""
        return self._uuids("user", number)

    def accounts(self, number: Ints) -> list[str]:
        """Ids of accounts by number."""
        return self._uuids("account", number)

    def transactions(self, number: Ints) -> list[str]:
        """Ids of transactions by number."""
        return self._uuids("transaction", number)

    def seconds(self, number: Ints) -> Ints:
        """Seconds since midnight at which transactions were made."""
        return (self.draws.words("second", number) % np.uint64(SECONDS_PER_DAY)).astype(np.int64)

    def _uuids(self, kind: str, number: Ints) -> list[str]:
        high = self.draws.words(f"{kind} high", number) & ~VERSION_BITS | VERSION
        low = self.draws.words(f"{kind} low", number) & ~VARIANT_BITS | VARIANT
        text = np.stack([high, low], axis=1).astype(">u8").tobytes().hex()
        digits = (text[at : at + 32] for at in range(0, len(text), 32))
        return [f"{d[:8]}-{d[8:12]}-{d[12:16]}-{d[16:20]}-{d[20:]}" for d in digits]


def entries(config: Config, draws: Draws, tables: Mapping[str, pa.Table]) -> Iterator[Entry]:
    """Users, accounts, transactions and labels of one block."""
    ids = Ids(draws)
    for few in rows.people(tables):
        values = {name: rows.plain(few[name]) for name in rows.TABLES}
        for user in _users(ids, few["users"], values["users"]):
            yield Entry(FILE, user, "users")
        for account in _accounts(ids, few["accounts"], values["accounts"], values["liabilities"]):
            yield Entry(FILE, account, "accounts")
        for transaction in _transactions(ids, few["transactions"], values["transactions"]):
            yield Entry(FILE, transaction, "transactions")
    named = {"usr_": ids.users, "acc_": ids.accounts, "txn_": ids.transactions}
    for label in rows.labels(tables["anomaly_manifest"], named):
        yield Entry(TRUTH, label, ROOT_ARRAY)


def _users(ids: Ids, table: pa.Table, of: rows.Values) -> Iterator[dict[str, Any]]:
    cells = (of[name] for name in ("name", "email", "consent_status", "created_at"))
    for user, *row in zip(ids.users(id_numbers(table["user_id"])), *cells, strict=True):
        yield dict(zip(("id", "name", "email", "consent", "created_at"), (user, *row), strict=True))


def _accounts(ids: Ids, table: pa.Table, of: rows.Values, owed: rows.Values) -> Iterator[dict[str, Any]]:
    debts = {
        account: {"apr": apr, "min_payment": minimum, "is_overdue": overdue}
        for account, apr, minimum, overdue in zip(
            owed["account_id"],
            owed["apr_percentage"],
            owed["minimum_payment_amount_cents"],
            owed["is_overdue"],
            strict=True,
        )
    }
    none = {"apr": None, "min_payment": None, "is_overdue": False}
    names = ids.accounts(id_numbers(table["account_id"]))
    users = ids.users(id_numbers(table["user_id"]))
    for i, account in enumerate(names):
        yield {
            "id": account,
            "user_id": users[i],
            "type": rows.PLAID_TYPES[of["account_type"][i]][0],
            "subtype": of["account_type"][i],
            "name": of["name"][i],
            "mask": of["mask"][i],
            "balance": of["balance_current_cents"][i],
            "currency": of["iso_currency_code"][i],
            "limit": of["balance_limit_cents"][i],
            **debts.get(of["account_id"][i], none),
        }


def _transactions(ids: Ids, table: pa.Table, of: rows.Values) -> Iterator[dict[str, Any]]:
    account, day = id_numbers(table["account_id"]), table["date"].to_numpy()
    number = id_numbers(table["transaction_id"])
    second = ids.seconds(number)
    order = np.lexsort((day, account))
    times = _times(second[np.lexsort((second, day, account))])  # of a day's rows the first is the earliest
    names, accounts = ids.transactions(number), ids.accounts(account)
    for i, time in zip(order.tolist(), times, strict=True):
        yield {
            "id": names[i],
            "account_id": accounts[i],
            "date": f"{of['date'][i]}T{time}",
            "amount": of["amount_cents"][i],
            "category": of["category_primary"][i],
            "merchant_name": of["merchant_name"][i],
            "pending": of["pending"][i],
        }


def _times(second: Ints) -> list[str]:
    """Times of the day: 17:05:09."""
    return [text[11:] for text in second.astype("M8[s]").astype(str).tolist()]


USERS_JSON = Vendor(
    name="users-json",
    tables=(*rows.TABLES, "anomaly_manifest"),
    files={FILE: ("users", "accounts", "transactions"), TRUTH: (ROOT_ARRAY,)},
    entries=entries,
)
