"""Credit limits: settings, each client's limit, its signals month by month, and every change."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from functools import partial
from operator import attrgetter

from synth_assets.model.table import Rule
from synth_assets.worlds.wholesale.columns import (
    CREATED_AT_OPTIONAL,
    NOW,
    UPDATED_AT_OPTIONAL,
    choice,
    count,
    decimal,
    json,
    moment,
    money,
    refers,
    row_id,
    text,
)
from synth_assets.worlds.wholesale.config import Config
from synth_assets.worlds.wholesale.payable import OWNER
from synth_assets.worlds.wholesale.tables.dealings import CALCULATED_AT, as_json, opened
from synth_assets.worlds.wholesale.tables.projection import Life, Row, projection
from synth_assets.worlds.wholesale.tables.reviews import (
    LARGEST_LIMIT,
    LEARNING_INVOICES,
    LEARNING_MONTHS,
    LEAST_LIMIT,
    MARGIN_MULTIPLIER,
    REVENUE_MULTIPLIER,
    SENSITIVITY,
    WEIGHTS,
    Review,
    changes,
    percent,
    reviews,
)
from synth_assets.worlds.wholesale.year import Year

LEARNING_CONFIDENCE = 0.7
"""Part of the readiness that counts as confidence in learning mode."""

TREND = 0.3
"""From so large a mean of the trends, a client is improving or worsening."""


def credit_system_settings(facts: Year) -> Iterator[Row]:
    """The one set of settings."""
    at = opened(facts)
    yield (
        1, *WEIGHTS, LEARNING_MONTHS, LEARNING_INVOICES, SENSITIVITY, REVENUE_MULTIPLIER, MARGIN_MULTIPLIER,
        LEAST_LIMIT, LARGEST_LIMIT, OWNER, at, at,
    )  # fmt: skip


def client_credit_limits(facts: Year, config: Config) -> Iterator[Life]:
    """What each client may owe after the last calculation."""
    for of_client in zip(*reviews(facts, config), strict=True):
        days = [review.day for review in of_client]
        yield Life(days[0], days, partial(_limit, facts, of_client))


def _limit(facts: Year, of_client: tuple[Review, ...], day: int) -> Row:
    review = of_client[bisect_right(of_client, day, key=attrgetter("day")) - 1]
    first_at, at = (facts.seconds(of.day, CALCULATED_AT) for of in (of_client[0], review))
    confidence = review.readiness * (1 if review.is_active else LEARNING_CONFIDENCE)
    trend = "IMPROVING" if review.trend > TREND else "WORSENING" if review.trend < -TREND else "STABLE"
    return (
        review.client.id, review.client.id, review.limit_cents, review.exposure_cents,
        percent(review.exposure_cents, review.limit_cents), review.score, review.capacity_cents, review.risk,
        review.direction, "ACTIVE" if review.is_active else "LEARNING", round(confidence, 2),
        review.readiness, trend, at, first_at, at,
    )  # fmt: skip


def credit_signal_history(facts: Year, config: Config) -> Iterator[Row]:
    """The signals of every client at every month end."""
    number = 0
    for of_month in reviews(facts, config):
        for review in of_month:
            number += 1
            metadata = {
                "score": review.score, "revenueLast3Months": review.recent_cents / 100,
                "exposure": review.exposure_cents / 100, "invoices": review.invoices, "months": review.months,
            }  # fmt: skip
            yield (
                number, review.client.id, *review.signals, *review.trends, as_json(metadata),
                facts.seconds(review.day, CALCULATED_AT),
            )  # fmt: skip


def credit_audit_log(facts: Year, config: Config) -> Iterator[Row]:
    """Every change of a limit or mode, and every limit that was passed, in time."""
    for number, change in enumerate(changes(facts, config), start=1):
        old, new = change.old_cents, change.new_cents
        moved = percent(new - old, old) if old and new else None
        yield (
            number, change.client.id, change.kind, old, new, moved, change.reason, change.metadata,
            change.user, change.at,
        )  # fmt: skip


CREDIT_SYSTEM_SETTINGS = projection(
    "credit_system_settings",
    "The settings from which credit limits follow.",
    (
        row_id("credit_system_setting_id", "Settings."),
        count("revenue_momentum_weight", "Weight of this signal in the score.", "20", unit="%"),
        count("cash_collection_weight", "Weight of this signal in the score.", "25", unit="%"),
        count("profitability_weight", "Weight of this signal in the score.", "20", unit="%"),
        count("debt_aging_weight", "Weight of this signal in the score.", "15", unit="%"),
        count("repayment_velocity_weight", "Weight of this signal in the score.", "10", unit="%"),
        count("tenure_weight", "Weight of this signal in the score.", "10", unit="%"),
        count("learning_mode_threshold", "Months before a client leaves learning mode.", "3", unit="months"),
        count("min_invoices_for_activation", "Invoices before it does.", "15"),
        decimal("directional_sensitivity", "How far a limit follows the mean trend.", "decimal(5,4)", "0.1"),
        decimal("revenue_multiplier", "Months of revenue that bound the capacity.", default="2"),
        decimal("margin_multiplier", "Quarters of gross profit that bound the capacity.", default="2.5"),
        money("global_min_limit_cents", "The smallest limit.", default="1000"),
        money("global_max_limit_cents", "The largest limit.", default="1000000"),
        refers("users", "updated_by_id", "Who set them.", "updated_by", nullable=True),
        CREATED_AT_OPTIONAL,
        UPDATED_AT_OPTIONAL,
    ),
    credit_system_settings,
    "credit",
    rules=(
        Rule(
            "the weights make 100 per cent",
            "revenue_momentum_weight + cash_collection_weight + profitability_weight + debt_aging_weight + "
            "repayment_velocity_weight + tenure_weight = 100",
        ),
    ),
)

CLIENT_CREDIT_LIMITS = projection(
    "client_credit_limits",
    "What one client may owe.",
    (
        row_id("client_credit_limit_id", "Limit."),
        refers("clients", "client_id", "The client.", is_unique=True),
        money(
            "credit_limit_cents",
            "Capacity times risk modifier times directional factor, in whole hundreds of dollars within the "
            "bounds of the settings.",
            default="0",
        ),
        money(
            "current_exposure_cents", "Its invoices that are not paid in full, whole amounts.", default="0"
        ),
        decimal("utilization_percent", "Exposure in per cent of the limit, at most 999.99.", default="0"),
        decimal("credit_health_score", "The last signals, weighted.", default="0"),
        money(
            "base_capacity_cents",
            "The smaller of two months of revenue and two and a half quarters of gross profit, at the pace "
            "of the last three months.",
            default="0",
        ),
        decimal("risk_modifier", "A hundredth of the score.", "decimal(5,4)", "1"),
        decimal("directional_factor", "1, and sensitivity times the mean trend.", "decimal(5,4)", "1"),
        choice(
            "mode",
            ("LEARNING", "ACTIVE"),
            "Whether enough months and invoices are known.",
            default="LEARNING",
        ),
        decimal("confidence_score", "Readiness; 70 % of it in learning mode.", default="0"),
        decimal("data_readiness", "Invoices in per cent of those that activate, at most 100.", default="0"),
        choice(
            "trend", ("IMPROVING", "STABLE", "WORSENING"), "Where the mean trend points.", default="STABLE"
        ),
        moment("last_calculated_at", "When it was calculated.", NOW, "last_calculated", nullable=True),
        CREATED_AT_OPTIONAL,
        UPDATED_AT_OPTIONAL,
    ),
    client_credit_limits,
    "parties",
    states=(
        "credit_limit_cents",
        "current_exposure_cents",
        "utilization_percent",
        "credit_health_score",
        "base_capacity_cents",
        "risk_modifier",
        "directional_factor",
        "mode",
        "confidence_score",
        "data_readiness",
        "trend",
        "last_calculated_at",
    ),
)

CREDIT_SIGNAL_HISTORY = projection(
    "credit_signal_history",
    "The signals of one client at the end of one month; all from 0 to 100, more is better.",
    (
        row_id("credit_signal_history_id", "Calculation."),
        refers("clients", "client_id", "The client."),
        decimal(
            "revenue_momentum",
            "50, and by how many per cent its last three months' revenue a month is above that of twelve.",
            default="0",
        ),
        decimal(
            "cash_collection_strength",
            "Per cent of what fell due in six months that was paid by then; 50 where nothing did.",
            default="0",
        ),
        decimal("profitability_quality", "Twice the gross margin of three months in per cent.", default="0"),
        decimal(
            "debt_aging_risk",
            "100 less the share of open invoices that is lost to age: all of it at 90 days past due.",
            default="0",
        ),
        decimal("repayment_velocity", "Paid in per cent of invoiced, in three months.", default="0"),
        decimal("tenure_depth", "Half for twelve months, half for fifteen invoices.", default="0"),
        count("revenue_momentum_trend", "1 or -1 where it moved by more than two points.", "0", minimum=-1),
        count("cash_collection_trend", "The same of collection.", "0", minimum=-1),
        count("profitability_trend", "The same of profitability.", "0", minimum=-1),
        count("debt_aging_trend", "The same of debt ageing.", "0", minimum=-1),
        count("repayment_velocity_trend", "The same of repayment.", "0", minimum=-1),
        json("calculation_metadata", "Score, revenue, exposure, invoices and months.", nullable=True),
        moment("calculated_at", "When it was calculated: the last evening of the month.", NOW, nullable=True),
    ),
    credit_signal_history,
    "credit",
    came="calculated_at",
)

CREDIT_AUDIT_LOG = projection(
    "credit_audit_log",
    "One change of a limit or mode, or one limit that was passed.",
    (
        row_id("credit_audit_log_id", "Line of the log."),
        refers("clients", "client_id", "The client."),
        choice(
            "event_type",
            (
                "LIMIT_CALCULATED",
                "LIMIT_INCREASED",
                "LIMIT_DECREASED",
                "MODE_CHANGED",
                "MANUAL_OVERRIDE",
                "EXPOSURE_EXCEEDED",
            ),
            "What happened; limits are never set by hand.",
        ),
        money("old_value_cents", "Limit before; empty where there was none or it stays.", nullable=True),
        money("new_value_cents", "Limit after; empty where it stays.", nullable=True),
        decimal("change_percent", "Change in per cent of the old limit.", nullable=True),
        text("reason", "Why, in words; empty for a first limit.", nullable=True),
        json("metadata", "Score, modes, or the invoice that passed the limit.", nullable=True),
        refers(
            "users",
            "triggered_by_id",
            "The accountant, or who sold past the limit.",
            "triggered_by",
            nullable=True,
        ),
        CREATED_AT_OPTIONAL,
    ),
    credit_audit_log,
    "credit",
)

TABLES = (CREDIT_SYSTEM_SETTINGS, CLIENT_CREDIT_LIMITS, CREDIT_SIGNAL_HISTORY, CREDIT_AUDIT_LOG)
