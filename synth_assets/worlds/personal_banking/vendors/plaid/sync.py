"""What `/transactions/sync` answers between two days of a history that grows: pages of updates, by Item.

The cursor that an Item's last page gives is the one to ask with on that day, so that the pages of a night go
on from those of the night before. `modified` is empty: a transaction is a fact, and what is posted is another
row. What was pending and gone again between the two days is not told, as Plaid does not either.
"""

from __future__ import annotations

import datetime as dt
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from synth_assets.model.arrow import indices
from synth_assets.model.draws import Draws
from synth_assets.model.identifiers import id_numbers
from synth_assets.model.vendor import Entry, Since
from synth_assets.worlds.personal_banking.config import Config
from synth_assets.worlds.personal_banking.vendors import rows
from synth_assets.worlds.personal_banking.vendors.plaid.accounts import accounts_of
from synth_assets.worlds.personal_banking.vendors.plaid.ids import Ids
from synth_assets.worlds.personal_banking.vendors.plaid.transactions import transactions_of

MOST_UPDATES = 500
"""Updates of a page [plaid-openapi, TransactionsSyncRequest.count]."""

ALL_THERE = "HISTORICAL_UPDATE_COMPLETE"


def updates(config: Config, draws: Draws, tables: Mapping[str, pa.Table], since: Since) -> Iterator[Entry]:
    """A file a user: the pages of `/transactions/sync` from a day on."""
    ids = Ids(draws)
    came = _without(tables["transactions"], since.tables["transactions"])
    gone = _without(since.tables["transactions"], tables["transactions"])
    for few in rows.people({**tables, "transactions": came}):
        users, accounts = id_numbers(few["users"]["user_id"]), rows.plain(few["accounts"])
        theirs = ids.accounts(id_numbers(few["accounts"]["account_id"]))
        named = dict(zip(accounts["account_id"], theirs, strict=True))
        own_ids = ids.transactions(id_numbers(few["transactions"]["transaction_id"]))
        plain = rows.plain(few["transactions"])
        added = transactions_of(ids, named, own_ids, plain, config.pfc_version)
        removed = _removed(ids, gone)
        shown = accounts_of(theirs, accounts)
        places = zip(
            few["users"]["user_id"].to_pylist(),
            users.tolist(),
            *(rows.spans(of, users) for of in (few["accounts"], few["transactions"], gone)),
            strict=True,
        )
        for name, user, own, new, lost in places:
            found = pages(ids, user, (since.day, config.day), shown[own], added[new], removed[lost])
            yield Entry(f"sync/{name}.json", list(found))


def _without(transactions: pa.Table, others: pa.Table) -> pa.Table:
    """The transactions that are not among others."""
    of, there = (id_numbers(one["transaction_id"]) for one in (transactions, others))
    return transactions.take(indices(np.flatnonzero(~np.isin(of, there))))


def _removed(ids: Ids, gone: pa.Table) -> list[dict[str, str]]:
    """RemovedTransactions."""
    own = ids.transactions(id_numbers(gone["transaction_id"]))
    account = ids.accounts(id_numbers(gone["account_id"]))
    return [{"transaction_id": one, "account_id": of} for one, of in zip(own, account, strict=True)]


def cursor(item: str, day: dt.date, page: str = "") -> str:
    """Where an Item's updates go on after a day, or after a page of the updates from that day on."""
    return b64encode(f"{item}/{day}{page}".encode()).decode()


def pages(
    ids: Ids,
    user: int,
    days: tuple[dt.date, dt.date],
    accounts: list[dict[str, Any]],
    added: Sequence[dict[str, Any]],
    removed: Sequence[dict[str, str]],
) -> Iterator[dict[str, Any]]:
    """The TransactionsSyncResponses of a user, one at least.

    Args:
        ids: Plaid's ids.
        user: number of the user.
        days: since which and until which the updates came.
        accounts: the Item's accounts.
        added: transactions that came, oldest first.
        removed: transactions that are gone.
    """
    since, until = days
    (item,) = ids.items(np.array([user]))
    told = [*(("added", one) for one in added), *(("removed", one) for one in removed)]
    starts = range(0, max(len(told), 1), MOST_UPDATES)
    for page, start in enumerate(starts, start=1):
        some = told[start : start + MOST_UPDATES]
        has_more = page < len(starts)
        (request,) = ids.requests(f"sync {since} {until} {page}", np.array([user]))
        yield {
            "transactions_update_status": ALL_THERE,
            "accounts": accounts,
            "added": [one for kind, one in some if kind == "added"],
            "modified": [],
            "removed": [one for kind, one in some if kind == "removed"],
            "next_cursor": cursor(item, since, f"/{until}/{page}") if has_more else cursor(item, until),
            "has_more": has_more,
            "request_id": request,
        }
