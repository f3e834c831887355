"""The report on a world's published tables, and where it stands."""

from __future__ import annotations

from synth_assets.checks.check import Check
from synth_assets.checks.checklist import check_list, report_json
from synth_assets.checks.verify import connect
from synth_assets.scenario.scenario import Scenario
from synth_assets.storage.paths import StoragePath
from synth_assets.storage.store import Store


def report_on(store: Store, scenario: Scenario) -> tuple[list[Check], bytes]:
    """The checks of a world's list over its published tables, and what its report then says.

    Raises:
        Problem: a table is missing, damaged or from another scenario.
    """
    world, config = store.world, scenario.config
    sources = {table.name: store.published(table.name, scenario).glob for table in world.tables}
    with connect(world, config.model_dump(mode="json"), sources) as connection:
        checks = check_list(connection, world, config)
        return checks, report_json(connection, world, config, checks)


def report_file(store: Store) -> StoragePath:
    """`<data dir>/<world>/<report>.json` of a world that has a report."""
    if store.world.report is None:
        raise ValueError(f"{store.world.name} has no report")
    return store.home / f"{store.world.report.name}.json"
