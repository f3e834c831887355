"""Deals: the CRM's pipeline, won, lost and open."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from synth_assets.model import quantile_tables
from synth_assets.model.arrow import equals_choice
from synth_assets.model.columns import choice, day, identifier, moment, money, reference, state
from synth_assets.model.draws import Draws, Fields, Ints
from synth_assets.model.fault_plan import Codes
from synth_assets.model.quotas import quota
from synth_assets.model.table import Rows, Rule, Table, arrow_table, seconds
from synth_assets.worlds.order_to_cash import curves, growth
from synth_assets.worlds.order_to_cash.baskets import basket
from synth_assets.worlds.order_to_cash.config import Config
from synth_assets.worlds.order_to_cash.contacts import CONTACT_ID, created_day
from synth_assets.worlds.order_to_cash.customers import any_customer, arrived, representative
from synth_assets.worlds.order_to_cash.deal_numbers import closing_places, deal_numbers, numbered_before
from synth_assets.worlds.order_to_cash.facts import Sales, Transactions, ahead, orders_so_far
from synth_assets.worlds.order_to_cash.order_days import window

STAGES = (*curves.OPEN_STAGES, "closed_won", "closed_lost")
OPEN, WON, LOST = 0, STAGES.index("closed_won"), STAGES.index("closed_lost")
"""Codes of stages; OPEN is the first of the open ones, until one is drawn."""

DEAL_ID = identifier("deal_id", "DEAL-", "Deal.")
COLUMNS = (
    DEAL_ID,
    reference("contacts", CONTACT_ID, "Who would buy."),
    state(
        choice(
            "stage",
            STAGES,
            "How far it got; only closed_won deals become orders. GoHighLevel's status is `won` for "
            "closed_won, `lost` for closed_lost and `open` for the others.",
        )
    ),
    money("value_cents", "Gross: quantity x the customer's price, before any discount.", minimum=4_000),
    choice("assigned_to", curves.REPRESENTATIVES, "Sales representative who owns the contact."),
    moment("created_at", "When the deal was opened."),
    state(day("closed_on", "Day it was won or lost; empty while it is open.", nullable=True)),
)


class Deals(NamedTuple):
    """Some deals; days are epoch days, and `fate` and `second` draw the stage of open ones and the time of
    day. Draws belong to a deal's place in the order of closing."""

    place: Ints
    contact: Ints
    stage: Codes
    gross_cents: Ints
    opened: Ints
    end_day: Ints
    fate: Fields
    second: Fields


def generate(rows: range, draws: Draws, facts: Transactions, config: Config) -> pa.Table:
    """The deals of the transactions `rows`: one won deal each, and its share of the lost and open ones.

    In a history that grows, the last block also has those that are open as of as_of: what ends later.
    """
    deals = _deals(draws, facts, config)
    if config.grows and rows.stop == orders_so_far(config, draws):
        parts = [deals, *(_still_open(config, _deals(draws, sale, config)) for sale in ahead(config, draws))]
        columns: list[Any] = [np.concatenate(values) for values in zip(*parts, strict=True)]
        deals = Deals(*columns)
    number = deal_numbers(config, draws, deals.place, deals.opened)
    if config.grows:
        order = np.argsort(number)
        number, columns = number[order], [values[order] for values in deals]
        deals = Deals(*columns)
    return arrow_table(
        COLUMNS,
        {
            "deal_id": number + 1,
            "contact_id": deals.contact + 1,
            "stage": deals.stage,
            "value_cents": deals.gross_cents,
            "assigned_to": representative(draws, deals.contact),
            "created_at": seconds(deals.opened, 36_000 + (deals.second.astype(np.uint32) * 28_800 >> 16)),
            "closed_on": np.ma.masked_array(deals.end_day, mask=deals.stage < WON),
        },
    )


def won_deals(config: Config, draws: Draws, deals: Rows) -> Ints:
    """Which rows of a block's deals are won, in the order of the transactions."""
    won = np.flatnonzero(equals_choice(deals["stage"], "closed_won"))
    if not config.grows:
        return won
    number = deals.id_numbers("deal_id")[won] - 1
    return won[np.argsort(closing_places(config, draws.of("deals"), number))]


def _still_open(config: Config, deals: Deals) -> Deals:
    """Of deals that end after as_of, those that were opened by then."""
    known = np.flatnonzero(deals.opened <= window(config).last)
    columns: list[Any] = [values[known] for values in deals]
    some = Deals(*columns)
    return some._replace(stage=_open_stage(some.fate))


def _deals(draws: Draws, facts: Transactions | Sales, config: Config) -> Deals:
    """The deals of consecutive transactions."""
    first = int(facts.number[0]) if len(facts.number) else 0
    edges = numbered_before(config, np.arange(first, first + len(facts.number) + 1, dtype=np.int64))
    place = np.arange(edges[0], edges[-1], dtype=np.int64)
    fate, again, cycle, second = draws.fields("deal", place)
    won, other = _indices(edges, draws.fields("place", facts.number)[0])
    others = np.diff(edges) - 1
    row = np.repeat(np.arange(len(facts.number)), others)
    stage = np.empty(len(place), dtype=np.int8)
    stage[won], stage[other] = WON, _others_stage(config, facts.number, others)
    lost = np.flatnonzero(stage[other] == LOST)
    still_open = np.flatnonzero(stage == OPEN)

    newcomers = arrived(config, facts.number)[row]
    contact, gross, end_day = (np.empty(len(place), dtype=np.int64) for _ in range(3))
    contact[won], gross[won], end_day[won] = facts.contact, facts.basket.gross_cents, facts.order_day
    contact[other] = any_customer(config, draws, draws.words("customer", place[other]), newcomers)
    goods = basket(config, draws, draws.words("basket", place[other]), contact[other])
    gross[other], end_day[other] = goods.gross_cents, facts.order_day[row]

    opened = end_day.copy()
    for at, days, scale in (
        (won, curves.won_cycle_days(), facts.basket.cycle_scale_per_mille),
        (other[lost], curves.lost_cycle_days(), goods.cycle_scale_per_mille[lost]),
    ):
        known = created_day(config, draws, contact[at])
        opened[at] = _opened(config, days, scale, end_day[at], known, cycle[at], again[at])
    stage[still_open] = _open_stage(fate[still_open])
    return Deals(place, contact, stage, gross, opened, end_day, fate, second)


def _open_stage(field: Fields) -> Codes:
    """How far open deals have got."""
    return (field.astype(np.int64) * len(curves.OPEN_STAGES) >> 16).astype(np.int8)


def _opened(
    config: Config, cycle_days: Ints, scale: Ints, closed: Ints, known: Ints, cycle: Fields, again: Fields
) -> Ints:
    """Business days on which deals closed on `closed` were opened, not before their contact was `known`.

    Every deal of the window was opened in it, those that close early all the same. A cycle that ends in the
    window's first months is therefore shortened in proportion to the days since its start, so that the
    pipeline fills bit by bit and no first day holds all that would have been opened before. A cycle too long
    for the contact is drawn again from those short enough, by the field `again`.
    """
    days_so_far = np.minimum(closed - window(config).first, curves.PIPELINE_FILLS_DAYS)
    scale = scale * days_so_far // curves.PIPELINE_FILLS_DAYS
    days = quantile_tables.sample(cycle_days, cycle) * scale // 1_000
    most = closed - known
    if config.grows:
        most = np.minimum(most, growth.LONGEST_CYCLE_DAYS)
    long = np.flatnonzero(days > most)
    days[long] = quantile_tables.sample_at_most(cycle_days, most[long] * 1_000 // scale[long], again[long])
    days[long] = days[long] * scale[long] // 1_000
    return np.maximum(window(config).business_days_ago(closed, (5 * days + 3) // 7), known)


def _indices(edges: Ints, field: Fields) -> tuple[Ints, Ints]:
    """Indices of the won and of the other deals in a block. The won deal has a drawn index among those of
    its transaction, so that a deal's number gives nothing away."""
    won = edges[:-1] - edges[0] + (field.astype(np.int64) * np.diff(edges) >> 16)
    is_other = np.ones(edges[-1] - edges[0], dtype=bool)
    is_other[won] = False
    return won, np.flatnonzero(is_other)


def _others_stage(config: Config, transaction: Ints, others: Ints) -> Codes:
    """LOST or OPEN for the `others` of each transaction, its deals that are not won: the first are lost."""
    if config.grows:
        return np.full(int(others.sum()), LOST, dtype=np.int8)
    count = config.num_transactions
    quota_lost = quota(config.lost_deals_per_order, count)
    lost = (transaction + 1) * quota_lost // count - transaction * quota_lost // count
    pairs = np.column_stack([lost, others - lost]).ravel()
    return np.repeat(np.tile(np.array([LOST, OPEN], dtype=np.int8), len(transaction)), pairs)


DEALS = Table(
    name="deals",
    grain="One deal in the CRM's pipeline: won, lost or still open.",
    columns=COLUMNS,
    generate=generate,
    row_count_key="num_transactions",
    keys_overlap_in_history=True,
    rules=(
        Rule(
            "a deal is closed on a day exactly when it is won or lost",
            "(closed_on IS NOT NULL) = starts_with(stage, 'closed_')",
        ),
    ),
)
