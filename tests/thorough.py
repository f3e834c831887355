"""How much is tried: what suffices in `make test`, more in `make thorough`."""

from __future__ import annotations

import os
from typing import TypeVar

IS_THOROUGH = bool(os.environ.get("THOROUGH"))

Size = TypeVar("Size")


def size(enough: Size, thorough: Size) -> Size:
    """The size of a test: `enough` to see its law broken, or the larger one that `make thorough` asks for."""
    return thorough if IS_THOROUGH else enough
