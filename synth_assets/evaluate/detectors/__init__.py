"""The panel: detectors that never change, so that what they find says how hard a fault is.

Each takes a sample to learn from, whose labels it may see, and one to judge, whose labels it must not. It
gives a number a row, higher for what is odder.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from synth_assets.evaluate.detectors.boosted_trees import boosted_trees
from synth_assets.evaluate.detectors.isolation_forest import isolation_forest
from synth_assets.evaluate.detectors.peers import peers
from synth_assets.evaluate.detectors.threshold import threshold
from synth_assets.evaluate.samples import Floats, Sample

Detector = Callable[[Sample, Sample], Floats]

PANEL: Mapping[str, Detector] = {
    "threshold": threshold,
    "peers": peers,
    "isolation forest": isolation_forest,
    "boosted trees": boosted_trees,
}
"""From the simplest."""
