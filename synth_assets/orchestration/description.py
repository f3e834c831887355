"""A table in words: what a row is, how it comes about, what can be wrong with it, a query to paste."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator

from synth_assets.model.anomaly import Anomaly
from synth_assets.model.table import Table
from synth_assets.model.view import View
from synth_assets.model.world import World

LONGEST_QUERY = 2_000
"""Characters of a view's query that its page shows; a longer one is read in the catalogue."""


def description(world: World, table: Table) -> str:
    """The description of a table as Markdown."""
    return "\n\n".join(_paragraphs(world, table))


def view_description(world: World, view: View) -> str:
    """The description of a derived view: it is its query."""
    made_by = world.query_of(view)
    read = ", ".join(f"`{name}`" for name in world.tables_read(made_by))
    shown = f"\n\n```sql\n{made_by}\n```" if len(made_by) <= LONGEST_QUERY else ""
    return (
        f"{view.grain}\n\n**Ask it** in `data/synth_assets.duckdb`:\n\n"
        f"```sql\n{query(world, view.table)}\n```\n\n"
        f"**How it comes about:** by a query on {read}; nothing of it is stored.{shown}"
    )


def _paragraphs(world: World, table: Table) -> Iterator[str]:
    yield table.grain  # the catalogue's list shows it as plain text
    origin = _origin(world, table)
    if origin:
        yield f"**How it comes about:** {origin}"
    if table is world.manifest:
        yield _on_labels(world)
    else:
        yield _on_faults(world, table)
    yield f"**Ask it** in `data/synth_assets.duckdb`:\n\n```sql\n{query(world, table)}\n```"


def _origin(world: World, table: Table) -> str:
    """The first paragraph of the table's own file, or of its function where a file holds several tables."""
    generate = inspect.unwrap(table.generate)
    holders = [inspect.unwrap(other.generate).__module__ for other in world.tables]
    alone = holders.count(generate.__module__) == 1
    said = inspect.getdoc(sys.modules[generate.__module__] if alone else generate) or ""
    first = " ".join(said.partition("\n\n")[0].split())
    words = re.sub(r"^[A-Z][\w -]*: ", "", first) if alone else first
    return words[:1].upper() + words[1:]


def kinds_shown(world: World, table: Table) -> list[Anomaly]:
    """The kinds of fault whose labels name rows of a table, and those that make one of its columns wrong."""
    named = set(world.kinds_of(table))
    return [
        kind
        for kind in world.anomalies
        if kind.name in named
        or any(place.startswith(f"{table.name}.") for place in (kind.column, *kind.other_columns))
    ]


def _on_faults(world: World, table: Table) -> str:
    kinds = kinds_shown(world, table)
    if not kinds:
        above = ", ".join(f"`{name}`" for name in table.parents)
        passed = f"; what is wrong in {above} shows here, too" if above else ""
        return f"**What can be wrong with it:** no label names a row of it{passed}."
    lines = [f"- `{kind.name}`: {kind.description}" for kind in kinds]
    return "\n".join([f"**What can be wrong with it**, as `{world.manifest.name}` labels it:\n", *lines])


def _on_labels(world: World) -> str:
    """What the manifest labels, or why it is empty at the defaults."""
    kinds = ", ".join(f"`{kind.name}`" for kind in world.anomalies)
    if any(world.config().anomaly_rates.model_dump().values()):
        return f"**Kinds:** {kinds}."
    return f"**Kinds:** {kinds}. {why_empty(world)}"


def why_empty(world: World) -> str:
    """Why a manifest has no labels, and how it gets some."""
    key = f"{world.name}: {{anomaly_rates: {{{world.anomalies[0].name}: 0.02}}}}"
    presets = [name for name, values in world.presets.items() if values.get("anomaly_rates")]
    preset = f", or the preset `{presets[0]}`" if presets else ""
    return (
        "It has no rows where all anomaly rates are 0, as they are by default in this world: nothing is "
        f"wrong on purpose. Put faults in by the scenario's config, `{key}`{preset}."
    )


def query(world: World, table: Table) -> str:
    """A query on a table that runs as it is: its labelled rows, or its first ones."""
    name, manifest = f"{world.name}.{table.name}", f"{world.name}.{world.manifest.name}"
    if table is world.manifest:
        return f"select type, count(*) as labels from {name} group by 1 order by 2 desc"
    kinds = world.kinds_of(table) if table in world.tables else []
    if not kinds:
        return f"from {name} limit 10"
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    return (
        "select m.type, m.expected_value, m.actual_value, t.*\n"
        f"from {name} t join {manifest} m on m.entity_id = t.{table.key.published_name}::varchar\n"
        f"where m.type in ({listed})\norder by m.entity_id limit 10"
    )
