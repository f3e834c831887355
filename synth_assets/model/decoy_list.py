"""The list of a world's decoys: what only looks like a fault, by name, with the fact that clears it."""

from __future__ import annotations

from collections.abc import Sequence

from synth_assets.model.anomaly import Anomaly
from synth_assets.model.columns import choice, text
from synth_assets.model.manifest import entities
from synth_assets.model.query import Query
from synth_assets.model.view import View

DECOYS = "decoys"
"""Name of a world's SQL queries that find its decoys, and of the list of what they find."""


def decoy_list(decoys: Sequence[Query], anomalies: Sequence[Anomaly], subject: str = "") -> View:
    """The list as a view, made of the queries that find each decoy.

    Args:
        decoys: queries that give entity_id, each marked with the kind that its rows look like.
        anomalies: the world's kinds.
        subject: the part of the world that the list belongs to.
    """
    return View(
        DECOYS,
        "One sound row that looks like a fault, once for each decoy that it is.",
        (
            choice("decoy", tuple(query.name for query in decoys), "Name of the decoy."),
            choice("looks_like", tuple(kind.name for kind in anomalies), "Kind of fault that it looks like."),
            choice("affected_entity", entities(anomalies), "What kind of row it is."),
            text("entity_id", "The row, which has no label of that kind."),
            text("cleared_by", "The fact that clears it.", repeats=True),
        ),
        subject=subject,
        query=decoys_sql(decoys, anomalies),
    )


def decoys_sql(decoys: Sequence[Query], anomalies: Sequence[Anomaly]) -> str:
    """The rows of the list."""
    entity = {anomaly.name: anomaly.entity for anomaly in anomalies}
    found = "\nUNION ALL\n".join(
        f"SELECT '{query.name}' AS decoy, '{query.looks_like}' AS looks_like, "
        f"'{entity[query.looks_like]}' AS affected_entity, entity_id, {_text(query.sentence)} AS cleared_by\n"
        f"FROM (SELECT DISTINCT entity_id FROM (\n{query.sql}\n))"
        for query in decoys
    )
    return f"FROM (\n{found}\n)\nORDER BY looks_like, decoy, entity_id"


def _text(words: str) -> str:
    return "'" + words.replace("'", "''") + "'"
