"""JSON documents that this program wrote, read as if anybody could have changed them."""

from __future__ import annotations

import json
from typing import Any


def read_document(text: str) -> dict[str, Any]:
    """A JSON object.

    Raises:
        ValueError: it is none; also when it is nested too deep to be read.
    """
    try:
        document = json.loads(text)
    except RecursionError:
        raise ValueError("nested too deep") from None
    if not isinstance(document, dict):
        raise ValueError("not an object")
    return document
