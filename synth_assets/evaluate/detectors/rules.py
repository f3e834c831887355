"""The rules themselves, which join tables: what they find of a kind when its own is left out."""

from __future__ import annotations

from synth_assets.checks.check import count
from synth_assets.checks.queries import quoted
from synth_assets.evaluate.opened import Opened


def found_without(there: Opened) -> dict[str, float]:
    """For each kind that has labels, the share of these whose rows the other kinds' rules report.

    All rules together find every label, as `verify` proves: this is what a set that lacks one still finds.
    """
    rules = " UNION ALL ".join(
        f"SELECT {quoted(rule.name)} AS rule, CAST(entity_id AS VARCHAR) AS entity_id FROM ({rule.sql})"
        for rule in there.world.sql("rules")
    )
    there.connection.execute(f"CREATE OR REPLACE TEMP TABLE ruled AS {rules}")
    found = {}
    for anomaly in there.world.anomalies:
        labels = f"FROM {there.world.manifest.name} WHERE type = {quoted(anomaly.name)}"
        others = f"SELECT entity_id FROM ruled WHERE rule <> {quoted(anomaly.name)}"
        total = count(there.connection, labels)
        if total:
            hit = count(there.connection, f"{labels} AND entity_id IN ({others})")
            found[anomaly.name] = hit / total
    return found
