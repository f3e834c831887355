"""A published world in any format: which there are, and writing one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import duckdb
import pyarrow as pa

from synth_assets.derive.duckdb_view import attach_files, derived_query, relation_sql, view_sql
from synth_assets.export.decoy_rows import GROUP_ROWS, decoy_rows
from synth_assets.export.files import FORMATS, export
from synth_assets.export.other_worlds import refuse_another_world
from synth_assets.export.placing import as_system_errors
from synth_assets.export.rows import BATCH_ROWS, Parts
from synth_assets.export.systems import MEMORY, export_system, systems_of
from synth_assets.export.vendors import export_vendor
from synth_assets.model.decoy_list import DECOYS
from synth_assets.model.errors import Problem, UsageProblem
from synth_assets.model.variant import Variant
from synth_assets.model.vendor import Since, Vendor
from synth_assets.model.world import World
from synth_assets.scenario.scenario import Scenario
from synth_assets.storage.paths import temporary_directory, translate_os_errors
from synth_assets.storage.published import block_groups
from synth_assets.storage.store import Store


def vendor_of(world: World, form: str) -> Vendor | None:
    """The vendor of that name; None for a format of tables, or a system.

    Raises:
        UsageProblem: the world cannot be written in this format.
    """
    vendors = {vendor.name: vendor for vendor in world.vendors}
    known = (*FORMATS, *vendors, *systems_of(world))
    if form not in known:
        raise UsageProblem(f"unknown format {form!r} (formats: {', '.join(known)}; world: {world.name})")
    return vendors.get(form)


def variants_of(world: World, names: Sequence[str]) -> list[Variant]:
    """The world's variants of these names; a UsageProblem where it has none of a name."""
    known = {variant.name: variant for variant in world.variants}
    for name in names:
        if name not in known:
            listed = ", ".join(known) or "none"
            raise UsageProblem(f"{world.name}: unknown variant {name!r} (variants: {listed})")
    return [known[name] for name in names]


class Source(NamedTuple):
    """Where rows come from.

    Attributes:
        scenario: what they were made from.
        names: the tables that there are.
        parts: gives, for the names of tables, what gives their rows; looks at all of the tables first.
        attach: makes views of tables in a connection to DuckDB, by their names, as the catalogue has them.
    """

    scenario: Scenario
    names: tuple[str, ...]
    parts: Callable[[Sequence[str]], Parts]
    attach: Callable[[duckdb.DuckDBPyConnection, Sequence[str]], None]

    def varied(self, variants: Sequence[Variant]) -> Source:
        """The same rows, with some tables written in another way."""
        if not variants:
            return self
        config = self.scenario.config

        def parts(names: Sequence[str]) -> Parts:
            stored = self.parts(names)

            def rows_of(name: str) -> Iterator[pa.Table]:
                for rows in stored(name):
                    for variant in variants:
                        rows = variant.rows(config, rows) if variant.table == name else rows
                    yield rows

            return rows_of

        def attach(_: duckdb.DuckDBPyConnection, names: Sequence[str]) -> None:
            raise UsageProblem(f"--variant goes with {', '.join(FORMATS)}")

        return self._replace(parts=parts, attach=attach)


def published(store: Store) -> Source:
    """What is in a data directory.

    Raises:
        Problem: nothing is there, or, from `parts`, a table is damaged or from another scenario.
    """
    scenario, world = store.scenario(), store.world
    queries = {view.name: world.query_of(view) for view in world.derived}
    columns = {view.name: view.table.schema for view in world.derived}

    def parts(names: Sequence[str]) -> Parts:
        read = {name: world.tables_read(queries[name]) if name in queries else [name] for name in names}
        needed = dict.fromkeys(table for tables in read.values() for table in tables)
        versions = {name: store.published(name, scenario) for name in needed}

        def rows_of(name: str) -> Iterator[pa.Table]:
            if name in queries:
                for table in read[name]:
                    store.refuse_damage(versions[table])
                labels = world.roots[world.root(world.manifest)]
                made = [versions[table.name] for table in labels if table.name in read[name]]
                groups = block_groups(made, GROUP_ROWS) if name == DECOYS else []
                if len(groups) > 1:
                    some = {table: versions[table] for table in read[name]}
                    with as_system_errors(duckdb.Error), temporary_directory("decoys") as place:
                        found = decoy_rows(world, scenario.config, some, groups, place)
                        yield from (rows.cast(columns[name]) for rows in found)
                    return
                sources = {table: versions[table].glob for table in read[name]}
                query = derived_query(queries[name], sources, scenario.config)
                yield from (rows.cast(columns[name]) for rows in _answer(query, str(store.root)))
                return
            for block in range(versions[name].blocks):
                yield store.block(versions[name], block).read()

        return rows_of

    def attach(connection: duckdb.DuckDBPyConnection, names: Sequence[str]) -> None:
        attach_files(connection, str(store.root))
        for name, version in [(name, store.published(name, scenario)) for name in names]:
            store.refuse_damage(version)
            connection.execute(view_sql(world.table(name), "main", version.glob))

    return Source(scenario, tuple(table.name for table in world.relations), parts, attach)


def in_memory_source(scenario: Scenario, tables: Mapping[str, pa.Table]) -> Source:
    """What is in memory."""
    world = scenario.world

    def attach(connection: duckdb.DuckDBPyConnection, names: Sequence[str]) -> None:
        for name in names:
            connection.register(f"stored {name}", tables[name])
            connection.execute(relation_sql(world.table(name), "main", f'"stored {name}"'))

    return Source(scenario, tuple(tables), lambda _: lambda table: [tables[table]], attach)


def _answer(query: str, address: str) -> Iterator[pa.Table]:
    """The rows that a query gives, some at a time; what does not fit into memory goes to files."""
    with (
        as_system_errors(duckdb.Error),
        temporary_directory("spilled") as directory,
        duckdb.connect() as connection,
    ):
        attach_files(connection, address)
        connection.execute("SET memory_limit = ?", [MEMORY])
        connection.execute("SET temp_directory = ?", [str(directory)])
        for batch in connection.sql(query).to_arrow_reader(BATCH_ROWS):
            yield pa.Table.from_batches([batch])


def holds(store: Store, preset: str) -> bool:
    """Whether what is in a data directory was made from a preset."""
    try:
        return getattr(store.scenario().config, "preset", None) == preset
    except Problem:
        return False


def write(
    source: Source,
    form: str,
    out: Path,
    tables: Sequence[str] | None = None,
    partition_by: str | None = None,
    before: Iterable[Since] | None = None,
) -> list[Path]:
    """Write a world in a format.

    Args:
        source: its rows.
        form: one of FORMATS or of the world's vendors.
        out: directory; made where it does not exist.
        tables: names of tables of the world; None for all.
        partition_by: month, for a directory a month in Parquet; None for one file a table.
        before: each block as it was on an earlier day, to write a vendor's updates since then, too.

    Returns:
        What is now in `out`.

    Raises:
        Problem: an unknown format, tables together with a vendor, a table that is missing, damaged or of
            another scenario, or a directory that cannot be written to.
    """
    world = source.scenario.world
    vendor = vendor_of(world, form)
    if form not in FORMATS and tables is not None:
        raise UsageProblem(f"--tables goes with {', '.join(FORMATS)}: {form} is made from all that it needs")
    if partition_by and form != "parquet":
        raise UsageProblem(f"--partition-by goes with parquet: {form} has one file a table")
    with translate_os_errors(out, "use another --out or fewer --tables"):
        if vendor:
            config, parts = source.scenario.config, source.parts(vendor.tables)
            return export_vendor(vendor, config, world.draws(config, form), parts, out, before)
        if form not in FORMATS:
            return export_system(form, source.scenario, source.attach, out)
        refuse_another_world(out, world, form)
        chosen = source.names if tables is None else tables
        return export(world, source.parts(chosen), form, out, chosen, partition_by)
