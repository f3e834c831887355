"""Laws of all worlds at once: a new world, and a new table, is tested on arrival."""

from __future__ import annotations

import builtins
import hashlib
import json
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pytest

from synth_assets import worlds
from synth_assets.checks.check import as_text
from synth_assets.derive.pydantic_models import entity_model
from synth_assets.export.files import export
from synth_assets.generation.blocks import make_block
from synth_assets.generation.generate import in_memory
from synth_assets.model.world import CONSTANT
from synth_assets.scenario.resolve import resolve
from synth_assets.scenario.scenario import load
from synth_assets.worlds.wholesale.anomalies import KINDS
from tests.worlds import failed, make_world, verified

BANK_FAULTS = {
    "duplicate_transaction": 0.05,
    "pending_never_posts": 0.05,
    "refund_without_purchase": 0.05,
    "before_account_opened": 0.05,
    "balance_does_not_replay": 0.05,
    "transfer_leg_missing": 0.05,
    "data_after_consent_withdrawn": 0.05,
    "over_limit_transaction": 0.05,
}
SIMPLE_FAULTS = {kind: rate for kind, rate in BANK_FAULTS.items() if kind != "over_limit_transaction"}
"""What the preset simple can have: no card is ever paid there."""

WHOLESALE_FAULTS = {kind.anomaly.name: 0.04 for kind in KINDS}
KEYS = {
    "order_to_cash": {"as_of": "2026-11-21"},
    "subscriptions": {"as_of": "2024-12-31"},
    "personal_banking": {"as_of": "2026-11-21", "anomaly_rates": BANK_FAULTS},  # none by default
    "personal_banking/simple": {
        "as_of": "2026-11-21",
        "preset": "simple",
        "anomaly_rates": SIMPLE_FAULTS,
    },
    "wholesale": {"preset": "small", "anomaly_rates": WHOLESALE_FAULTS},
}
"""A day of its own for each world, and for a preset that is a world of its own; faults where the default has
none."""

GOLDEN = Path(__file__).parent / "golden.json"
"""SHA-256 of each table's CSV at a small size: changing one is a decision, said in the commit.

To renew: python -m tests.test_every_world
"""

SMALL = {
    "order_to_cash": {"num_transactions": 200},
    "subscriptions": {"num_customers": 200},
    "personal_banking": {"num_users": 60},
    "personal_banking/simple": {"num_users": 60},
    "wholesale": {},
}

ADDING = (
    ("order_to_cash", {"decoy_ratio": 1.0, "num_transactions": 500}),
    ("subscriptions", {"plan_change_share": 0.3, "num_customers": 300}),
    ("personal_banking", {"preset": "faulty", "num_users": 100}),
    ("wholesale", {"preset": "small", "prevalence": 0.05}),
)
"""Worlds with whatever of theirs is planned from shares."""

every_world = pytest.mark.parametrize("name", KEYS)


def usual(name: str, **options):
    return resolve(name.split("/")[0], KEYS[name], **options)


def small(name: str):
    return resolve(name.split("/")[0], {**KEYS[name], **SMALL[name]})


def test_no_world_is_left_out():
    assert {name.split("/")[0] for name in KEYS} == set(worlds.NAMES)


def digests(name: str, directory: Path) -> dict[str, str]:
    """SHA-256 of each table's CSV."""
    scenario = small(name)
    made = make_world(scenario.world, scenario.config)
    files = export(scenario.world, lambda table: [made[table]], "csv", directory, list(made))
    return {path.stem: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@every_world
def test_the_default_world_holds_every_law_and_its_rules_find_its_labels(name, tmp_path):
    scenario = usual(name)
    checks = verified(scenario.world, scenario.config, tmp_path)
    assert not failed(checks), as_text(checks)
    labels = checks[-1]
    assert labels.asked == labels.found != "0"


@every_world
def test_the_clean_twin_trips_no_rule(name, tmp_path):
    scenario = usual(name, clean=True)
    checks = verified(scenario.world, scenario.config, tmp_path)
    assert not failed(checks), as_text(checks)
    assert checks[-1].found == "0"


@every_world
def test_any_split_into_blocks_gives_the_same_rows(name):
    scenario = small(name)
    world, config = scenario.world, scenario.config
    for root in world.roots.keys() - {CONSTANT}:
        whole = make_block(world, config, root, range(getattr(config, root)))
        cuts = sorted({min(cut, getattr(config, root)) for cut in (0, 1, 7, 50, 200)})
        blocks = [range(a, b) for a, b in pairwise(cuts)]
        parts = [make_block(world, config, root, rows) for rows in blocks]
        for table, rows in whole.items():
            split = pa.concat_tables([part[table] for part in parts])
            key = world.table(table).key.name  # what is numbered in time may be in several parts at once
            assert split.sort_by(key).equals(rows), table


@every_world
def test_a_stored_scenario_comes_back_whole(name):
    scenario = small(name)
    again = load(scenario.world, scenario.text)
    assert (again.id, again.config) == (scenario.id, scenario.config)


@every_world
def test_another_seed_gives_another_world(name):
    scenario = small(name)
    other = scenario.config.model_copy(update={"seed": 43})
    first, second = (make_world(scenario.world, config) for config in (scenario.config, other))
    manifest = scenario.world.manifest.name
    assert not first[manifest].equals(second[manifest])


@every_world
def test_exported_rows_pass_the_models_of_their_entities(name, tmp_path):
    scenario = small(name)
    made = make_world(scenario.world, scenario.config)
    for path in export(scenario.world, lambda table: [made[table]], "json", tmp_path, list(made)):
        (table,) = (table for table in scenario.world.tables if table.physical_name == path.stem)
        model = entity_model(table)
        rows = json.loads(path.read_text())
        assert len([model(**row) for row in rows]) == made[table.name].num_rows > 0


@every_world
def test_frames_hold_days_and_moments_as_datetime64(name):
    dataset = in_memory(small(name))
    for table in dataset.scenario.world.tables:
        frame = dataset.frame(table.name)
        for column in table.columns:
            if pa.types.is_temporal(column.arrow.type):
                assert frame[column.name].dtype.kind == "M", f"{table.name}.{column.name}"


@every_world
def test_every_column_says_what_it_means(name):
    world = worlds.load(name.split("/")[0])
    for table in world.tables:
        assert table.grain.endswith("."), table.name
        for column in table.columns:
            assert column.description.endswith("."), f"{table.name}.{column.name}"
            assert column.kind != "money" or column.name.endswith("_cents")


@every_world
def test_every_anomaly_has_its_rate_and_its_rule(name):
    world = worlds.load(name.split("/")[0])
    kinds = [anomaly.name for anomaly in world.anomalies]
    assert [rule for rule, _, _, _ in world.sql("rules")] == kinds
    assert list(world.asked_labels(small(name).config)) == kinds
    assert list(world.manifest.column("type").choices) == kinds


@every_world
def test_golden_hashes(name, tmp_path):
    assert digests(name, tmp_path) == json.loads(GOLDEN.read_text())[name]


def test_neither_hash_seed_nor_time_zone_nor_locale_changes_a_byte():
    code = "import json, tests.test_every_world as t; print(json.dumps(t.all_digests()))"
    elsewhere = {"PYTHONHASHSEED": "7", "TZ": "Pacific/Kiritimati", "LC_ALL": "C"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | elsewhere,
        cwd=GOLDEN.parent.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == json.loads(GOLDEN.read_text())


def test_no_python_adds_floats_in_another_way(monkeypatch):
    """`sum` of floats compensates from Python 3.12 on: rows rest on `fsum`, which rounds once everywhere."""
    add, floats = builtins.sum, set()

    def noted(*given):
        total = add(*given)
        if isinstance(total, float):
            caller = sys._getframe(1)
            floats.add((caller.f_code.co_filename, caller.f_lineno))
        return total

    monkeypatch.setattr(builtins, "sum", noted)
    assert sum([0.5]) == 0.5
    for name, keys in ADDING:
        in_memory(resolve(name, {"seed": 90, **keys}, as_of="2024-12-01"))
    ours = {place for place in floats if "synth_assets/worlds" in place[0].replace(os.sep, "/")}
    assert floats
    assert not ours


def all_digests() -> dict[str, dict[str, str]]:
    """The digests of every world and preset."""
    found = {}
    for name in KEYS:
        with TemporaryDirectory() as directory:
            found[name] = digests(name, Path(directory))
    return found


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps(all_digests(), indent=1) + "\n")
