"""How far counts lie from what chance allows: the yardstick of the tests of draws and shapes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FAR = 4.5
"""Standard deviations that no sound draw reaches: 1 in 150,000 a comparison, and the seeds are fixed."""


def surprise(counts: npt.ArrayLike, shares: npt.ArrayLike | None = None) -> float:
    """Chi-square of counts against shares (even ones if not given), as a standard normal score.

    Wilson and Hilferty's cube root (1931). Large: too far from the shares; far below 0: too even to be
    drawn.
    """
    seen = np.asarray(counts, dtype=float).ravel()
    share = np.ones(len(seen)) if shares is None else np.asarray(shares, dtype=float).ravel()
    expected = seen.sum() * share / share.sum()
    freedom = len(seen) - 1
    chi_square = float(((seen - expected) ** 2 / expected).sum())
    return ((chi_square / freedom) ** (1 / 3) - (1 - 2 / (9 * freedom))) / (2 / (9 * freedom)) ** 0.5


def joint(left: npt.NDArray[np.uint64], right: npt.NDArray[np.uint64]) -> float:
    """The largest surprise, either way, among pairs of bytes of two series of words: high or low each."""
    ends = (np.uint64(56), np.uint64(0))
    return max(
        abs(surprise(np.bincount((byte(left, a) * 256 + byte(right, b)).astype(np.int64), minlength=65_536)))
        for a in ends
        for b in ends
    )


def byte(words: npt.NDArray[np.uint64], shift: np.uint64) -> npt.NDArray[np.uint64]:
    """Eight bits of each word."""
    return (words >> shift) & np.uint64(255)
