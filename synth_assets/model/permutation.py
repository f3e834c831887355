"""A keyed bijection of 0 .. size - 1, computed for any element alone, in both directions."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b

import numpy as np

from synth_assets.model.draws import Ints, Words

_ROUNDS = 4
_FEWEST_BITS = 8
_LARGEST_STORED = 2**20
"""Ranges up to this size (8 MiB of images) may be stored."""


class Permutation:
    """A pseudo-random permutation of range(size), known for any element alone.

    Rounds of "add, odd multiply, xorshift" permute the smallest power of two that holds `size`, at least 256
    (on fewer bits the images of two ids would depend on each other); an image beyond the range is mapped
    again until it falls inside (cycle walking), which keeps the map bijective.
    """

    def __init__(self, key: int, size: int) -> None:
        self.size = size
        self._bits = max(_FEWEST_BITS, (size - 1).bit_length())
        self._mask = (1 << self._bits) - 1
        self._shift = np.uint64((self._bits + 1) // 2)  # >= half the bits: the xorshift undoes itself
        seed = blake2b(key.to_bytes(8, "little"), digest_size=16 * _ROUNDS).digest()
        numbers = np.frombuffer(seed, dtype="<u8").astype(object)
        self._adds = [np.uint64(int(n) & self._mask) for n in numbers[:_ROUNDS]]
        odd = [(int(n) | 1) & self._mask for n in numbers[_ROUNDS:]]
        self._multipliers = [np.uint64(n) for n in odd]
        self._inverses = [np.uint64(pow(n, -1, self._mask + 1)) for n in odd]

    def __call__(self, ids: Ints) -> Ints:
        """The images of `ids`, all in range(size)."""
        return self._walk(ids, self._forward)

    def stored(self) -> Callable[[Ints], Ints]:
        """The same map for many calls: worked out once and looked up, where the range is small enough."""
        if self.size > _LARGEST_STORED:
            return self
        images = self(np.arange(self.size, dtype=np.int64))
        return images.take

    def inverse(self, ids: Ints) -> Ints:
        """The ids whose images are `ids`."""
        return self._walk(ids, self._backward)

    def _walk(self, ids: Ints, step: Callable[[Words], Words]) -> Ints:
        images = step(np.asarray(ids).astype(np.uint64))
        outside = np.flatnonzero(images >= np.uint64(self.size))
        while len(outside):
            again = images[outside] = step(images[outside])
            outside = outside[np.flatnonzero(again >= np.uint64(self.size))]
        return images.view(np.int64)

    def _forward(self, x: Words) -> Words:
        """One step, in place."""
        mask = np.uint64(self._mask)
        for add, multiplier in zip(self._adds, self._multipliers, strict=True):
            x += add
            x *= multiplier
            x &= mask
            x ^= x >> self._shift
        return x

    def _backward(self, x: Words) -> Words:
        """One step back, in place."""
        mask = np.uint64(self._mask)
        for add, inverse in zip(reversed(self._adds), reversed(self._inverses), strict=True):
            x ^= x >> self._shift
            x *= inverse
            x -= add
            x &= mask
        return x
