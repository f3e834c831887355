"""Cards and their limits: no sound one is exceeded, some are paid around, and a late payment shows alone."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest

import synth_assets
from synth_assets.scenario.resolve import resolve
from synth_assets.worlds import load
from synth_assets.worlds.personal_banking.config import AnomalyRates
from tests.worlds import make_world

AS_OF = "2026-11-21"
KIND = "over_limit_transaction"
MANY = {"num_users": 4_000, "anomaly_rates": {KIND: 0.05}}


@cache
def stored(clean: bool = False) -> dict[str, pa.Table]:
    return synth_assets.generate("personal_banking", as_of=AS_OF, clean=clean, **MANY).tables


@cache
def made(clean: bool = False) -> dict[str, pd.DataFrame]:
    return {name: rows.to_pandas() for name, rows in stored(clean).items()}


def owing(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Posted rows of cards, each with what is owed after it."""
    cards = tables["accounts"].query("account_type == 'credit_card'")
    rows = tables["transactions"].query("not pending").merge(cards, on=["account_id", "user_id"])
    rows = rows.sort_values(["account_id", "date", "transaction_id"])
    so_far = rows.groupby("account_id").amount_cents.cumsum()
    return rows.assign(
        owed=rows.opening_balance_cents + so_far,
        date=pd.to_datetime(rows.date),
        payments=(rows.amount_cents < 0).groupby(rows.account_id).cumsum(),
    )


def around(rows: pd.DataFrame) -> pd.Series:
    """Which rows are of cards that are paid several times a month."""
    paid = rows[rows.category_detailed == "LOAN_PAYMENTS_CREDIT_CARD_PAYMENT"].groupby("account_id").size()
    return rows.account_id.isin(paid[paid > 9].index)


@pytest.mark.parametrize(
    "keys",
    [
        {"num_users": 3_000},
        {"num_users": 3_000, "seed": 7, "decoy_rates": {"pending_in_time": 0.3, "paid_around_limit": 0.1}},
        {"preset": "simple", "num_users": 500},
        {"num_users": 1_000, "anomaly_rates": {"refund_without_purchase": 0.15, "pending_never_posts": 0.15}},
    ],
)
def test_no_sound_card_ever_owes_more_than_its_limit(keys: dict) -> None:
    config = resolve("personal_banking", {"as_of": AS_OF, **keys}).config
    made = make_world(load("personal_banking"), config)
    rows = owing({name: table.to_pandas() for name, table in made.items()})
    assert len(rows) > 5_000
    assert (rows.owed <= rows.balance_limit_cents).all(), "5 of 2,000 cards did at the end of a month"


def test_exactly_the_labelled_purchases_exceed_a_limit_and_the_next_payment_ends_it() -> None:
    rows, labels = owing(made()), made()["anomaly_manifest"]
    assert len(labels) == 200
    over = rows[rows.owed > rows.balance_limit_cents]
    first = over[over.owed - over.amount_cents <= over.balance_limit_cents]
    assert set(first.transaction_id) == set(labels.entity_id)
    assert (over.groupby("account_id").payments.nunique() == 1).all()
    days = over.groupby("account_id").date.agg(lambda date: (date.max() - date.min()).days)
    assert days.max() <= 5, "paid on the next business day"
    said = labels.set_index("entity_id").loc[first.transaction_id]
    assert (said.expected_value.astype(float) * 100).round().tolist() == first.balance_limit_cents.tolist()
    assert (said.actual_value.astype(float) * 100).round().tolist() == first.owed.tolist()


def test_the_clean_twin_differs_in_the_two_sides_of_one_payment_alone() -> None:
    faulty, twin = stored(), stored(clean=True)
    here, there = (tables["transactions"] for tables in (faulty, twin))
    key = "transaction_id"
    in_both = [pc.is_in(a[key], b[key].combine_chunks()) for a, b in ((here, there), (there, here))]
    added, gone = (
        rows.filter(pc.invert(both)).to_pandas() for rows, both in zip((here, there), in_both, strict=True)
    )
    assert len(added) == len(gone) == 2 * 200
    assert set(added.category_detailed) == {"LOAN_PAYMENTS_CREDIT_CARD_PAYMENT"}
    columns = ["account_id", "amount_cents", "name", "category_detailed"]
    assert (added[columns].to_numpy() == gone[columns].to_numpy()).all()
    days = (pd.to_datetime(added.date).to_numpy() - pd.to_datetime(gone.date).to_numpy()) / np.timedelta64(
        1, "D"
    )
    assert (days.min(), days.max()) >= (1, 3)
    assert days.max() <= 9
    assert here.filter(in_both[0]).equals(there.filter(in_both[1]))
    for name in ("users", "accounts", "liabilities", "signals_credit"):
        assert faulty[name].equals(twin[name])


def test_purchases_that_exceed_a_limit_are_like_the_others_of_such_cards() -> None:
    rows = owing(made())
    rows = rows[around(rows) & (rows.amount_cents > 0) & (rows.date < "2026-10-20")]
    late = rows.transaction_id.isin(made()["anomaly_manifest"].entity_id)
    assert late.sum() > 150
    rank = rows.amount_cents.rank(pct=True)
    assert abs(rank[late].mean() - 0.5) < 0.09, "four standard deviations of 180 ranks"
    for column in ("category_primary", "payment_channel"):
        shares = [rows[column][mask].astype(str).value_counts(normalize=True) for mask in (late, ~late)]
        assert shares[0].sub(shares[1], fill_value=0).abs().max() < 0.15, column


def test_who_pays_around_a_limit_spends_more_in_a_month_and_uses_little_on_as_of() -> None:
    tables = made(clean=True)
    rows = owing(tables)
    rows = rows[around(rows)].merge(tables["liabilities"], on="account_id", suffixes=("", "_of_card"))
    day = pd.to_datetime(rows.last_statement_issue_date).dt.day
    month = (rows.date - pd.to_timedelta(day, unit="D")).dt.to_period("M")
    spent = rows.amount_cents.clip(lower=0).groupby([rows.account_id, month]).sum()
    limit = rows.groupby("account_id").balance_limit_cents.first()
    most = spent.groupby("account_id").max() / limit
    assert len(most) > 700
    assert (most > 1).mean() > 0.995
    assert 1.3 < most.mean() < 1.9
    used = rows.groupby("account_id").balance_current_cents.first() / limit
    assert used.max() < 0.3
    fullest = rows.groupby("account_id").owed.max() / limit
    assert (fullest > 0.9).mean() > 0.8
    assert not tables["signals_credit"].query("is_overdue").user_id.isin(rows.user_id).any()


def test_an_investigation_has_twenty_over_limit_transactions() -> None:
    data = synth_assets.generate("personal_banking", preset="investigation", as_of=AS_OF)
    kinds = data.frame("anomaly_manifest").type.value_counts()
    assert kinds[KIND] == 20
    assert set(kinds[kinds > 0]) == {20}


def test_faults_of_a_prevalence_leave_it_out_where_no_card_is_paid() -> None:
    config = resolve("personal_banking", {"preset": "simple", "prevalence": 0.07, "as_of": AS_OF}).config
    rates = dict(config.anomaly_rates)
    assert rates.pop(KIND) == 0
    assert list(rates.values()) == pytest.approx([0.01] * len(rates))
    assert len(rates) == len(AnomalyRates.model_fields) - 1
