"""Opportunities: the line of goods of every won deal, with its discount and who approved it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from synth_assets.model.arrow import combined, to_numpy
from synth_assets.model.columns import choice, count, identifier, money, rate, reference
from synth_assets.model.draws import Draws, Ints
from synth_assets.model.identifiers import take_ids
from synth_assets.model.table import Rows, Rule, Table, arrow_table
from synth_assets.worlds.order_to_cash import anomalies, curves, fault_plan
from synth_assets.worlds.order_to_cash.config import Config
from synth_assets.worlds.order_to_cash.customers import any_customer, arrived, representative
from synth_assets.worlds.order_to_cash.deals import DEAL_ID, won_deals
from synth_assets.worlds.order_to_cash.facts import Transactions
from synth_assets.worlds.order_to_cash.products import PRODUCT_ID

APPROVALS = ("not_required", "approved", "pending", "rejected")
NOT_REQUIRED, APPROVED, PENDING, REJECTED = range(4)

REFUSED_PER_65536 = 19_661
"""30 % of the discounts that nobody approved are refused, the others still pending [D]."""

BY_OWNER_PER_65536 = 39_322
"""60 % of the discounts within 15 % are approved by who owns the deal, the others by a colleague [D]."""

OPPORTUNITY_ID = identifier("opportunity_id", "OPP-", "Line item of a won deal.")
COLUMNS = (
    OPPORTUNITY_ID,
    reference("deals", DEAL_ID, "The won deal."),
    reference("products", PRODUCT_ID, "What is bought."),
    count("quantity", "Units bought.", minimum=1, unit="units"),
    money(
        "unit_price_cents",
        "Price of one unit before discount: the list price, or the contract's, up to 5 % below.",
        minimum=1,
    ),
    rate("discount_pct", "Discount on the line.", minimum=0, maximum=35),
    choice(
        "approval_status",
        APPROVALS,
        "Discounts above 15 % need `approved`; a `rejected` request leaves no discount or one within 15 %.",
    ),
    choice(
        "approved_by",
        curves.REPRESENTATIVES,
        "Who approved the discount; empty where nobody did. Above 15 % it must not be who owns the deal.",
        nullable=True,
    ),
)


def generate(deals: Rows, draws: Draws, facts: Transactions, config: Config) -> pa.Table:
    """One row a won deal. An unauthorized discount first shows here."""
    won = won_deals(config, draws, deals)
    faulty = np.flatnonzero(facts.fault == anomalies.DISCOUNT)
    discount = facts.discount_pct.astype(np.float64)
    discount[faulty] = anomalies.unauthorized_pct(draws, facts.number[faulty])
    approval = np.where(discount == 0, NOT_REQUIRED, APPROVED)
    approval[facts.decoy == fault_plan.PENDING] = PENDING
    approval[facts.decoy == fault_plan.REJECTED] = REJECTED
    refused = draws.fields("approval", facts.number[faulty])[0] < REFUSED_PER_65536
    approval[faulty] = APPROVED if config.disguised else np.where(refused, REJECTED, PENDING)
    owner = to_numpy(combined(deals["assigned_to"]).indices)[won]
    approver = _approver(config, draws, facts.number, owner, discount)
    approver[faulty] = owner[faulty]
    return arrow_table(
        COLUMNS,
        {
            "opportunity_id": facts.number + 1,
            "deal_id": take_ids(deals["deal_id"], won),
            "product_id": facts.basket.product + 1,
            "quantity": facts.basket.quantity,
            "unit_price_cents": facts.basket.unit_price_cents,
            "discount_pct": discount,
            "approval_status": approval,
            "approved_by": np.ma.masked_array(approver, mask=approval != APPROVED),
        },
    )


def _approver(
    config: Config, draws: Draws, number: Ints, owner: Ints, discount: npt.NDArray[np.float64]
) -> Ints:
    """Who approves a sound discount: a colleague, or within 15 % perhaps who owns the deal.

    The colleague is who owns some other deal, so that who owns many approves many, too: a name alone does not
    tell approvals of one's own deals. Any other colleague stands in for who owns this one as well.
    """
    colleague, by_owner, _, _ = draws.fields("approver", number)
    others = len(curves.REPRESENTATIVES) - 1
    any_other = (owner + 1 + (colleague.astype(np.int64) * others >> 16)) % (others + 1)
    elsewhere = any_customer(config, draws, draws.words("colleague", number), arrived(config, number))
    named = representative(draws, elsewhere)
    other = np.where(named == owner, any_other, named)
    may = discount <= curves.APPROVAL_THRESHOLD_PCT
    return np.where(may & (by_owner < BY_OWNER_PER_65536), owner, other)


OPPORTUNITIES = Table(
    name="opportunities",
    grain="The line of goods of one won deal.",
    columns=COLUMNS,
    generate=generate,
    rules=(
        Rule("a discount needs approval", "discount_pct = 0 OR approval_status <> 'not_required'"),
        Rule(
            "without a discount, none is needed or one was rejected",
            "discount_pct > 0 OR approval_status IN ('not_required', 'rejected')",
        ),
        Rule(
            "somebody approved what is approved",
            "(approval_status = 'approved') = (approved_by IS NOT NULL)",
        ),
    ),
)
