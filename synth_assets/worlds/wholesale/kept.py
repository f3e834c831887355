"""The books of a history's years and what is chosen of them, as bytes: kept in a file, they need not be
planned again until the next year begins.

The bytes are a pickle of which no other classes are read than those of the books, so that a file from
elsewhere runs no code of its own. `verify` does not read them: it plans for itself.
"""

from __future__ import annotations

import pickle
import zlib
from io import BytesIO
from typing import Any

from synth_assets.model.latest import Latest
from synth_assets.model.windows import Kept
from synth_assets.worlds.wholesale import growing_plan
from synth_assets.worlds.wholesale.anomalies import KINDS
from synth_assets.worlds.wholesale.anomalies.papers import IsReconciled, ReconciledAt
from synth_assets.worlds.wholesale.anomalies.receipts import PartlyUsed
from synth_assets.worlds.wholesale.anomalies.sales import LineChanged, NotApproved
from synth_assets.worlds.wholesale.bill import Bill, BillLine
from synth_assets.worlds.wholesale.catalogue import Client, Product
from synth_assets.worlds.wholesale.config import Config, DecoyRates, window
from synth_assets.worlds.wholesale.decoy_plan import Decoys
from synth_assets.worlds.wholesale.edits import Change, Copy, Fault, Less, Only, Plus, Remove, Stated
from synth_assets.worlds.wholesale.growing_decoys import GrowingDecoys, remember_rates, with_rates
from synth_assets.worlds.wholesale.growing_plan import Chosen, OfKind
from synth_assets.worlds.wholesale.growth import planned
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
        Invoice, IsReconciled, Leg, Less, Line, LineChanged, Movement, NotApproved, OfKind,
        Only, Order, PartlyUsed, Payment, Plus, Product, Quote, ReconciledAt, Remove, Sample, Session, Stated,
    )
}  # fmt: skip
"""What the books are made of."""

LISTS = (
    "clients", "products", "sessions", "batches", "movements", "orders", "quotes", "samples", "invoices",
    "credits", "bills", "payments", "expenses", "distributions", "events", "month_starts",
)  # fmt: skip
"""What books list; all else follows from the configuration, or is known of parts of books alone."""

FAST = 1
"""Level of compression: books are a fifth as long then, and higher levels take longer than the books."""

MOST_BYTES = 1 << 30
"""Longest pickle that is read."""

_IN_FILES: Latest[Chosen] = Latest(2)


def content(config: Config) -> bytes:
    """The books of a history's years so far, as bytes."""
    whole, draws = planned(config), growing_plan.draws_of(config)
    chosen = growing_plan.chosen(whole, draws)
    rates = chosen.whole.config.decoy_rates.model_dump()
    lists = {name: getattr(chosen.whole, name) for name in LISTS}
    decoys = chosen.decoys.planned, chosen.decoys.kept
    _IN_FILES.put((whole, draws), chosen)
    return zlib.compress(pickle.dumps((rates, lists, decoys, chosen.kinds), protocol=5), FAST)


def recall(config: Config, content: bytes) -> bool:
    """Let the books of a history's years be known, as `content` gave them; False where it did not."""
    whole, draws = planned(config), growing_plan.draws_of(config)
    known = growing_plan.known(whole, draws)
    if known and known is _IN_FILES.get((whole, draws)):
        return True
    try:
        rates, lists, decoys, kinds = _Books(BytesIO(_decompressed(content))).load()
        remember_rates(whole, draws, DecoyRates(**rates))
        with_them = with_rates(whole, draws)
        books = Year(window=window(with_them), config=with_them, draws=draws, **{k: lists[k] for k in LISTS})
        if len(kinds) != len(KINDS) or not all(isinstance(of, OfKind) for of in kinds):
            return False
        chosen = growing_plan.remember(whole, draws, Chosen(books, GrowingDecoys(None, *decoys), kinds))
    except Exception:  # a pickle from elsewhere may raise anything
        return False
    _IN_FILES.put((whole, draws), chosen)
    return True


def _decompressed(content: bytes) -> bytes:
    """The pickle; ValueError where it is too long."""
    stream = zlib.decompressobj()
    found = stream.decompress(content, MOST_BYTES)
    if stream.unconsumed_tail:
        raise ValueError(f"more than {MOST_BYTES:,} bytes")
    return found


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
