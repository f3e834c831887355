"""How often Python looks for garbage in processes of ours."""

from __future__ import annotations

import gc

ALLOCATIONS = 100_000
"""Objects between two looks. With Python's own 700 they take a quarter of a wholesaler's time."""


def collect_less_often() -> None:
    """Look for objects that only refer to each other once in 100,000 new ones: rows and books are no such."""
    gc.set_threshold(ALLOCATIONS)
