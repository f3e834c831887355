"""The data-quality report: the source document's testing checklist, each line with its figure."""

from __future__ import annotations

from collections.abc import Mapping

from synth_assets.model.world import Report
from synth_assets.worlds.wholesale.config import Config


def is_blocking(_: Config) -> bool:
    """The list holds for every configuration that is accepted."""
    return True


def render(config: Config, figures: Mapping[str, float], checks: Mapping[str, bool]) -> dict[str, object]:
    """What was generated, whether the list holds, and each of its lines with its figure where it has one."""
    return {
        "as_of": str(config.day),
        "seed": config.seed,
        "years": config.years,
        "annual_revenue": config.annual_revenue,
        "clients": config.num_clients,
        "validation_passed": all(checks.values()),
        "checks": {
            name: {"passed": passed} | ({"figure": round(figures[name], 4)} if name in figures else {})
            for name, passed in checks.items()
        },
    }


VALIDATION_REPORT = Report(
    name="validation_report", figures="", checklist="checklist", is_blocking=is_blocking, render=render
)
