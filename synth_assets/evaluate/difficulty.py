"""How hard a fault is to find, measured by what the best detector of a panel finds.

A grade is said by a stated property of the fault, in the world's manifest. What it means is measured: the
share of its labels that the best detector of the panel reports when it may report 1 % of the sound rows.

Which labels of the other grades there are must not matter. So detectors learn from data of the usual
difficulty, whatever mix they judge, and the best one is that of the grade: the one that finds most of a whole
kind would be another one for many hard labels than for few.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from synth_assets.checks.check import Check
from synth_assets.evaluate.detectors import PANEL
from synth_assets.evaluate.detectors.recall import FALSE_ALARMS, reported
from synth_assets.evaluate.opened import opened
from synth_assets.evaluate.samples import Floats, Sample, sample, views
from synth_assets.evaluate.scores import interval
from synth_assets.generation.generate import Dataset, in_memory
from synth_assets.model.manifest import DIFFICULTIES, FOUND_OF_GRADE
from synth_assets.model.world import World
from synth_assets.scenario.scenario import Scenario, with_versions

ROOT_ROWS = 20_000
"""Root rows to learn from and to judge: so many a world, or a block of them."""

TOLERANCE = 0.10

FOREST = "average precision of the isolation forest"
"""Name of the check."""

INVESTIGATION, SHALLOW = "investigation", 0.2
"""The preset whose faults no single row shows: there the isolation forest stays below so much."""


class Measured(NamedTuple):
    """What the panel finds of a grade.

    Attributes:
        kind, view: the kind of fault and the view in which it is looked for.
        detector: the one that finds most of the grade.
        difficulty: the grade.
        labels, found: its labels, and those that the detector reports.
        least, most: those that it reports where the sound rows that set its limit are others, at 95 %
            confidence: many of them hold the same few prices, so that the limit jumps from one to the next.
        forest: average precision of the isolation forest on the kind, of all grades.
    """

    kind: str
    view: str
    detector: str
    difficulty: str
    labels: int
    found: int
    least: int
    most: int
    forest: float

    @property
    def target(self) -> float:
        """The share that should be found."""
        return FOUND_OF_GRADE[DIFFICULTIES.index(self.difficulty)]

    @property
    def holds(self) -> bool:
        """Whether the share found may be as far from its target as is allowed, at 95 % confidence."""
        low, high = interval(self.least, self.labels)[0], interval(self.most, self.labels)[1]
        return low <= self.target + TOLERANCE and high >= self.target - TOLERANCE


def measure(scenario: Scenario, root_rows: int | None = None) -> Iterator[Measured]:
    """What the panel finds of each grade of each kind that a view shows.

    Args:
        scenario: the configuration; detectors learn from another seed's data, of the usual difficulty, and
            judge this one's.
        root_rows: so many root rows to learn from, and at most so many to judge; None for ROOT_ROWS.
    """
    root = scenario.world.root(scenario.world.manifest)
    key = root if root in type(scenario.config).model_fields else ""  # a history says itself how long it is
    wanted = root_rows or ROOT_ROWS
    most = min(wanted, scenario.world.block_rows or wanted)
    there = min(getattr(scenario.config, key), most) if key else 0
    judged_data = _sized(scenario, key, there, scenario.config.seed)
    usual = with_versions(scenario.world, scenario.config.usual())
    learned_data = _sized(usual, key, most, (scenario.config.seed + 1) % 2**63)
    with opened(learned_data) as learned, opened(judged_data) as judged:
        for view, kind in views(scenario.world):
            yield from _of_kind(view.name, kind, sample(learned, view, kind), sample(judged, view, kind))


def names_of_checks(world: World) -> list[str]:
    """What `difficulty_checks` gives: one check a kind that a view shows, and one on the isolation forest."""
    return [*(f"difficulty of {kind}" for _, kind in views(world)), FOREST]


def difficulty_checks(scenario: Scenario, found: Sequence[Measured]) -> Iterator[Check]:
    """For each kind that a view shows, whether the best detector finds of each grade what it should; and what
    a shallow detector finds at all, which is little in an investigation."""
    world = scenario.world
    for _, kind in views(world):
        grades = [one for one in found if one.kind == kind]
        shares = ", ".join(
            f"{one.difficulty.replace('_', ' ')} {one.found / one.labels:.0%}" for one in grades
        )
        yield Check(
            name=f"difficulty of {kind}",
            table=world.manifest.name,
            asked=", ".join(f"{one.target:.0%}" for one in grades) or "nothing",
            found=f"{shares} by {best_of(grades)}" if grades else "no labels",
            passed=all(one.holds for one in grades),
            sentence="Of each grade the panel's best detector finds 99, 90, 70, 40 or 15 %, within ten.",
            severity="WARN",
            failures=[one._asdict() for one in grades if not one.holds],
        )
    is_hidden = getattr(scenario.config, "preset", None) == INVESTIGATION
    forest = {one.kind: one.forest for one in found}
    seen = {kind: area for kind, area in forest.items() if area >= SHALLOW}
    yield Check(
        name=FOREST,
        table=world.manifest.name,
        asked=f"below {SHALLOW}" if is_hidden else "0 to 1",
        found=", ".join(f"{kind} {area:.2f}" for kind, area in forest.items()) or "no labels",
        passed=not (is_hidden and seen),
        sentence="In an investigation no single row shows a fault: its average precision is below .2.",
        severity="WARN",
        failures=[{"kind": kind, "average_precision": area} for kind, area in seen.items()]
        if is_hidden
        else [],
    )


def _of_kind(view: str, kind: str, learned: Sample, judged: Sample) -> Iterator[Measured]:
    """What the detector that finds most of a grade finds of it, for each grade of a kind."""
    if not learned.at_fault.any() or not judged.at_fault.any():
        return
    scores = {name: detector(learned, judged) for name, detector in PANEL.items()}
    sound = int((~judged.at_fault).sum())
    alarms = (FALSE_ALARMS, *interval(round(FALSE_ALARMS * sound), sound))
    found = {
        name: [reported(of_rows, judged.at_fault, share) for share in alarms]
        for name, of_rows in scores.items()
    }
    forest = _average_precision(scores["isolation forest"], judged)
    for grade, name in enumerate(DIFFICULTIES):
        of_grade = judged.difficulty == grade
        if of_grade.any():
            hits = {
                detector: [int(rows[of_grade].sum()) for rows in reports]
                for detector, reports in found.items()
            }
            best = max(hits, key=lambda detector: hits[detector][0])
            found_of, least, most = hits[best]
            yield Measured(kind, view, best, name, int(of_grade.sum()), found_of, least, most, forest)


def best_of(grades: Sequence[Measured]) -> str:
    """The detectors that find most of some grades, from the easiest."""
    return " and ".join(dict.fromkeys(one.detector for one in grades))


def _average_precision(scores: Floats, judged: Sample) -> float:
    from sklearn.metrics import average_precision_score

    return float(average_precision_score(judged.at_fault, scores))


def _sized(scenario: Scenario, key: str, root_rows: int, seed: int) -> Dataset:
    """The data of a configuration with so many root rows and another seed."""
    update = {"seed": seed} | ({key: root_rows} if key else {})
    return in_memory(with_versions(scenario.world, scenario.config.model_copy(update=update)))
