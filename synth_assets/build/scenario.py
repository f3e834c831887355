"""The scenario: one resolved configuration, stored beside the data that was made from it."""

from __future__ import annotations

import datetime as dt
import difflib
import json
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import Any

import faker
import yaml
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from synth_assets import __version__, worlds
from synth_assets.build.problems import UsageProblem
from synth_assets.model.config import WorldConfig
from synth_assets.model.world import World

CONFIG_VARIABLE = "SYNTH_ASSETS_CONFIG"
"""Environment variable that names the YAML file."""

FORMAT_VERSION = 4
"""Raised when the same configuration would give other bytes under the same package version."""

DEEPEST = 20
"""Levels of keys that are read; no world has more than two."""

UNREADABLE = (yaml.YAMLError, ValueError, AttributeError, RecursionError)
"""What PyYAML raises: for a day that does not exist a ValueError, for a broken tag an AttributeError."""

Values = dict[str, Any]


class _Loader(yaml.SafeLoader):
    """YAML, with 1e-3 as a number."""


_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"[-+]?(\d+\.?\d*|\.\d+)[eE][-+]?\d+$"), list("-+.0123456789")
)


@dataclass(frozen=True)
class Scenario:
    """A world with everything that decides its bytes: resolved configuration and versions.

    Attributes:
        world: the world.
        config: its configuration; as_of is a date.
        versions: package, Faker and format version.
    """

    world: World
    config: WorldConfig
    versions: Mapping[str, str | int]

    @cached_property
    def document(self) -> Values:
        """The scenario as stored: world, versions, config."""
        return {
            "world": self.world.name,
            "versions": dict(self.versions),
            "config": self.config.model_dump(mode="json"),
        }

    @cached_property
    def id(self) -> str:
        """16 hexadecimal digits of a hash over the stored document: same id, same bytes."""
        canonical = json.dumps(self.document, sort_keys=True, separators=(",", ":"))
        return blake2b(canonical.encode(), digest_size=8).hexdigest()

    @property
    def text(self) -> str:
        """The content of `scenario.json`."""
        return json.dumps({"id": self.id, **self.document}, indent=2) + "\n"


def resolve(
    name: str,
    overrides: Mapping[str, Any] | None = None,
    *,
    preset: str | None = None,
    file: Path | None = None,
    as_of: str | None = None,
    clean: bool = False,
) -> Scenario:
    """The scenario of a world: the model's defaults < preset < file < overrides < as_of.

    The file and the overrides may name the preset themselves, as the key `preset`.

    Args:
        name: a world's name.
        overrides: configuration values; nested keys as nested mappings; like a file, it may hold one section
            a world instead of one world's keys.
        preset: one of the world's presets.
        file: YAML with one section a world, or one world's keys flat.
        as_of: a date, or today.
        clean: all anomaly rates at zero.

    Raises:
        UsageProblem: an unknown world, preset or key, or a value out of range, in one line.
    """
    world = find_world(name)
    from_file = _section(world, _read(file), str(file)) if file else {}
    given = _section(world, overrides or {}, "--set")
    chosen = given.get("preset", preset or from_file.get("preset"))
    values: Values = {}
    for layer in (
        _preset(world, chosen),
        from_file,
        given,
        {"as_of": as_of} if as_of is not None else {},
        {"preset": chosen} if chosen is not None else {},
    ):
        _merge(values, layer)
    config = parse(world, values)
    if config.as_of == "today":
        config = config.model_copy(update={"as_of": dt.datetime.now(dt.UTC).date()})
    return with_versions(world, config.clean() if clean else config)


def _preset(world: World, name: object) -> Mapping[str, Any]:
    """The values of a preset; none where none is chosen."""
    if name is None:
        return {}
    if name not in world.presets:
        known = ", ".join(world.presets) or "none"
        raise UsageProblem(f"{world.name}: unknown preset {name!r} (presets: {known})")
    return world.presets[str(name)]


def with_versions(world: World, config: WorldConfig) -> Scenario:
    """A resolved configuration under the versions that are installed."""
    return Scenario(
        world,
        config,
        {"synth_assets": __version__, "faker": faker.VERSION, "format": FORMAT_VERSION},
    )


def load(world: World, text: str) -> Scenario:
    """The scenario stored in `text`; ValueError or KeyError where it is not one."""
    document = json.loads(text)
    config = world.config(**document["config"])
    return Scenario(world, config, document["versions"])


def find_world(name: str) -> World:
    """The world of that name, or a UsageProblem that names the nearest."""
    try:
        return worlds.load(name)
    except KeyError:
        raise UsageProblem(
            f"unknown world {name!r}{_nearest(str(name), worlds.NAMES)} (worlds: {', '.join(worlds.NAMES)})"
        ) from None


def parse(world: World, values: Mapping[str, Any]) -> WorldConfig:
    """The configuration from plain values, or a UsageProblem in one line."""
    try:
        return world.config.model_validate(dict(values))
    except ValidationError as error:
        lines = [_explained(world, dict(e)) for e in error.errors(include_url=False)]
        raise UsageProblem(f"{world.name}: {'; '.join(lines)}".replace("\n", " ")) from None


def from_assignments(assignments: Iterable[str]) -> Values:
    """Nested values from `KEY=VALUE` words with dotted keys; values are read as in a YAML file."""
    values: Values = {}
    for word in assignments:
        key, equals, text = word.partition("=")
        path = key.strip().split(".")
        if not equals or not all(path):
            raise UsageProblem(f"--set {word}: write it as KEY=VALUE, for example --set seed=7")
        nested: Any = _value(text)
        for part in reversed(path):
            nested = {part: nested}
        _merge(values, nested)
    return values


def _value(text: str) -> Any:
    """A value as in a file, but 010 is ten; text that is no YAML stays text."""
    with suppress(ValueError):
        return int(text)
    try:
        return yaml.load(text, _Loader)
    except UNREADABLE:
        return text


def _read(file: Path) -> Values:
    """The keys and values of a YAML file."""
    try:
        content = yaml.load(file.read_text(encoding="utf-8-sig"), _Loader)
    except OSError as error:
        raise UsageProblem(f"{file}: cannot be read ({error.strerror})") from None
    except UNREADABLE as error:
        mark = getattr(error, "problem_mark", None)
        where = f" at line {mark.line + 1}" if mark else ""
        raise UsageProblem(f"{file}: not valid YAML{where}") from None
    if not isinstance(content, dict | None):
        raise UsageProblem(f"{file}: expected keys and values, one section a world")
    return content or {}


def _section(world: World, content: Mapping[str, Any], source: str) -> Mapping[str, Any]:
    """The world's values: its section where the content has one section a world, else all of it; the
    configuration of a stored scenario."""
    if {"world", "versions", "config"} <= content.keys():
        if content["world"] != world.name:
            raise UsageProblem(f"{source} is a scenario of {content['world']}, not of {world.name}")
        content = content["config"]
    if not any(key in worlds.NAMES for key in content):
        return content
    others = [str(key) for key in content if key not in worlds.NAMES]
    if others:
        raise UsageProblem(f"{source}: {', '.join(others)} stands beside sections of worlds: put it in one")
    section = content.get(world.name)
    if not isinstance(section, Mapping | None):
        raise UsageProblem(f"{source}: section {world.name} must hold keys and values")
    return section or {}


def _merge(values: Values, layer: Mapping[str, Any], depth: int = 1) -> None:
    """Lay `layer` over `values`, nested mappings key by key."""
    if depth > DEEPEST:
        raise UsageProblem(f"keys are nested more than {DEEPEST} deep")
    for key, value in layer.items():
        if isinstance(value, Mapping):
            below = values.get(key)
            values[key] = dict(below) if isinstance(below, Mapping) else {}
            _merge(values[key], value, depth + 1)
        else:
            values[key] = value


def _explained(world: World, error: Values) -> str:
    """One validation error in words: the key, the value and what is allowed."""
    path = [str(part) for part in error["loc"]]
    key = ".".join(path)
    model, field = _field(world.config, path)
    if error["type"] in ("extra_forbidden", "invalid_key") and model:
        hint = _nearest(path[-1], list(model.model_fields), ".".join(path[:-1]))
        return f"unknown key {key}{hint} (synth-assets schema {world.name} lists all keys)"
    if error["type"] == "value_error":
        message = str(error["ctx"]["error"])
        return f"{key}: {message}" if key else message
    return f"{key} is {_shown(error['input'])}, but must be {allowed(field)}" if field else error["msg"]


def _shown(value: object) -> str:
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
            holder = field.annotation
        if not (isinstance(holder, type) and issubclass(holder, BaseModel)):
            return None, field
        field = holder.model_fields.get(part)
        if field is None:
            break
    return holder, field


def allowed(field: FieldInfo) -> str:
    """What a field takes, in words."""
    words: dict[Any, str] = {int: "a whole number", float: "a number", bool: "true or false"}
    bounds = {type(m).__name__: m for m in field.metadata}
    low = getattr(bounds.get("Ge"), "ge", None)
    high = getattr(bounds.get("Le"), "le", None)
    kind = words.get(field.annotation, "a set of keys and values") if field.annotation else "a value"
    if low is None:
        return kind
    return f"{kind} from {low} to {high:,}" if high is not None else f"{kind} of at least {low}"


def _nearest(word: str, known: Any, prefix: str = "") -> str:
    near = difflib.get_close_matches(word, list(known), n=1)
    return f". Did you mean {prefix + '.' if prefix else ''}{near[0]}?" if near else ""
