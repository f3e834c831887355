"""A wholesaler whose history grows: its totals at the ends of years, its faults, and what it refuses."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from synth_assets.generation.generate import in_memory
from synth_assets.model.errors import UsageProblem
from synth_assets.model.quotas import quota
from synth_assets.scenario.resolve import resolve
from synth_assets.scenario.scenario import Scenario
from synth_assets.worlds.wholesale.anomalies import KINDS
from synth_assets.worlds.wholesale.config import PRESETS, AnomalyRates
from synth_assets.worlds.wholesale.growing_plan import chosen
from synth_assets.worlds.wholesale.growth import planned, strata
from synth_assets.worlds.wholesale.simulation import simulate
from tests.thorough import size
from tests.worlds import failed, verify_quickly, write_world

START = dt.date(2022, 3, 1)
DAY = dt.timedelta(days=1)


def scenario(day: dt.date, **keys: Any) -> Scenario:
    values = {"preset": "small", "history": {"start": str(START)}}
    return resolve("wholesale", values | keys, as_of=str(day))


INVESTIGATION = PRESETS["small"] | {"preset": "investigation"}
"""Its faults in the books of a small business."""


@pytest.mark.parametrize("years", size((2,), (1, 2, 3)))
def test_totals_hold_at_the_end_of_each_year(years: int, tmp_path: Path) -> None:
    """The whole checklist: revenue, its last quarter, who pays late, what is overdue and for how long.

    The faults of an investigation change none of it, and the rules find them all.
    """
    of = scenario(dt.date(2022 + years, 3, 1) - DAY, **(INVESTIGATION if years == 2 else {}))
    asked = [labels for _, labels in of.world.asked_labels(of.config).values() if labels]
    assert (len(asked) > 15) == (years == 2)
    sources = write_world(of.world, in_memory(of).tables, tmp_path)
    checks = verify_quickly(of.world, of.config, sources)
    listed = [check for check in checks if check.table == "validation_report"]
    assert len(listed) > 25
    assert [check.name for check in listed if not check.passed] == []
    assert not failed(checks)


def test_a_later_year_changes_nothing_of_the_books_of_an_earlier_one() -> None:
    one, three = (scenario(dt.date(year, 2, 28), preset="medium") for year in (2023, 2025))
    draws = one.world.draws(one.config, "facts")
    before, after = (simulate(planned(of.config), draws) for of in (one, three))
    last = before.last_day
    assert [str(event) for event in before.events] == [
        str(event) for event in after.events if event.day <= last
    ]
    for name in ("movements", "orders", "quotes", "samples", "bills", "payments", "expenses"):
        ours, theirs = ([*map(_plain, getattr(year, name))] for year in (before, after))
        assert ours == [row for row in theirs if row["day"] <= last], name


def _plain(row: Any) -> dict[str, Any]:
    """The numbers and words of a row of the books. That it led to a sale may be known later."""
    values = {name: value for name, value in row._asdict().items() if isinstance(value, (int, str))}
    return {name: value for name, value in values.items() if name not in ("sale", "order")}


def test_what_is_overdue_at_a_years_end_is_paid_in_the_next() -> None:
    of = scenario(dt.date(2024, 2, 29))
    year = simulate(of.config, of.world.draws(of.config, "facts"))
    end = strata(of.config)[0].stop - 1
    overdue = [
        invoice
        for invoice in year.invoices
        if invoice.due < end
        and sum(p.cents for p in year.payments if p.invoice == invoice and p.day <= end) < invoice.cents
    ]
    assert len(overdue) > 3
    days = [year.last_payment[invoice.id].day - end for invoice in overdue]
    assert all(year.paid_cents[invoice.id] == invoice.cents for invoice in overdue)
    assert 1 <= min(days) <= max(days) <= 90


@pytest.mark.parametrize("rate", size([0.11], [0.04, 0.11]))
def test_faults_are_quotas_of_the_rows_of_all_years_so_far(rate: float) -> None:
    """Through the end of each year exactly the rate carries each fault, rounded, and all of them show."""
    of = scenario(dt.date(2024, 10, 7), anomaly_rates=dict.fromkeys(AnomalyRates.model_fields, rate))
    ends = [days.stop - 1 for days in strata(of.config)]
    assert len(ends) == 3
    for found in chosen(planned(of.config), of.world.draws(of.config, "facts")).kinds:
        shown = np.array([fault.shown_on for fault in found.faults], dtype=int)
        for rows, end in zip(found.rows, ends, strict=True):
            assert (shown <= end).sum() == quota(rate, rows)


TINY = {"preset": "small", "annual_revenue": 2_400_000, "num_whales": 1}


def test_labels_at_a_lower_prevalence_are_among_those_at_a_higher_one() -> None:
    """On every day; and at each year's end there are as many as the rate says, within four."""
    found = []
    for prevalence in size((0.07, 0.3), (0.004, 0.03, 0.07, 0.11, 0.3)):
        of = scenario(dt.date(2024, 2, 29), prevalence=prevalence, **TINY)
        kinds = chosen(of.config, of.world.draws(of.config, "facts")).kinds
        found.append(
            {(place, fault.entity, fault.shown_on) for place, one in enumerate(kinds) for fault in one.faults}
        )
        assert len(found[-1]) == sum(one.asked[-1] for one in kinds)
        rates = of.config.anomaly_rates.model_dump()
        for of_kind, kind in zip(kinds, KINDS, strict=True):
            for rows, asked in zip(of_kind.rows, of_kind.asked, strict=True):
                assert abs(asked - rates[kind.anomaly.name] * rows) <= 4
    for few, many in pairwise(found):
        assert few < many


@pytest.mark.parametrize("seed", range(size(1, 24)))
def test_the_rules_find_what_shows_on_any_day(seed: int, tmp_path: Path) -> None:
    """All kinds at once, at a rate and on a day that the seed draws, or at a prevalence."""
    drawn = np.random.default_rng(seed)
    day, rate = START + int(drawn.integers(0, size(400, 900))) * DAY, float(drawn.choice([0.03, 0.06, 0.1]))
    rates = {"anomaly_rates": dict.fromkeys(AnomalyRates.model_fields, rate)}
    of = scenario(day, seed=seed, **(rates if seed % 2 else {"prevalence": 0.2}))
    sources = write_world(of.world, in_memory(of).tables, tmp_path)
    assert not failed(verify_quickly(of.world, of.config, sources))


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ({"years": 3}, "years: with history.start the history runs from history.start to as_of"),
        (
            {"decoy_ratio": 30.0, "anomaly_rates": {"vendor_is_a_user": 0.1}},
            "decoy_ratio 30 asks for 30 decoys of vendor_is_a_user, and the books can have only ",
        ),
        (
            {"decoy_rates": {"two_bills_below_limit": 1.0}},
            "decoy_rates.two_bills_below_limit asks for .* have room for one: lower it",
        ),
        ({"history": {"start": "2022-03-02"}}, "history.start 2022-03-02 is not the first of a month"),
        ({"as_of": "2022-02-28"}, "history.start 2022-03-01 is after as_of 2022-02-28"),
        ({"as_of": "2032-03-01"}, "history.start 2022-03-01 is 10 years or more before as_of 2032-03-01"),
        ({"anomaly_rates": {"oversold_batch": 1.0, "cost_below_batch": 1.0}}, "have room for it"),
    ],
)
def test_what_does_not_fit_a_history_is_refused(values: dict[str, Any], line: str) -> None:
    base = {"preset": "small", "as_of": "2022-12-31", "history": {"start": "2022-03-01"}}
    with pytest.raises(UsageProblem, match=line):
        resolve("wholesale", base | values)


def test_a_history_of_ten_years_ends_a_day_before_them() -> None:
    of = resolve("wholesale", {"preset": "small", "history": {"start": "2022-03-01"}}, as_of="2022-03-01")
    longest = of.config.model_copy(update={"as_of": dt.date(2032, 2, 29)})
    assert longest.planned_years == 10


def test_what_is_left_follows_from_what_happened() -> None:
    """On the last day that is simulated, batches themselves know it, too."""
    of = scenario(dt.date(2024, 2, 29))
    year = simulate(of.config, of.world.draws(of.config, "facts"))
    assert len(year.batches) > 100
    for batch in year.batches:
        assert year.left_on(batch, year.last_day) == (batch.on_hand, batch.samples, batch.sample_left)
