"""Somebody's own Dagster project uses a world: as a component, or as a library; exports are assets, too."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import dagster as dg
import pandas as pd
import pyarrow as pa
import pytest

import synth_assets
from synth_assets.model.errors import UsageProblem
from synth_assets.orchestration import world_assets
from synth_assets.orchestration.__main__ import main as make_data
from synth_assets.orchestration.exports import EXPORTS_VARIABLE, chosen_exports, export_assets
from synth_assets.worlds import load

DEFS_YAML = """\
type: synth_assets.WorldComponent
attributes:
  world: order_to_cash
  config:
    num_transactions: 200
    as_of: 2026-01-31
    anomaly_rates: {missing_invoice: 0.1}
  key_prefix: finance/sales
  exports: [beancount]
"""
DEFINITIONS = """\
from pathlib import Path

import dagster as dg

@dg.definitions
def defs():
    return dg.load_from_defs_folder(path_within_project=Path(__file__).parent)
"""
LIBRARY = """\
import dagster as dg
from synth_assets.orchestration import world_assets

@dg.asset(deps=[dg.AssetKey(["books", "catalogue"])])
def unpaid() -> int:
    import synth_assets
    with synth_assets.connect() as books:
        return books.sql("from order_to_cash.invoices where status = 'unpaid'").shape[0]

books = world_assets("order_to_cash", config={"num_transactions": 200}, key_prefix="books")
defs = dg.Definitions(assets=[*books, unpaid])
"""
RUN = """
from mine.definitions import defs
defs = defs if hasattr(defs, "get_implicit_global_asset_job_def") else defs()
run = defs.get_implicit_global_asset_job_def().execute_in_process(raise_on_error=False)
print(run.success, *sorted(e.asset_key.to_user_string() for e in run.get_asset_materialization_events()))
"""


def run_project(home: Path) -> list[str]:
    (home / "pyproject.toml").write_text(
        '[project]\nname = "mine"\nversion = "1"\n'
        '[tool.dg]\ndirectory_type = "project"\n[tool.dg.project]\nroot_module = "mine"\n'
    )
    done = subprocess.run(
        [sys.executable, "-c", RUN],
        cwd=home,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(home / "src"), os.environ.get("PYTHONPATH", "")]),
            "SYNTH_ASSETS_DATA_DIR": str(home / "data"),
            "DAGSTER_HOME": "",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    return done.stdout.split()


def test_a_world_is_a_component(tmp_path: Path) -> None:
    home = tmp_path / "src" / "mine"
    (home / "defs" / "books").mkdir(parents=True)
    for package in (home, home / "defs"):
        (package / "__init__.py").touch()
    (home / "definitions.py").write_text(DEFINITIONS)
    (home / "defs" / "books" / "defs.yaml").write_text(DEFS_YAML)
    success, *made = run_project(tmp_path)
    assert success == "True"
    assert {"finance/sales/invoices", "finance/sales/catalogue", "exports/finance/sales/beancount"} < set(
        made
    )
    assert (tmp_path / "data/exports/order_to_cash/beancount/order_to_cash.beancount").exists()
    with synth_assets.connect(str(tmp_path / "data")) as books:
        labels = books.sql("from order_to_cash.anomaly_manifest where type = 'missing_invoice'").fetchall()
    assert len(labels) == 20


def test_a_world_is_a_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNTH_ASSETS_DATA_DIR", str(tmp_path))
    scope: dict[str, Any] = {}
    exec(LIBRARY, scope)
    defs = scope["defs"]
    keys = {key.to_user_string() for key in defs.resolve_all_asset_keys()}
    assert {"books/invoices", "books/catalogue", "unpaid"} < keys
    chosen = dg.AssetSelection.assets(["books", "scenario"], ["books", "products"])
    assert dg.materialize(scope["books"], selection=chosen).success
    assert (tmp_path / "order_to_cash" / "products").exists()
    assert len(LIBRARY.splitlines()) <= 11


def test_tables_are_parameters_of_somebodys_own_asset(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SYNTH_ASSETS_DATA_DIR", str(tmp_path))

    @dg.asset(ins={"products": dg.AssetIn(["books", "products"])})
    def dearest(products: pd.DataFrame) -> int:
        return int(products["list_price_cents"].max())

    @dg.asset(ins={"names": dg.AssetIn(["books", "products"])})
    def columns(names: pa.Table) -> list[str]:
        return names.column_names

    books = world_assets("order_to_cash", config={"num_products": 7}, key_prefix="books")
    without = dg.materialize([*books, dearest], selection=[dearest], raise_on_error=False)
    [failed] = without.get_step_failure_events()
    assert "order_to_cash/products" in str(failed.step_failure_data.error)

    chosen = dg.AssetSelection.assets(["books", "scenario"], ["books", "products"], "dearest", "columns")
    run = dg.materialize([*books, dearest, columns], selection=chosen)
    products = synth_assets.generate("order_to_cash", num_products=7).tables["products"]
    assert run.output_for_node("dearest") == max(products["list_price_cents"].to_pylist())
    assert run.output_for_node("columns") == products.column_names


def test_what_a_run_says_goes_before_the_usual() -> None:
    usual = {"num_transactions": 200, "anomaly_rates": {"missing_invoice": 0.1, "pricing_drift": 0.0}}
    from synth_assets.orchestration.scenario import _merged

    given = {"seed": 7, "anomaly_rates": {"pricing_drift": 0.2}}
    assert _merged(usual, given) == {
        "num_transactions": 200,
        "seed": 7,
        "anomaly_rates": {"missing_invoice": 0.1, "pricing_drift": 0.2},
    }


def test_exports_are_chosen_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    world = load("order_to_cash")
    assert chosen_exports(world) == []
    monkeypatch.setenv(EXPORTS_VARIABLE, "order_to_cash/csv, subscriptions/stripe order_to_cash/beancount")
    assert chosen_exports(world) == ["csv", "beancount"]
    made = export_assets(world, chosen_exports(world))
    assert [asset.key.to_user_string() for asset in made] == ["exports/csv", "exports/beancount"]
    assert len(export_assets(world, ["csv", "csv"])) == 1
    assert all(asset.group_names_by_key[asset.key] == "exports" for asset in made)
    everything = dg.AssetSelection.all() - dg.AssetSelection.tag("synth_assets/evaluation", "")
    assert {asset.key for asset in made} <= everything.resolve([*world_assets(world), *made])


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        ("csv", "SYNTH_ASSETS_EXPORTS holds 'csv': write a world and a format like order_to_cash/csv"),
        ("order/csv", "SYNTH_ASSETS_EXPORTS holds 'order/csv': write a world"),
        ("order_to_cash/stripe", "unknown format 'stripe' .*; world: order_to_cash"),
    ],
)
def test_a_wrong_choice_says_why(chosen: str, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(EXPORTS_VARIABLE, chosen)
    world = load("order_to_cash")
    with pytest.raises(UsageProblem, match=message):
        export_assets(world, chosen_exports(world))


def test_make_data_says_a_wrong_choice_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(EXPORTS_VARIABLE, "wholesale/stripe")
    assert make_data() == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("unknown format 'stripe'")


@pytest.mark.parametrize(
    ("world", "config", "message"),
    [
        ("order", {}, "unknown world 'order'"),
        ("order_to_cash", {"num_transaction": 3}, "num_transaction"),
        ("subscriptions", {"num_customers": -1}, "num_customers"),
    ],
)
def test_a_wrong_world_or_key_is_refused_before_any_run(world: str, config: dict, message: str) -> None:
    with pytest.raises(UsageProblem, match=message):
        world_assets(world, config=config)
