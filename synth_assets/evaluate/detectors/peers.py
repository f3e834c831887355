"""Unlike its peers: the robust distance from a group's median.

The distance is |x - median| / (1.4826 x median absolute deviation): for normal values, so many standard
deviations (Iglewicz and Hoaglin 1993). A group in which nothing deviates has the whole sample's spread.
"""

from __future__ import annotations

import numpy as np

from synth_assets.evaluate.detectors.recall import recall
from synth_assets.evaluate.detectors.threshold import filled
from synth_assets.evaluate.samples import Floats, Sample

NORMAL = 1.4826


def peers(learned: Sample, judged: Sample) -> Floats:
    """The column whose distances find most of what is at fault in the sample to learn from."""
    found = [
        (recall(_distances(learned, column), learned.at_fault), column)
        for column in range(len(learned.names))
    ]
    return _distances(judged, max(found)[1])


def _distances(sample: Sample, column: int) -> Floats:
    values = filled(sample)[:, column]
    groups = np.unique(sample.peers, return_inverse=True)[1]
    off = np.abs(values - _medians(values, groups)[groups])
    spread, general = _medians(off, groups)[groups], np.median(off) or 1.0
    return off / (NORMAL * np.where(spread > 0, spread, general))


def _medians(values: Floats, groups: np.ndarray) -> Floats:
    """The median of each group, of those in the middle the lower one."""
    order = np.lexsort((values, groups))
    sizes = np.bincount(groups)
    starts = np.cumsum(sizes) - sizes
    return values[order][starts + (sizes - 1) // 2]
