"""Bank statements for download: OFX 2 and CSV, a file an account, in a directory a user.

The queries are `accounts` (user_id, account_id, bank, routing_number, account_number, type, opening_balance,
closing_balance, available_balance, first_day, last_day) and `lines` (account_id, id, day, amount, name, type,
balance): posted rows, money in positive, each with the balance after it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb

from synth_assets.model.query import Query

NAME_CHARACTERS = 32
"""Of a line's name in OFX; all of a longer one is its memo."""

ACCOUNTS_AT_A_TIME = 256

OFX = """<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<?OFX OFXHEADER="200" VERSION="211" SECURITY="NONE" OLDFILEUID="NONE" NEWFILEUID="NONE"?>
<OFX>
<SIGNONMSGSRSV1><SONRS><STATUS><CODE>0</CODE><SEVERITY>INFO</SEVERITY></STATUS><DTSERVER>{now}</DTSERVER>\
<LANGUAGE>ENG</LANGUAGE><FI><ORG>{bank}</ORG><FID>{routing}</FID></FI></SONRS></SIGNONMSGSRSV1>
{statement}
</OFX>
"""
BANK = """<BANKMSGSRSV1><STMTTRNRS><TRNUID>0</TRNUID><STATUS><CODE>0</CODE><SEVERITY>INFO</SEVERITY></STATUS>
<STMTRS><CURDEF>USD</CURDEF><BANKACCTFROM><BANKID>{routing}</BANKID><ACCTID>{number}</ACCTID>\
<ACCTTYPE>{type}</ACCTTYPE></BANKACCTFROM>
{list}</STMTRS></STMTTRNRS></BANKMSGSRSV1>"""
CARD = """<CREDITCARDMSGSRSV1><CCSTMTTRNRS><TRNUID>0</TRNUID>\
<STATUS><CODE>0</CODE><SEVERITY>INFO</SEVERITY></STATUS>
<CCSTMTRS><CURDEF>USD</CURDEF><CCACCTFROM><ACCTID>{number}</ACCTID></CCACCTFROM>
{list}</CCSTMTRS></CCSTMTTRNRS></CREDITCARDMSGSRSV1>"""
LIST = """<BANKTRANLIST><DTSTART>{first}</DTSTART><DTEND>{now}</DTEND>
{lines}</BANKTRANLIST>
<LEDGERBAL><BALAMT>{closing}</BALAMT><DTASOF>{now}</DTASOF></LEDGERBAL>
<AVAILBAL><BALAMT>{available}</BALAMT><DTASOF>{now}</DTASOF></AVAILBAL>
"""


def write_ofx(
    connection: duckdb.DuckDBPyConnection, _: str, queries: Sequence[Query], out: Path
) -> list[Path]:
    """`ofx/usr_000000001/acc_000000001.ofx` and so on: a statement of the whole history."""
    line = f"""'<STMTTRN><TRNTYPE>' || type || '</TRNTYPE><DTPOSTED>' || strftime(day, '%Y%m%d')
        || '</DTPOSTED><TRNAMT>' || amount || '</TRNAMT><FITID>' || id || '</FITID><NAME>'
        || {_escaped(f"rtrim(name[1 : {NAME_CHARACTERS}])")} || '</NAME>'
        || CASE WHEN length(name) > {NAME_CHARACTERS} THEN '<MEMO>' || {_escaped("name")} || '</MEMO>'
            ELSE '' END || '</STMTTRN>' || chr(10)"""
    for row in _statements(connection, queries, line):
        account = dict(zip(COLUMNS, row, strict=True))
        described = LIST.format(**account)
        kind = CARD if account["type"] == "CREDITCARD" else BANK
        content = OFX.format(**account, statement=kind.format(**account, list=described))
        _write(out / "ofx" / account["user"] / f"{account['account']}.ofx", content)
    return [out / "ofx"]


def write_csv(
    connection: duckdb.DuckDBPyConnection, _: str, queries: Sequence[Query], out: Path
) -> list[Path]:
    """`csv-bank/usr_000000001/acc_000000001.csv` and so on: date, description, amount, balance."""
    line = """day || ',"' || replace(name, '"', '""') || '",' || amount || ',' || balance || chr(10)"""
    for row in _statements(connection, queries, line):
        account = dict(zip(COLUMNS, row, strict=True))
        content = "Date,Description,Amount,Balance\n" + account["lines"]
        _write(out / "csv-bank" / account["user"] / f"{account['account']}.csv", content)
    return [out / "csv-bank"]


COLUMNS = (
    "user", "account", "bank", "routing", "number", "type", "closing", "available", "first", "now", "lines",
)  # fmt: skip


def _statements(
    connection: duckdb.DuckDBPyConnection, queries: Sequence[Query], line: str
) -> Iterator[tuple[Any, ...]]:
    """The values of COLUMNS for every account, its lines as one text, oldest first."""
    asked = {query.name: query.sql for query in queries}
    query = f"""
        SELECT user_id, account_id, {_escaped("any_value(bank)")}, any_value(routing_number),
            any_value(account_number), any_value(accounts.type), any_value(closing_balance),
            any_value(available_balance), strftime(any_value(first_day), '%Y%m%d'),
            strftime(any_value(last_day), '%Y%m%d'), coalesce(string_agg(line, '' ORDER BY day, id), '')
        FROM ({asked["accounts"]}) AS accounts
        LEFT JOIN (SELECT account_id, day, id, {line} AS line FROM ({asked["lines"]})) USING (account_id)
        GROUP BY user_id, account_id ORDER BY account_id"""
    cursor = connection.execute(query)
    while rows := cursor.fetchmany(ACCOUNTS_AT_A_TIME):
        yield from rows


def _write(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8", newline="\n")


def _escaped(sql: str) -> str:
    return f"replace(replace(replace({sql}, '&', '&amp;'), '<', '&lt;'), '>', '&gt;')"
