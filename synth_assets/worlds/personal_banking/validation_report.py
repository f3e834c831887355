"""The validation report that source document 002 asks for: figures of the tables, and its quality list."""

from __future__ import annotations

from collections.abc import Mapping

from synth_assets.model.world import Report
from synth_assets.worlds.personal_banking import user_plan
from synth_assets.worlds.personal_banking.config import ArchetypeShares, Config

FEWEST_USERS = 75
"""The document's user_count: fewer users may be too few for five of each persona."""


def is_blocking(config: Config) -> bool:
    """Whether the list is meant for such data: the document's archetypes, and as many users as it has."""
    return (
        config.preset != "simple"
        and config.num_users >= FEWEST_USERS
        and config.archetypes == ArchetypeShares()
    )


def render(config: Config, figures: Mapping[str, int], checks: Mapping[str, bool]) -> dict[str, object]:
    """The document's keys in its order, then the items of the list.

    Args:
        config: its `as_of` is the day of generation, whatever the clock says.
        figures: numbers by the names of `figures.sql`.
        checks: whether each item of `quality.sql` holds.
    """
    archetypes = zip(user_plan.ARCHETYPES, user_plan.archetype_counts(config), strict=True)
    return {
        "generation_date": str(config.day),
        "seed": config.seed,
        "user_count": figures["user_count"],
        "consent_distribution": {key: figures[key] for key in ("consented", "not_consented")},
        "archetype_distribution": dict(archetypes) if config.preset != "simple" else {},
        "date_range": {"start": str(config.history_begins_after), "end": str(config.day)},
        "transaction_count": figures["transaction_count"],
        "account_count": figures["account_count"],
        "validation_passed": not is_blocking(config) or all(checks.values()),
        "checks": dict(checks),
    }


VALIDATION_REPORT = Report(
    name="validation_report",
    figures="report_figures",
    checklist="quality",
    is_blocking=is_blocking,
    render=render,
)
