"""Finance data whose truth is known: linked worlds, every anomaly labelled.

world = synth_assets.generate("order_to_cash", seed=7, num_transactions=2_000)
world.frame("invoices"), world.tables["orders"], world.truth
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb

    from synth_assets.evaluate.explain.explanation import Explanation
    from synth_assets.evaluate.findings import Findings
    from synth_assets.evaluate.scores import Scores
    from synth_assets.generation.generate import Dataset

__version__ = "0.1.0"


def generate(world: str, *, preset: str | None = None, clean: bool = False, **config: Any) -> Dataset:
    """A world in memory, for a test suite or a notebook.

    Args:
        world: a world's name, for example "order_to_cash".
        preset: one of the world's presets.
        clean: the clean twin: the same rows without any anomaly.
        config: configuration values; nested ones as mappings, `anomaly_rates={"missing_invoice": 0.1}`.

    Raises:
        UsageProblem: an unknown world or key, or a value out of range; the message is one line.
    """
    from synth_assets.generation.generate import in_memory
    from synth_assets.scenario.resolve import resolve

    return in_memory(resolve(world, config, preset=preset, clean=clean))


def score(dataset: Dataset | str, findings: Findings, *, strict: bool = False) -> Scores:
    """What a detector caught: `score(world, found).recall("pricing_drift")`, `.precision()`, `.f1()`.

    Args:
        dataset: a world in memory, or the name of a published one, in SYNTH_ASSETS_DATA_DIR or `data`.
        findings: what was reported: a frame, a table, rows, or a file, with the column `entity_id`, with
            `type` where kinds are told, and with `score` where it says how sure it is.
        strict: whether a finding that is given twice, of an unknown type, or names no row, is an error.

    Raises:
        UsageProblem: findings lack a column, or, if strict, one of them cannot be right; in one line.
        Problem: the file of findings, or a published table, cannot be read.
    """
    from synth_assets.evaluate.score import score
    from synth_assets.scenario.resolve import find_world
    from synth_assets.storage.publication import opened
    from synth_assets.storage.store import Store, data_dir

    data = opened(Store(find_world(dataset), data_dir())) if isinstance(dataset, str) else dataset
    return score(data, findings, strict=strict)


def explain(dataset: Dataset | str, row: str) -> Explanation:
    """The story of one row: `explain(world, "INV-000000022").labels`, `.decoys`, `.compared`, `.as_dict()`.

    Args:
        dataset: a world in memory, or the name of a published one, in SYNTH_ASSETS_DATA_DIR or `data`.
        row: its id, also in lower case and without leading zeros; a label's id stands for the row at fault;
            "invoices:22" where ids are plain numbers.

    Raises:
        UsageProblem: the id has none of the forms that there are; the message lists them.
        Problem: there is no such row, or a published table cannot be read.
    """
    from synth_assets.evaluate.explain.story import explain
    from synth_assets.scenario.resolve import find_world
    from synth_assets.storage.publication import opened
    from synth_assets.storage.store import Store, data_dir

    data = opened(Store(find_world(dataset), data_dir())) if isinstance(dataset, str) else dataset
    return explain(data, row)


def connect(data_dir: str | None = None, *, version: int = 0) -> duckdb.DuckDBPyConnection:
    """A DuckDB connection with the views of every published world: `order_to_cash.invoices` …

    It keeps the tables that it was opened on while a world is generated again. Once runs have changed the
    data more often than versions are kept, their files are gone: connect again.

    Args:
        data_dir: a directory, or an address such as "s3://books/data"; by default SYNTH_ASSETS_DATA_DIR, else
            `data`.
        version: how many versions to go back: 1 is the one before the current. As many are kept as
            SYNTH_ASSETS_KEEP_VERSIONS says, one by default.

    Raises:
        Problem: nothing is there yet, or no such version is kept; the message is one line.
    """
    from synth_assets.storage import catalogue, store

    return catalogue.connect(store.data_dir(data_dir), version)


def __getattr__(name: str) -> Any:
    """`WorldComponent`: a world in somebody's Dagster project. Dagster is imported when it is asked for."""
    if name != "WorldComponent":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from synth_assets.orchestration.component import WorldComponent

    return WorldComponent


def __dir__() -> list[str]:
    return sorted([*globals(), "WorldComponent"])
