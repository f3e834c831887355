"""A scenario from what a person wrote: defaults, preset, file and overrides, later ones first.

YAML is read by `config_file`, which is loaded where a file or an assignment is given.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import AliasChoices, ValidationError

from synth_assets import worlds
from synth_assets.model.config import MOST_PREVALENCE, WorldConfig
from synth_assets.model.errors import UsageProblem
from synth_assets.model.world import World
from synth_assets.scenario.explain import explain_error, nearest, shown_value
from synth_assets.scenario.scenario import Scenario, Values, with_versions

CONFIG_VARIABLE = "SYNTH_ASSETS_CONFIG"
"""Environment variable that names the YAML file."""

Recall = Callable[[WorldConfig], bool]
"""Lets be known what is planned of a configuration; whether it is kept, and so fits."""

DEEPEST = 20
"""Levels of keys that are read; no world has more than two."""


def resolve(
    name: str,
    overrides: Mapping[str, Any] | None = None,
    *,
    preset: str | None = None,
    file: Path | None = None,
    as_of: str | None = None,
    clean: bool = False,
    recall: Recall = lambda _: False,
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
        recall: see `parse`.

    Raises:
        UsageProblem: an unknown world, preset or key, or a value out of range, in one line.
    """
    world = find_world(name)
    from_file = _from_file(world, file) if file else {}
    given = _section(world, overrides or {}, "--set")
    chosen = given.get("preset", preset or from_file.get("preset"))
    values: Values = {}
    for layer in (
        _preset(world, chosen, grows=any(_starts_a_history(layer) for layer in (from_file, given))),
        from_file,
        given,
        {"as_of": as_of} if as_of is not None else {},
        {"preset": chosen} if chosen is not None else {},
    ):
        _drop_other_names(world, values, layer)
        _merge(values, layer)
    config = parse(world, values, recall)
    return with_versions(world, config.clean() if clean else config)


def is_configured_in(world: World, file: Path | None) -> bool:
    """Whether a file gives a world any key: one of other worlds' sections gives it none.

    Raises:
        UsageProblem: the file cannot be read.
    """
    return file is not None and bool(_from_file(world, file))


def _from_file(world: World, file: Path) -> Mapping[str, Any]:
    from synth_assets.scenario.config_file import read_file

    return _section(world, read_file(file), str(file))


def _drop_other_names(world: World, values: Values, layer: Mapping[str, Any]) -> None:
    """Make room for a key that a layer gives by one of its names, and another had given by the other."""
    for field in world.config.model_fields.values():
        alias = field.validation_alias
        if isinstance(alias, AliasChoices) and any(name in layer for name in alias.choices):
            for name in alias.choices:
                values.pop(str(name), None)


def _starts_a_history(layer: Mapping[str, Any]) -> bool:
    history = layer.get("history")
    return isinstance(history, Mapping) and history.get("start") is not None


def _preset(world: World, name: object, grows: bool) -> Mapping[str, Any]:
    """The values of a preset; none where none is chosen. In a history that grows, what it says of a window's
    counts is left out."""
    if name is None:
        return {}
    if not isinstance(name, str) or name not in world.presets:
        known = ", ".join(world.presets) or "none"
        word = repr(name) if isinstance(name, str) else shown_value(name)
        raise UsageProblem(f"{world.name}: unknown preset {word} (presets: {known})")
    left_out = world.config.counted_by_history if grows else {}
    return {key: value for key, value in world.presets[name].items() if key not in left_out}


def find_world(name: str) -> World:
    """The world of that name, or a UsageProblem that names the nearest."""
    try:
        return worlds.load(name)
    except KeyError:
        raise UsageProblem(
            f"unknown world {name!r}{nearest(str(name), worlds.NAMES)} (worlds: {', '.join(worlds.NAMES)})"
        ) from None


def parse(world: World, values: Mapping[str, Any], recall: Recall = lambda _: False) -> WorldConfig:
    """The configuration from plain values, `today` resolved, or a UsageProblem in one line.

    Whether quotas fit is not asked of a configuration whose plan `recall` finds.
    """
    try:
        config = world.config.model_validate(dict(values))
    except ValidationError as error:
        lines = [explain_error(world, dict(e)) for e in error.errors(include_url=False)]
        raise UsageProblem(f"{world.name}: {'; '.join(lines)}".replace("\n", " ")) from None
    if config.as_of == "today":
        config = config.model_copy(update={"as_of": dt.datetime.now(dt.UTC).date()})
    config = config.with_prevalence()
    misfit = None if recall(config) else _misfit(world, config)
    if misfit:
        raise UsageProblem(f"{world.name}: {misfit}")
    return config


def day_of(key: str, text: str) -> dt.date:
    """A date that somebody wrote under a key.

    Raises:
        UsageProblem: it is none.
    """
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise UsageProblem(f"{key} {text!r} is not a date; write one like 2026-11-21") from None


def _misfit(world: World, config: WorldConfig) -> str | None:
    """Why a configuration's quotas do not fit; at a prevalence, by the rates for which faults are planned."""
    misfit = world.why_not(config, world.draws(config, "quotas"))
    if not misfit or config.prevalence is None:
        return misfit
    alone = config.model_copy(update={"prevalence": None})
    own = world.why_not(alone, world.draws(alone, "quotas"))
    if own:
        return f"{own}; prevalence {config.prevalence:g} is what these rates add up to"
    highest = config.model_copy(update={"prevalence": MOST_PREVALENCE}).with_prevalence()
    reason = world.why_not(highest, world.draws(highest, "quotas")) or misfit
    return (
        f"prevalence {config.prevalence:g} keeps a part of the faults of {MOST_PREVALENCE:g}, which do not "
        f"fit: {reason}; or leave prevalence out and give anomaly_rates"
    )


def from_assignments(assignments: Iterable[str]) -> Values:
    """Nested values from `KEY=VALUE` words with dotted keys; values are read as in a YAML file."""
    values: Values = {}
    for word in assignments:
        key, equals, text = word.partition("=")
        path = key.strip().split(".")
        if not equals or not all(path):
            raise UsageProblem(f"--set {word}: write it as KEY=VALUE, for example --set seed=7")
        nested = _value(text)
        for part in reversed(path):
            nested = {part: nested}
        _merge(values, nested)
    return values


def _value(text: str) -> Any:
    from synth_assets.scenario.config_file import read_value

    return read_value(text)


def _section(world: World, content: Mapping[str, Any], source: str) -> Mapping[str, Any]:
    """The world's values: its section where the content has one section a world, else all of it; the
    configuration of a stored scenario."""
    if {"world", "versions", "config"} <= content.keys():
        if content["world"] != world.name:
            raise UsageProblem(
                f"{source} is a scenario of {content['world']}, not of {world.name}: generate that world, or "
                "name another file"
            )
        content = content["config"]
        if not isinstance(content, Mapping):
            raise UsageProblem(f"{source}: config must hold keys and values")
    if not any(key in worlds.NAMES for key in content):
        return content
    others = [str(key) for key in content if key not in worlds.NAMES]
    if others:
        raise UsageProblem(f"{source}: {', '.join(others)} is outside the worlds' sections: put it in one")
    section = content.get(world.name)
    if not isinstance(section, Mapping | None):
        raise UsageProblem(f"{source}: section {world.name} must hold keys and values")
    return section or {}


def _merge(values: Values, layer: Mapping[str, Any], depth: int = 1) -> None:
    """Lay `layer` over `values`, nested mappings key by key."""
    if depth > DEEPEST:
        raise UsageProblem(
            f"keys are nested more than {DEEPEST} deep: synth-assets schema lists those that exist"
        )
    for key, value in layer.items():
        if isinstance(value, Mapping):
            below = values.get(key)
            values[key] = dict(below) if isinstance(below, Mapping) else {}
            _merge(values[key], value, depth + 1)
        else:
            values[key] = value
