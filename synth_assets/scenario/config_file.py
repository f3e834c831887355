"""Configuration as a person writes it: a YAML file, or a word after `--set`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from synth_assets.model.errors import UsageProblem

Values = dict[str, Any]

MOST_BYTES, MOST_NODES = 1_000_000, 10_000
"""Bounds of a configuration file: the largest possible one has a few hundred keys."""

UNREADABLE = (yaml.YAMLError, ValueError, AttributeError, RecursionError)
"""What PyYAML raises: for a number with too many digits a ValueError, for a broken tag an AttributeError."""


class _Loader(yaml.SafeLoader):
    """YAML within bounds: 1e-3 is a number, 010 and 1:30 are none, and no key is there twice."""

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self._nodes = 0
        self._size_of: dict[str, int] = {}

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """Count nodes, an alias as all that it repeats, before anything is made of them."""
        before, event = self._nodes, self.peek_event()  # type: ignore[no-untyped-call]
        anchor = str(getattr(event, "anchor", None) or "")
        repeated = self._size_of.get(anchor, 1) if isinstance(event, yaml.AliasEvent) else 1
        self._nodes += repeated
        if self._nodes > MOST_NODES:
            raise _TooLarge
        node: yaml.Node | None = super().compose_node(parent, index)
        if anchor and not isinstance(event, yaml.AliasEvent):
            self._size_of[anchor] = self._nodes - before
        return node

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """A mapping; a key that is there twice is an error, as one of its values would be lost."""
        keys = [(key.value, key.start_mark) for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        for place, (key, mark) in enumerate(keys):
            if key in {other for other, _ in keys[:place]}:
                raise yaml.constructor.ConstructorError(None, None, f"the key {key} is there twice", mark)
        return super().construct_mapping(node, deep)

    def construct_yaml_timestamp(self, node: yaml.ScalarNode) -> Any:
        """A day or a moment; one that does not exist stays text, which the key that holds it refuses."""
        try:
            return super().construct_yaml_timestamp(node)
        except ValueError:
            return self.construct_scalar(node)


class _TooLarge(Exception):
    """More nodes than a configuration has."""


_Loader.add_constructor("tag:yaml.org,2002:timestamp", _Loader.construct_yaml_timestamp)
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith((":int", ":float"))]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile(r"[-+]?(0|[1-9][\d_]*)$"), list("-+0123456789")
)
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(
        r"[-+]?((\d[\d_]*)?\.\d+|\d[\d_]*\.|(\d+\.?\d*|\.\d+)[eE][-+]?\d+)$|[-+]?\.(inf|Inf|INF)$|\.(nan|NaN|NAN)$"
    ),
    list("-+.0123456789"),
)


def read_file(file: Path) -> Values:
    """The keys and values of a YAML file.

    Raises:
        UsageProblem: it cannot be read, is no YAML or is too large, in one line.
    """
    try:
        with file.open("rb") as stream:
            content_bytes = stream.read(MOST_BYTES + 1)
        if len(content_bytes) > MOST_BYTES:
            raise _TooLarge
        content = yaml.load(content_bytes.decode("utf-8-sig"), _Loader)
    except OSError as error:
        raise UsageProblem(f"{file}: cannot be read ({error.strerror})") from None
    except _TooLarge:
        raise UsageProblem(
            f"{file}: too large for a configuration (at most {MOST_BYTES:,} bytes and {MOST_NODES:,} values)"
        ) from None
    except UNREADABLE as error:
        mark = getattr(error, "problem_mark", None)
        where = f" at line {mark.line + 1}" if mark else ""
        why = f": {error.problem}" if isinstance(error, yaml.constructor.ConstructorError) else ""
        raise UsageProblem(f"{file}: not valid YAML{where}{why}") from None
    if not isinstance(content, dict | None):
        raise UsageProblem(f"{file}: expected keys and values, one section a world")
    return content or {}


def read_value(text: str) -> Any:
    """A value as in a file; text that is no YAML stays text."""
    try:
        return yaml.load(text, _Loader)
    except (*UNREADABLE, _TooLarge):
        return text
