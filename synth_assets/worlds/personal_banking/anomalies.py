"""The seven faults that a bank-data tool must find, and what each does to a user's rows.

A fault is planned per user, and its edit is made before any table exists. Closing balances stay; opening
balances follow from the rows that remain, so that a fault trips its own rule and no other.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from synth_assets.model.anomaly import Anomaly
from synth_assets.model.draws import Draws, Ints
from synth_assets.model.fault_plan import Codes, QuotaGroup, assign
from synth_assets.model.quotas import quota
from synth_assets.worlds.personal_banking.activity.descriptors import DESCRIPTORS, INDEX
from synth_assets.worlds.personal_banking.activity.events import EventRows
from synth_assets.worlds.personal_banking.config import Config

DUPLICATE, PENDING, REFUND, BEFORE_OPENED, UNREPLAYED, LEG_MISSING, WITHDRAWN = range(1, 8)
"""Codes of the kinds in a plan: 1 + position in ANOMALIES; 0 is a sound user."""

ANOMALIES = (
    Anomaly(
        "duplicate_transaction",
        "transaction",
        "A purchase that is there twice: same account, day, amount and feed string.",
    ),
    Anomaly("pending_never_posts", "transaction", "Still pending more than ten days after the purchase."),
    Anomaly("refund_without_purchase", "transaction", "Money back from a merchant who was never paid."),
    Anomaly("before_account_opened", "account", "A transaction is dated before its account was opened."),
    Anomaly(
        "balance_does_not_replay", "account", "Opening balance and rows do not give the current balance."
    ),
    Anomaly(
        "transfer_leg_missing",
        "transaction",
        "A card payment or transfer arrived that left no other account of the user.",
    ),
    Anomaly("data_after_consent_withdrawn", "user", "Consent was withdrawn, and transactions flow on."),
)


def off_by_cents(draws: Draws, user: Ints) -> Ints:
    """What a balance that does not replay is off by: $5 to $500."""
    return 500 + draws.fields("off by", user)[0].astype(np.int64) * 49_501 // 65_536


LATEST_FAULT_DAYS = 15
"""Faulty rows are at least so old."""
EARLIEST_FAULT_DAYS = 20


def levels(config: Config, with_cards: int, eligible: int) -> list[QuotaGroup]:
    """Kinds by the users that they may touch: who pays a card's minimum, and all plain users."""
    asked = {name: quota(rate, config.num_users) for name, rate in config.anomaly_rates.model_dump().items()}
    leg = asked.pop("transfer_leg_missing")
    return [QuotaGroup(with_cards, (leg,)), QuotaGroup(eligible, tuple(asked.values()))]


_ORDER = np.array([0, LEG_MISSING, DUPLICATE, PENDING, REFUND, BEFORE_OPENED, UNREPLAYED, WITHDRAWN], np.int8)


def kinds(config: Config, draws: Draws, place: Ints, with_cards: int, eligible: int) -> Codes:
    """The fault of each user by place among the eligible, negative for the others."""
    plan = levels(config, with_cards, eligible)
    keys = [draws.key(f"faults {level}") for level in range(len(plan))]
    return _ORDER[assign(place, plan, keys)]


class Edited(NamedTuple):
    """Rows after their faults.

    Attributes:
        rows: what is left, and what was added.
        is_pending: which of them are not posted.
        number: of each row among those of its user, from 0; faults move no other row's number.
        clean_number: the same in a world without faults; both rows of a doubled one have one.
        faulty: of each user, where the row stands that the fault is about; -1 for sound users.
    """

    rows: EventRows
    is_pending: npt.NDArray[np.bool_]
    number: Ints
    clean_number: Ints
    faulty: Ints


def edit(
    rows: EventRows, is_pending: npt.NDArray[np.bool_], kind: Codes, days: int, draws: Draws, users: Ints
) -> Edited:
    """Apply the faults that change rows: one is doubled, left pending, turned round or dropped."""
    counts = np.bincount(rows.user, minlength=len(kind))
    place = np.arange(len(rows.user)) - (np.cumsum(counts) - counts)[rows.user]
    candidate = _candidates(rows, len(kind), days, draws, users)
    number = place + (np.arange(len(place)) > candidate[rows.user])  # one is left free after the candidate
    if not kind.any():
        return Edited(rows, is_pending, number, place, np.full(len(kind), -1))
    dropped = _dropped(rows, kind)
    arrived = candidate[_without(dropped, rows, kind)]
    pending, amount, label = is_pending.copy(), rows.amount_cents.copy(), rows.label.copy()
    pending[candidate[kind == PENDING]] = True
    refunds = candidate[kind == REFUND]
    amount[refunds] *= -1
    label[refunds] = INDEX["never_visited"]
    amount[arrived] *= -1
    label[arrived] = INDEX["from_checking"]
    rows = rows._replace(amount_cents=amount, label=label)
    times = np.ones(len(place), dtype=np.int64)
    times[candidate[kind == DUPLICATE]] = 2
    times[dropped] = 0
    at = np.repeat(np.arange(len(times)), times)
    last = np.cumsum(times) - 1  # of a doubled row the second
    number = number[at]
    number[last[candidate[kind == DUPLICATE]]] += 1
    left = EventRows(*(values[at] for values in rows))
    faulty = np.where(kind > 0, last[candidate], -1)
    mirrors = _mirrors(left, kind)
    faulty[left.user[mirrors]] = mirrors
    return Edited(left, pending[at], number, place[at], faulty)


def _candidates(rows: EventRows, users: int, days: int, draws: Draws, numbers: Ints) -> Ints:
    """A purchase of every user, drawn among those neither very old nor recent, at merchants who gave nothing
    back; else the first row."""
    purchase = _IS_PURCHASE[rows.label] & (rows.amount_cents > 0)
    returned = np.zeros((users, len(DESCRIPTORS)), dtype=bool)
    refund = rows.amount_cents < 0
    returned[rows.user[refund], rows.label[refund]] = True
    purchase &= ~returned[rows.user, rows.label]
    purchase &= (rows.day >= EARLIEST_FAULT_DAYS) & (rows.day < days - LATEST_FAULT_DAYS)
    place = np.flatnonzero(purchase)
    counts = np.bincount(rows.user[place], minlength=users)
    drawn = draws.fields("faulty row", numbers)[0].astype(np.int64) * counts // 65_536
    at = np.minimum(np.cumsum(counts) - counts + drawn, max(len(place) - 1, 0))
    first = np.minimum(np.searchsorted(rows.user, np.arange(users)), max(len(rows.user) - 1, 0))
    return np.where(counts > 0, place[at] if len(place) else 0, first)


def _first_payments(rows: EventRows, label: str, kind: Codes) -> Ints:
    """The first card payment of each user of the kind, out of checking or into the card."""
    payments = np.flatnonzero((rows.label == INDEX[label]) & (kind[rows.user] == LEG_MISSING))
    return payments[np.append(True, np.diff(rows.user[payments]) != 0)] if len(payments) else payments


def _dropped(rows: EventRows, kind: Codes) -> Ints:
    return _first_payments(rows, "card_payment_out", kind)


def _without(payments: Ints, rows: EventRows, kind: Codes) -> Ints:
    """Users of the kind who pay no card: their purchase becomes a transfer that came from nowhere."""
    missing = kind == LEG_MISSING
    missing[rows.user[payments]] = False
    return np.flatnonzero(missing)


def _mirrors(rows: EventRows, kind: Codes) -> Ints:
    return _first_payments(rows, "card_payment_in", kind)


_IS_PURCHASE = np.array(
    [label.merchant is not None and place < INDEX["subscriptions"] for place, label in enumerate(DESCRIPTORS)]
)
_IS_PURCHASE[INDEX["never_visited"]] = False
