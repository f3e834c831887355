"""Benchmarks are what is committed of them, whole or not there, and described so that others read them."""

from __future__ import annotations

import datetime as dt
import json
import re
import subprocess
import sys
from collections import Counter
from dataclasses import asdict, replace
from hashlib import sha256
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import mlcroissant
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from synth_assets import worlds
from synth_assets.cli import main
from synth_assets.evaluate.benchmarks.benchmark import SPLITS, Benchmark
from synth_assets.evaluate.benchmarks.declared import BENCHMARKS, find_benchmark
from synth_assets.evaluate.benchmarks.make import make
from synth_assets.evaluate.benchmarks.page import page
from synth_assets.evaluate.benchmarks.record import (
    Record,
    committed,
    labels_hash,
    record_of,
    small_hash,
    summary,
)
from synth_assets.evaluate.benchmarks.reference import ranked, reference_scores
from synth_assets.evaluate.benchmarks.split import make_split
from synth_assets.generation.generate import in_memory
from synth_assets.model.errors import Problem
from synth_assets.model.manifest import DIFFICULTIES
from synth_assets.storage.paths import exclusive

ROOT = Path(__file__).parent.parent
SMALLEST = "subscription-leakage-1"
ENTITIES = {"customers", "plans", "subscriptions", "invoices", "payments"}
LABELS = {"anomaly_manifest", "decoys"}

pytestmark = [
    pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated"),  # by mlcroissant
    pytest.mark.filterwarnings("ignore:The inplace keyword"),
]

every_benchmark = pytest.mark.parametrize("benchmark", BENCHMARKS, ids=lambda benchmark: benchmark.id)


def said(*words: str | Path) -> tuple[int, str, str]:
    """Exit code, stdout and stderr."""
    result = CliRunner().invoke(main, ["benchmark", *map(str, words)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


# --- what is declared and committed -------------------------------------------------------------------


def test_every_world_has_a_benchmark_and_each_has_its_name_day_and_seeds():
    assert {benchmark.world for benchmark in BENCHMARKS} == set(worlds.NAMES)
    assert len({benchmark.id for benchmark in BENCHMARKS}) == len(BENCHMARKS)
    seeds = [seed for benchmark in BENCHMARKS for seed in benchmark.seeds]
    assert len(set(seeds)) == len(seeds) == 3 * len(BENCHMARKS)
    for benchmark in BENCHMARKS:
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*-[1-9]", benchmark.id)
        assert dt.date.fromisoformat(benchmark.as_of) <= dt.date.fromisoformat(benchmark.published)
        assert benchmark.limits


@every_benchmark
def test_the_committed_hashes_are_of_what_is_made_now(benchmark, tmp_path):
    """After a change of bytes: python -m synth_assets.evaluate.benchmarks."""
    assert small_hash(benchmark, tmp_path) == record_of(benchmark).small_sha256


def test_the_committed_page_is_fresh():
    """After a change of words: python -m synth_assets.evaluate.benchmarks."""
    assert (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8") == page(committed())


def test_the_list_has_the_hash_of_every_benchmark_s_test_labels():
    code, out, _ = said("list")
    assert code == 0
    for benchmark in BENCHMARKS:
        lines = out[out.index(f"{benchmark.id}  ") :].splitlines()[:4]
        assert lines[3] == f"    test labels: sha256 {record_of(benchmark).test_labels_sha256}"


def test_the_committed_reference_scores_are_what_the_panel_finds():
    benchmark = find_benchmark(SMALLEST)
    train, test = (in_memory(benchmark.scenario(split)) for split in ("train", "test"))
    found, kept = reference_scores(train, test), record_of(benchmark).reference_scores
    assert list(found) == list(kept) == ["ghost_subscriber", "zombie_account", "partial_payment"]
    assert numbers(found) == pytest.approx(numbers(kept), abs=0.005, rel=0.02)


def numbers(scores: object, path: str = "") -> dict[str, float]:
    """Every number of a document by where it stands."""
    if isinstance(scores, dict | list):
        entries = scores.items() if isinstance(scores, dict) else enumerate(scores)
        return {key: n for name, below in entries for key, n in numbers(below, f"{path}/{name}").items()}
    assert isinstance(scores, int | float)
    return {path: scores}


# --- reference scores ---------------------------------------------------------------------------------


def test_the_best_come_first_and_at_a_tie_those_given_first():
    at_fault = np.arange(100) >= 90
    dollars = np.where(at_fault, 300, 0)
    right = ranked(np.where(at_fault, 1.0, 0.0), at_fault, dollars, 10)
    assert (right["average_precision"], right["recall_at_1_pct_false_alarms"]) == (1, 1)
    assert right["best_alerts"] == [{"alerts": 50, "precision": 0.2, "recall": 1, "at_risk_found": 30}]
    nothing = ranked(np.zeros(100), at_fault, dollars, 10)
    assert (nothing["average_precision"], nothing["recall_at_1_pct_false_alarms"]) == (0.1, 0)
    assert nothing["best_alerts"] == [{"alerts": 50, "precision": 0, "recall": 0, "at_risk_found": 0}]


def test_what_the_view_does_not_show_is_not_found():
    at_fault = np.arange(100) >= 90
    half = ranked(np.where(at_fault, 1.0, 0.0), at_fault, np.where(at_fault, 300, 0), 20)
    assert half["average_precision"] == half["recall_at_1_pct_false_alarms"] == 0.5
    assert half["best_alerts"][0]["recall"] == 0.5


# --- what is made -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """The smallest benchmark, as the command makes it; its hashes agree, or it would not be there."""
    out = tmp_path_factory.mktemp("benchmarks") / SMALLEST
    code, printed, told = said("make", SMALLEST, "--out", out)
    assert (code, printed) == (0, f"{out}\n"), told
    assert told.splitlines() == [f"{SMALLEST}  {split}" for split in SPLITS]
    assert [path.name for path in out.parent.iterdir()] == [SMALLEST]
    return out


def parquet_files(directory: Path) -> set[str]:
    return {path.relative_to(directory).as_posix() for path in directory.rglob("*.parquet")}


def test_the_test_split_holds_no_labels_and_nothing_that_says_them(made):
    shown = {path.rpartition("/")[0]: set() for path in parquet_files(made)}
    for path in parquet_files(made):
        folder, _, name = path.removesuffix(".parquet").rpartition("/")
        shown[folder].add(name)
    labelled = ENTITIES | LABELS
    assert shown == {"train": labelled, "validation": labelled, "test": ENTITIES, "test_labels": LABELS}


def test_splits_are_whole_and_of_different_seeds(made):
    benchmark = find_benchmark(SMALLEST)
    for split in SPLITS:
        data = in_memory(benchmark.scenario(split))
        assert pq.read_table(made / split / "invoices.parquet").equals(data.tables["invoices"])
        labels = made / ("test_labels" if split == "test" else split) / "anomaly_manifest.parquet"
        assert pq.read_table(labels).equals(data.truth)
    train, test = (pq.read_table(made / split / "payments.parquet") for split in ("train", "test"))
    assert not train.slice(0, 50).equals(test.slice(0, 50))


def test_benchmark_json_has_the_hash_of_every_other_file(made):
    document = json.loads((made / "benchmark.json").read_text())
    files = {
        path.relative_to(made).as_posix(): sha256(path.read_bytes()).hexdigest()
        for path in made.rglob("*")
        if path.is_file() and path.name != "benchmark.json"
    }
    assert document["files"] == files
    record = record_of(find_benchmark(SMALLEST))
    assert document["test_labels_sha256"] == files["test_labels/anomaly_manifest.csv"]
    assert document["test_labels_sha256"] == record.test_labels_sha256
    assert document["splits"] == record.splits
    assert (document["name"], document["version"]) == ("subscription-leakage", 1)
    assert document["seeds"] == {"train": 3101, "validation": 3102, "test": 3103}
    assert document["configuration"]["num_customers"] == 2_000
    assert json.loads((made / "reference_scores.json").read_text()) == record.reference_scores


def test_findings_are_scored_with_the_test_labels_scenario(made, tmp_path):
    data = str(tmp_path)
    scenario = str(made / "test_labels" / "scenario.json")
    run = CliRunner().invoke(main, ["generate", "subscriptions", "--config", scenario, "--data-dir", data])
    assert run.exit_code == 0, run.stderr
    found = tmp_path / "found.csv"
    rows = pq.read_table(made / "test_labels" / "anomaly_manifest.parquet")
    zombies = rows.filter(pc.equal(rows["type"].cast(pa.string()), "zombie_account"))
    found.write_text("entity_id\n" + "\n".join(zombies["entity_id"].to_pylist()))
    words = ["score", "subscriptions", "--findings", str(found), "--data-dir", data, "--json"]
    score = json.loads(CliRunner().invoke(main, words).stdout)
    assert score["by_type"]["zombie_account"]["recall"] == score["overall"]["precision"] == 1


# --- what describes it --------------------------------------------------------------------------------


def test_mlcroissant_takes_the_croissant_and_reads_its_records(made):
    dataset = mlcroissant.Dataset(str(made / "croissant.json"))
    metadata = dataset.metadata
    assert metadata.ctx.conforms_to.value == "http://mlcommons.org/croissant/1.1"
    assert not metadata.ctx.issues.errors
    assert not metadata.ctx.issues.warnings
    assert (metadata.name, metadata.version) == (SMALLEST, "1.0.0")
    assert metadata.data_limitations[: len(find_benchmark(SMALLEST).limits)] == list(
        find_benchmark(SMALLEST).limits
    )
    for given in ("data_use_cases", "data_biases", "data_annotation_protocol", "data_social_impact"):
        assert getattr(metadata, given), given
    files = {file.id: file.sha256 for file in metadata.file_objects}
    assert files.keys() == parquet_files(made)
    assert all(sha256((made / path).read_bytes()).hexdigest() == digest for path, digest in files.items())
    sets = {each.id: [field.name for field in each.fields] for each in metadata.record_sets}
    for path in files:
        assert sets[path.removesuffix(".parquet")] == pq.read_schema(made / path).names
    rows = pq.read_table(made / "train" / "invoices.parquet").slice(0, 3).to_pylist()
    for record, row in zip(islice(dataset.records("train/invoices"), 3), rows, strict=True):
        assert record["train/invoices/invoice_id"].decode() == row["invoice_id"]
        assert record["train/invoices/due_date"].date() == row["due_date"]
        assert record["train/invoices/amount_cents"] == row["amount_cents"]


def test_mlcroissant_refuses_a_file_that_was_changed(made, tmp_path):
    document = json.loads((made / "croissant.json").read_text())
    (tmp_path / "train").mkdir()
    (tmp_path / "croissant.json").write_text(json.dumps(document))
    (tmp_path / "train" / "plans.parquet").write_bytes((made / "test" / "plans.parquet").read_bytes() + b"x")
    records = mlcroissant.Dataset(str(tmp_path / "croissant.json")).records("train/plans")
    with pytest.raises(Exception, match=r"Download\(train/plans.parquet\)") as error:
        next(iter(records))
    assert "not identical" in str(error.value.__cause__)


def test_the_datasheet_answers_with_the_numbers_of_the_splits(made):
    text = (made / "datasheet.md").read_text()
    heads = [line.removeprefix("## ") for line in text.splitlines() if line.startswith("## ")]
    assert heads[:4] == [
        "Motivation",
        "Composition",
        "Collection process",
        "Preprocessing, cleaning, labelling",
    ]
    assert heads[4:7] == ["Uses", "Distribution", "Maintenance"]
    assert record_of(find_benchmark(SMALLEST)).test_labels_sha256 in text
    assert all(f"- {limit}" in text for limit in find_benchmark(SMALLEST).limits)
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines()]
    train = pq.read_table(made / "train" / "anomaly_manifest.parquet")
    grades = Counter(zip(train["type"].to_pylist(), train["difficulty"].to_pylist(), strict=True))
    counts = [grades["partial_payment", grade] for grade in DIFFICULTIES]
    assert [
        "partial_payment",
        "train",
        f"{sum(counts):,}",
        *(f"{n:,}" if n else "–" for n in counts),
    ] in cells
    lists = [
        pq.read_table(made / folder / "decoys.parquet") for folder in ("train", "validation", "test_labels")
    ]
    decoys = [rows["decoy"].to_pylist().count("cancelled") for rows in lists]
    assert ["ghost_subscriber", "cancelled", *map(str, decoys)] in cells


# --- whole or not there -------------------------------------------------------------------------------


def small() -> Benchmark:
    return find_benchmark(SMALLEST).smaller()


@pytest.fixture(scope="module")
def expected() -> Record:
    """What a small one must be; without scores."""
    benchmark = small()
    with TemporaryDirectory() as name:
        directory = Path(name)
        splits = {split: make_split(benchmark, split) for split in SPLITS}
        said = {split: summary(made, directory) for split, made in splits.items()}
        return Record({}, labels_hash(splits["test"], directory), said, "", {})


def test_a_small_one_is_made_in_an_empty_directory(expected, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    make(small(), out, expected)
    assert (out / "benchmark.json").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_link_under_the_name_that_is_used_meanwhile_is_not_followed(expected, tmp_path):
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "kept.txt").touch()
    (tmp_path / ".out.synth_assets-new").symlink_to("theirs")
    make(small(), tmp_path / "out", expected)
    assert (tmp_path / "theirs" / "kept.txt").exists()
    assert not (tmp_path / "out").is_symlink()


@pytest.mark.parametrize("wrong", ["labels", "validation"])
def test_what_is_not_what_is_committed_is_refused(expected, tmp_path, wrong):
    other = (
        replace(expected, test_labels_sha256="0" * 64)
        if wrong == "labels"
        else replace(expected, splits=expected.splits | {"validation": expected.splits["train"]})
    )
    split = "test" if wrong == "labels" else wrong
    with pytest.raises(
        Problem, match=rf"^subscription-leakage-1: the {split} split is not the one .* file has them$"
    ):
        make(small(), tmp_path / "out", other)
    assert not list(tmp_path.iterdir())


def test_of_the_same_versions_it_is_the_source_that_is_another_one(expected, tmp_path):
    versions = small().scenario("train").versions
    other = replace(expected, versions=versions, splits=expected.splits | {"train": expected.splits["test"]})
    with pytest.raises(Problem, match="this copy of synth_assets was changed since"):
        make(small(), tmp_path / "out", other)


KILLED = """
import json, os, signal, sys
from pathlib import Path
from synth_assets.evaluate.benchmarks import make
from synth_assets.evaluate.benchmarks.declared import find_benchmark
from synth_assets.evaluate.benchmarks.record import Record

write, rename, left = make.write_part, Path.replace, [int(sys.argv[1])]

def killed(is_counted, step):
    def run(*arguments):
        left[0] -= is_counted(*arguments)
        if left[0] < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return step(*arguments)
    return run

make.write_part = killed(lambda *_: True, write)
Path.replace = killed(lambda path, _: path.is_dir(), rename)
make.make(find_benchmark("subscription-leakage-1").smaller(), Path("out"), Record(**json.loads(sys.argv[2])))
"""
"""A benchmark that is killed before its n-th table, or before it takes its place."""


@pytest.mark.parametrize("steps", [9, 5 * 3 + 2 * 3], ids=["amid", "at the end"])
def test_what_a_killed_run_leaves_is_no_benchmark_and_goes_with_the_next(expected, tmp_path, steps):
    out = tmp_path / "out"
    words = [str(steps), json.dumps(asdict(expected))]
    killed = subprocess.run([sys.executable, "-c", KILLED, *words], cwd=tmp_path)
    assert killed.returncode == -9
    assert [path.name for path in tmp_path.iterdir()] == [".out.synth_assets-new"]
    make(small(), out, expected)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (
            OSError(28, "No space left on device"),
            "no space left in {here} (N MiB and N files free): every file is complete, old or new; free some "
            "space, use another --out",
        ),
        (
            PermissionError(13, "Permission denied", "x"),
            "cannot write to x: Permission denied: mend that, or use another directory",
        ),
        (KeyboardInterrupt(), "stopped: nothing is half-written"),
    ],
    ids=["full", "forbidden", "stopped"],
)
def test_a_disk_that_takes_nothing_and_an_interrupt_leave_nothing(tmp_path, monkeypatch, error, line):
    def failing(*_):
        raise error

    monkeypatch.setattr("synth_assets.evaluate.benchmarks.make.write_part", failing)
    code, out, told = said("make", SMALLEST, "--out", tmp_path / "new" / "out")
    told = re.sub(r"\([\d,]+ MiB and [\d,]+ files", "(N MiB and N files", told)
    assert (code, out) == (1, "")
    assert told == f"{SMALLEST}  train\n" + line.format(here=tmp_path) + "\n"
    assert not list(tmp_path.rglob("*.*"))


def test_wrong_use_is_one_line_and_writes_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").touch()
    (tmp_path / "loop").symlink_to("loop")
    known = ", ".join(benchmark.id for benchmark in BENCHMARKS)
    not_there = "name a directory that is not there yet, or an empty one"
    lines = {
        ("revenue-leakage", "x"): "unknown benchmark 'revenue-leakage'. Did you mean revenue-leakage-1? "
        f"(benchmarks: {known})",
        (SMALLEST, "full"): f"{tmp_path}/full is not empty: {not_there}",
        (SMALLEST, "."): "--out is the current directory: name another one",
        (SMALLEST, ""): "--out is an empty text: name a directory",
        (
            SMALLEST,
            "s3://books/out",
        ): "s3://books/out: a benchmark is made on a disk: name a directory there, and copy it",
        (SMALLEST, "loop/x"): "loop/x leads in a circle of links: name another directory",
    }
    for (name, out), line in lines.items():
        assert said("make", name, f"--out={out}") == (2, "", f"{line}\n")
    assert said("make", SMALLEST, "--out=full/mine.txt")[0] == 2
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["full", "loop", "mine.txt"]


def test_two_runs_for_one_directory_do_not_meet(tmp_path):
    staging = tmp_path / ".out.synth_assets-new"
    staging.mkdir()
    with exclusive(staging, False, ""):
        code, _, told = said("make", SMALLEST, "--out", tmp_path / "out")
    assert (code, told) == (
        1,
        f"another run is making {tmp_path}/out: wait for it, or use another --out\n",
    )
    assert staging.exists(), "what the other one has is left alone"
