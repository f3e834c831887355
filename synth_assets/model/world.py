"""A world: its configuration, its tables in order of lineage, its anomalies and its independent rules."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib import import_module
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from synth_assets.model.anomaly import Anomaly
from synth_assets.model.config import WorldConfig
from synth_assets.model.decoy_list import DECOYS, decoy_list
from synth_assets.model.draws import Draws
from synth_assets.model.file_plan import even_files, growing_files, settled_files
from synth_assets.model.manifest import growing_columns
from synth_assets.model.pictures import Plot
from synth_assets.model.query import Query, queries_in
from synth_assets.model.table import Table
from synth_assets.model.variant import Variant
from synth_assets.model.vendor import Vendor
from synth_assets.model.view import View
from synth_assets.model.windows import Windows

BLOCK_ROWS = 65_536
"""Root rows of a block: a row's draws and the widest table of a block stay in a processor's cache."""

PACKAGE = "synth_assets.worlds"

COMMENT_OR_TEXT = r"--[^\n]*|'[^']*'"
"""What of a query names no table."""

EXPORTS = "exports"
"""Folder of a world's package: its queries say what leaves for others' systems."""

CONSTANT = ""
"""The root of constant tables."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a world says of its published tables in one JSON file: some figures, and whether a list holds.

    Attributes:
        name: the file's without `.json`, and the asset's.
        figures: name of the world's SQL queries that give one number each; "" for none.
        checklist: name of the world's SQL queries that give what breaks an item of the list; one with a range
            in brackets gives a figure, see `checks/figures.py`; one `[… of every table]` has no query, see
            `checks/every_table.py`.
        is_blocking: function of the configuration: whether data that breaks an item must not be used, or may.
        render: function of the configuration, of the figures (those of the list too) and of which items hold,
            both by name; gives what the file says.
    """

    name: str
    figures: str
    checklist: str
    is_blocking: Callable[[Any], bool]
    render: Callable[[Any, Mapping[str, Any], Mapping[str, bool]], dict[str, object]]


@dataclass(frozen=True, slots=True)
class Growth:
    """How a world grows from night to night, where its configuration gives its history a start.

    Attributes:
        blocks: function of the configuration, draws and the config key of a root: the root rows of each block
            up to as_of. A later as_of adds rows to the last block and blocks behind it.
        settled: function of the same: how many of the first blocks no later day changes.
        tables: the world's tables there, of the same names and columns, where they have other roots than in a
            window, or are made otherwise; empty for the same ones.
        windows: how the rows of a block come there window by window; None where blocks are made whole.
    """

    blocks: Callable[[Any, Draws, str], list[range]]
    settled: Callable[[Any, Draws, str], int]
    tables: tuple[Table, ...] = ()
    windows: Windows | None = None


@dataclass(frozen=True, eq=False)
class World:
    """One finance world.

    Its package may hold SQL: `laws`, `rules`, `figures`; `decoys`, whose queries give the ids of sound rows
    that look like a fault of the kind in brackets; `detection`, what a detector sees of each kind, see
    `evaluate/samples.py`; and `report`, the tables of its books.

    Attributes:
        name: package name under `synth_assets.worlds`, directory and DuckDB schema.
        config: the model of its configuration.
        tables: every table, each after the tables it needs.
        anomalies: the kinds of labelled fault, in the order of the manifest's `type` choices.
        facts: pure function of (config, draws, rows): what is decided about a block's root rows before any
            table exists. It is computed once a block and given to each `generate` that names `facts`.
        changed_tables: by kind of fault, the tables in which it changes rows; empty where that is not said.
        expected_labels: function of the configuration and draws: for each kind, the rows that its rate
            counts and the labels that it asks for.
        why_not: function of the configuration and draws: why its quotas cannot be met exactly, in one line,
            or None.
        plots: pictures of its tables.
        views: what is derived from the tables by queries; the list of decoys is one more.
        presets: named sets of configuration values.
        block_rows: root rows of a block; None for a world that is one block.
        block_bytes: what the largest table of a block takes as Parquet, about, at the defaults.
        database: SQL file of its package that makes the source document's tables in a database.
        database_values: by table and column, what the document's tables hold instead of the world's values: a
            function of some rows, and the columns that it reads.
        report: what is said of its tables as a whole.
        vendors: formats that outsiders expect, each a format of `export`.
        variants: other ways to write a table on `export` and `load`.
        growth: how it grows; None for a world that is a window up to as_of.
        in_history: whether its tables are those of a history that grows, see `of`.
        module: the package that says the world; None for the one of its name under `synth_assets.worlds`.
        key_prefix: what the keys of its assets begin with; None for the usual.
    """

    name: str
    config: type[WorldConfig]
    tables: tuple[Table, ...]
    anomalies: tuple[Anomaly, ...]
    facts: Callable[[Any, Draws, range], Any] | None = None
    changed_tables: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    expected_labels: Callable[[Any, Draws], dict[str, tuple[int, int]]] = lambda *_: {}
    why_not: Callable[[Any, Draws], str | None] = lambda *_: None
    plots: tuple[Plot, ...] = ()
    views: tuple[View, ...] = ()
    presets: Mapping[str, dict[str, object]] = field(default_factory=dict)
    block_rows: int | None = BLOCK_ROWS
    block_bytes: int = 2_500_000
    database: str | None = None
    database_values: Mapping[tuple[str, str], tuple[Callable[[Any], Any], tuple[str, ...]]] = field(
        default_factory=dict
    )
    report: Report | None = None
    vendors: tuple[Vendor, ...] = ()
    variants: tuple[Variant, ...] = ()
    growth: Growth | None = None
    in_history: bool = False
    module: str | None = None
    key_prefix: tuple[str, ...] | None = None

    def __reduce__(self) -> tuple[Callable[..., World], tuple[str, bool]]:
        """Another process gets its own world of the same name: functions are code, not data."""
        return of_package, (self.package, self.in_history)

    @property
    def summary(self) -> str:
        """What the world is: its package's docstring."""
        said = import_module(self.package).__doc__
        if said is None:  # under -OO
            said = ast.get_docstring(ast.parse(self.text("__init__.py")))
        return (said or "").strip()

    @property
    def package(self) -> str:
        """The package that says the world."""
        return self.module or f"{PACKAGE}.{self.name}"

    def table(self, name: str) -> Table:
        """The table of that name; KeyError where there is none."""
        return self._by_name[name]

    def table_of(self, entity: str) -> Table:
        """The table of a kind of row: `invoices` for "invoice", `inventories` for "inventory".

        Raises:
            KeyError: there is none.
        """
        for plural in (entity, f"{entity}s", f"{entity}es", f"{entity.removesuffix('y')}ies"):
            if plural in self._by_name:
                return self._by_name[plural]
        raise KeyError(entity)

    def kinds_of(self, table: Table) -> list[str]:
        """The kinds of fault whose labels name rows of a table."""
        return [anomaly.name for anomaly in self.anomalies if self.table_of(anomaly.entity) is table]

    def of(self, config: WorldConfig) -> World:
        """The world as a configuration has it: in a history that grows, columns that later days may change
        say so, and labels say when they show."""
        if config.grows == self.in_history:
            return self
        return self.growing if config.grows else of_package(self.package)

    def with_faults_of(self, config: WorldConfig) -> World:
        """The world with its kinds of fault as a configuration has them, see `Anomaly.under`."""
        return replace(self, anomalies=tuple(anomaly.under(config) for anomaly in self.anomalies))

    @cached_property
    def growing(self) -> World:
        """The world in a history that grows."""
        tables = (self.growth.tables if self.growth else ()) or self.tables
        *entities, manifest = (table.in_history() for table in tables)
        labels = replace(manifest, columns=growing_columns(manifest.columns))
        anomalies = tuple(anomaly.in_history() for anomaly in self.anomalies)
        return replace(self, tables=(*entities, labels), anomalies=anomalies, in_history=True)

    @cached_property
    def relations(self) -> tuple[Table, ...]:
        """What the world publishes: its tables, and its views as tables."""
        return (*self.tables, *(view.table for view in self.derived))

    @cached_property
    def derived(self) -> tuple[View, ...]:
        """Its views, and the list of its decoys where it has any."""
        decoys = tuple(self.sql(DECOYS)) if self.anomalies else ()
        listed = (decoy_list(decoys, self.anomalies, self.manifest.subject),) if decoys else ()
        return (*self.views, *listed)

    def query_of(self, view: View) -> str:
        """The query that makes a view."""
        return view.query or self.text(view.file)

    @cached_property
    def _by_name(self) -> dict[str, Table]:
        return {table.name: table for table in self.tables}

    @cached_property
    def manifest(self) -> Table:
        """The table of labels: the last one."""
        return self.tables[-1]

    def root(self, table: Table) -> str:
        """The config key that counts the rows of the root table from which `table` descends.

        CONSTANT for a table that neither descends from another nor has rows that the configuration counts.
        """
        while table.row_count_key is None:
            if not table.parents:
                return CONSTANT
            table = self.table(table.parents[0])
        return table.row_count_key

    @cached_property
    def roots(self) -> dict[str, tuple[Table, ...]]:
        """Tables by the config key of their root, in order of lineage: a block of a root is made together."""
        roots: dict[str, list[Table]] = {}
        for table in self.tables:
            roots.setdefault(self.root(table), []).append(table)
        return {key: tuple(tables) for key, tables in roots.items()}

    def blocks(self, config: WorldConfig, root: str) -> list[range]:
        """Ranges of root rows, one a block; constant tables are one block without root rows."""
        if self.growth and config.grows and root != CONSTANT:
            return self.growth.blocks(config, self.draws(config, "facts"), root)
        total = getattr(config, root) if root != CONSTANT else 0
        step = self.block_rows or max(total, 1)
        return [range(start, min(start + step, total)) for start in range(0, total, step)] or [range(0)]

    def settled_blocks(self, config: WorldConfig, root: str) -> int:
        """How many of the first blocks of a root no later as_of changes; none outside a growing history, nor
        in a world that is one block."""
        if not (self.growth and config.grows) or self.block_rows is None:
            return 0
        return 1 if root == CONSTANT else self.growth.settled(config, self.draws(config, "facts"), root)

    def windows(self, config: WorldConfig) -> Windows | None:
        """How rows come window by window; None where blocks are made whole."""
        return self.growth.windows if self.growth and config.grows else None

    def windows_of(self, config: WorldConfig, table: Table) -> Windows | None:
        """How a table's rows come window by window; None where its blocks are made whole."""
        windows = self.windows(config)
        return windows if windows and table.name in windows.tables else None

    def window_count(self, config: WorldConfig, table: Table) -> int:
        """The windows in which a table's rows come; 1 where its blocks are made whole."""
        windows = self.windows_of(config, table)
        return windows.count(config) if windows else 1

    def files(self, config: WorldConfig, root: str) -> list[range]:
        """The numbers of the blocks that each file of a table holds, see `file_plan`; each file of a window,
        where rows come window by window."""
        blocks, most = self.blocks(config, root), self._most_blocks(config)
        if self.growth and config.grows and not self.growth.windows:
            return growing_files(blocks, most, self.block_rows or 1)
        return even_files(len(blocks), most)

    def settled_parts(self, config: WorldConfig, table: Table) -> int:
        """How many of the first parts of a table no later as_of changes; none outside a history.

        Where rows come window by window, the parts of a window are behind those of the one before.
        """
        root, windows = self.root(table), self.windows_of(config, table)
        if windows:
            return windows.settled(config, table.name) * len(self.files(config, root))
        settled, most = self.settled_blocks(config, root), self._most_blocks(config)
        if not settled:
            return 0
        files, blocks = self.files(config, root), self.blocks(config, root)
        return settled_files(files, blocks, settled, most, self.block_rows or 1)

    def _most_blocks(self, config: WorldConfig) -> int:
        """How many blocks a file of the largest table may hold, to be no larger than file_mib."""
        return max(1, config.file_mib * 2**20 // self.block_bytes)

    def root_rows(self, config: WorldConfig, root: str) -> int:
        """How many rows a root has."""
        return self.blocks(config, root)[-1].stop

    def asked_labels(self, config: WorldConfig) -> dict[str, tuple[int, int]]:
        """For each kind, the rows that its rate counts and the labels that the configuration asks for."""
        return self.expected_labels(config, self.draws(config, "facts"))

    def draws(self, config: WorldConfig, subject: str) -> Draws:
        """The draws of a table or another subject under a configuration's seed: the seed's one door."""
        return Draws(config.seed, self.name, subject)

    def sql(self, name: str) -> Iterator[Query]:
        """The queries of `<name>.sql`, or of every file of the folder `<name>`; none without either."""
        for text in self._texts(name) if name else ():
            for query in queries_in(text):
                yield query.in_history() if self.in_history else query

    @property
    def mappings(self) -> tuple[str, ...]:
        """The formats that a file of queries in its folder `exports` says how to write."""
        folder = self._files / EXPORTS
        names = [path.name for path in folder.iterdir()] if folder.is_dir() else []
        return tuple(sorted(name.removesuffix(".sql") for name in names if name.endswith(".sql")))

    def mapping(self, form: str) -> list[Query]:
        """The queries of one of its `mappings`."""
        return list(queries_in(self.text(f"{EXPORTS}/{form}.sql")))

    def tables_read(self, query: str) -> list[str]:
        """The tables that a query names, in order of lineage; it is about the last."""
        words = set(re.findall(r"\w+", re.sub(COMMENT_OR_TEXT, " ", query)))
        return [table.name for table in self.tables if table.name in words]

    def text(self, name: str) -> str:
        """A file of the world's package."""
        return (self._files / name).read_text(encoding="utf-8")

    @property
    def _files(self) -> Traversable:
        return files(self.package)

    def _texts(self, name: str) -> Iterator[str]:
        folder, file = self._files / name, self._files / f"{name}.sql"
        if file.is_file():
            yield file.read_text(encoding="utf-8")
        if folder.is_dir():
            for path in sorted(folder.iterdir(), key=lambda path: path.name):
                if path.name.endswith(".sql"):
                    yield path.read_text(encoding="utf-8")


def of_package(package: str, in_history: bool = False) -> World:
    """The world that a package says, or as it is in a history that grows."""
    world: World = import_module(package).WORLD
    return world.growing if in_history else world
