"""Curves: what a table's numbers look like as a whole. A curve that is off warns; it blocks nothing."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from synth_assets.evaluate.check import Check
from synth_assets.model.table import Table
from synth_assets.model.world import World


@dataclass(frozen=True, slots=True)
class Curve:
    """A number that describes a table's shape, and where it should lie.

    Attributes:
        name: the check's name.
        sentence: what is measured, with its source.
        query: DuckDB over the tables; one row (rows measured, the number).
        low, high: the range of a table that looks right, in the number's unit.
        from_rows: below so many rows chance alone moves the number out of the range.
    """

    name: str
    sentence: str
    query: str
    low: float
    high: float
    from_rows: int


CURVES: dict[str, tuple[Curve, ...]] = {
    "order_to_cash/invoices": (
        Curve(
            "first_digits_follow_benford",
            "Mean absolute deviation of the amounts' first digits from Benford's law; above .015 amounts do "
            "not conform (Nigrini 2012).",
            """with digits as (
                select left(cast(amount_due_cents as varchar), 1)::int as digit, count(*) as found
                from invoices group by 1
            ), total as (select sum(found) as rows from digits)
            select any_value(rows)::bigint,
                avg(abs(coalesce(found, 0) / rows - log10(1 + 1 / expected)))
            from range(1, 10) as law(expected) cross join total left join digits on digit = expected""",
            0,
            0.015,
            1_000,
        ),
        Curve(
            "top_fifth_of_customers",
            "Share of the billed amount that the largest fifth of paying customers brings: 40 to 90 % in "
            "trade between businesses.",
            """with billed as (
                select contact_id, sum(amount_due_cents) as amount
                from invoices join orders using (order_id) group by 1
            ), ranked as (
                select amount, row_number() over (order by amount desc, contact_id) as place,
                    count(*) over () as customers
                from billed
            )
            select (select count(*) from invoices),
                sum(amount) filter (where place <= ceil(customers / 5)) / sum(amount)
            from ranked""",
            0.4,
            0.9,
            1_000,
        ),
    ),
}
"""Curves by `<world>/<table>`."""


def of(world: World, table: Table) -> tuple[Curve, ...]:
    """The curves of a table."""
    return CURVES.get(f"{world.name}/{table.name}", ())


def check(connection: duckdb.DuckDBPyConnection, curve: Curve) -> Check:
    """A curve as a check that warns; with too few rows it passes and says so."""
    asked = f"{curve.low:g} to {curve.high:g}"
    try:
        rows, value = connection.execute(curve.query).fetchall()[0]
    except duckdb.Error as error:
        said = str(error).split("\n", 1)[0]
        return Check(curve.name, None, asked, f"could not run: {said}", False, curve.sentence, "WARN")
    if not rows or rows < curve.from_rows:
        said = f"{value:.3f}" if value is not None else "nothing"
        asked += f" from {curve.from_rows:,} rows"
        return Check(curve.name, None, asked, f"{said} over {rows or 0:,} rows", True, curve.sentence, "WARN")
    sound = curve.low <= value <= curve.high
    return Check(curve.name, None, asked, f"{value:.3f}", sound, curve.sentence, "WARN")
