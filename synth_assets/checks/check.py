"""The outcome of a check, how a query becomes one, and how checks are printed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

import duckdb
from tabulate import tabulate

SHOWN = 20
"""Offenders that a check keeps, to be shown."""

Severity = Literal["ERROR", "WARN"]
Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Check:
    """The outcome of one comparison.

    Attributes:
        name: what was checked; unique among the checks of one table.
        table: the table it is about, None for a check of the whole world.
        asked, found: both sides of the comparison, as a person reads them.
        passed: whether they agree.
        sentence: what is compared.
        severity: ERROR where data that fails must not be used, WARN where it may.
        failures: the first offenders, one mapping of column to value each.
    """

    name: str
    table: str | None
    asked: str
    found: str
    passed: bool
    sentence: str
    severity: Severity = "ERROR"
    failures: list[Row] = field(default_factory=list)

    @property
    def title(self) -> str:
        """The name in words, with the table where there is one."""
        return self.name.replace("_", " ") + (f" ({self.table})" if self.table else "")


def of_offenders(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    table: str,
    query: str,
    sentence: str,
    asked: str | None = None,
    unit: str = "off",
    cleared: bool = False,
) -> Check:
    """A check that passes when `query` returns no row; what is asked is the table's size unless told.

    With `cleared` it is known that there is none.
    """
    try:
        asked = asked or f"{count(connection, f'FROM {table}'):,} {table}"
        if cleared:
            return Check(name, table, asked, f"0 {unit}", True, sentence)
        failures = rows(connection, f"FROM ({query}) LIMIT {SHOWN}")
        offenders = len(failures) if len(failures) < SHOWN else count(connection, query)
    except duckdb.Error as error:
        return could_not_run(name, table, asked or "", sentence, error)
    return Check(name, table, asked, f"{offenders:,} {unit}", not failures, sentence, failures=failures)


def could_not_run(name: str, table: str, asked: str, sentence: str, error: duckdb.Error) -> Check:
    """A check that failed because DuckDB refused its query: a column is missing, a file unreadable."""
    said = str(error).split("\n", 1)[0]
    return Check(name, table, asked, "could not run", False, sentence, failures=[{"error": said}])


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
