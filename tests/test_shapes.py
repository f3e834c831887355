"""Who buys, when, what and at which price: each curve has its shape, and a distorted copy has not."""

import numpy as np
import pandas as pd
import pytest

from synth_assets.generation.blocks import make_block
from synth_assets.worlds import load
from synth_assets.worlds.order_to_cash import curves
from synth_assets.worlds.order_to_cash.config import Config
from synth_assets.worlds.order_to_cash.customers import customer
from synth_assets.worlds.order_to_cash.fault_plan import plan
from synth_assets.worlds.order_to_cash.products import price_list
from tests.sample import CONFIG, frames, sound
from tests.worlds import make_world

ORDERS, LINES, DEALS = (frames()[name] for name in ("orders", "opportunities", "deals"))
CONTACTS = frames()["contacts"].set_index("contact_id")
COUNT = len(ORDERS)

# --- customers ----------------------------------------------------------------------------------------


def top_fifth(contact: pd.Series) -> float:
    """Share of orders placed by the busiest fifth of customers."""
    counts = contact.value_counts()
    return counts.iloc[: CONFIG.num_contacts // 5].sum() / len(contact)


def test_a_fifth_of_customers_places_two_thirds_of_orders():
    assert 0.62 <= top_fifth(ORDERS.contact_id) <= 0.72  # realism.md, from a wholesaler's 66 %
    even = pd.Series(np.arange(COUNT) % CONFIG.num_contacts)
    assert top_fifth(even) < 0.62


def test_every_contact_orders_but_those_whose_place_a_repeated_order_took():
    assert ORDERS.contact_id.nunique() == CONFIG.num_contacts
    small = Config(num_transactions=1_000, as_of=CONFIG.as_of)
    draws = load("order_to_cash").draws(small, load("order_to_cash").table("orders")).of("transactions")
    rows = np.arange(1_000)
    source = plan(small, draws, rows).source
    silent = set(range(200)) - set(customer(small, draws, source).tolist())
    displaced = set(customer(small, draws, rows)[source != rows].tolist())
    assert silent <= displaced


def test_two_fifths_of_contacts_are_there_from_the_first_day_and_the_others_arrive():
    day = CONTACTS.created_at.dt.normalize()
    assert (day[:80] == pd.Timestamp("2025-02-22")).all()
    assert (day[81:] > pd.Timestamp("2025-02-22")).all()  # the first to arrive may do so on that day
    assert day.is_monotonic_increasing
    months = day[80:].dt.to_period("M").value_counts()
    assert months.size >= 11  # the last three weeks' orders come from contacts known before
    assert months.max() <= 25  # 120 arrivals over a year, 10 a month; 40 % of a quarter in its last month


@pytest.mark.parametrize("total", [200, 20_000])
def test_names_companies_and_addresses_agree_and_nobody_is_real(total):
    world = load("order_to_cash")
    config = Config(num_contacts=total, as_of=CONFIG.as_of)
    people = make_block(world, config, "num_contacts", range(total))["contacts"].to_pandas()
    assert people.email.is_unique
    slug = people.name.str.lower().str.replace(" ", ".") + "@"
    slug += people.company.str.lower().str.replace(r"[^a-z0-9]", "", regex=True) + ".example"
    assert (people.email == slug).all()
    assert people.phone.str.fullmatch(r"\+1[2-9]\d{2}55501\d{2}").all()
    assert people.company.nunique() == min(total, 4_096)


def test_each_contact_has_one_sales_representative_and_each_of_those_some_contacts():
    owners = DEALS.groupby("contact_id", observed=True).assigned_to.nunique()
    assert (owners == 1).all()
    contacts = DEALS.drop_duplicates("contact_id").assigned_to.value_counts()
    assert len(contacts) == len(curves.REPRESENTATIVES)
    assert contacts.min() >= 5  # 200 contacts among 12: 17 each, deviation 4


# --- amounts ------------------------------------------------------------------------------------------


def first_digit_gap(amounts: pd.Series) -> float:
    """Mean absolute deviation of first digits from Benford's law (Nigrini: < .006 close, > .015 none)."""
    shares = amounts.astype(str).str[0].value_counts(normalize=True)
    law = np.log10(1 + 1 / np.arange(1, 10))
    return float(np.abs(shares.reindex([str(d) for d in range(1, 10)], fill_value=0) - law).mean())


def test_order_totals_are_log_normal_and_follow_benford():
    logs = np.log(ORDERS.total_amount_cents)
    scores = (logs - logs.mean()) / logs.std()
    assert 0.8 < logs.std() < 1.3  # pooled B2B invoices
    assert abs((scores**3).mean()) < 0.1  # deviation of a normal sample of 20,000: .017
    assert abs((scores**4).mean() - 3) < 0.3
    assert first_digit_gap(ORDERS.total_amount_cents) < 0.006
    uniform = pd.Series(np.linspace(50_000, 1_000_000, COUNT).astype(int))
    assert first_digit_gap(uniform) > 0.015


@pytest.mark.parametrize("products", [1, 37, 50, 2_000])
def test_three_fifths_of_list_prices_end_as_price_tags_do(products):
    config = Config(num_products=products, as_of=CONFIG.as_of)
    price = price_list(config, load("order_to_cash").draws(config, "products")).list_price_cents
    ends = np.isin(price % 100, (0, 50, 95, 99)).sum()
    assert ends == (6 * products + 5) // 10
    assert price.min() >= 100


def test_a_price_is_that_of_its_article_and_unit_costs_leave_a_distributors_margin():
    products = frames()["products"]
    grades = (
        products.assign(article=products.name.str.rsplit(", ").str[0]).groupby("article").list_price_cents
    )
    assert (grades.max() / grades.min()).max() < 4  # grades differ by 2, prices by another 1.6 at most
    margin = 1 - products.unit_cost_cents / products.list_price_cents
    assert margin.between(0.21, 0.49).all()


# --- discounts ----------------------------------------------------------------------------------------


def test_most_lines_have_no_discount_and_others_round_ones():
    assert 0.55 <= (LINES.discount_pct == 0).mean() <= 0.60
    everyday = sound(LINES)[
        lambda lines: (lines.discount_pct.between(1, 15)) & (lines.approval_status == "approved")
    ]
    shares = everyday.discount_pct.value_counts(normalize=True).sort_index()
    listed = {5: 0.28, 8: 0.06, 10: 0.30, 12: 0.08, 15: 0.28}
    assert shares.to_dict() == pytest.approx(listed, abs=0.04)  # large customers move them


def none_by_quantity(lines: pd.DataFrame) -> pd.Series:
    """Share of lines without a discount, by units."""
    return (lines.discount_pct == 0).groupby(pd.cut(lines.quantity, [0, 10, 30, 100, 300, np.inf])).mean()


def test_bulk_is_cheaper():
    none = none_by_quantity(LINES)
    assert np.all(np.diff(none) < -0.03)
    assert none.iloc[0] > 0.8
    assert none.iloc[-1] < 0.2
    assert (LINES.discount_pct[LINES.quantity > 100] == 0).mean() < 0.4  # 57 % of all lines have none
    depth = LINES.discount_pct.groupby(LINES.quantity > 100).mean()
    assert depth[True] > 2 * depth[False]


def spread_of_customers(contact: np.ndarray) -> float:
    """Deviation between customers of their mean discount on lines of 20 to 300 units, in points."""
    lines = LINES.assign(contact=contact)[LINES.quantity.between(20, 300)]
    discount = lines.groupby("contact").discount_pct
    return float(discount.mean()[discount.size() >= 30].std())


def test_some_customers_have_better_discounts_than_others():
    contact = ORDERS.contact_id.to_numpy()
    assert spread_of_customers(contact) > 1.2
    assert spread_of_customers(np.random.default_rng(1).permutation(contact)) < 1.0


def test_contract_prices_are_a_little_below_list_by_customer():
    lines = LINES.merge(frames()["products"], on="product_id", how="left").assign(contact=ORDERS.contact_id)
    per_mille = (lines.unit_price_cents / lines.list_price_cents * 1_000).round(-1)
    assert set(per_mille) == set(curves.CONTRACT_PER_MILLE)
    assert (lines.unit_price_cents <= lines.list_price_cents).all()
    assert lines.groupby(["contact", "product_id"]).unit_price_cents.nunique().max() == 1
    customers = per_mille.groupby(lines.contact).median()
    assert (customers == 1_000).mean() == pytest.approx(0.4, abs=0.12)  # 200 customers: deviation .035


def test_decoys_of_approval_are_quotas():
    deep = sound(LINES)[lambda lines: lines.discount_pct > 15]
    assert len(deep) == 0.04 * COUNT
    assert (deep.approval_status == "approved").all()
    assert sorted(deep.discount_pct.unique()) == [16, 18, 20, 22, 25, 30, 35]
    pending = LINES[(LINES.approval_status == "pending") & (LINES.discount_pct <= 15)]
    assert len(pending) == 0.02 * COUNT
    rejected = LINES[(LINES.approval_status == "rejected") & (LINES.discount_pct <= 15)]
    assert len(rejected) == 0.01 * COUNT
    assert 0.2 < (rejected.discount_pct == 0).mean() < 0.47  # a third of 200: deviation .033
    unauthorized = LINES[(LINES.discount_pct > 15) & (LINES.approval_status != "approved")]
    assert sorted(unauthorized.discount_pct.unique()) == [16, 18, 20, 22, 25, 30, 35]


def test_no_discount_in_money_is_deeper_than_its_percentage():
    """$100.99 at 15 % is $15.14 off, not $15.15, which would be 15.0015 %."""
    gross = LINES.quantity * LINES.unit_price_cents
    assert (ORDERS.discount_applied_cents == (gross * LINES.discount_pct.astype(int)) // 100).all()
    assert (ORDERS.discount_applied_cents + ORDERS.total_amount_cents == gross).all()
    at_threshold = LINES.discount_pct == curves.APPROVAL_THRESHOLD_PCT
    assert (ORDERS.discount_applied_cents[at_threshold] / gross[at_threshold]).max() <= 0.15
    assert (
        (gross * LINES.discount_pct.astype(int)) % 100 > 0
    ).sum() > 1_000  # of these some would be rounded up


# --- the funnel ---------------------------------------------------------------------------------------

WON, LOST = DEALS.stage == "closed_won", DEALS.stage == "closed_lost"
OPENED = DEALS.created_at.dt.normalize()
KNOWN = DEALS.contact_id.map(CONTACTS.created_at.dt.normalize())
WINDOW_START = pd.Timestamp("2025-02-22")
CYCLE = (DEALS.closed_on - OPENED).dt.days


def test_the_funnel_wins_a_third_of_closed_deals_and_its_open_ones_are_recent():
    assert (WON.sum(), LOST.sum(), (~WON & ~LOST).sum()) == (COUNT, 2.1 * COUNT, 0.15 * COUNT)
    assert 0.20 <= WON.sum() / (WON | LOST).sum() <= 0.35
    age = (pd.Timestamp(CONFIG.as_of) - OPENED[~WON & ~LOST]).dt.days
    assert age.min() >= 1
    assert age.max() < 100  # the youngest quarter of the year's orders
    assert (
        DEALS.stage.value_counts()[["prospect", "negotiation", "proposal"]] > 900
    ).all()  # a third of 3,000


def test_a_sale_takes_three_weeks_and_a_lost_one_five():
    filled = WINDOW_START + pd.Timedelta(days=curves.PIPELINE_FILLS_DAYS)
    free = (DEALS.closed_on >= filled) & ((DEALS.closed_on - KNOWN).dt.days > 150)  # nothing cuts it short
    assert CYCLE[free & WON].median() == pytest.approx(21, abs=1)
    assert CYCLE[free & LOST].median() == pytest.approx(34, abs=1)  # holidays lengthen it by half a day
    large = DEALS.value_cents > DEALS.value_cents.quantile(0.9)
    small = DEALS.value_cents < DEALS.value_cents.quantile(0.1)
    # (value / median)^.15 between the middles of the outer deciles: exp(.15 x 1.25 x 2 x 1.645) = 1.85
    assert 1.6 < CYCLE[free & LOST & large].median() / CYCLE[free & LOST & small].median() < 2.1


def test_deals_open_on_business_days_once_their_contact_is_known():
    assert (OPENED >= KNOWN).all()
    assert (CYCLE[WON | LOST] >= 0).all()
    assert (OPENED.dt.day_of_week >= 5).mean() < 0.01  # orders placed at a weekend within a day
    assert (OPENED == KNOWN).mean() < 0.02  # a cycle cut short is drawn again, not cut to nothing


def test_cycles_grow_as_the_pipeline_fills():
    days_so_far = (DEALS.closed_on - WINDOW_START).dt.days
    median = CYCLE[LOST].groupby(days_so_far[LOST] // 30).median()
    assert median[0] < median[1] < median[2] < median[3] < median[5] <= median[6]
    assert median[0] <= 5
    assert median[6] >= 30


def first_days_against_others(seed: int) -> pd.Series:
    """Deals opened on each of the first ten business days, over a usual business day's."""
    config = CONFIG.model_copy(update={"num_transactions": 2_000, "seed": seed})
    deals = make_world(load("order_to_cash"), config)["deals"]
    opened = pd.to_datetime(deals["created_at"].to_pandas()).dt.normalize()
    days = pd.bdate_range("2025-02-24", "2026-01-21")
    return (opened.value_counts().reindex(days, fill_value=0) / len(opened) * len(days))[:10]


def test_deals_do_not_pile_up_on_the_first_days():
    days = np.stack([first_days_against_others(seed) for seed in range(8)]).mean(0)
    assert days.max() < 2.2  # of a day's luck 8 seeds leave a deviation of .2; the first day alone had 7
    assert 0.5 < days.mean() < 1.6
