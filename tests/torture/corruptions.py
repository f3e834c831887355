"""What is published is changed by hand: a legal value, a bit, the length of a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pyarrow as pa
import pyarrow.parquet as pq

from synth_assets.model.world import World
from synth_assets.storage.parquet import part_name
from tests.torture.commands import Ended, run
from tests.torture.outcome import Outcome, outcome, spread
from tests.torture.small import generate_words, small


def corruptions(world: World, home: Path, size: int | None = None) -> Outcome:
    """Change one part at a time; `verify` exits 1 and names it, and nothing else takes a flipped bit.

    Args:
        world: which world.
        home: an empty directory.
        size: columns in which two rows' values are exchanged, and tables in whose file a bit is flipped, and
            whose file is cut; all without it.
    """
    return outcome(_corruptions(world, home, size))


def _corruptions(world: World, home: Path, size: int | None) -> Iterator[tuple[str, str | None]]:
    data = home / "data"
    run(*generate_words(world, small(world), data))
    parts = {table.name: data / world.name / table.name / part_name(0) for table in world.tables}
    columns = [(table.name, column.name) for table in world.tables for column in table.columns]
    there_are_two = [place for place in columns if _swapped(pq.read_table(parts[place[0]]), place[1])]
    for table, column in spread(there_are_two, size):
        whole = parts[table].read_bytes()
        pq.write_table(_swapped(pq.ParquetFile(parts[table]).read(), column), parts[table])
        yield f"two values exchanged in {table}.{column}", _taken(_verified(world, data), table)
        parts[table].write_bytes(whole)
    for table in spread(list(parts), size):
        whole = parts[table].read_bytes()
        place = Random(table).randrange(8 * len(whole))
        flipped = bytearray(whole)
        flipped[place // 8] ^= 1 << place % 8
        parts[table].write_bytes(flipped)
        done = f"bit {place} flipped in {table}"
        yield f"{done}, verify", _taken(_verified(world, data), table)
        exported = run("export", world.name, "--to", "csv", "--out", home / "out", "--data-dir", data)
        yield f"{done}, export", _taken(exported, table)
        if _is_loaded(world, table):
            loaded = run("load", world.name, "--url", f"sqlite:///{home}/loaded.db", "--data-dir", data)
            yield f"{done}, load", _taken(loaded, table)
        parts[table].write_bytes(whole)
    for table in spread(list(parts), size):
        whole = parts[table].read_bytes()
        parts[table].write_bytes(whole[: Random(table).randrange(len(whole))])
        yield f"{table} cut short", _taken(_verified(world, data), table)
        parts[table].write_bytes(whole)
    yield "everything put back", None if _verified(world, data).code == 0 else "verify fails"


def _swapped(rows: pa.Table, column: str) -> pa.Table | None:
    """The rows with two different values of a column in each other's place; None where there are none."""
    values = rows[column].to_pylist()
    other = next((place for place, value in enumerate(values) if value != values[0]), None)
    if other is None:
        return None
    values[0], values[other] = values[other], values[0]
    place = rows.schema.get_field_index(column)
    return rows.set_column(place, rows.schema.field(place), pa.array(values, rows.schema.field(place).type))


def _verified(world: World, data: Path) -> Ended:
    return run("verify", world.name, "--data-dir", data)


def _is_loaded(world: World, table: str) -> bool:
    """Whether `load` reads a table."""
    from synth_assets.export import databases

    return world.database is not None and table in databases.tables(world, "sqlite:///unused.db")


def _taken(ended: Ended, table: str) -> str | None:
    """What is wrong with the answer to a part that was changed: it must fail and name the part."""
    said = "\n".join([ended.out, *ended.lines])
    named = any(table in line and part_name(0) in line for line in said.splitlines())
    return None if ended.code == 1 and named else f"exit {ended.code}, {said[:200]!r}"
