"""What the vendors share: users a few at a time, columns as plain values, labels under other ids."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from synth_assets.model.arrow import combined
from synth_assets.model.draws import Ints
from synth_assets.model.identifiers import DIGITS, id_numbers
from synth_assets.model.manifest import VISIBLE_ON
from synth_assets.worlds.personal_banking.anomaly_manifest import COLUMNS

USERS_AT_A_TIME = 64
"""Users whose rows are Python objects at a time: about 20,000 transactions, 40 MB."""

TABLES = ("users", "accounts", "transactions", "liabilities")

PLAID_TYPES = {
    "checking": ("depository", "checking"),
    "savings": ("depository", "savings"),
    "money_market": ("depository", "money market"),
    "hsa": ("depository", "hsa"),
    "credit_card": ("credit", "credit card"),
    "mortgage": ("loan", "mortgage"),
    "student_loan": ("loan", "student"),
    "auto_loan": ("loan", "auto"),
    "personal_loan": ("loan", "consumer"),
}
"""Plaid's type and subtype by account_type [plaid-openapi, AccountType and AccountSubtype]."""

Values = dict[str, list[Any]]

Name = Callable[[Ints], list[str]]
"""Gives a vendor's ids for the numbers of a table's."""


def people(tables: Mapping[str, pa.Table]) -> Iterator[dict[str, pa.Table]]:
    """A block's TABLES, cut into the rows of USERS_AT_A_TIME users each; the rows are in order of user."""
    of = {name: id_numbers(tables[name]["user_id"]) for name in TABLES}
    for first in range(0, len(of["users"]), USERS_AT_A_TIME):
        users = of["users"][first : first + USERS_AT_A_TIME]
        yield {
            name: tables[name].slice(*_span(np.searchsorted(of[name], [users[0], users[-1] + 1])))
            for name in TABLES
        }


def _span(ends: Ints) -> tuple[int, int]:
    return int(ends[0]), int(ends[1] - ends[0])


def spans(rows: pa.Table, users: Ints) -> list[slice]:
    """Where the rows of each user are."""
    of = id_numbers(rows["user_id"])
    starts, ends = np.searchsorted(of, users), np.searchsorted(of, users, side="right")
    return [slice(*ends) for ends in zip(starts.tolist(), ends.tolist(), strict=True)]


def plain(rows: pa.Table) -> Values:
    """Every column as a list; days and moments as ISO 8601 text, equal texts as one object."""
    return {name: _plain(combined(rows[name])) for name in rows.column_names}


def _plain(array: pa.Array) -> list[Any]:
    kind = array.type
    if not (pa.types.is_dictionary(kind) or pa.types.is_temporal(kind) or pa.types.is_string(kind)):
        return array.to_pylist()
    encoded = array if pa.types.is_dictionary(kind) else array.dictionary_encode()
    words = [
        value.isoformat() if isinstance(value, dt.date) else value for value in encoded.dictionary.to_pylist()
    ]
    words.append(None)
    return [words[code] for code in encoded.indices.fill_null(len(words) - 1).to_pylist()]


def dollars(cents: list[int | None]) -> list[float | None]:
    """Cents as dollars: the nearest number, which shows at most two decimals."""
    return [None if value is None else value / 100 for value in cents]


def labels(manifest: pa.Table, named: Mapping[str, Name]) -> Iterator[dict[str, Any]]:
    """The manifest's rows under the names and units of exports, ids renamed.

    Args:
        manifest: rows of the table anomaly_manifest.
        named: by prefix, what the vendor calls these ids; others stay as they are.
    """
    values = plain(manifest)
    columns, known = [], (*COLUMNS, *([VISIBLE_ON] if VISIBLE_ON.name in values else ()))
    for column in known:
        cells = values[column.name]
        if column.kind == "money":
            cells = dollars(cells)
        elif column.kind == "moment":
            cells = [f"{cell}Z" for cell in cells]
        elif column.name in ("entity_id", "related_entity_id"):
            cells = [_renamed(cell, named) for cell in cells]
        columns.append(cells)
    names = [column.published_name for column in known]
    for row in zip(*columns, strict=True):
        yield dict(zip(names, row, strict=True))


def _renamed(entity: str, named: Mapping[str, Name]) -> str:
    name = named.get(entity[:-DIGITS])
    return name(np.array([int(entity[-DIGITS:])]))[0] if name else entity
