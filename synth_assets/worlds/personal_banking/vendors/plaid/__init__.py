"""Plaid: what `/accounts/get`, `/transactions/get` and `/liabilities/get` answer, a user an Item.

Fields are those of plaid/plaid-openapi, 2020-09-14. What the tables do not know is null. An Item whose holder
withdrew consent within the history has an error; who never consented has none. Amounts are dollars,
money out positive. All transactions of a user are on one page, newest first as Plaid gives them.

Since a day of a history that grows, `sync/` holds a file a user, the pages of `/transactions/sync` from that
day to as_of, see `sync.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa

from synth_assets.model.draws import Draws
from synth_assets.model.identifiers import id_numbers
from synth_assets.model.vendor import Entry, Vendor
from synth_assets.worlds.personal_banking.config import Config
from synth_assets.worlds.personal_banking.vendors import rows
from synth_assets.worlds.personal_banking.vendors.plaid.accounts import accounts_of, item_of
from synth_assets.worlds.personal_banking.vendors.plaid.ids import Ids
from synth_assets.worlds.personal_banking.vendors.plaid.liabilities import (
    interest_of,
    liabilities_of,
    year_of_loans,
)
from synth_assets.worlds.personal_banking.vendors.plaid.sync import updates
from synth_assets.worlds.personal_banking.vendors.plaid.transactions import transactions_of

RESPONSES = ("accounts", "transactions", "liabilities")
TRUTH = "anomalies.jsonl"


def entries(config: Config, draws: Draws, tables: Mapping[str, pa.Table]) -> Iterator[Entry]:
    """A file a user, a line a user and response, and a line a label under Plaid's ids."""
    ids = Ids(draws)
    for few in rows.people(tables):
        for user, answers in _answers(ids, few, config):
            yield Entry(f"users/{user}.json", answers)
            for name in RESPONSES:
                yield Entry(f"{name}.jsonl", answers[name])
    named = {"acc_": ids.accounts, "txn_": ids.transactions, "usr_": ids.items}
    for label in rows.labels(tables["anomaly_manifest"], named):
        yield Entry(TRUTH, label)


def _answers(ids: Ids, few: Mapping[str, pa.Table], config: Config) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each user's id and the three responses by name."""
    values = {name: rows.plain(few[name]) for name in rows.TABLES}
    user = id_numbers(few["users"]["user_id"])
    at = {name: rows.spans(few[name], user) for name in rows.TABLES}
    theirs = ids.accounts(id_numbers(few["accounts"]["account_id"]))
    named = dict(zip(values["accounts"]["account_id"], theirs, strict=True))
    accounts = accounts_of(theirs, values["accounts"])
    own_ids = ids.transactions(id_numbers(few["transactions"]["transaction_id"]))
    transactions = transactions_of(ids, named, own_ids, values["transactions"], config.pfc_version)
    interest, year = interest_of(values["transactions"]), str(config.day.year)
    if str(config.history_begins_after) < f"{year}-01-01":  # the history holds the whole year so far
        interest |= year_of_loans(values["transactions"], values["accounts"], year)
    items = ids.items(user)
    requests = {name: ids.requests(name, user) for name in RESPONSES}
    for i, name in enumerate(values["users"]["user_id"]):
        own = accounts[at["accounts"][i]]
        said = f"{values['users']['consent_updated_at'][i]}Z"
        refused_at = None if values["users"]["consent_status"][i] else said
        is_withdrawn = refused_at is not None and said[:10] > str(config.history_begins_after)
        shared = {"accounts": own, "item": item_of(items[i], own, refused_at, is_withdrawn)}
        page = transactions[at["transactions"][i]][::-1]
        answers: dict[str, dict[str, Any]] = {
            "accounts": shared,
            "transactions": shared | {"total_transactions": len(page), "transactions": page},
            "liabilities": shared
            | {"liabilities": liabilities_of(named, interest, values["liabilities"], at["liabilities"][i])},
        }
        yield name, {key: answer | {"request_id": requests[key][i]} for key, answer in answers.items()}


PLAID = Vendor(
    name="plaid",
    tables=(*rows.TABLES, "anomaly_manifest"),
    files={**{f"{name}.jsonl": () for name in RESPONSES}, TRUTH: ()},
    entries=entries,
    updates=updates,
)
