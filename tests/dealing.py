"""Which tests run at one worker: those of a module, which share what it makes; and modules that share.

The tests of long modules that share little are dealt one by one, after the others: they fill up what is left.
Marks of `xdist_group` could say the same, but pytest-xdist 3.8 does not see them under pytest 9.2
(github.com/pytest-dev/pytest-xdist/issues/1386).
"""

from __future__ import annotations

from typing import Any

TOGETHER = {
    "a bank": (
        "amount_shapes",
        "borrowing_shapes",
        "loyalty_shapes",
        "place_shapes",
        "plaid_categories",
        "posting_days",
        "service_shapes",
        "spending_shapes",
    ),
    "a cluster": ("engines", "hosts"),
    "databases": ("database_commands", "databases", "erp_schema"),
    "sales": ("cash_shapes", "hidden_faults", "shapes"),
    "a wholesaler": ("wholesale_laws", "wholesale_support"),
}
"""Modules that share a world, a cluster or servers."""

ONE_BY_ONE = (
    "cli",
    "dagster_failures",
    "every_world",
    "groups",
    "nothing_gives_away",
    "object_store",
    "personal_banking",
    "plan",
    "progress",
    "publish",
    "texts",
    "torture",
    "truth",
)
"""Long modules whose tests make what they need."""

SHARED = {module: name for name, modules in TOGETHER.items() for module in modules}


def unit_of(nodeid: str) -> str:
    """The tests with which a test runs at one worker, by a name."""
    file = nodeid.partition("::")[0]
    module = file.rpartition("/")[2].removeprefix("test_").removesuffix(".py")
    return nodeid if module in ONE_BY_ONE else SHARED.get(module, module)


def scheduler(config: Any, log: Any) -> Any:
    """Deals units to the workers of pytest-xdist, those of many tests first."""
    from xdist.scheduler import LoadScopeScheduling

    class ByUnit(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return unit_of(nodeid)

    return ByUnit(config, log)
