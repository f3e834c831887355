"""The data-quality report: the source document's testing checklist, each line with its figure."""

from __future__ import annotations

from collections.abc import Mapping

from synth_assets.model.world import Report
from synth_assets.worlds.wholesale.config import PRESETS, Config

FREE = ("seed", "as_of", "preset", "years", "anomaly_rates", "prevalence", "decoy_rates", "decoy_ratio")
"""Keys that the list does not depend on."""


def is_blocking(config: Config) -> bool:
    """Whether the list is meant for such data: whole years, and the business parameters of a preset."""
    preset = Config.model_validate(PRESETS[config.preset])
    return config.model_dump(exclude=set(FREE)) == preset.model_dump(exclude=set(FREE))


def render(config: Config, figures: Mapping[str, float], checks: Mapping[str, bool]) -> dict[str, object]:
    """What was generated, whether the list holds, and each of its lines with its figure where it has one."""
    return {
        "as_of": str(config.day),
        "seed": config.seed,
        "years": config.planned_years,
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
