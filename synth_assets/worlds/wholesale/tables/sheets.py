"""Sales sheets: what was in stock on a day, with the client's prices."""

from __future__ import annotations

import json as json_text
from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from synth_assets.model.table import camel_case
from synth_assets.worlds.wholesale.catalogue import CASES, Client, unit_draws
from synth_assets.worlds.wholesale.columns import (
    CREATED_AT,
    CREATED_AT_OPTIONAL,
    count,
    flag,
    json,
    moment,
    money,
    refers,
    row_id,
    text,
)
from synth_assets.worlds.wholesale.growth import strata
from synth_assets.worlds.wholesale.order import discount, price_cents
from synth_assets.worlds.wholesale.stock import SAMPLE, Batch
from synth_assets.worlds.wholesale.tables.orders import dollars
from synth_assets.worlds.wholesale.tables.projection import Life, Row, projection
from synth_assets.worlds.wholesale.year import Year, last_by, once

SHEETS_A_CLIENT_AND_MONTH, MOST_LINES, SENT_AT = 0.35, 12, 8 * 3_600 + 600
"""How often a client gets a sheet, the lines of one, and when it is sent, seconds of the day [D]."""

COLUMNS_SHOWN = {"strain": True, "grade": True, "price": True, "quantity": True, "thc": True}

TEMPLATES: tuple[tuple[str, str, dict[str, object]], ...] = (
    ("Weekly menu", "Everything that is in stock, by strain.", {}),
    ("Top shelf", "Indoor flower, for key accounts.", {"subcategory": "Indoor"}),
    ("Value menu", "Greenhouse and outdoor flower.", {"subcategory": ["Greenhouse", "Outdoor"]}),
    ("Packaged goods", "Pre-rolls, edibles, vapes and the like, by the case.", {"excludeCategory": "Flower"}),
)
"""Name, description and filter of each kind of sheet."""

TIERS = (None, ("indoor",), ("greenhouse", "outdoor"), (CASES,))
"""What each kind of sheet shows; None for everything."""


class Sheet(NamedTuple):
    """A sheet that was sent: day, client, place among TEMPLATES."""

    day: int
    client: Client
    template: int


@once
def sheets(facts: Year) -> list[Sheet]:
    """Every sheet, in time."""
    count = facts.config.months * len(facts.clients)
    drawn = unit_draws(facts.draws.of("sales_sheet_history"), "sheets", count)
    found = []
    for place, (whether, when, which, _) in enumerate(drawn):
        client, month = facts.clients[place % len(facts.clients)], place // len(facts.clients)
        if whether < SHEETS_A_CLIENT_AND_MONTH:
            found.append(Sheet(_sent_on(facts, month, when), client, int(which * len(TEMPLATES))))
    return sorted(found, key=lambda sheet: (sheet.day, sheet.client.id))


def _sent_on(facts: Year, month: int, drawn: float) -> int:
    """A business day in a month of the books, or the last."""
    if facts.config.grows:
        days = facts.months[month]
        day, last = days.start + int(drawn * len(days)), days.stop - 1
    else:
        day, last = int((month + drawn) * facts.window.length / facts.config.months), facts.last_day
    while day < last and not facts.window.is_business[day]:
        day += 1
    return day


def sales_sheet_templates(facts: Year) -> Iterator[Life]:
    """Kinds of sheets; each was made anew half-way through the first year, or the window."""
    versions = _versions(facts)
    for place in range(len(TEMPLATES)):
        sent = [sheet for sheet in sheets(facts) if sheet.template == place]
        days = {version.day for version in versions} | {sheet.day for sheet in sent}
        yield Life(0, days, partial(_template, facts, place, versions, sent))


def _template(facts: Year, place: int, versions: list[Version], sent: list[Sheet], day: int) -> Row:
    name, description, filters = TEMPLATES[place]
    made = [version for version in versions if version.day <= day]
    last = last_by(sent, day)
    return (
        place + 1, name, description, None, json_text.dumps(filters), "[]",
        json_text.dumps(made[-1].shown), 2 + place % 3, facts.seconds(0, SENT_AT),
        facts.seconds(last.day, SENT_AT) if last else None, None, True, len(made),
    )  # fmt: skip


class Version(NamedTuple):
    """A version of all kinds of sheets: from which day on, the columns that it shows, and what is new."""

    day: int
    shown: dict[str, bool]
    changes: str | None


def _versions(facts: Year) -> list[Version]:
    """The versions, in time: the second also shows what the laboratory found."""
    return [
        Version(0, {key: key != "thc" for key in COLUMNS_SHOWN}, None),
        Version(len(strata(facts.config)[0]) // 2, COLUMNS_SHOWN, "THC shown"),
    ]


def sales_sheet_versions(facts: Year) -> Iterator[Row]:
    """The versions of each kind."""
    number = 0
    for version, (day, shown, changes) in enumerate(_versions(facts), start=1):
        for place, (name, description, filters) in enumerate(TEMPLATES):
            number += 1
            yield (
                number, place + 1, version, name, description, json_text.dumps(filters), "[]",
                json_text.dumps(shown), changes, 2 + place % 3, facts.seconds(day, SENT_AT),
            )  # fmt: skip


def sales_sheet_history(facts: Year) -> Iterator[Row]:
    """Sheets that were sent, with what was in stock that morning."""
    left: dict[int, int] = {}
    batches = {batch.id: batch for batch in facts.batches}
    moves = iter(facts.movements)
    move = next(moves, None)
    for number, sheet in enumerate(sheets(facts), start=1):
        while move is not None and move.day < sheet.day:
            if move.kind != SAMPLE:
                left[move.batch.id] = move.after
                if not move.after:
                    del left[move.batch.id]
            move = next(moves, None)
        tiers = TIERS[sheet.template]
        shown = [
            batches[batch] for batch in sorted(left) if tiers is None or batches[batch].product.tier in tiers
        ][-MOST_LINES:]
        items = [_line(batch, left[batch.id], sheet.client) for batch in shown]
        value = sum(
            round(100 * line["price"] * left[batch.id]) // 100
            for line, batch in zip(items, shown, strict=True)
        )
        yield (
            number, sheet.client.id, sheet.client.seller, sheet.template + 1, json_text.dumps(items), value,
            len(items), None, facts.seconds(sheet.day, SENT_AT + number % 60 * 10),
        )  # fmt: skip


def _line(batch: Batch, quantity: int, client: Client) -> dict[str, float]:
    """A batch on a sheet: what is left, and the client's price for a small order."""
    price = price_cents(batch.product.price_cents, discount(client, 0))
    return {"batchId": batch.id, "quantity": quantity / 100, "price": dollars(price)}


SALES_SHEET_TEMPLATES = projection(
    "sales_sheet_templates",
    "One kind of sales sheet.",
    (
        row_id("sales_sheet_template_id", "Kind of sheet."),
        text("name", "Name.", "varchar(255)"),
        text("description", "What it shows.", nullable=True),
        refers("clients", "client_id", "The client that it is for; empty for all.", nullable=True),
        json("filters", "Which products it shows."),
        json("selected_items", "Batches that were picked by hand."),
        json("column_visibility", "Which columns it shows."),
        refers("users", "created_by_id", "Who made it.", "created_by"),
        CREATED_AT_OPTIONAL,
        moment("last_used_at", "When a sheet of it was last sent.", nullable=True),
        moment("expires_at", "How long it may be used.", physical="expiration_date", nullable=True),
        flag("is_active", "Whether it is used.", "int", "1"),
        count("current_version", "Number of its current version.", "1"),
    ),
    sales_sheet_templates,
    "offers",
    states=(
        "column_visibility",
        "last_used_at",
        "current_version",
    ),
)

SALES_SHEET_VERSIONS = projection(
    "sales_sheet_versions",
    "One version of a kind of sales sheet.",
    (
        row_id("sales_sheet_version_id", "Version."),
        refers("sales_sheet_templates", "template_id", "The kind of sheet."),
        count("version_number", "Number of the version, from 1.", minimum=1),
        text("name", "Name.", "varchar(255)"),
        text("description", "What it shows.", nullable=True),
        json("filters", "Which products it shows."),
        json("selected_items", "Batches that were picked by hand.", "selected_items"),
        json("column_visibility", "Which columns it shows.", "column_visibility"),
        text("changes", "What is new in it.", nullable=True),
        refers("users", "created_by_id", "Who made it.", "createdBy"),
        CREATED_AT,
    ),
    sales_sheet_versions,
    "offers",
    physical="salesSheetVersions",
    naming=camel_case,
)

SALES_SHEET_HISTORY = projection(
    "sales_sheet_history",
    "One sales sheet that was sent.",
    (
        row_id("sales_sheet_history_id", "Sheet, in time."),
        refers("clients", "client_id", "Who got it."),
        refers("users", "created_by_id", "Who sent it.", "created_by"),
        refers("sales_sheet_templates", "template_id", "Its kind.", nullable=True),
        json("items", "Batches with what was left that morning and the client's price."),
        money("total_value_cents", "Quantities times prices."),
        count("item_count", "How many batches it shows."),
        text("notes", "Notes.", nullable=True),
        CREATED_AT_OPTIONAL,
    ),
    sales_sheet_history,
    "offers",
)

TABLES = (SALES_SHEET_TEMPLATES, SALES_SHEET_VERSIONS, SALES_SHEET_HISTORY)
