"""Tables and configurations as JSON Schema, for tools that know no Python."""

from __future__ import annotations

from typing import Any

from synth_assets.derive.pydantic_models import entity_model
from synth_assets.model.table import Table
from synth_assets.model.world import World

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def table_schema(table: Table) -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of one row of a table, as it is in a JSON export."""
    return {"$schema": DIALECT, **entity_model(table).model_json_schema()}


def config_schema(world: World) -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a world's configuration: every key with meaning, bounds and default."""
    return {"$schema": DIALECT, **world.config.model_json_schema(), "title": f"{world.name} configuration"}
