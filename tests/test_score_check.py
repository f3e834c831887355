"""Somebody's own Dagster project asks of its findings what they must catch, in three lines."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from synth_assets.cli import main
from synth_assets.model.errors import UsageProblem
from synth_assets.orchestration.score_check import score_check

PROJECT = '''
import dagster as dg
import synth_assets

@dg.asset
def drifted():
    with synth_assets.connect() as books:
        return books.sql("""
            select 'pricing_drift' as type, invoice_id as entity_id
            from order_to_cash.invoices join order_to_cash.orders using (order_id)
            where abs(amount_due - total_amount) > 0.05 * total_amount
        """).df()

# --- the three lines -------------------------------------------------------
from synth_assets.orchestration.score_check import score_check
catches_half = score_check(drifted, "order_to_cash", kind="pricing_drift", recall=0.5)
catches_all = score_check(drifted, "order_to_cash", kind="pricing_drift", recall=0.9, precision=1)

defs = dg.Definitions(assets=[drifted], asset_checks=[catches_half, catches_all])
if __name__ == "__main__":
    run = defs.get_implicit_global_asset_job_def().execute_in_process(raise_on_error=False)
    for check in run.get_asset_check_evaluations():
        numbers = {name: value.value for name, value in check.metadata.items()}
        print(check.check_name, check.passed, numbers["precision"], numbers["labels"], numbers["found"])
'''


def test_a_second_project_checks_its_findings(tmp_path: Path) -> None:
    data = tmp_path / "data"
    made = CliRunner().invoke(
        main, ["generate", "order_to_cash", "--set", "num_transactions=1000", "--data-dir", str(data)]
    )
    assert made.exit_code == 0, made.output
    (tmp_path / "mine.py").write_text(PROJECT)
    done = subprocess.run(
        [sys.executable, "mine.py"],
        cwd=tmp_path,
        env={**os.environ, "SYNTH_ASSETS_DATA_DIR": str(data), "DAGSTER_HOME": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    said = dict(line.split(" ", 1) for line in sorted(done.stdout.splitlines()))
    some = said["pricing_drift_recall_at_least_0_5"].split()
    every = said["pricing_drift_recall_at_least_0_9_and_precision_at_least_1"].split()
    assert (some[0], every[0]) == ("True", "False")
    assert some[1:] == every[1:]
    assert some[1:3] == ["1.0", "80"]
    assert 40 <= int(some[3]) < 72


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (
            {"kind": "pricing_drif", "recall": 0.9},
            "order_to_cash: unknown kind 'pricing_drif' (missing_invoice, ",
        ),
        ({}, "a score check asks for a recall, a precision or both"),
    ],
)
def test_what_cannot_be_asked_says_why(asked: dict, message: str) -> None:
    with pytest.raises(UsageProblem) as error:
        score_check("found", "order_to_cash", **asked)
    assert str(error.value).startswith(message)
