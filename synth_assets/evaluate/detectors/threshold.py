"""One column, one limit: above it or below it a row is odd."""

from __future__ import annotations

import numpy as np

from synth_assets.evaluate.detectors.recall import recall
from synth_assets.evaluate.samples import Floats, Sample


def threshold(learned: Sample, judged: Sample) -> Floats:
    """The column and the side that find most of what is at fault in the sample to learn from."""
    found = [
        (recall(side * filled(learned)[:, column], learned.at_fault), column, side)
        for column in range(len(learned.names))
        for side in (1, -1)
    ]
    _, column, side = max(found)
    return side * filled(judged)[:, column]


def filled(sample: Sample) -> Floats:
    """The features, with each column's median where one is empty."""
    medians = np.nan_to_num(np.nanmedian(sample.features, axis=0))
    return np.where(np.isnan(sample.features), medians, sample.features)
