"""The books of a history's years and what is chosen of them, as bytes: kept in a file, they need not be
planned again until the next year begins.

The bytes are a pickle of tuples and numbers. Reading makes no other classes than those of the books, so that
a file from elsewhere can do no more than be wrong.
"""

from __future__ import annotations

import pickle
import zlib
from dataclasses import fields
from io import BytesIO
from typing import Any

from synth_assets.model.windows import Kept
from synth_assets.worlds.wholesale import growing_plan
from synth_assets.worlds.wholesale.anomalies.papers import IsReconciled, ReconciledAt
from synth_assets.worlds.wholesale.anomalies.receipts import PartlyUsed
from synth_assets.worlds.wholesale.anomalies.sales import LineChanged, NotApproved
from synth_assets.worlds.wholesale.bill import Bill, BillLine
from synth_assets.worlds.wholesale.catalogue import Client, Product
from synth_assets.worlds.wholesale.config import Config, window
from synth_assets.worlds.wholesale.decoy_plan import Decoys
from synth_assets.worlds.wholesale.edits import Change, Copy, Fault, Less, Only, Plus, Remove, Stated
from synth_assets.worlds.wholesale.growing_decoys import GrowingDecoys
from synth_assets.worlds.wholesale.growing_plan import Chosen, OfKind
from synth_assets.worlds.wholesale.growth import history_why_not, planned
from synth_assets.worlds.wholesale.intake import Session
from synth_assets.worlds.wholesale.invoice import Credit, Invoice
from synth_assets.worlds.wholesale.journal import Event, Leg
from synth_assets.worlds.wholesale.order import Line, Order, Quote
from synth_assets.worlds.wholesale.payable import Distribution, Expense
from synth_assets.worlds.wholesale.payment import Payment
from synth_assets.worlds.wholesale.sample import Sample
from synth_assets.worlds.wholesale.stock import Batch, Movement
from synth_assets.worlds.wholesale.year import Year

CLASSES = {
    (of.__module__, of.__qualname__): of
    for of in (
        Batch, Bill, BillLine, Change, Client, Copy, Credit, Decoys, Distribution, Event, Expense, Fault,
        GrowingDecoys, Invoice, IsReconciled, Leg, Less, Line, LineChanged, Movement, NotApproved, OfKind,
        Only, Order, PartlyUsed, Payment, Plus, Product, Quote, ReconciledAt, Remove, Sample, Session, Stated,
    )
}  # fmt: skip
"""What the books are made of."""

LISTS = tuple(field.name for field in fields(Year) if str(field.type).startswith("list[") and field.init)
"""What books list."""

FAST = 1
"""Level of compression: books are a fifth as long then, and higher levels take longer than the books."""


def content(config: Config) -> bytes:
    """The books of a history's years so far, as bytes."""
    chosen = growing_plan.chosen(planned(config), growing_plan.draws_of(config))
    rates = chosen.whole.config.decoy_rates.model_dump()
    lists = {name: getattr(chosen.whole, name) for name in LISTS}
    return zlib.compress(pickle.dumps((rates, lists, chosen.decoys, chosen.kinds), protocol=5), FAST)


def recall(config: Config, content: bytes) -> bool:
    """Let the books of a history's years be known, as `content` gave them; False where it did not."""
    if history_why_not(config):
        return False
    whole, draws = planned(config), growing_plan.draws_of(config)
    if growing_plan.is_known(whole, draws):
        return True
    try:
        rates, lists, decoys, kinds = _Books(BytesIO(zlib.decompress(content))).load()
        with_rates = whole.model_copy(
            update={"decoy_rates": type(whole.decoy_rates)(**rates), "decoy_ratio": None}
        )
        books = Year(window=window(with_rates), config=with_rates, draws=draws, **lists)
        growing_plan.remember(whole, draws, Chosen(books, decoys, kinds))
    except (pickle.UnpicklingError, zlib.error, EOFError, AttributeError, TypeError, ValueError):
        return False
    return True


class _Books(pickle.Unpickler):
    """Reads books, and nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        """A class of the books.

        Raises:
            UnpicklingError: it is another.
        """
        if (module, name) not in CLASSES:
            raise pickle.UnpicklingError(f"{module}.{name} is no part of the books")
        return CLASSES[module, name]


KEPT = Kept(until=lambda config: planned(config).day, content=content, recall=recall)
