"""Plaid's ids: base62 text made from the seed and the table's number."""

from __future__ import annotations

from hashlib import blake2b

import numpy as np
import numpy.typing as npt

from synth_assets.model.draws import Draws, Ints

ALPHABET = np.frombuffer(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", dtype=np.uint8)
LONG, SHORT = (11, 10, 10, 6), (11, 4)
"""Characters that each 64-bit word gives to an id (37) and to a request_id (15).

11 characters hold a word whole, and words of different numbers differ, so ids do.
"""


class Ids:
    """Plaid's ids under a seed."""

    def __init__(self, draws: Draws) -> None:
        self.draws = draws.of("plaid")
        self.merchants: dict[str, str] = {}

    def accounts(self, number: Ints) -> list[str]:
        """account_id of accounts by number."""
        return self._base62("account", number)

    def transactions(self, number: Ints) -> list[str]:
        """transaction_id of transactions by number."""
        return self._base62("transaction", number)

    def items(self, number: Ints) -> list[str]:
        """item_id of users by number."""
        return self._base62("item", number)

    def requests(self, response: str, number: Ints) -> list[str]:
        """request_id of a response for users by number."""
        return self._base62(f"{response} request", number, SHORT)

    def merchant(self, name: str) -> str:
        """merchant_entity_id of a merchant, who has a name but no number."""
        if name not in self.merchants:
            number = np.array([number_of(name)], dtype=np.uint64)
            self.merchants[name] = self._base62("merchant", number)[0]
        return self.merchants[name]

    def _base62(self, kind: str, number: npt.NDArray, widths: tuple[int, ...] = LONG) -> list[str]:
        digits = np.empty((len(number), sum(widths)), dtype=np.uint8)
        place = 0
        for part, width in enumerate(widths):
            word = self.draws.words(f"{kind} {part}", number)
            for _ in range(width):
                word, digits[:, place] = np.divmod(word, np.uint64(62))
                place += 1
        text = ALPHABET[digits].tobytes().decode()
        return [text[at : at + place] for at in range(0, len(text), place)]


def number_of(name: str) -> int:
    """64 bits that stand for a name."""
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "little")
