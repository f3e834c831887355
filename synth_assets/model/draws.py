"""Addressed randomness: a draw belongs to a row and a purpose, never to an order of calls.

A counter-based generator. The word of row `id` is SplitMix64's finalizer over `id * golden ratio + key`
(Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014); the key is a blake2b
hash of seed, world, table and purpose. A new column therefore disturbs no other, a dropped row shifts
nothing, and any row can be recomputed alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]
Fields = npt.NDArray[np.uint16]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)


@dataclass(frozen=True, slots=True)
class Draws:
    """The draws of one table of one world under one seed.

    Attributes:
        seed: the scenario's seed, 0 to 2**63 - 1.
        world: name of the world.
        table: name of the table, or of the subject the draws are about.
    """

    seed: int
    world: str
    table: str

    def of(self, table: str) -> Draws:
        """The draws of another table of the same world and seed."""
        return Draws(self.seed, self.world, table)

    def key(self, purpose: str) -> int:
        """A 64-bit key for `purpose`, from seed, world, table and purpose alone."""
        return _key(self.seed, self.world, self.table, purpose)

    def words(self, purpose: str, ids: npt.ArrayLike) -> Words:
        """One 64-bit word for each row id (any shape of integers)."""
        z = np.asarray(ids).astype(np.uint64)
        z *= _GOLDEN
        z += np.uint64(self.key(purpose))
        z ^= z >> np.uint64(30)
        z *= _MIX_1
        z ^= z >> np.uint64(27)
        z *= _MIX_2
        z ^= z >> np.uint64(31)
        return z

    def fields(self, purpose: str, ids: npt.ArrayLike) -> Fields:
        """Four independent 16-bit fields for each row id, shape (4, rows): one word feeds four columns."""
        return self.words(purpose, ids).astype("<u8", copy=False).view("<u2").reshape(-1, 4).T


@cache
def _key(seed: int, world: str, table: str, purpose: str) -> int:
    address = f"{seed}\x1f{world}\x1f{table}\x1f{purpose}".encode()
    return int.from_bytes(blake2b(address, digest_size=8).digest(), "little")
