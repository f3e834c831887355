"""Scores: exact on the manifest and on nothing, equal to scikit-learn's, by row, by case and in money."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from sklearn.metrics import average_precision_score, precision_recall_fscore_support

import synth_assets
from synth_assets.cli import main
from synth_assets.generation.generate import Dataset
from synth_assets.model.errors import UsageProblem

WORLDS = {
    "order_to_cash": {"num_transactions": 400},
    "subscriptions": {"num_customers": 300, "plan_change_share": 0.25, "ghosts_at_plan_changes": 0.5},
    "personal_banking": {
        "num_users": 100,
        "anomaly_rates": {"duplicate_transaction": 0.1, "before_account_opened": 0.1},
    },
    "wholesale": {"preset": "small", "anomaly_rates": {"lapping": 0.05, "oversold_batch": 0.2}},
}


@pytest.fixture(scope="module")
def sales() -> Dataset:
    return synth_assets.generate("order_to_cash", seed=7, num_transactions=500)


@pytest.fixture(scope="module")
def truth(sales: Dataset) -> pd.DataFrame:
    return sales.frame("anomaly_manifest")


@pytest.mark.parametrize("name", WORLDS)
def test_the_manifest_scores_one_and_nothing_scores_nothing(name: str) -> None:
    world = synth_assets.generate(name, **WORLDS[name])
    labels = world.truth.num_rows
    assert labels
    on_that_day = pa.array([str(world.scenario.config.as_of)] * labels)
    perfect = synth_assets.score(world, world.truth.append_column("found_on", on_that_day))
    assert not perfect.problems
    for one in (perfect.overall, perfect.case_overall):
        assert (one.labels, one.findings, one.found, one.right) == (labels,) * 4
        assert one.precision == one.recall == one.f1 == 1
        assert one.at_risk_missed == one.in_vain == 0
        assert one.at_risk_found == pytest.approx(sum(world.truth["amount_at_risk_cents"].to_pylist()) / 100)
    assert all(one.recall == one.precision == 1 for one in perfect.by_type.values())
    assert sum(one.labels for one in perfect.by_difficulty.values()) == labels
    assert perfect.delay.found == labels
    assert {kind: one.found for kind, one in perfect.delays.items()} == {
        kind: one.labels for kind, one in perfect.by_type.items()
    }

    empty = synth_assets.score(world, [])
    assert (empty.overall.findings, empty.overall.found) == (0, 0)
    assert (empty.overall.precision, empty.overall.recall, empty.overall.at_risk_found) == (1, 0, 0)

    sound = synth_assets.generate(name, clean=True, **WORLDS[name])
    assert synth_assets.score(sound, []).overall.as_dict()["f1"] == 1


def test_shares_agree_with_scikit_learn_on_random_findings(sales: Dataset, truth: pd.DataFrame) -> None:
    rng = np.random.default_rng(1)
    kinds = [anomaly.name for anomaly in sales.scenario.world.anomalies]
    ids = np.concatenate([sales.frame(table).iloc[:, 0] for table in ("opportunities", "orders", "invoices")])
    cells = pd.MultiIndex.from_product([kinds, ids])
    is_label = cells.isin(pd.MultiIndex.from_frame(truth[["type", "entity_id"]]))
    is_found = rng.random(len(cells)) < np.where(is_label, 0.6, 0.02)
    findings = cells[is_found].to_frame(index=False, name=["type", "entity_id"])
    found = synth_assets.score(sales, findings)
    for kind in (None, *kinds):
        of_kind = cells.get_level_values(0) == kind if kind else np.ones(len(cells), bool)
        precision, recall, f1, _ = precision_recall_fscore_support(
            is_label[of_kind], is_found[of_kind], average="binary"
        )
        assert found.precision(kind) == pytest.approx(precision)
        assert found.recall(kind) == pytest.approx(recall)
        assert found.f1(kind) == pytest.approx(f1)


def test_average_precision_is_scikit_learns_where_every_row_has_a_score(
    sales: Dataset, truth: pd.DataFrame
) -> None:
    rng = np.random.default_rng(2)
    drifted = set(truth.entity_id[truth.type == "pricing_drift"])
    findings = sales.frame("invoices")[["invoice_id"]].rename(columns={"invoice_id": "entity_id"})
    is_label = findings.entity_id.isin(drifted)
    scores = (rng.random(len(findings)) + 0.4 * is_label).round(1)  # with ties
    found = synth_assets.score(sales, findings.assign(type="pricing_drift", score=scores))
    expected = average_precision_score(is_label, scores)
    assert found.rankings["pricing_drift"].average_precision == pytest.approx(expected)
    assert found.ranking.average_precision == pytest.approx(expected * len(drifted) / len(truth))
    first = np.argsort(-scores, kind="stable")[:50]
    assert found.ranking.capacities[0].precision == pytest.approx(is_label.iloc[first].mean())


def test_any_row_of_the_chain_finds_the_case(sales: Dataset, truth: pd.DataFrame) -> None:
    drifted = truth[truth.type == "pricing_drift"]
    invoices = sales.frame("invoices").set_index("invoice_id").loc[drifted.entity_id]
    payments = sales.frame("payments")
    paid = payments[payments.invoice_id.isin(invoices.index)]
    for ids in (invoices.order_id, paid.payment_id):
        found = synth_assets.score(sales, {"type": ["pricing_drift"] * len(ids), "entity_id": list(ids)})
        assert found.recall("pricing_drift") == found.precision("pricing_drift") == 0
        assert found.of("pricing_drift", case=True).found == len(ids)
        assert found.precision("pricing_drift", case=True) == 1
    sound = sales.frame("orders").order_id[lambda ids: ~ids.isin(truth.related_entity_id)]
    other = synth_assets.score(sales, {"entity_id": list(sound[~sound.isin(truth.entity_id)])})
    assert other.case_overall.found == 0


def test_findings_in_vain_cost_what_their_rows_are_worth(sales: Dataset, truth: pd.DataFrame) -> None:
    invoices = sales.frame("invoices")
    sound = invoices[~invoices.invoice_id.isin(truth.entity_id)].iloc[:20]
    found = synth_assets.score(
        sales, {"type": ["pricing_drift"] * 20, "entity_id": list(sound.invoice_id)}
    ).of("pricing_drift")
    assert (found.findings, found.found, found.precision) == (20, 0, 0)
    assert found.in_vain == pytest.approx(sound.amount_due_cents.sum() / 100)


def test_a_false_alarm_is_explained_by_the_decoy_that_it_met(sales: Dataset, truth: pd.DataFrame) -> None:
    deep = sales.frame("opportunities").query("discount_pct > 15")
    approved = (deep.approval_status == "approved").sum()
    found = synth_assets.score(
        sales, {"type": ["unauthorized_discount"] * len(deep), "entity_id": list(deep.opportunity_id)}
    )
    assert found.decoys["approved_discount"] == ("unauthorized_discount", approved, approved)
    assert len(deep) - found.of("unauthorized_discount").right == approved > 0  # no other false alarm
    assert {name for name, alarms in found.decoys.items() if alarms.findings} == {"approved_discount"}
    as_drift = synth_assets.score(
        sales, {"type": ["pricing_drift"] * len(deep), "entity_id": list(deep.opportunity_id)}
    )
    assert not any(alarms.findings for alarms in as_drift.decoys.values())
    assert found.as_dict()["decoys"]["approved_discount"] == {
        "looks_like": "unauthorized_discount",
        "decoys": approved,
        "findings": approved,
    }


def test_days_to_detection_run_from_the_rows_own_day(sales: Dataset, truth: pd.DataFrame) -> None:
    drifted = truth[truth.type == "pricing_drift"].head(6)
    issued = sales.frame("invoices").set_index("invoice_id").issue_date.loc[drifted.entity_id]
    late = [0, 1, 2, 3, 40, -1]  # the last is dated before its invoice
    findings = drifted[["type", "entity_id"]].assign(found_on=issued.to_numpy() + pd.to_timedelta(late, "D"))
    again = findings.head(1).assign(found_on=findings.found_on.iloc[0] + pd.Timedelta(9, "D"), type=None)
    in_vain = findings.head(1).assign(type="stale_unpaid")
    found = synth_assets.score(sales, pd.concat([findings, again, in_vain]))
    assert found.delays["pricing_drift"] == found.delay == (5, 2, 25.2)  # .6 of the way from 3 to 40
    assert found.delays["stale_unpaid"] == (0, None, None)
    assert found.as_dict()["overall"]["days_to_detection"] == {
        "found": 5, "median_days": 2, "p90_days": 25.2
    }  # fmt: skip
    assert found.problems == ["1 finding is dated before its fault came to be: no days to detection"]
    assert found.as_dict()["problems"]["too_early"] == 1
    with pytest.raises(UsageProblem, match="1 finding is dated before its fault"):
        synth_assets.score(sales, findings, strict=True)
    undated = synth_assets.score(sales, drifted[["type", "entity_id"]])
    assert undated.delay is None
    assert "days_to_detection" not in undated.as_dict()["overall"]


def test_findings_without_kinds_find_any(sales: Dataset, truth: pd.DataFrame) -> None:
    found = synth_assets.score(sales, truth[["entity_id"]])
    assert found.overall.recall == found.overall.precision == 1
    assert found.by_type["pricing_drift"].recall == 1
    assert found.by_type["pricing_drift"].findings is found.by_type["pricing_drift"].precision is None


def test_plain_numbers_need_a_kind_and_name_a_row_of_its_table() -> None:
    world = synth_assets.generate("wholesale", **WORLDS["wholesale"])
    with pytest.raises(UsageProblem) as error:
        synth_assets.score(world, {"entity_id": ["1"]})
    assert str(error.value) == (
        "wholesale: findings need a type: its ids are plain numbers, which name a row of any table"
    )
    found = synth_assets.score(world, {"type": ["lapping", "lappin"], "entity_id": ["999999999", "1"]})
    assert (found.unknown_ids, found.unknown_types) == (1, {"lappin": 1})


def test_what_cannot_be_right_is_named_and_counted(sales: Dataset, truth: pd.DataFrame) -> None:
    rows = truth[["type", "entity_id"]].head(3)
    findings = pd.concat(
        [
            rows,
            rows.head(1),
            pd.DataFrame(
                {
                    "type": ["pricing_drif", "pricing_drift"],
                    "entity_id": [sales.tables["invoices"]["invoice_id"][0].as_py(), "INV-999999999"],
                }
            ),
        ]
    )
    found = synth_assets.score(sales, findings)
    assert found.problems == [
        "1 finding was given before: each counts once",
        "1 finding is of the unknown type 'pricing_drif' and counts as wrong. Did you mean pricing_drift?",
        "1 finding names no row of the data and counts as wrong: INV-999999999",
    ]
    assert (found.overall.findings, found.overall.right) == (5, 3)
    with pytest.raises(UsageProblem, match="1 finding was given before"):
        synth_assets.score(sales, findings, strict=True)


@pytest.mark.parametrize(
    ("findings", "message"),
    [
        ({"invoice": ["INV-1"]}, "findings need a column entity_id, and type where the detector tells kinds "
         "(columns found: invoice)"),
        ({"entity_id": ["INV-1", None]}, "findings: 1 row has no entity_id, the first is row 2"),
        ({"entity_id": ["A"], "score": ["high"]}, "findings: a score is no finite number: 'high'"),
        ({"entity_id": ["A"], "score": [float("nan")]}, "findings: a score is no finite number: nan"),
        ({"entity_id": ["A"], "score": ["1e400"]}, "findings: a score is no finite number: '1e400'"),
        ({"entity_id": ["A"], "found_on": ["infinity"]},
         "findings: a found_on is no date such as 2026-03-31: 'infinity'"),
        ({"entity_id": ["A", "B"], "score": [1]},
         "findings cannot be read: Column 1 named score expected length 2 but got length 1: give a file, a "
         "frame, a table, columns or rows"),
        ({"entity_id": ["A", "B"], "score": [1, None]},
         "findings: 1 of 2 rows has no score: give all or none"),
        ({"entity_id": ["A"], "found_on": ["soon"]},
         "findings: a found_on is no date such as 2026-03-31: 'soon'"),
        ({"entity_id": ["A", "B"], "found_on": ["2026-03-31", ""]},
         "findings: 1 of 2 rows has no found_on: give all or none"),
    ],
)  # fmt: skip
def test_findings_that_cannot_be_read_say_why(sales: Dataset, findings: dict, message: str) -> None:
    with pytest.raises(UsageProblem) as error:
        synth_assets.score(sales, findings)
    assert str(error.value) == message


@pytest.mark.parametrize("name", WORLDS)
def test_an_id_may_be_written_short_as_in_explain(name: str) -> None:
    data = synth_assets.generate(name, **WORLDS[name])
    found = data.frame("anomaly_manifest")[["type", "entity_id"]]
    spelt = [str(key) for key in found.entity_id]
    short = {
        "lower case, no zeros": [re.sub(r"([-_])0+", r"\1", key).lower() for key in spelt],
        "other sign": [key.translate(str.maketrans("-_", "_-")) for key in spelt],
        "more zeros": [re.sub(r"([-_])", r"\g<1>00", key) for key in spelt],
    }
    expected = synth_assets.score(data, found)
    assert expected.overall.recall == 1
    for how, ids in short.items():
        assert synth_assets.score(data, found.assign(entity_id=ids)) == expected, how
    twice = pd.concat([found, found.assign(entity_id=short["other sign"])])
    assert synth_assets.score(data, twice).overall.findings == expected.overall.findings


def test_an_id_of_ten_digits_names_no_row(sales: Dataset) -> None:
    invoice = sales.tables["invoices"]["invoice_id"][0].as_py()
    found = synth_assets.score(sales, [{"entity_id": f"INV-1{invoice[-9:]}"}, {"entity_id": f"x{invoice}"}])
    assert found.unknown_ids == 2


def test_a_frame_without_columns_reports_nothing(sales: Dataset) -> None:
    assert synth_assets.score(sales, pd.DataFrame()).overall.findings == 0


@pytest.fixture(scope="module")
def published(tmp_path_factory) -> Path:
    directory = tmp_path_factory.mktemp("published")
    assert run("generate", "order_to_cash", "--set", "num_transactions=300", "--data-dir", str(directory))
    return directory


def run(*arguments: str) -> str:
    done = CliRunner().invoke(main, arguments, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.parametrize("ending", ["csv", "json", "jsonl", "parquet"])
def test_the_command_reads_each_form(published: Path, tmp_path: Path, ending: str) -> None:
    truth = pq.read_table(published / "order_to_cash" / "anomaly_manifest").to_pandas()
    frame = truth[["type", "entity_id"]].iloc[::2]
    path = tmp_path / f"found.{ending}"
    match ending:
        case "csv":
            frame.to_csv(path, index=False)
        case "parquet":
            frame.to_parquet(path)
        case _:
            frame.to_json(path, orient="records", lines=ending == "jsonl")
    said = json.loads(
        run("score", "order_to_cash", "--findings", str(path), "--json", "--data-dir", str(published))
    )
    assert said["overall"]["found"] == said["overall"]["findings"] == len(frame)
    assert said["overall"]["recall"] == pytest.approx(len(frame) / len(truth))
    assert set(said["by_type"]) == set(truth.type)
    assert {
        "labels",
        "findings",
        "found",
        "precision",
        "recall",
        "f1",
        "at_risk_found",
        "at_risk_missed",
    } <= set(said["by_type"]["pricing_drift"])


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("header.csv", "entity_id\n"),
        ("header.csv", "type;entity_id"),
        ("list.json", "[]\n"),
        ("list.jsonl", "[]"),
        ("pandas.jsonl", "\n"),
    ],
)
def test_a_file_that_says_that_nothing_was_found_is_scored(
    published: Path, tmp_path: Path, name: str, content: str
) -> None:
    said = json.loads(run("score", *of_file(tmp_path / name, content), "--json", *at(published)))
    assert (said["overall"]["findings"], said["overall"]["recall"]) == (0, 0)


def of_file(path: Path, content: str) -> list[str]:
    path.write_text(content)
    return ["order_to_cash", "--findings", str(path)]


def at(directory: Path) -> tuple[str, str]:
    return "--data-dir", str(directory)


NO_HEADER = "{path} has no header: where nothing was found, write a line with entity_id"
NOTHING = "{path} is empty: where nothing was found, write []"
NO_ID = "findings need a column entity_id, and type where the detector tells kinds (columns found: {columns})"
CELLS = (
    "findings cannot be read: Invalid Input Error: CSV Error on Line: {line}: Expected Number of Columns: 2 "
    "Found: {found}"
)


@pytest.mark.parametrize(
    ("name", "content", "code", "line"),
    [
        ("found.csv", "", 2, NO_HEADER),
        ("found.csv", "\n \n", 2, NO_HEADER),
        ("found.json", "", 2, NOTHING),
        ("found.json", "\n", 2, NOTHING),
        ("found.jsonl", "", 2, NOTHING),
        ("found.csv", "[]", 2, NO_ID.format(columns="[]")),
        ("found.csv", "invoice,type\nINV-1,x\n", 2, NO_ID.format(columns="invoice, type")),
        ("found.csv", "entity_id,type\nINV-000000022\n", 1, CELLS.format(line=2, found=1)),
        ("found.csv", "entity_id,type\nINV-22,pricing_drift,x\n", 1, CELLS.format(line=2, found=3)),
        ("found.csv", "\nentity_id,type\nINV-22,\nINV-23\n", 1, CELLS.format(line=4, found=1)),
        ("found.csv", "x" * 200_000, 1, "{path} cannot be read: field larger than field limit (131072)"),
    ],
)
def test_a_file_that_says_nothing_or_half_of_it_is_refused(
    published: Path, tmp_path: Path, name: str, content: str, code: int, line: str
) -> None:
    words = of_file(tmp_path / name, content)
    done = CliRunner().invoke(main, ["score", *words, *at(published)], catch_exceptions=False)
    assert (done.exit_code, done.output) == (code, line.format(path=tmp_path / name) + "\n")


@pytest.mark.parametrize(
    "content",
    [
        "entity_id,type\n{first},pricing_drift\n{second},\n",
        "\ufeffEntity_ID;type\r\n{first};pricing_drift\r\n{second};\r\n",
        '\n\nnote\tnote\tentity_id\t type\n"a\nb"\t\t{first}\tpricing_drift\n\t\t{second}\t\n',
    ],
)
def test_a_csv_file_is_read_by_its_header(published: Path, tmp_path: Path, content: str) -> None:
    truth = pq.read_table(published / "order_to_cash" / "anomaly_manifest").to_pandas()
    first, second = truth[truth.type == "pricing_drift"].entity_id[:2]
    words = of_file(tmp_path / "found.csv", content.format(first=first, second=second))
    said = json.loads(run("score", *words, "--json", *at(published)))
    assert (said["overall"]["findings"], said["overall"]["found"]) == (2, 2)


def test_the_command_prints_tables(published: Path, tmp_path: Path) -> None:
    truth = pq.read_table(published / "order_to_cash" / "anomaly_manifest").to_pandas()
    path = tmp_path / "found.csv"
    truth[["type", "entity_id"]].assign(score=1, found_on="2030-01-01").to_csv(path, index=False)
    said = run("score", "order_to_cash", "--findings", str(path), "--data-dir", str(published)).split("\n\n")
    assert [block.split("  ")[0] for block in said] == [
        "kind",
        "difficulty",
        "average precision 1.000",
        "alerts",
        "days to detection",
    ]
    overall = next(line for line in said[0].splitlines() if line.startswith("overall"))
    assert overall.split()[1:4] == [f"{len(truth)}"] * 3
    assert said[4].splitlines()[-1].split()[:2] == ["overall", str(len(truth))]
