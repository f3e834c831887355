"""Finance data whose truth is known: linked worlds, every anomaly labelled.

world = synth_assets.generate("order_to_cash", seed=7, num_transactions=2_000)
world.frame("invoices"), world.tables["orders"], world.truth
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb

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


def connect(data_dir: str | None = None) -> duckdb.DuckDBPyConnection:
    """A DuckDB connection with the views of every published world: `order_to_cash.invoices` …

    It keeps the tables that it was opened on while a world is generated again. After a second run that
    changes the data their files are gone: connect again.

    Args:
        data_dir: a directory, or an address such as "s3://books/data"; by default SYNTH_ASSETS_DATA_DIR, else
            `data`.

    Raises:
        Problem: nothing is there yet; the message is one line.
    """
    from synth_assets.storage import catalogue, store

    return catalogue.connect(store.data_dir(data_dir))
