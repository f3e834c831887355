"""A scenario's run config to paste into the Launchpad: every key with its default, meaning and range."""

from __future__ import annotations

from collections.abc import Iterator

import yaml
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from synth_assets.model.world import World
from synth_assets.orchestration.keys import SCENARIO, op_name
from synth_assets.scenario.explain import allowed, value_of

GIVEN = "seed"
"""The key that the example sets; all others are there as comments."""


def example(world: World) -> str:
    """YAML that runs as it is, with the defaults; a key counts when its `# ` is taken away."""
    presets = f"A named set of values. One of: {', '.join(world.presets) or 'none'}."
    keys = [
        _line("preset", None, presets),
        _line("clean", False, "True for the clean twin: the same rows without any fault."),
        *(line for line in _keys(world.config) if not line.startswith("preset:")),
    ]
    lines = [line if line.startswith(f"{GIVEN}:") else f"# {line}" for line in keys]
    head = ("ops:", f"  {op_name(world, SCENARIO)}:", "    config:")
    return "\n".join([*head, *(f"      {line}" for line in lines)])


def _keys(model: type[BaseModel]) -> Iterator[str]:
    for name, field in model.model_fields.items():
        kind = value_of(field)
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield f"{name}:  # {_words(field.description or kind.__doc__ or '')}"
            yield from (f"  {line}" for line in _keys(kind))
        else:
            yield _line(name, _default(field), f"{field.description or ''} {_range(field, kind)}")


def _line(name: str, value: object, about: str) -> str:
    return f"{name}: {_written(value)}  # {_words(about)}"


def _default(field: FieldInfo) -> object:
    return None if field.default is PydanticUndefined else field.default


def _range(field: FieldInfo, kind: object) -> str:
    return f"{allowed(field).capitalize()}." if kind in (bool, int, float) else ""


def _written(value: object) -> str:
    """A value as YAML: text in quotes, for a day would be none."""
    if value is None or isinstance(value, bool | int | float):
        return yaml.safe_dump(value).split("\n", 1)[0]
    return f'"{value}"'


def _words(text: str) -> str:
    """The first paragraph, in one line."""
    return " ".join(text.strip().partition("\n\n")[0].split())
