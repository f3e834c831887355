"""Decoys that a year holds by itself: the rows that `decoys.sql` finds, told from the books alone.

Each function gives what it is sure of, which may be less than the query finds. A decoy that is kept lends its
rows to no fault, so that it is still one in the papers.
"""

from __future__ import annotations

from collections.abc import Callable

from synth_assets.worlds.wholesale.natural_decoys import goods, ledger, sales
from synth_assets.worlds.wholesale.natural_decoys.decoy import Decoy, Decoys
from synth_assets.worlds.wholesale.year import Year

__all__ = ["NATURAL", "Decoy"]

NATURAL: dict[str, tuple[Callable[[Year], Decoys], ...]] = {
    "refund_above_invoice": (sales.whole_invoice_credited,),
    "payment_of_wrong_client": (sales.paid_by_another_method,),
    "unrecorded_return": (sales.quality_credit,),
    "lapping": (sales.same_amount_weeks_apart,),
    "discount_without_rule": (sales.discount_by_rule,),
    "booked_too_early": (sales.sale_of_the_last_day,),
    "side_agreement": (sales.longer_terms_on_both_papers,),
    "limit_exceeded_without_approval": (sales.slightly_over_limit, sales.approved_over_limit),
    "oversold_batch": (goods.batch_sold_out,),
    "cost_below_batch": (goods.cheaper_batch,),
    "phantom_intake": (goods.counted_difference,),
    "adjustment_without_reason": (goods.write_off_with_reason,),
    "sample_unaccounted": (goods.sample_never_sent,),
    "missing_consignment_payable": (goods.consignment_not_billed_yet, goods.consignment_billed_late),
    "vendor_is_a_user": (goods.grower_buys_too,),
    "bill_paid_twice": (goods.two_bills_in_a_month,),
    "invoice_without_posting": (ledger.sale_taken_back,),
    "unbalanced_entry": (ledger.receipt_below_invoice,),
    "backdated_entry": (ledger.recorded_on_the_last_evening,),
    "expense_as_inventory": (ledger.goods_as_inventory,),
    "round_manual_entry": (ledger.round_entry_with_paper,),
    "approved_own_request": (goods.sent_by_another_user,),
    "limit_raised_without_reason": (sales.first_limit, sales.limit_raised_with_reason),
    "client_changed_before_payment": (ledger.changed_by_its_seller,),
}
"""By kind of fault, the decoys that look like it, each named as its query; none of the kinds whose decoys are
all planned."""
