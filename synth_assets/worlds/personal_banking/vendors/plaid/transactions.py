"""Transaction, with its category and counterparty."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from synth_assets.model.identifiers import DIGITS
from synth_assets.model.vendor import Shared
from synth_assets.worlds.personal_banking.activity.places import CITIES
from synth_assets.worlds.personal_banking.transactions import PENDING_ID
from synth_assets.worlds.personal_banking.vendors import rows
from synth_assets.worlds.personal_banking.vendors.plaid.categories import BY_NAME, category
from synth_assets.worlds.personal_banking.vendors.plaid.ids import Ids

NOWHERE = Shared(
    dict.fromkeys(("address", "city", "country", "lat", "lon", "postal_code", "region", "store_number"))
)
NO_META = Shared(
    dict.fromkeys(
        (
            "by_order_of", "payee", "payer", "payment_method", "payment_processor", "ppd_id", "reason",
            "reference_number",
        )
    )
)  # fmt: skip
"""Location and PaymentMeta of which nothing is known. Institutions of the US give no `transaction_code`."""


def transactions_of(
    ids: Ids, accounts: Mapping[str, str], own_ids: Sequence[str], of: rows.Values, pfc_version: str
) -> list[dict[str, Any]]:
    """A Transaction for every row of transactions.

    Args:
        ids: Plaid's ids.
        accounts: account_id by the table's.
        own_ids: transaction_id of each row.
        of: the table's columns.
        pfc_version: of the personal finance categories.
    """
    merchants = {name: _merchant(ids, name) for name in {*of["merchant_name"]} - {None}}
    nobody = _Merchant(None, [], [])
    earlier = _pending_ids(ids, of)
    columns = ("account_id", "amount_cents", "authorized_date", "date", "name", "merchant_name")
    more = ("payment_channel", "category_detailed", "pending")
    found = []
    for own, before, account, cents, authorized, date, name, merchant, channel, detailed, pending in zip(
        own_ids, earlier, *(of[column] for column in (*columns, *more)), strict=True
    ):
        entity, sells, pays = merchants.get(merchant, nobody)
        found.append(
            {
                "account_id": accounts[account],
                "account_owner": None,
                "amount": cents / 100,
                "authorized_date": authorized,
                "authorized_datetime": None,
                "check_number": check_number(name),
                "counterparties": pays if detailed.startswith("INCOME_") else sells,
                "date": date,
                "datetime": None,
                "iso_currency_code": "USD",
                "location": location(name, channel),
                "merchant_entity_id": entity,
                "merchant_name": merchant,
                "name": name,
                "payment_channel": channel,
                "payment_meta": payment_meta(name),
                "pending": pending,
                "pending_transaction_id": before,
                "personal_finance_category": category(
                    detailed, name if detailed in BY_NAME else "", merchant is not None, pfc_version
                ),
                "transaction_code": None,
                "transaction_id": own,
                "unofficial_currency_code": None,
            }
        )
    return found


def _pending_ids(ids: Ids, of: rows.Values) -> list[str | None]:
    """transaction_id of the pending row that each row replaced; none outside a history that grows."""
    named = of.get(PENDING_ID.name, [None] * len(of["date"]))
    numbers = [int(name[-DIGITS:]) for name in named if name]
    theirs = iter(ids.transactions(np.array(numbers, dtype=np.int64)))
    return [next(theirs) if name else None for name in named]


class _Merchant(NamedTuple):
    """merchant_entity_id, and counterparties where the merchant sells and where it pays wages."""

    entity: str | None
    sells: list[Shared]
    pays: list[Shared]


def _merchant(ids: Ids, name: str) -> _Merchant:
    entity = ids.merchant(name)
    sells, pays = (
        Shared(
            confidence_level="VERY_HIGH",
            entity_id=entity,
            logo_url=None,
            name=name,
            type=kind,
            website=None,
        )
        for kind in ("merchant", "income_source")
    )
    return _Merchant(entity, [sells], [pays])


@cache
def location(name: str, channel: str) -> Shared:
    """Where a shop is, by the city and the number in its string of the feed."""
    city = next((city for city in CITIES if channel == "in store" and name.endswith(f" {city}")), None)
    if city is None:
        return NOWHERE
    number = re.search(r"(\d{3,}) " + city, name)
    return Shared(
        NOWHERE
        | {
            "city": city[:-3].title(),
            "region": city[-2:],
            "country": "US",
            "store_number": number[1] if number else None,
        }
    )


@cache
def payment_meta(name: str) -> Shared:
    """The PaymentMeta, with the id of a direct deposit."""
    found = re.search(r"PPD ID: (\d+)", name)
    return Shared(NO_META | {"ppd_id": found[1]}) if found else NO_META


@cache
def check_number(name: str) -> str | None:
    """The number of a check."""
    found = re.fullmatch(r"CHECK (\d+)", name)
    return found[1] if found else None
