"""Give-aways on rows that faults share: one row is seen once, however many faults there are."""

from __future__ import annotations

import duckdb
import pandas as pd

from synth_assets.checks.fault_chains import mark_faults
from synth_assets.checks.giveaways import Giveaway, giveaways
from synth_assets.model.anomaly import Anomaly
from synth_assets.model.columns import choice, identifier, reference
from synth_assets.model.config import WorldConfig
from synth_assets.model.table import Table
from synth_assets.model.world import World
from tests.test_giveaways import ids


def clerks_of(rows): ...


def alerts_of(clerks): ...


def sales_of(clerks): ...


def labels_of(sales): ...


def alerts_that_tell(clerks_at_fault: list[int]) -> list[Giveaway]:
    """Give-aways where faults fall on sales of some clerks, who alone are alerted by telephone.

    Of 300 clerks each has an alert and five sales; sales are too many to be of a clerk's chain.
    """
    clerk, alert, sale = (identifier(f"{n}_id", f"{n[:3].upper()}-", ".") for n in ("clerk", "alert", "sale"))
    whose, how = reference("clerks", clerk, "Whose."), choice("how", ("mail", "telephone"), "How.")
    world = World(
        "desk",
        WorldConfig,
        (
            Table("clerks", "One clerk.", (clerk,), clerks_of, row_count_key="n"),
            Table("alerts", "One alert.", (alert, whose, how), alerts_of),
            Table("sales", "One sale.", (sale, whose), sales_of),
            Table("anomaly_manifest", "A label.", (identifier("anomaly_id", "ANO-", "."),), labels_of),
        ),
        (Anomaly("late", "sale", "Sold late.", "sales.sold_on"),),
    )
    clerks, sales = range(1, 301), range(1, 1_501)
    labels = [(clerk - 1) * 5 + 1 + i % 5 for i, clerk in enumerate(clerks_at_fault)]
    telephone = set(clerks_at_fault)
    seen = duckdb.connect()
    for name, columns in {
        "clerks": {"clerk_id": ids("CLE-", clerks)},
        "alerts": {
            "alert_id": ids("ALE-", clerks),
            "clerk_id": ids("CLE-", clerks),
            "how": ["telephone" if n in telephone else "mail" for n in clerks],
        },
        "sales": {
            "sale_id": ids("SAL-", sales),
            "clerk_id": ids("CLE-", ((n + 4) // 5 for n in sales)),
        },
        "anomaly_manifest": {
            "anomaly_id": ids("ANO-", range(len(labels))),
            "type": "late",
            "entity_id": ids("SAL-", labels),
            "related_entity_id": ids("SAL-", labels),
        },
    }.items():
        seen.register(name, pd.DataFrame(columns))
    mark_faults(seen, world)
    return giveaways(seen, world)


def test_a_row_that_many_faults_share_counts_once_and_so_do_those_that_refer_to_it():
    assert alerts_that_tell([7] * 30 + [9] * 30) == []


def test_what_rows_that_faults_do_not_share_hold_is_found():
    (told,) = alerts_that_tell(list(range(5, 301, 10)))
    assert (told.table, told.held, told.faults, told.rows) == ("alerts", "telephone", 30, 30)
