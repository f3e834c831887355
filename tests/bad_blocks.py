"""Blocks that fail, for workers. Light, as each worker imports it: a test would bring Dagster along."""

from __future__ import annotations

import os
import signal
import time

from synth_assets.generation.map_blocks import with_block_context


def fail_at_five(block: int) -> int:
    """The block's number; the sixth raises."""
    with with_block_context("order_to_cash", block, range(10 * block, 10 * block + 10)):
        if block == 5:
            raise ValueError("boom")
        return block


def die(block: int) -> int:
    """The block's number; the fourth kills its worker."""
    if block == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return block


def sleep_a_minute(block: int) -> int:
    """The block's number; all but the first take a minute."""
    time.sleep(60 if block else 0)
    return block
