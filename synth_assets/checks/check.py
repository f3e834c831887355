"""The outcome of a check, how a query becomes one, and how checks are printed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

import duckdb

SHOWN = 20
"""Offenders that a check keeps, to be shown."""

Severity = Literal["ERROR", "WARN"]
Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Check:
    """The outcome of one comparison.

    Attributes:
        name: what was checked; unique among the checks of one table.
        table: the table that it belongs to.
        asked, found: both sides of the comparison, as a person reads them.
        passed: whether they agree.
        sentence: what is compared.
        severity: ERROR where data that fails must not be used, WARN where it may.
        failures: the first offenders, one mapping of column to value each.
        numbers: both sides as numbers, where they are numbers.
    """

    name: str
    table: str
    asked: str
    found: str
    passed: bool
    sentence: str
    severity: Severity = "ERROR"
    failures: list[Row] = field(default_factory=list)
    numbers: tuple[float, float] | None = None

    def as_warning(self) -> Check:
        """The same, for data that may be used all the same."""
        return replace(self, severity="WARN")

    @property
    def title(self) -> str:
        """The name in words, with the table where there is one."""
        return f"{self.name.replace('_', ' ')} ({self.table})"


def count(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    """How many rows a query returns."""
    return connection.execute(f"SELECT count(*) FROM ({query})").fetchall()[0][0]


def rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[Row]:
    """The rows of a query, each as column to value."""
    cursor = connection.execute(query)
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def as_text(checks: list[Check]) -> str:
    """The checks as a table; those of one name that all passed are one line, offenders follow below."""
    from tabulate import tabulate

    names = dict.fromkeys(check.name for check in checks)
    lines = [line for name in names for line in _lines([check for check in checks if check.name == name])]
    parts = [
        tabulate(lines, headers=["check", "asked", "found", ""], tablefmt="plain", disable_numparse=True)
    ]
    for check in checks:
        if not check.passed:
            offenders = tabulate(check.failures, headers="keys", tablefmt="plain", disable_numparse=True)
            parts.append(f"{check.title}: {check.sentence}\n{offenders}".rstrip())
    return "\n\n".join(parts)


def _lines(checks: list[Check]) -> Iterator[tuple[str, str, str, str]]:
    """Lines of the checks of one name: one for all when they passed, else one for each that failed."""
    if all(check.passed for check in checks):
        asked = checks[0].asked if len(checks) == 1 else f"{len(checks)} tables"
        yield checks[0].name.replace("_", " "), asked, checks[0].found, "ok"
    for check in checks:
        if not check.passed:
            yield check.title, check.asked, check.found, "FAILED" if check.severity == "ERROR" else "warning"
