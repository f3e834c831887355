"""The wholesaler's tables in MySQL are those of the ERP: names, types, NOT NULL, defaults, unique, keys."""

from __future__ import annotations

import importlib
import pkgutil
import re
from pathlib import Path

import dagster  # noqa: F401 -- it changes how SQLAlchemy spells a timestamp in MySQL
import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from synth_assets.derive.sqlalchemy_tables import DIALECTS, metadata_of
from synth_assets.model.table import Table
from synth_assets.worlds.wholesale import tables

LISTED = (Path(__file__).parent / "erp_schema.txt").read_text().splitlines()
"""A line a column: table, column, type, and what else holds."""

SPELT = {"INTEGER": "int", "BOOL": "boolean", "CURRENT_TIMESTAMP": "now", "true": "True", "false": "False"}


def erp_tables() -> list[Table]:
    """Every table of the ERP."""
    modules = (
        importlib.import_module(f"{tables.__name__}.{m.name}") for m in pkgutil.iter_modules(tables.__path__)
    )
    return [table for module in modules for table in getattr(module, "TABLES", ())]


def described(column: sa.Column) -> str:
    """A line as in the list."""
    dialect = mysql.dialect()
    kind = re.sub(r"NUMERIC\((\d+), (\d+)\)", r"decimal(\1,\2)", column.type.compile(dialect))
    kind = re.sub("^[A-Z]+", lambda word: word[0].lower(), SPELT.get(kind, kind))
    words = [column.table.name, column.name, kind, "" if column.nullable else "not null"]
    words.append("unique" if column.unique else "")
    if column.server_default is not None:
        given = column.server_default.arg
        default = given if isinstance(given, str) else str(given.compile(dialect=dialect))
        words.append(f"default {SPELT.get(default, default)}")
    words.append("key" if column.primary_key else "")
    return " ".join(filter(None, words))


METADATA = metadata_of(erp_tables(), "mysql")


@pytest.mark.parametrize("name", METADATA.tables)
def test_a_table_is_the_erps(name):
    listed = [line for line in LISTED if line.split()[0] == name]
    assert [described(column) for column in METADATA.tables[name].columns] == listed


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_reference_has_its_key_but_those_that_cannot(dialect):
    known = {table.name: table for table in erp_tables()}
    metadata = metadata_of(list(known.values()), dialect)
    for table in known.values():
        keys = {key.columns[0].name for key in metadata.tables[table.physical_name].foreign_key_constraints}
        for column in table.references:
            is_circular = column.is_deferred or column.references == table.name
            has_key = column.references in known and not (dialect == "duckdb" and is_circular)
            assert (table.physical_column(column) in keys) == has_key


def test_the_erps_schema_in_a_real_server(make_place):
    """What a strict MariaDB makes of it, column by column, is the list."""
    place = make_place("mysql")
    METADATA.create_all(place.engine())
    asked = "table_name, column_name, column_type, is_nullable, column_default, column_key, extra"
    order = "ORDER BY table_name, ordinal_position"
    rows = place.ask(f"SELECT {asked} FROM information_schema.columns WHERE table_schema = 'books' {order}")
    types = {tuple(line.split()[:2]): line.split()[2] for line in LISTED}
    spelt = {"int": "int(11)", "boolean": "tinyint(1)", "json": "longtext"}
    for table, column, kind, _, _, key, extra in rows:
        listed = types.get((table, column))
        if listed:  # all but those that the list spells otherwise
            assert kind == spelt.get(listed, listed), (table, column)
        assert (key == "PRI") == ("auto_increment" in extra)
        assert "on update" not in extra
    assert len(rows) == sum(len(table.columns) for table in METADATA.tables.values())
