"""The example of a scenario's run config runs as it is pasted, and with every key taken in."""

from __future__ import annotations

import re

import pytest
import yaml
from dagster._config import process_config
from dagster._core.snap.snap_to_yaml import default_values_yaml_from_type_snap

from synth_assets import worlds
from synth_assets.definitions import defs
from synth_assets.orchestration.keys import asset_key, op_name
from synth_assets.orchestration.launchpad import example
from synth_assets.orchestration.scenario import config_field


def given(world, text: str) -> dict:
    return yaml.safe_load(text)["ops"][op_name(world, "scenario")]["config"]


@pytest.mark.parametrize("name", worlds.NAMES)
def test_the_example_runs_as_it_is_and_with_every_key(name: str) -> None:
    world = worlds.load(name)
    text = example(world)
    assert given(world, text) == {"seed": 42}
    whole = given(world, re.sub(r"^      # ", "      ", text, flags=re.MULTILINE))
    assert set(whole) == {*world.config.model_fields, "preset", "clean"}
    taken = process_config(config_field(world).config_type, whole)
    assert taken.success, taken.errors
    assert all("  # " in line for line in text.splitlines()[3:]), "every key says what it means"
    spec = defs.resolve_asset_graph().get(asset_key(world, "scenario"))
    assert text in (spec.description or "")


def test_the_launchpad_opens_with_the_op_that_takes_the_config() -> None:
    snapshot = defs.resolve_job_def("order_to_cash").get_job_snapshot()
    schema = snapshot.config_schema_snapshot
    root = schema.get_config_snap(snapshot.mode_def_snaps[0].root_config_key)
    assert yaml.safe_load(default_values_yaml_from_type_snap(schema, root)) == {
        "ops": {"scenario": {"config": {}}}
    }


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"num_transaction": 5}, 'Received unexpected config entry "num_transaction"'),
        ({"as_of": ["2024-12-31"]}, "Value \"['2024-12-31']\" of type \"<class 'list'>\" is not valid"),
        ({"preset": {"standard": 1}}, "is not valid for expected type"),
        ({"seed": [7]}, "is not valid for expected type"),
        ({"anomaly_rates": 0.5}, 'Value at path root:anomaly_rates must be dict. Expected: "{'),
    ],
)
def test_a_wrong_key_or_kind_of_value_is_refused_before_the_run(config: dict, said: str) -> None:
    refused = process_config(config_field(worlds.load("order_to_cash")).config_type, config)
    assert not refused.success
    [error] = refused.errors or []
    assert said in error.message, error.message
    assert "\n" not in error.message.strip()
