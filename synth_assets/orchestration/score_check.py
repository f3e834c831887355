"""A check for somebody's own asset of findings: what its detector must catch."""

from __future__ import annotations

from typing import Any

import dagster as dg

from synth_assets.evaluate.score import score
from synth_assets.evaluate.scores import Score
from synth_assets.model.errors import UsageProblem
from synth_assets.orchestration.check_results import identifier
from synth_assets.scenario.resolve import find_world
from synth_assets.storage.store import Store, data_dir


def score_check(
    findings_asset: Any,
    world: str,
    *,
    kind: str | None = None,
    recall: float | None = None,
    precision: float | None = None,
    case: bool = False,
    directory: str | None = None,
    blocking: bool = False,
) -> dg.AssetChecksDefinition:
    """A check that what an asset found is good enough: `score_check(found, "order_to_cash", recall=0.9)`.

    Args:
        findings_asset: the asset; its value is what `synth_assets.score` takes, such as a pandas frame with
            the columns type and entity_id.
        world: the published world in which the detector looked.
        kind: one kind of fault; None for all together.
        recall, precision: what is asked at least, from 0 to 1; one of them or both.
        case: whether any row of a fault's chain will do.
        directory: where the world is; by default SYNTH_ASSETS_DATA_DIR, else `data`.
        blocking: whether what is downstream waits for it.

    Raises:
        UsageProblem: no such world or kind, or nothing is asked.
    """
    known = find_world(world)
    names = [anomaly.name for anomaly in known.anomalies]
    if kind is not None and kind not in names:
        raise UsageProblem(f"{world}: unknown kind {kind!r} ({', '.join(names)})")
    shares = {"recall": recall, "precision": precision}
    asked = {name: share for name, share in shares.items() if share is not None}
    if not asked:
        raise UsageProblem("a score check asks for a recall, a precision or both")
    what = " and ".join(f"{name} at least {share:g}" for name, share in asked.items())

    @dg.asset_check(
        asset=findings_asset,
        name=identifier(f"{kind or 'all kinds'} {what}{' by case' if case else ''}"),
        description=f"{what} on {kind or 'all kinds'} of {world}{', by case' if case else ''}.",
        blocking=blocking,
    )
    def run(findings: Any) -> dg.AssetCheckResult:
        scores = score(Store(known, data_dir(directory)), findings)
        found = scores.of(kind, case=case)
        passed = all((getattr(found, name) or 0.0) >= share for name, share in asked.items())
        said = {"problems": "; ".join(scores.problems)} if scores.problems else {}
        return dg.AssetCheckResult(passed=passed, metadata={**_numbers(found), **said})

    return run


def _numbers(found: Score) -> dict[str, float]:
    """A score's numbers, whose history the page draws."""
    return {name: value for name, value in found.as_dict().items() if isinstance(value, int | float)}
