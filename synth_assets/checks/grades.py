"""How hard a world's labels are to find, without learning: how many of each grade, and what a grade means."""

from __future__ import annotations

from synth_assets.checks.check import Check
from synth_assets.checks.spec import CheckSpec, Evidence
from synth_assets.model.manifest import DIFFICULTIES, FOUND_OF_GRADE
from synth_assets.model.world import World

GRADES = "labels by grade"
"""Name of the check."""


def grade_check(world: World) -> CheckSpec:
    """The share of the labels that a good detector finds, by their grades; one without a grade fails."""
    manifest = world.manifest.name

    def run(spec: CheckSpec, evidence: Evidence) -> Check:
        query = f"SELECT CAST(difficulty AS VARCHAR), count(*) FROM {manifest} GROUP BY ALL"
        labels = dict(evidence.connection.execute(query).fetchall())
        graded = {grade: labels.pop(grade) for grade in DIFFICULTIES if grade in labels}
        ungraded = sum(labels.values())
        low, high = min(FOUND_OF_GRADE), max(FOUND_OF_GRADE)
        asked = f"{low:g} to {high:g}"
        if not graded and not ungraded:
            return spec.outcome(asked, "no labels", True)
        found = sum(graded[grade] * FOUND_OF_GRADE[DIFFICULTIES.index(grade)] for grade in graded)
        share = found / (sum(graded.values()) + ungraded)
        parts = [f"{count:,} {grade.replace('_', ' ')}" for grade, count in graded.items()]
        parts += [f"{ungraded:,} without a grade"] if ungraded else []
        return spec.outcome(asked, f"{share:.3f}: {', '.join(parts)}", not ungraded, (low, share))

    return CheckSpec(
        GRADES,
        manifest,
        "Share of the labels that the best of a panel of detectors finds, by what their grades mean; without "
        "learning. The measurement is verify --deep.",
        "WARN",
        run,
    )
