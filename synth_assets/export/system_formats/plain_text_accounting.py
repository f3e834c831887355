"""Plain-text accounting: a world's books for Beancount and for hledger.

The queries are `accounts` (account, type: asset, liability, equity, income or expense), `postings` (posting,
number of the leg, day, payee, narration, party, document, account, amount: debits positive) and `balances`
(day, account, amount): what the subledgers say at the end of a day, so that the tools compare the ledger with
them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb

from synth_assets.export.rows import in_bytes, write_file
from synth_assets.export.text import joined
from synth_assets.model.query import Query

LINES_AT_A_TIME = 65_536

BEANCOUNT_ROOTS = {
    "asset": "Assets",
    "liability": "Liabilities",
    "equity": "Equity",
    "income": "Income",
    "expense": "Expenses",
}
"""The five roots that Beancount has."""

HLEDGER_ROOTS = {
    "asset": "assets",
    "liability": "liabilities",
    "equity": "equity",
    "income": "revenues",
    "expense": "expenses",
}
"""Names by which hledger knows the types of accounts."""

ORDERED = "SELECT *, row_number() OVER (PARTITION BY posting ORDER BY leg) = 1 AS is_first FROM ({postings})"


def write_beancount(
    connection: duckdb.DuckDBPyConnection, world: str, queries: Sequence[Query], out: Path
) -> list[Path]:
    """`order_to_cash.beancount`: open, transactions with customer and document as metadata, and balance."""
    asked = {query.name: query.sql for query in queries}
    word = "regexp_replace(replace(account, chr(39), ''), '[^A-Za-z0-9]+', '-', 'g')"
    _name_accounts(connection, asked["accounts"], f"{_root(BEANCOUNT_ROOTS)} || ':' || {word}")
    content = (
        f"""SELECT (SELECT min(day) FROM ({asked["postings"]})) || ' open ' || named || ' USD'
        FROM named ORDER BY named""",
        f"""SELECT CASE WHEN is_first THEN
            chr(10) || day || ' * ' || {_quoted("payee")} || ' ' || {_quoted("narration")}
            || coalesce(chr(10) || '  document: ' || {_quoted("document")}, '')
            || coalesce(chr(10) || '  party: ' || {_quoted("party")}, '') || chr(10) ELSE '' END
            || '  ' || named || '  ' || amount || ' USD'
        FROM ({ORDERED.format(**asked)}) JOIN named USING (account) ORDER BY day, posting, leg""",
        f"""SELECT CASE WHEN row_number() OVER (ORDER BY day, named) = 1 THEN chr(10) ELSE '' END
            || CAST(day + 1 AS DATE) || ' balance ' || named || '  ' || amount || ' USD'
        FROM ({asked["balances"]}) JOIN named USING (account) ORDER BY day, named""",
    )
    heading = f'option "title" "{world}"\noption "operating_currency" "USD"\n\n'
    return [write_file(out / f"{world}.beancount", _lines(connection, heading, content))]


def write_hledger(
    connection: duckdb.DuckDBPyConnection, world: str, queries: Sequence[Query], out: Path
) -> list[Path]:
    """`order_to_cash.journal`: account and commodity directives, transactions with customer and document as
    tags, and a transaction without money that asserts the balances of a day."""
    asked = {query.name: query.sql for query in queries}
    _name_accounts(connection, asked["accounts"], f"{_root(HLEDGER_ROOTS)} || ':' || account")
    content = (
        "SELECT 'account ' || named FROM named ORDER BY named",
        f"""SELECT CASE WHEN is_first THEN
            chr(10) || day || ' * ' || replace(concat_ws(' | ', payee, narration), ';', ',')
            || coalesce('  ; ' || nullif(concat_ws(', ', 'document:' || document, 'party:' || party), ''), '')
            || chr(10) ELSE '' END
            || '    ' || named || '  ' || amount || ' USD'
        FROM ({ORDERED.format(**asked)}) JOIN named USING (account) ORDER BY day, posting, leg""",
        f"""SELECT CASE WHEN row_number() OVER (PARTITION BY day ORDER BY named) = 1 THEN
            chr(10) || day || ' * balances of the subledgers' || chr(10) ELSE '' END
            || '    ' || named || '  0.00 USD = ' || amount || ' USD'
        FROM ({asked["balances"]}) JOIN named USING (account) ORDER BY day, named""",
    )
    heading = f"; {world}\ncommodity 1000.00 USD\n\n"
    return [write_file(out / f"{world}.journal", _lines(connection, heading, content))]


def _name_accounts(connection: duckdb.DuckDBPyConnection, accounts: str, named: str) -> None:
    connection.execute(f"CREATE TABLE named AS SELECT account, {named} AS named FROM ({accounts})")


def _lines(
    connection: duckdb.DuckDBPyConnection, heading: str, content: Sequence[str]
) -> Iterator[bytes | memoryview]:
    """The lines that queries give, some at a time."""
    yield heading.encode()
    for query in content:
        for batch in connection.sql(query).to_arrow_reader(LINES_AT_A_TIME):
            yield in_bytes(joined(batch.column(0), "\n"))


def _root(roots: dict[str, str]) -> str:
    cases = " ".join(f"WHEN '{kind}' THEN '{root}'" for kind, root in roots.items())
    return f"CASE type {cases} END"


def _quoted(sql: str) -> str:
    """A text in Beancount's quotes, which no character of it may end."""
    return f"chr(34) || replace(replace(coalesce({sql}, ''), chr(92), '/'), chr(34), chr(39)) || chr(34)"
