"""What a score says: findings against labels, by row, by case and in money."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

from synth_assets.evaluate.delays import Delay
from synth_assets.evaluate.ranking import Ranking
from synth_assets.model.errors import UsageProblem
from synth_assets.scenario.explain import nearest


@dataclass(frozen=True, slots=True)
class Score:
    """Findings against labels.

    Attributes:
        labels: faults that there are.
        findings: what was reported, each once; None for a kind where findings do not say theirs.
        found: labels found.
        right: findings that are right.
        at_risk_found, at_risk_missed: dollars at risk of the labels found, and of the others.
        in_vain: dollars of the rows that were reported and are sound, see `chains.worth_sql`.
    """

    labels: int = 0
    findings: int | None = 0
    found: int = 0
    right: int = 0
    at_risk_found: float = 0.0
    at_risk_missed: float = 0.0
    in_vain: float = 0.0

    @property
    def recall(self) -> float:
        """Share of labels found; 1 where there are none."""
        return self.found / self.labels if self.labels else 1.0

    @property
    def precision(self) -> float | None:
        """Share of findings that are right; 1 where there are none, None where they do not say their kind."""
        if self.findings is None:
            return None
        return self.right / self.findings if self.findings else 1.0

    @property
    def f1(self) -> float | None:
        """Harmonic mean of precision and recall."""
        if self.precision is None:
            return None
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    @property
    def recall_interval(self) -> tuple[float, float]:
        """Where recall lies with 95 % confidence (Wilson 1927)."""
        return interval(self.found, self.labels)

    @property
    def precision_interval(self) -> tuple[float, float] | None:
        """Where precision lies with 95 % confidence (Wilson 1927)."""
        return None if self.findings is None else interval(self.right, self.findings)

    def as_dict(self) -> dict[str, Any]:
        """Every number by its name."""
        return asdict(self) | {
            "precision": self.precision,
            "recall": self.recall,
            "f1": self.f1,
            "precision_interval": self.precision_interval,
            "recall_interval": self.recall_interval,
        }


class Alarms(NamedTuple):
    """False alarms that a decoy explains.

    Attributes:
        looks_like: the kind of fault.
        decoys: its rows.
        findings: those of them that were reported as of that kind, or without one.
    """

    looks_like: str
    decoys: int
    findings: int


@dataclass(frozen=True, slots=True)
class Scores:
    """What a detector caught.

    Attributes:
        world, scenario: what it was tried on.
        overall, by_type: by row.
        by_difficulty: by row; findings have no difficulty, so `findings` is None.
        by_type_and_difficulty: the same for each kind.
        case_overall, case_by_type: by case.
        decoys: by name, what only looks like a fault: how much of it there is, and what was reported.
        ranking: how well scores put the right findings first; None where findings have none.
        rankings: the same by kind, where findings say theirs.
        duplicates: findings given more than once; they count once.
        unknown_types: kinds that the world does not have, with their findings.
        unknown_ids: findings that name no row; the first of them are `unknown_id_examples`.
        delay: days from fault to detection; None where findings have no `found_on`.
        delays: the same by kind.
        too_early: findings of a day before that on which their fault came to be.
    """

    world: str
    scenario: str
    overall: Score
    by_type: Mapping[str, Score]
    by_difficulty: Mapping[str, Score]
    by_type_and_difficulty: Mapping[str, Mapping[str, Score]]
    case_overall: Score
    case_by_type: Mapping[str, Score]
    decoys: Mapping[str, Alarms]
    ranking: Ranking | None
    rankings: Mapping[str, Ranking]
    duplicates: int
    unknown_types: Mapping[str, int]
    unknown_ids: int
    unknown_id_examples: tuple[str, ...] = ()
    delay: Delay | None = None
    delays: Mapping[str, Delay] = field(default_factory=dict)
    too_early: int = 0

    def recall(self, kind: str | None = None, *, case: bool = False) -> float:
        """Share of labels found, of all kinds or of one, by row or by case."""
        return self.of(kind, case=case).recall

    def precision(self, kind: str | None = None, *, case: bool = False) -> float | None:
        """Share of findings that are right, of all kinds or of one, by row or by case."""
        return self.of(kind, case=case).precision

    def f1(self, kind: str | None = None, *, case: bool = False) -> float | None:
        """Harmonic mean of precision and recall, of all kinds or of one, by row or by case."""
        return self.of(kind, case=case).f1

    def of(self, kind: str | None = None, *, case: bool = False) -> Score:
        """The score of all kinds or of one, by row or by case.

        Raises:
            UsageProblem: the world has no such kind.
        """
        if kind is None:
            return self.case_overall if case else self.overall
        kinds = self.case_by_type if case else self.by_type
        if kind not in kinds:
            raise UsageProblem(
                f"{self.world}: unknown kind {kind!r}{nearest(kind, kinds)} ({', '.join(kinds)})"
            )
        return kinds[kind]

    @property
    def problems(self) -> list[str]:
        """What is wrong with the findings themselves, a line each."""
        lines = []
        if self.duplicates:
            were = _findings(self.duplicates, "was", "were")
            lines.append(f"{were} given before: each counts once")
        for kind, findings in self.unknown_types.items():
            are, count = _findings(findings, "is", "are"), "counts" if findings == 1 else "count"
            hint = nearest(kind, self.by_type)
            lines.append(f"{are} of the unknown type {kind!r} and {count} as wrong{hint}")
        if self.unknown_ids:
            name, count = ("names", "counts") if self.unknown_ids == 1 else ("name", "count")
            named = ", ".join(self.unknown_id_examples)
            more = ", …" if self.unknown_ids > len(self.unknown_id_examples) else ""
            they = _findings(self.unknown_ids, name, name)
            lines.append(f"{they} no row of the data and {count} as wrong: {named}{more}")
        if self.too_early:
            are, its = ("is", "its fault") if self.too_early == 1 else ("are", "their faults")
            dated = _findings(self.too_early, f"{are} dated", f"{are} dated")
            lines.append(f"{dated} before {its} came to be: no days to detection")
        return lines

    def as_dict(self) -> dict[str, Any]:
        """Everything, for JSON; dollars, and shares from 0 to 1."""
        return {
            "world": self.world,
            "scenario": self.scenario,
            "overall": self.overall.as_dict() | _ranked(self.ranking) | _delayed(self.delay),
            "by_type": {
                kind: one.as_dict()
                | _ranked(self.rankings.get(kind))
                | _delayed(self.delays.get(kind))
                | {"by_difficulty": {d: s.as_dict() for d, s in self.by_type_and_difficulty[kind].items()}}
                for kind, one in self.by_type.items()
            },
            "by_difficulty": {name: one.as_dict() for name, one in self.by_difficulty.items()},
            "cases": {
                "overall": self.case_overall.as_dict(),
                "by_type": {kind: one.as_dict() for kind, one in self.case_by_type.items()},
            },
            "decoys": {name: alarms._asdict() for name, alarms in self.decoys.items()},
            "problems": {
                "duplicates": self.duplicates,
                "unknown_types": dict(self.unknown_types),
                "unknown_ids": self.unknown_ids,
                "unknown_id_examples": list(self.unknown_id_examples),
                "too_early": self.too_early,
            },
        }


def interval(successes: int, trials: int) -> tuple[float, float]:
    """Where a share lies with 95 % confidence, by Wilson's interval (1927); all of [0, 1] without a trial."""
    if not trials:
        return 0.0, 1.0
    from scipy.stats import binomtest

    found = binomtest(successes, trials).proportion_ci(0.95, "wilson")
    return float(found.low), float(found.high)


def _ranked(found: Ranking | None) -> dict[str, Any]:
    """A ranking's numbers; nothing where findings have no score."""
    return found.as_dict() if found else {}


def _delayed(found: Delay | None) -> dict[str, Any]:
    """Days to detection; nothing where findings have no day."""
    return {"days_to_detection": found._asdict()} if found else {}


def _findings(count: int, one: str, several: str) -> str:
    """A number of findings and the verb that follows."""
    return f"1 finding {one}" if count == 1 else f"{count:,} findings {several}"
