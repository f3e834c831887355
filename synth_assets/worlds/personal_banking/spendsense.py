"""What the source document's SQLite schema shows in other words than the tables: it has no column for the
statement's own string, so that a payee stands where the merchant's name would.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc


def merchant_names(transactions: pa.Table) -> pa.ChunkedArray:
    """The merchant or employer where one is known; else the statement's string with the day of posting.

    With its day no such string stands three times within 90 days, so that rent, utilities and transfers never
    look like a recurring merchant: `PG&E WEB ONLINE 11/03`.
    """
    names = transactions["merchant_name"].cast(pa.string())
    is_known = names.is_valid()
    if pc.all(is_known).as_py():
        return names
    day = pc.strftime(transactions["date"].cast(pa.timestamp("s")), format="%m/%d")
    said = pc.binary_join_element_wise(transactions["name"].cast(pa.string()), day, " ")
    return pc.if_else(is_known, names, said)


SAID = {("transactions", "merchant_name"): (merchant_names, ("merchant_name", "name", "date"))}
"""By table and column, the values of the document's schema and the columns that they are made of."""
