"""Contacts: customers in the CRM, numbered in order of arrival."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from synth_assets.model.columns import identifier, moment, text
from synth_assets.model.draws import Draws, Ints
from synth_assets.model.people import people
from synth_assets.model.table import Table, arrow_table, seconds
from synth_assets.worlds.order_to_cash import growth
from synth_assets.worlds.order_to_cash.config import Config
from synth_assets.worlds.order_to_cash.customers import LEAD_PER_MILLE, first_transaction, founders
from synth_assets.worlds.order_to_cash.order_days import order_day, window

CONTACT_ID = identifier("contact_id", "CON-", "Customer; numbered in order of arrival.")
COLUMNS = (
    CONTACT_ID,
    text("name", "Full name; nobody real."),
    text("email", "Made from the name and the company's domain, under .example; unique."),
    text("company", "Where the contact buys for; many contacts may share one."),
    text("phone", "E.164, in the 555-01xx range kept for fiction."),
    moment("created_at", "When the contact entered the CRM, before its first deal."),
)


def created_day(config: Config, draws: Draws, contact: Ints) -> Ints:
    """Epoch day on which each contact entered the CRM: founders on the window's first day."""
    day = np.full(len(contact), window(config).first)
    later = np.flatnonzero(contact >= founders(config))
    if config.grows:
        enters = growth.enters_with(config, contact[later])
    else:
        first = first_transaction(config, contact[later])
        lead = config.num_transactions * LEAD_PER_MILLE // 1_000
        enters = np.maximum(first - lead, first // 2)
    day[later] = order_day(config, draws, enters)
    return day


def generate(rows: range, draws: Draws, config: Config) -> pa.Table:
    """One row a contact of `rows` (numbers from 0); contacts enter between 08:00 and 09:59."""
    number = np.arange(rows.start, rows.stop, dtype=np.int64)
    person = people(draws, number, rows.stop if config.grows else config.num_contacts)
    second = 8 * 3_600 + draws.fields("created_at", number)[0].astype(np.int64) * 7_200 // 65_536
    return arrow_table(
        COLUMNS,
        {
            "contact_id": number + 1,
            "name": person.name,
            "email": person.email,
            "company": person.company,
            "phone": person.phone,
            "created_at": seconds(created_day(config, draws, number), second),
        },
    )


CONTACTS = Table(
    name="contacts",
    grain="One customer in the CRM.",
    columns=COLUMNS,
    generate=generate,
    row_count_key="num_contacts",
)
