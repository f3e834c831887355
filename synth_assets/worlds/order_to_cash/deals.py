"""Deals: the CRM's pipeline, won, lost and open, numbered in the order in which they close."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from synth_assets.model import lookup
from synth_assets.model.anomaly import quota
from synth_assets.model.columns import choice, day, identifier, moment, money, reference
from synth_assets.model.draws import Draws, Fields, Ints
from synth_assets.model.table import Rule, Table, arrow_table, seconds
from synth_assets.worlds.order_to_cash import shapes
from synth_assets.worlds.order_to_cash.config import Config
from synth_assets.worlds.order_to_cash.contacts import CONTACT_ID, created_day
from synth_assets.worlds.order_to_cash.transactions import any_customer, basket, decide, window

STAGES = (*shapes.OPEN_STAGES, "closed_won", "closed_lost")
WON, LOST = STAGES.index("closed_won"), STAGES.index("closed_lost")

DEAL_ID = identifier("deal_id", "DEAL-", "Deal.")
COLUMNS = (
    DEAL_ID,
    reference("contacts", CONTACT_ID, "Who would buy."),
    choice("stage", STAGES, "How far it got; only closed_won deals become orders."),
    money("value_cents", "List gross: quantity x list price, before any discount.", minimum=4_000),
    choice("assigned_to", shapes.REPRESENTATIVES, "Sales representative who owns the contact."),
    moment("created_at", "When the deal was opened."),
    day("closed_on", "Day it was won or lost; empty while it is open.", nullable=True),
)


def numbered_before(config: Config, transaction: Ints) -> Ints:
    """Deals of all transactions before each one: the won, the lost and the open ones.

    Closed form, so that any block numbers its deals alone: each transaction has its won deal and an even
    share of the lost ones; open deals stand with the youngest quarter.
    """
    count = config.num_transactions
    lost = quota(config.lost_deals_per_order, count)
    still_open = quota(config.open_deals_per_order, count)
    young = -(-count // 4)
    return (
        transaction
        + transaction * lost // count
        + np.maximum(transaction - (count - young), 0) * still_open // young
    )


def generate(rows: range, draws: Draws, config: Config) -> pa.Table:
    """The deals of the transactions `rows`: one won deal each, and the lost and open ones beside it."""
    facts = decide(config, rows.start, rows.stop)
    edges = numbered_before(config, np.arange(rows.start, rows.stop + 1, dtype=np.int64))
    number = np.arange(edges[0], edges[-1], dtype=np.int64)
    row = np.repeat(np.arange(len(rows)), np.diff(edges))
    fate, again, cycle, second = draws.fields("deal", number)
    stage = _stages(config, facts.number, edges, number, row, draws)
    won, lost = stage == WON, stage == LOST
    stage = np.where(won | lost, stage, fate.astype(np.int64) * len(shapes.OPEN_STAGES) // 65_536)

    contact = facts.contact[row]
    gross = facts.basket.gross_cents[row]
    scale = facts.basket.cycle_scale_per_mille[row]
    other = np.flatnonzero(~won)
    contact[other] = any_customer(config, draws.words("customer", number[other]), facts.number[row[other]])
    goods = basket(config, draws.words("basket", number[other]))
    gross[other] = goods.gross_cents
    scale[other] = goods.cycle_scale_per_mille

    end_day = facts.order_day[row]
    opened = end_day.copy()
    for closed, days in ((won, shapes.won_cycle_days()), (lost, shapes.lost_cycle_days())):
        at = np.flatnonzero(closed)
        known = created_day(config, contact[at])
        opened[at] = _opened(config, days, scale[at], end_day[at], known, cycle[at], again[at])
    owner = draws.of("contacts").fields("owner", contact)[0].astype(np.int64)
    return arrow_table(
        COLUMNS,
        {
            "deal_id": number + 1,
            "contact_id": contact + 1,
            "stage": stage,
            "value_cents": gross,
            "assigned_to": owner * len(shapes.REPRESENTATIVES) // 65_536,
            "created_at": seconds(opened, 36_000 + second.astype(np.int64) * 28_800 // 65_536),
            "closed_on": np.ma.masked_array(end_day, mask=~(won | lost)),
        },
    )


def _opened(
    config: Config, cycle_days: Ints, scale: Ints, closed: Ints, known: Ints, cycle: Fields, again: Fields
) -> Ints:
    """Business days on which deals closed on `closed` were opened, not before their contact was `known`.

    A cycle too long for that is drawn again from those short enough, by the field `again`.
    """
    days = lookup.take(cycle_days, cycle) * scale // 1_000
    most = closed - known
    long = np.flatnonzero(days > most)
    days[long] = lookup.take_up_to(cycle_days, most[long] * 1_000 // scale[long], again[long])
    days[long] = days[long] * scale[long] // 1_000
    return np.maximum(window(config).business_days_ago(closed, (5 * days + 3) // 7), known)


def _stages(config: Config, transaction: Ints, edges: Ints, number: Ints, row: Ints, draws: Draws) -> Ints:
    """WON, LOST or -1 (open). The won deal has a drawn place among those of its transaction, so that a deal's
    number gives nothing away; of the others the first are lost."""
    deals = np.diff(edges)
    place = draws.fields("place", transaction)[0].astype(np.int64) * deals // 65_536
    won_at = (edges[:-1] + place)[row]
    lost_quota = quota(config.lost_deals_per_order, config.num_transactions)
    lost = (transaction + 1) * lost_quota // config.num_transactions
    lost -= transaction * lost_quota // config.num_transactions
    rank = number - edges[row] - (number > won_at)
    return np.where(number == won_at, WON, np.where(rank < lost[row], LOST, -1))


_STAGE = pc.field("stage").cast(pa.string())

DEALS = Table(
    name="deals",
    row="One deal in the CRM's pipeline: won, lost or still open.",
    columns=COLUMNS,
    generate=generate,
    counted_by="num_transactions",
    rules=(
        Rule(
            "a deal is closed on a day exactly when it is won or lost",
            lambda: pc.field("closed_on").is_valid() == pc.starts_with(_STAGE, pattern="closed_"),
        ),
    ),
)
