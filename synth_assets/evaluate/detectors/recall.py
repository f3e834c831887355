"""How much of what is at fault stands above the sound rows."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from synth_assets.evaluate.samples import Floats

FALSE_ALARMS = 0.01
"""The share of sound rows that a detector may report."""


def reported(
    scores: Floats, at_fault: npt.NDArray[np.bool_], alarms: float = FALSE_ALARMS
) -> npt.NDArray[np.bool_]:
    """The rows above all but such a share of the sound ones; none at a tie with one that is not."""
    sound = np.sort(scores[~at_fault])
    limit = sound[int(np.ceil(len(sound) * (1 - alarms))) - 1] if len(sound) else -np.inf
    return scores > limit


def recall(scores: Floats, at_fault: npt.NDArray[np.bool_]) -> float:
    """The share of rows at fault that are reported; 0 where there are none."""
    return float(reported(scores, at_fault)[at_fault].mean()) if at_fault.any() else 0.0
