"""The first asset of a world: its resolved configuration, which every table reads and nothing else."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dagster as dg
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from synth_assets import __version__
from synth_assets.model.world import World
from synth_assets.orchestration import launchpad
from synth_assets.orchestration.failures import fail_in_one_line, refuse_unused_config
from synth_assets.orchestration.keys import OWNERS, SCENARIO, asset_key, group_name, store_for, tags
from synth_assets.scenario.explain import allowed, value_of
from synth_assets.scenario.resolve import CONFIG_VARIABLE, is_configured_in, resolve
from synth_assets.scenario.scenario import Scenario
from synth_assets.storage.history import continued, refuse_going_back
from synth_assets.storage.paths import StoragePath

_TYPES: dict[Any, Any] = {bool: bool, int: int, float: float}
"""Dagster's types of config values; anything else, such as a date, is written as text."""


def scenario_asset(world: World, usual: Mapping[str, Any]) -> dg.AssetsDefinition:
    """The scenario of a world: defaults < preset < the file in SYNTH_ASSETS_CONFIG < `usual` < run config.

    A large world begins with it in a group of its own.
    """
    subject = SCENARIO if any(table.subject for table in world.tables) else ""

    @dg.asset(
        key=asset_key(world, SCENARIO),
        description=_description(world),
        config_schema=config_field(world),
        group_name=group_name(world, subject),
        kinds={"python", "json"},
        owners=OWNERS,
        tags=tags(world, subject),
        code_version=__version__,
    )
    def scenario(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        with fail_in_one_line():
            refuse_unused_config(context)
            given = _merged(usual, _without_none(dict(context.op_execution_context.op_config or {})))
            resolved = resolve_run(world, given)
            store = store_for(world, SCENARIO)
            with store.lock(wait=True):
                refuse_going_back(store, resolved)
                store.write_scenario(resolved, context.run.run_id)
        return dg.MaterializeResult(
            data_version=dg.DataVersion(resolved.id),
            metadata=_metadata(resolved, store.home / "scenario.json"),
        )

    return scenario


def resolve_run(world: World, given: dict[str, Any]) -> Scenario:
    """The scenario of a run's config for the op `scenario`, over the file and the preset.

    Without any key but as_of, a published history that grows goes on.

    Raises:
        UsageProblem: an unknown key or preset, or a value out of range.
    """
    values = _without_none(given)
    named = os.environ.get(CONFIG_VARIABLE)
    file = Path(named) if named else None
    store = store_for(world, SCENARIO)
    if not (values.keys() - {"as_of"} or is_configured_in(world, file)):
        before = continued(store, values.get("as_of"))
        if before:
            return before
    preset, clean = values.pop("preset", None), values.pop("clean", False)
    return resolve(world.name, values, preset=preset, file=file, clean=clean, recall=store.recall_plan)


def config_field(world: World) -> dg.Field:
    """Run config of the scenario: every key of the world's model, all optional, and `preset` and `clean`.

    No key has a default here: what is not given comes from the file, the preset or the model. The Launchpad
    opens with an empty config, which it shows where that may be left out altogether.
    """
    presets = ", ".join(world.presets) or "none in this world"
    own = {
        "preset": _optional(str, f"A named set of values ({presets}). Default: none."),
        "clean": _optional(
            bool, "True for the clean twin: the same rows without any anomaly. Default: false."
        ),
    }
    return dg.Field(dg.Noneable(own | _fields(world.config)), is_required=False, default_value={})


def _fields(model: type[BaseModel]) -> dict[str, dg.Field]:
    return {name: _field(field) for name, field in model.model_fields.items()}


def _field(field: FieldInfo) -> dg.Field:
    """One key, with its meaning, range and default in words."""
    kind = value_of(field)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        about = field.description or (kind.__doc__ or "").strip()
        keys = _fields(kind)
        if field.annotation is not kind:
            return _optional(keys, about)
        return dg.Field(keys, is_required=False, description=about)
    about = field.description or ""
    if kind in _TYPES:
        about += f" {allowed(field).capitalize()}."
    if field.default not in (PydanticUndefined, None):
        about += f" Default: {str(field.default).lower() if kind is bool else field.default}."
    return _optional(_TYPES.get(kind, str), about.strip())


def _optional(kind: Any, description: str) -> dg.Field:
    return dg.Field(dg.Noneable(kind), is_required=False, description=description)


def _merged(usual: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Keys of two configurations, the second before the first; groups of keys together."""
    merged = dict(usual)
    for key, value in given.items():
        before = usual.get(key)
        is_group = isinstance(before, Mapping) and isinstance(value, Mapping)
        merged[key] = _merged(before or {}, value) if is_group else value
    return merged


def _without_none(values: dict[str, Any]) -> dict[str, Any]:
    return {
        key: _without_none(value) if isinstance(value, dict) else value
        for key, value in values.items()
        if value is not None
    }


def _description(world: World) -> str:
    return (
        f"The resolved configuration of {world.name}: seed, as_of, counts and rates. Every table reads it, "
        "so all tables of one scenario belong together.\n\n"
        "**Change it:** open the Launchpad (beside Materialize, or of the job of the world), paste this, and "
        "take the `# ` from the keys to set. Without any key "
        f"the YAML file that {CONFIG_VARIABLE} names holds, and without either the defaults.\n\n"
        f"```yaml\n{launchpad.example(world)}\n```\n\n{world.summary}"
    )


def _metadata(scenario: Scenario, path: StoragePath) -> dict[str, Any]:
    config = scenario.config
    expected = scenario.world.asked_labels(config)
    asked = "\n".join(
        f"| {kind} | {labels:,} | {population:,} |" for kind, (population, labels) in expected.items()
    )
    return {
        "scenario": scenario.id,
        "seed": config.seed,
        "as_of": str(config.day),
        "labels_asked": sum(labels for _, labels in expected.values()),
        "anomalies_asked": dg.MetadataValue.md(f"| kind | labels | of |\n|---|---:|---:|\n{asked}"),
        "config": dg.MetadataValue.json(scenario.document),
        "path": dg.MetadataValue.path(str(path)),
    }
