"""Which transaction carries which fault or decoy: exact quotas, nothing twice, known for any row alone."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache, lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from synth_assets.model.decoys import DecoyPlan
from synth_assets.model.draws import Draws, Ints
from synth_assets.model.fault_plan import Codes, QuotaGroup, assign
from synth_assets.model.fault_plan import why_not as quotas_why_not
from synth_assets.model.identifiers import LARGEST
from synth_assets.model.monthly_plan import MonthlyPlan
from synth_assets.model.quotas import quota, spread
from synth_assets.worlds.order_to_cash.anomalies import ANOMALIES, STALE
from synth_assets.worlds.order_to_cash.config import Config, largest_count
from synth_assets.worlds.order_to_cash.deal_numbers import numbers_so_far
from synth_assets.worlds.order_to_cash.invoice_numbers import GROUP_NUMBERS
from synth_assets.worlds.order_to_cash.order_days import monthly_schedule, months, window

REPEAT, FREIGHT, APPROVED, PENDING, REJECTED, LATE_INVOICE = range(1, 7)
"""Codes of the decoys that are reserved before any fault is planned."""

_SINGLES = (
    "freight_difference",
    "approved_discount",
    "pending_discount",
    "rejected_discount",
    "late_invoice",
)
"""Rates of the decoys of one transaction each, in the order of their codes."""

_GROUPS = tuple(
    tuple(code for code, anomaly in enumerate(ANOMALIES, start=1) if anomaly.settles_months == months)
    for months in sorted({anomaly.settles_months for anomaly in ANOMALIES}, reverse=True)
)
"""Kinds by how many transactions are eligible, the fewest first: stale invoices."""

STALE_BANDS, SMALLEST_BAND = 12, 40
"""Ranges of age in which stale invoices are so many each, and the fewest transactions of one [D]."""

STALE_THINNING = 2.0
"""The share of invoices that are stale falls with age by exp(-2) over their reach: in a year to half in 95
days, as some are settled or written off meanwhile [D]."""

_CODES = np.array([0, *(code for group in _GROUPS for code in group)], dtype=np.int8)


class Plan(NamedTuple):
    """What is planned for a block of transactions.

    Attributes:
        fault: code of the anomaly, 0 for a sound transaction.
        decoy: code of the reserved decoy, 0 for none.
        source: the transaction whose customer, basket and discount this one has: itself, or for the later
            order of a repeated pair the earlier one.
        processing: whether the order is still in processing.
    """

    fault: Codes
    decoy: Codes
    source: Ints
    processing: np.ndarray


def invoiced(config: Config) -> int:
    """Orders that are due an invoice by as_of: all but the youngest, which are still in processing."""
    count = config.num_transactions
    return count - quota(config.decoy_rates.processing_order, count)


def plan(config: Config, draws: Draws, transaction: Ints) -> Plan:
    """The plan of the rows `transaction`, numbered from 0 in time."""
    if config.grows:
        fault, found = monthly_plan(config, draws)(transaction)
        later = np.minimum(transaction, found.partner)
        return Plan(fault, found.codes, later, np.zeros(len(transaction), dtype=bool))
    decoys, groups, crowded = _closed_form(config, draws.key("decoys"))
    reserved = decoys(transaction)
    due = invoiced(config)
    free = np.where(transaction < due, transaction, -1) if crowded else reserved.free
    keys = [draws.key(f"faults {i}") for i in range(len(groups))]
    return Plan(
        fault=_CODES[assign(free, groups, keys)],
        decoy=reserved.codes,
        source=np.minimum(transaction, reserved.partner),
        processing=transaction >= due,
    )


@lru_cache(maxsize=64)
def monthly_plan(config: Config, draws: Draws) -> MonthlyPlan:
    """The plan of a history that grows: every quota for each month."""
    decoys = config.planned_decoys
    return MonthlyPlan(
        months(config).ends,
        tuple(config.highest_rates[anomaly.name] for anomaly in ANOMALIES),
        decoys.repeat_order,
        tuple(getattr(decoys, name) for name in _SINGLES),
        draws.key("decoys"),
        draws.key("faults 0"),
        config.dealt_share,
    )


def why_not_by_month(config: Config, draws: Draws) -> str | None:
    """The same in a history that grows, where every month has to hold its quotas."""
    if config.start > config.day:
        return f"history.start {config.start} is after as_of {config.day}: let as_of be a later day"
    if not monthly_schedule(config, draws).rows_through(window(config).last):
        return (
            f"history: no order comes from {config.start} to as_of {config.day}: let as_of be a later day, "
            "or raise history.transactions_per_year"
        )
    ends = months(config).ends
    most = largest_count(config.payments_per_invoice) - 2 * GROUP_NUMBERS * len(ends)
    if ends[-1] > most:
        return (
            f"history.transactions_per_year is {config.history.transactions_per_year:,}, which is "
            f"{ends[-1]:,} orders since {config.start}, but ids allow {most:,}: ask for fewer, or start later"
        )
    if numbers_so_far(config) > LARGEST:
        return (
            f"history.transactions_per_year is {config.history.transactions_per_year:,} and "
            f"lost_deals_per_order {config.lost_deals_per_order:g}, which is {numbers_so_far(config):,} deal "
            f"numbers since {config.start}, but ids allow {LARGEST:,}: lower one of them, or start later"
        )
    misfit = monthly_plan(config, draws).first_misfit()
    if misfit:
        place, asked, found = misfit
        year, month = divmod(months(config).numbers[place], 12)
        return (
            f"history: {year}-{month + 1:02d} has {found} orders, and anomaly_rates or decoys ask for "
            f"{asked} of them: lower the rates or raise history.transactions_per_year"
        )
    return None


def why_not(config: Config, draws: Draws) -> str | None:
    """Why the configured quotas cannot all be met, in one line, or None when they can."""
    if config.grows:
        return why_not_by_month(config, draws)
    rates, decoys = config.anomaly_rates, config.planned_decoys
    most = largest_count(config.payments_per_invoice)
    if config.num_transactions > most:
        return (
            f"num_transactions is {config.num_transactions:,}, but must be at most {most:,} where "
            f"payments_per_invoice is {config.payments_per_invoice}: ids of ledger entries have nine digits"
        )
    misfit = quotas_why_not(_quota_groups(config, _strata(config)))
    if misfit:
        labels, limit, group = misfit
        names = [ANOMALIES[code - 1].name for codes in _GROUPS[: group + 1] for code in codes]
        worst = [name for name in names if getattr(rates, name)]
        parts = " + ".join(f"{name} {getattr(rates, name):g}" for name in worst)
        total = f" = {sum(getattr(rates, name) for name in worst):g}" if len(worst) > 1 else ""
        return (
            f"anomaly_rates: {parts}{total} asks for {labels} of {config.num_transactions} transactions, but "
            f"at most {limit} can carry {'them' if len(worst) > 1 else 'it'} within "
            f"{config.date_range_months} months: lower the rates or lengthen date_range_months"
        )
    if not _decoys(config, draws.key("decoys")).fits:
        rates_of = [getattr(decoys, name) for name in _SINGLES]
        count = config.num_transactions
        rows = 2 * quota(decoys.repeat_order, count) + sum(quota(rate, count) for rate in rates_of)
        subject, remedy = "decoy_rates", "lower the rates"
        if config.decoy_ratio is not None:
            subject, remedy = f"decoy_ratio {config.decoy_ratio:g}", "lower it or anomaly_rates"
        return (
            f"{subject}: 2 x repeat_order + {' + '.join(_SINGLES)} = "
            f"{2 * decoys.repeat_order + sum(rates_of):g} asks for {rows} of {count} transactions, and they "
            f"do not fit: {remedy}"
        )
    if config.decoy_ratio is not None and _closed_form(config, draws.key("decoys"))[2]:
        return (
            f"decoy_ratio {config.decoy_ratio:g}: with so many faults there is no room for the decoys among "
            f"{config.num_transactions} transactions: lower it or anomaly_rates"
        )
    return None


def expected_labels(config: Config, _: Draws) -> dict[str, tuple[int, int]]:
    """For each kind, the transactions that its rate counts and the labels that it gives."""
    count = config.num_transactions
    return {kind: (count, quota(rate, count)) for kind, rate in config.anomaly_rates}


@cache
def _closed_form(config: Config, key: int) -> tuple[DecoyPlan, list[QuotaGroup], bool]:
    """Decoys, groups of faults, and whether faults may fall on decoys: where there is no room for both."""
    strata = _strata(config)
    decoys = _decoys(config, key)
    apart = _quota_groups(config, [decoys.free_below(stratum) for stratum in range(len(strata))])
    crowded = quotas_why_not(apart) is not None
    return decoys, _quota_groups(config, strata) if crowded else apart, crowded


def _ends(config: Config) -> list[int]:
    """For each group of kinds, how many of the oldest transactions are eligible."""
    due = invoiced(config)
    count, months = config.num_transactions, config.date_range_months
    return [min(due, ANOMALIES[codes[0] - 1].eligible_rows(count, months)) for codes in _GROUPS]


def _strata(config: Config) -> list[int]:
    """Ends of ranges of transactions in which every quota of a decoy is met for itself: the bands by which
    stale invoices thin out with age, then what else each group may fall on. One band where twelve hold too
    few for that."""
    stale, *others = _ends(config)
    bands = min(STALE_BANDS, stale // SMALLEST_BAND)
    fine = [stale * (band + 1) // bands for band in range(bands)]
    return [*fine, *others] if bands and _decoy_plan(config, [*fine, *others], 0).fits else [stale, *others]


def _quota_groups(config: Config, strata: list[int]) -> list[QuotaGroup]:
    """Groups whose eligible rows end at the last strata; those before are the first one's bands."""
    quotas = [quota(config.planned_rates[a.name], config.num_transactions) for a in ANOMALIES]
    asked = [quota(getattr(config.anomaly_rates, a.name), config.num_transactions) for a in ANOMALIES]
    groups = [
        QuotaGroup(
            rows,
            tuple(quotas[code - 1] for code in codes),
            kept=tuple(asked[code - 1] for code in codes) if config.prevalence else (),
        )
        for rows, codes in zip(strata[-len(_GROUPS) :], _GROUPS, strict=True)
    ]
    bands = strata[: 1 - len(_GROUPS)]
    sizes = [max(0, end - start) for start, end in pairwise([0, *bands])]
    weights = [
        round(math.exp(STALE_THINNING * (band + 0.5) / len(bands)) * 1_000) for band in range(len(bands))
    ]
    counts = spread(quotas[STALE - 1], [w * size for w, size in zip(weights, sizes, strict=True)], sizes)
    groups[0] = replace(groups[0], bands=tuple(zip(bands, counts, strict=True)))
    return groups


def _decoys(config: Config, key: int) -> DecoyPlan:
    return _decoy_plan(config, _strata(config), key)


def _decoy_plan(config: Config, strata: list[int], key: int) -> DecoyPlan:
    rates, count = config.planned_decoys, config.num_transactions
    singles = [quota(getattr(rates, name), count) for name in _SINGLES]
    return DecoyPlan(strata, quota(rates.repeat_order, count), singles, key)
