"""Curves: what a table's numbers look like as a whole. A curve that is off warns; it blocks nothing."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from synth_assets.checks.check import Check
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


def _consumption_share(pattern: str) -> str:
    """Spending whose detailed category matches, over all consumption of users in the preset personas."""
    return f"""with spent as (
            select amount_cents, regexp_matches(category_detailed, '{pattern}') as here
            from transactions cross join scenario
            where preset = 'personas' and amount_cents > 0
            and category_primary not in ('TRANSFER_OUT', 'BANK_FEES')
            and category_detailed <> 'LOAN_PAYMENTS_CREDIT_CARD_PAYMENT'
        )
        select count(*), sum(amount_cents) filter (here) / sum(amount_cents) from spent"""


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
    "personal_banking/transactions": (
        Curve(
            "housing_share",
            "Rent and utilities over consumption: 36 to 40 % of households' (CEX 2023 without insurance and "
            "pensions); some users here are short of money.",
            _consumption_share("^RENT_AND_UTILITIES"),
            0.34,
            0.42,
            10_000,
        ),
        Curve(
            "food_share",
            "Groceries, restaurants and coffee over consumption: 14 to 17 % of households' (CEX 2023 without "
            "insurance and pensions); some users here are short of money.",
            _consumption_share("^FOOD_AND_DRINK"),
            0.13,
            0.20,
            10_000,
        ),
    ),
    "personal_banking/signals_credit": (
        Curve(
            "mean_utilization",
            "Mean utilisation of the cards in use: 26 % in the population (Experian 2020), more here, as "
            "three users of ten are there for using half of their limit.",
            """select count(*), avg(utilization_pct) / 100 from signals_credit cross join scenario
            where window_days = 180 and utilization_pct > 0 and preset = 'personas'""",
            0.25,
            0.45,
            200,
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
