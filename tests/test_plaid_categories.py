"""Personal finance categories: those that Plaid has, for what Plaid describes, in both of its versions."""

from __future__ import annotations

import pytest

from synth_assets.worlds import load
from synth_assets.worlds.personal_banking.activity.descriptors import DESCRIPTORS
from synth_assets.worlds.personal_banking.config import Config
from synth_assets.worlds.personal_banking.vendors.plaid.categories import category, in_v2
from tests.bank import AS_OF, tables
from tests.plaid_categories import V1, V2
from tests.test_plaid import CONFIG, exported, lines, made
from tests.worlds import is_caught, make_world, spoil, write_world


def test_every_label_is_in_both_versions():
    assert len(V1) == 104
    assert {label.detailed for label in DESCRIPTORS} <= V1
    assert {in_v2(label.detailed, label.feed) for label in DESCRIPTORS} <= V2


@pytest.mark.parametrize(
    ("detailed", "name", "version", "said"),
    [
        ("FOOD_AND_DRINK_COFFEE", "SQ *CORNER COFFEE", "v1", ("FOOD_AND_DRINK", "FOOD_AND_DRINK_COFFEE")),
        ("RENT_AND_UTILITIES_WATER", "", "v2", ("RENT_AND_UTILITIES", "RENT_AND_UTILITIES_WATER")),
        ("INCOME_WAGES", "ACME CORP PAYROLL PPD", "v1", ("INCOME", "INCOME_WAGES")),
        ("INCOME_WAGES", "GUSTO ORCHARD DENTAL PAY 123456", "v2", ("INCOME", "INCOME_SALARY")),
        ("INCOME_WAGES", "GUSTO PAY 123456", "v2", ("INCOME", "INCOME_CONTRACTOR")),
        ("BANK_FEES_OTHER_BANK_FEES", "LATE PAYMENT FEE", "v1", ("BANK_FEES", "BANK_FEES_OTHER_BANK_FEES")),
        ("BANK_FEES_OTHER_BANK_FEES", "LATE PAYMENT FEE", "v2", ("BANK_FEES", "BANK_FEES_LATE_FEES")),
        ("BANK_FEES_OTHER_BANK_FEES", "LOAN INTEREST", "v2", ("BANK_FEES", "BANK_FEES_OTHER_BANK_FEES")),
        ("INCOME_WAGES", "UPWORK ESCROW INC EDI PAYMTS", "v2", ("INCOME", "INCOME_CONTRACTOR")),
    ],
)
def test_a_category_is_what_the_version_calls_it(detailed, name, version, said):
    found = category(detailed, name, True, version)
    assert (found["primary"], found["detailed"], found["version"]) == (*said, version)


def test_people_meet_much_of_the_taxonomy():
    users = tables()["transactions"].groupby("category_detailed", observed=True).user_id.nunique()
    met = users[users > 20]
    assert len(met) >= 45, "of 104; 32 when shops had the category of their habit"
    for name in (
        "FOOD_AND_DRINK_FAST_FOOD",
        "RENT_AND_UTILITIES_WATER",
        "RENT_AND_UTILITIES_TELEPHONE",
        "TRANSPORTATION_PARKING",
        "TRANSPORTATION_PUBLIC_TRANSIT",
        "TRAVEL_LODGING",
        "BANK_FEES_ATM_FEES",
        "GENERAL_MERCHANDISE_CLOTHING_AND_ACCESSORIES",
        "MEDICAL_DENTAL_CARE",
    ):
        assert name in met


def test_taxes_come_back_in_spring_to_two_thirds():
    asked = Config(num_users=600, as_of="2026-05-31")
    rows = make_world(load("personal_banking"), asked)["transactions"].to_pandas()
    back = rows[rows.category_detailed == "INCOME_TAX_REFUND"]
    assert back.user_id.is_unique
    assert 0.35 < len(back) / 600 < 0.55, "64 % of those who are neither stressed nor of variable income"
    assert 200_000 < -back.amount_cents.mean() < 420_000
    assert back.date.astype("M8[s]").dt.month.isin([2, 3, 4, 5]).all()
    assert back.date.astype("M8[s]").dt.day_of_week.max() <= 4


def test_the_law_of_categories_bites(tmp_path):
    world, asked = load("personal_banking"), Config(num_users=100, as_of=AS_OF)
    sources = write_world(world, make_world(world, asked), tmp_path)
    spoil(
        "transactions",
        sources,
        "UPDATE transactions SET category_detailed = 'MEDICAL_OTHER_MEDICAL' WHERE name LIKE 'BCBS%'",
    )
    assert is_caught(world, asked, sources, "categories_are_as_plaid_describes")


@pytest.mark.parametrize(("version", "known"), [("v1", V1), ("v2", V2)])
def test_the_export_is_of_the_version_that_is_asked_for(tmp_path, version, known):
    asked = CONFIG.model_copy(update={"pfc_version": version})
    out = exported(made(0, 60, config=asked), tmp_path / "out", asked)
    said = [
        row["personal_finance_category"]
        for answer in lines(out / "transactions.jsonl")
        for row in answer["transactions"]
    ]
    assert {row["version"] for row in said} == {version}
    assert {row["detailed"] for row in said} <= known
    assert ("INCOME_WAGES" in {row["detailed"] for row in said}) == (version == "v1")
