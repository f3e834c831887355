"""What is wrong with a configuration, in one line: the key, the value and what is allowed."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from types import NoneType
from typing import Annotated, Any, get_args, get_origin

from pydantic import AliasChoices, BaseModel
from pydantic.fields import FieldInfo

from synth_assets.model.world import World

Values = dict[str, Any]


def explain_error(world: World, error: Values) -> str:
    """One validation error in words: the key, the value and what is allowed."""
    path = [str(part) for part in error["loc"]]
    key = ".".join(path)
    model, field = _field(world.config, path)
    if error["type"] in ("extra_forbidden", "invalid_key") and model:
        other = _by_alias(model, path[-1])
        if other:
            names = [name for name, field in model.model_fields.items() if field is other]
            return f"{key} is another name for {'.'.join([*path[:-1], *names])}: give one of the two"
        hint = nearest(path[-1], list(model.model_fields), ".".join(path[:-1]))
        return f"unknown key {key}{hint} (synth-assets schema {world.name} lists all keys)"
    if error["type"] == "value_error":
        message = str(error["ctx"]["error"])
        return f"{key}: {message}" if key else message
    return f"{key} is {shown_value(error['input'])}, but must be {allowed(field)}" if field else error["msg"]


def shown_value(value: object) -> str:
    """A wrong value as its writer knows it, in a few words."""
    if isinstance(value, list | Mapping):
        return "a list" if isinstance(value, list) else "a set of keys and values"
    text = json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= 80 else text[:79] + "…"


def _field(model: type[BaseModel], path: list[str]) -> tuple[type[BaseModel] | None, FieldInfo | None]:
    """The field at a dotted path and the model that holds it."""
    holder: Any = model
    field: FieldInfo | None = None
    for part in path:
        if field is not None:
            holder = value_of(field)
        if not (isinstance(holder, type) and issubclass(holder, BaseModel)):
            return None, field
        field = holder.model_fields.get(part) or _by_alias(holder, part)
        if field is None:
            break
    return holder, field


def _by_alias(model: type[BaseModel], name: str) -> FieldInfo | None:
    """The field that has another name, too."""
    for field in model.model_fields.values():
        other = field.validation_alias
        if isinstance(other, AliasChoices) and name in other.choices:
            return field
    return None


def allowed(field: FieldInfo) -> str:
    """What a field takes, in words."""
    words = {int: "a whole number", float: "a number", bool: "true or false"}
    inner = [m for kind in get_args(field.annotation) for m in getattr(kind, "__metadata__", ())]
    known = [one for m in inner for one in (m.metadata if isinstance(m, FieldInfo) else [m])]
    bounds = {type(m).__name__: m for m in (*known, *field.metadata)}
    low = getattr(bounds.get("Ge"), "ge", None)
    high = getattr(bounds.get("Le"), "le", None)
    kind = words.get(value_of(field), "a set of keys and values") if field.annotation else "a value"
    if NoneType in get_args(field.annotation):
        kind = f"empty or {kind}"
    if low is None:
        return kind
    return f"{kind} from {low:,} to {high:,}" if high is not None else f"{kind} of at least {low:,}"


def value_of(field: FieldInfo) -> Any:
    """The type of a field's value where it has one: `float`, where it is a bounded `float` or nothing."""
    kinds = [kind for kind in get_args(field.annotation) if kind is not NoneType]
    if len(kinds) != 1 or NoneType not in get_args(field.annotation):
        return field.annotation
    return get_args(kinds[0])[0] if get_origin(kinds[0]) is Annotated else kinds[0]


def nearest(word: str, known: Any, prefix: str = "") -> str:
    """A question that names the known word nearest to a wrong one; nothing where none is near."""
    near = difflib.get_close_matches(word, list(known), n=1)
    return f". Did you mean {prefix + '.' if prefix else ''}{near[0]}?" if near else ""
