"""Easily set apart by random cuts (Liu, Ting and Zhou 2008); it sees no label."""

from __future__ import annotations

from synth_assets.evaluate.detectors.threshold import filled
from synth_assets.evaluate.samples import Floats, Sample


def isolation_forest(learned: Sample, judged: Sample) -> Floats:
    """How few cuts set a row apart."""
    from sklearn.ensemble import IsolationForest

    forest = IsolationForest(
        n_estimators=100, max_samples=min(256, len(learned.features)), random_state=0
    ).fit(filled(learned))
    return -forest.score_samples(filled(judged))
