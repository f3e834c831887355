"""The courses of all tables until the end of as_of's year, kept in a file: until the next year begins, a
night neither plans nor reads the books.

`verify` does not read them: it plans for itself.
"""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from synth_assets.model.draws import Draws
from synth_assets.model.latest import Latest
from synth_assets.worlds.wholesale import growing_plan
from synth_assets.worlds.wholesale.config import Config
from synth_assets.worlds.wholesale.course import Course
from synth_assets.worlds.wholesale.growth import planned, strata
from synth_assets.worlds.wholesale.lineage import TABLES
from synth_assets.worlds.wholesale.tables import anomaly_manifest
from synth_assets.worlds.wholesale.tables.projection import Projection

Key = tuple[str, int]
"""A table, and the year of its rows; ALL_YEARS where they are not made year by year."""

ALL_YEARS = -1

TABLE, YEAR = b"table", b"year"
"""Metadata of a course in the file, which holds one Arrow stream after the other."""

_KNOWN: Latest[Mapping[Key, Course]] = Latest(1)


def known(config: Config) -> Mapping[Key, Course]:
    """The courses that are known of a history; none where they are not."""
    return _KNOWN.get(planned(config)) or {}


def is_known(config: Config) -> bool:
    """Whether the courses of a history are known."""
    return bool(known(config))


def keys(config: Config, first_years: Mapping[str, int]) -> list[Key]:
    """The courses that are kept, in order of lineage: one of each table, or one of each year where its rows
    are made year by year. `first_years` gives the first year that is kept of such a table."""
    years = range(len(strata(config)))
    return [
        (table.name, year)
        for table in TABLES
        for year in (years[first_years[table.name] :] if table.name in first_years else (ALL_YEARS,))
    ]


def content(config: Config, first_years: Mapping[str, int]) -> bytes:
    """The courses of a history from the first day of as_of's year on, as bytes; they are known then."""
    whole = planned(config)
    found = known(config) or _KNOWN.put(whole, _courses(whole, keys(config, first_years)))
    sink, options = pa.BufferOutputStream(), pa.ipc.IpcWriteOptions(compression="lz4")
    for (name, year), course in found.items():
        table = course.to_arrow().replace_schema_metadata({TABLE: name, YEAR: str(year)})
        with pa.ipc.new_stream(sink, table.schema, options=options) as writer:
            writer.write_table(table)
    return sink.getvalue().to_pybytes()


def recall(config: Config, first_years: Mapping[str, int], content: bytes) -> bool:
    """Let the courses of a history be known, as `content` gave them; False where it did not."""
    source, found = pa.BufferReader(content), dict[Key, Course]()
    try:
        while source.tell() < source.size():
            table = pa.ipc.open_stream(source).read_all()
            said = table.schema.metadata
            found[said[TABLE].decode(), int(said[YEAR])] = Course.from_arrow(table)
    except (pa.ArrowException, KeyError, TypeError, ValueError):
        return False
    is_whole = [*found] == keys(config, first_years)
    if is_whole:
        _KNOWN.put(planned(config), found)
    return is_whole


def _courses(whole: Config, wanted: list[Key]) -> Mapping[Key, Course]:
    """Some courses of a history whose years are whole."""
    books, years = growing_plan.plan(whole, growing_plan.draws_of(whole)).year, strata(whole)
    makers = {table.name: table.generate for table in TABLES}
    found: dict[Key, Course] = {}
    for name, year in wanted:
        made, draws = makers[name], Draws(whole.seed, "wholesale", name)
        if isinstance(made, Projection):
            days = None if year == ALL_YEARS else years[year]
            found[name, year] = made.course(books, years[-1].start, days, config=whole, draws=draws)
        else:
            found[name, year] = anomaly_manifest.course(books)
    return found
