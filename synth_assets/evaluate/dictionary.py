"""The dictionary pages of `docs`, with the first rows of each table.

`python -m synth_assets.evaluate.dictionary` writes `docs/<world>.md` for all worlds.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from synth_assets import connect, worlds
from synth_assets.derive.dictionary import Samples, page
from synth_assets.generation.generate import write_world
from synth_assets.model.world import World
from synth_assets.scenario.resolve import resolve
from synth_assets.scenario.scenario import Scenario

AS_OF = "2026-06-30"
"""The last day of the rows shown, of the worlds that live up to today."""

ROWS = 10
"""Rows of a table that are shown."""


def sampled(name: str) -> Scenario:
    """The default configuration of a world, on the day of the pages where its own is today."""
    world = worlds.load(name)
    return resolve(name, as_of=AS_OF if world.config.model_fields["as_of"].default == "today" else None)


def first_rows(connection: duckdb.DuckDBPyConnection, world: World) -> dict[str, list[tuple[object, ...]]]:
    """The first rows of each published table of a world; of a view, by its columns."""
    derived = {view.name for view in world.derived}
    return {
        table.name: connection.execute(
            f"SELECT * FROM {world.name}.{table.name} {'ORDER BY ALL ' * (table.name in derived)}LIMIT {ROWS}"
        ).fetchall()
        for table in world.relations
    }


def page_of(scenario: Scenario, data_dir: str) -> str:
    """The page of the world of a scenario that is published in a directory."""
    with connect(data_dir) as connection:
        rows = first_rows(connection, scenario.world)
    return page(scenario.world, Samples(scenario.config.day, rows))


def main(directory: Path = Path("docs")) -> None:
    """Write the page of every world into a directory."""
    directory.mkdir(exist_ok=True)
    for name in worlds.NAMES:
        with TemporaryDirectory() as data:
            write_world(sampled(name), Path(data))
            text = page_of(sampled(name), data)
        path = directory / f"{name}.md"
        path.write_text(text, encoding="utf-8")
        print(path, file=sys.stderr)


if __name__ == "__main__":
    main()
