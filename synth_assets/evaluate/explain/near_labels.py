"""The labels and the decoys near a row: those that name a row of its chain, or one below it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from synth_assets.checks.queries import quoted
from synth_assets.checks.verify import connect
from synth_assets.evaluate.explain.block_reader import BlockReader, Key, world_of
from synth_assets.evaluate.explain.row_chains import Keys, Rows
from synth_assets.evaluate.explain.row_ids import row_named
from synth_assets.model.anomaly import Anomaly
from synth_assets.model.arrow import scalar
from synth_assets.model.decoy_list import DECOYS
from synth_assets.model.errors import UsageProblem
from synth_assets.model.query import Query
from synth_assets.model.table import Table
from synth_assets.model.world import World


@dataclass(frozen=True)
class ToldLabel:
    """One label.

    Attributes:
        cells: the manifest's values, as stored.
        anomaly: its kind.
        table, key: the row at fault.
        rule: what its rule looks for.
    """

    cells: Mapping[str, Any]
    anomaly: Anomaly
    table: Table
    key: Key
    rule: str

    @property
    def is_of_money(self) -> bool:
        """Whether its values are dollars: those between them are what is at risk."""
        expected, actual = self.cells["expected_value"], self.cells["actual_value"]
        off_cents = abs(round(100 * (actual - expected)))
        return off_cents > 0 and off_cents == self.cells["amount_at_risk_cents"]

    @property
    def off_pct(self) -> float | None:
        """How far the actual value is off the expected one, in percent; None where that means nothing."""
        if self.cells["drift_pct"] is not None:
            return float(self.cells["drift_pct"])
        expected, actual = self.cells["expected_value"], self.cells["actual_value"]
        return round(100 * (actual - expected) / expected, 2) if self.is_of_money and expected else None

    def as_dict(self) -> dict[str, Any]:
        """Everything, for JSON; dollars where it is about dollars."""
        return {
            "label": self.cells["anomaly_id"],
            "type": self.anomaly.name,
            "difficulty": self.cells["difficulty"],
            "what": self.anomaly.description,
            "table": self.table.name,
            "id": self.key,
            "related_id": self.cells["related_entity_id"],
            "expected": self.cells["expected_value"],
            "actual": self.cells["actual_value"],
            "off_pct": self.off_pct,
            "at_risk": self.cells["amount_at_risk_cents"] / 100,
            "rule": self.rule,
        }


@dataclass(frozen=True)
class Decoy:
    """A row that looks like a fault and is sound.

    Attributes:
        name, kind: which decoy it is, and the kind of fault that it looks like.
        fact: what clears it.
        table, key: the row.
    """

    name: str
    kind: str
    fact: str
    table: Table
    key: Key

    def as_dict(self) -> dict[str, Any]:
        """Everything, for JSON."""
        where = {"table": self.table.name, "id": self.key}
        return {"decoy": self.name, "looks_like": self.kind, "fact": self.fact, **where}


def told_label(world: World, cells: Mapping[str, Any]) -> ToldLabel:
    """A row of the manifest, told."""
    anomaly = next(anomaly for anomaly in world.anomalies if anomaly.name == cells["type"])
    rule = next((query.sentence for query in world.sql("rules") if query.name == anomaly.name), "")
    table = world.table_of(anomaly.entity)
    return ToldLabel(cells, anomaly, table, _key(world, table, cells["entity_id"]), rule)


def labels_among(world: World, manifest: pa.Table, near: Keys) -> list[ToldLabel]:
    """The labels that name one of some rows, or where ids say their table, disagree with one."""
    chosen = _none(manifest)
    ids = [keys for name, keys in near.items() if world.table(name).key.prefix]
    if ids:
        keys = pa.concat_arrays(ids)
        for column in ("entity_id", "related_entity_id"):
            chosen = pc.or_(chosen, pc.is_in(manifest[column], value_set=keys))
    kinds = manifest["type"].cast(pa.string())
    for anomaly in world.anomalies:
        table = world.table_of(anomaly.entity)
        if not table.key.prefix and len(near.get(table.name, ())):
            named = pc.is_in(manifest["entity_id"], value_set=near[table.name].cast(pa.string()))
            chosen = pc.or_(chosen, pc.and_(pc.equal(kinds, scalar(anomaly.name)), named))
    return [told_label(world, cells) for cells in manifest.filter(chosen).to_pylist()]


def decoys_among(reader: BlockReader, rows: Rows, near: Keys) -> list[Decoy]:
    """The decoys among some rows.

    A query is put to the rows that references join with these; one that looks across to others, to the whole
    block.
    """
    world = world_of(reader)
    queries = [(query, _table_of(world, query)) for query in world.sql(DECOYS)]
    queries = [(query, table) for query, table in queries if len(near.get(table.name, ()))]
    if not queries:
        return []
    read = {name for query, _ in queries for name in world.tables_read(query.sql)}
    is_one_block = world.block_rows is None
    others = [
        table
        for table in world.tables
        if table.name in read and (is_one_block or world.root(table) != rows.root)
    ]
    elsewhere = {table.name: where for table in others if (where := reader.published(table))}
    joined = rows.below(rows.above(near, rows.links), rows.links) if world.block_rows else {}
    found = []
    with connect(world, reader.scenario.config, elsewhere) as connection:
        for query, table in queries:
            for name in world.tables_read(query.sql):
                if name not in elsewhere:
                    whole = query.is_cross_partition or not joined
                    connection.register(name, _read(reader, rows, name, None if whole else joined))
            names = ", ".join(quoted(str(key)) for key in near[table.name].to_pylist())
            ids = connection.execute(
                f"SELECT DISTINCT entity_id FROM ({query.sql}) WHERE entity_id IN ({names}) ORDER BY 1"
            ).fetchall()
            found += [
                Decoy(query.name, query.looks_like, query.sentence, table, _key(world, table, entity))
                for (entity,) in ids
            ]
    return found


def _read(reader: BlockReader, rows: Rows, name: str, keys: Keys | None) -> pa.Table:
    """A table's rows: those with some keys, or all of the block; or of another root, all."""
    table = world_of(reader).table(name)
    if world_of(reader).root(table) != rows.root:
        return reader.read(table, 0)
    if keys is None or table not in rows.of_root:
        return rows.tables[name]
    return rows.take(table, keys[name]) if name in keys else rows.tables[name].slice(0, 0)


def _table_of(world: World, decoy: Query) -> Table:
    """The table of a decoy's rows."""
    return world.table_of(next(kind.entity for kind in world.anomalies if kind.name == decoy.looks_like))


def _key(world: World, table: Table, text: str) -> Key:
    """The key of a row of a table, as the manifest writes it."""
    try:
        return row_named(world, text if table.key.prefix else f"{table.name}:{text}")[1]
    except UsageProblem:
        return text


def _none(rows: pa.Table) -> pa.ChunkedArray:
    return pc.is_null(rows.column(0))
