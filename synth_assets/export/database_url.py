"""Where a database is: its URL, read and refused in one line, and what may be said of it.

A URL may hold a password, so no message repeats a URL, and what a driver says is read for passwords first.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, quote_plus

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from synth_assets.model.errors import UsageProblem
from synth_assets.storage.catalogue import FILE_NAME

EXAMPLE = "write it like sqlite:///spendsense.db"
EXAMPLES = {
    "sqlite": EXAMPLE,
    "duckdb": "write it like duckdb:///books.duckdb",
    "postgresql": "write it like postgresql://user@host:5432/books, with the password in PGPASSWORD",
    "mysql": "write it like mysql://user@host:3306/books, with the password in MYSQL_PWD",
}
SAME = {"mariadb": "mysql", "postgres": "postgresql"}
DRIVERS = {"sqlite", "duckdb", "postgresql", "postgresql+psycopg", "mysql", "mysql+pymysql"}
NAMES = "sqlite, postgresql, mysql, mariadb, duckdb"
FILES = ("sqlite", "duckdb")

OPTIONS = {
    "sqlite": (),
    "duckdb": (),
    "postgresql": ("sslmode", "sslrootcert", "sslcert", "sslkey", "host", "options", "service"),
    "mysql": ("unix_socket", "ssl_ca", "ssl_cert", "ssl_key"),
}
"""What may stand behind a URL's question mark; it is the driver's argument of that name."""

PASSWORDS = {"postgresql": "PGPASSWORD", "mysql": "MYSQL_PWD"}
"""The variable that holds a password which the URL does not."""


class Address(NamedTuple):
    """A database's address.

    Attributes:
        kind: a dialect of `sqlalchemy_tables`.
        url: as it was read; never to be shown.
        place: how messages call it.
    """

    kind: str
    url: URL
    place: str

    @property
    def file(self) -> Path:
        """The file of a database that is one."""
        return Path(str(self.url.database))

    @property
    def is_missing(self) -> bool:
        """Whether it is a file that is not there."""
        return self.kind in FILES and not self.file.exists()

    @property
    def options(self) -> dict[str, str]:
        """What stands behind the question mark."""
        return {name: str(value) for name, value in self.url.query.items()}

    @property
    def password(self) -> str | None:
        """The URL's password, or that of the environment."""
        given = self.url.password
        return os.environ.get(PASSWORDS.get(self.kind, "")) if given is None else str(given)

    def hushed(self, text: str) -> str:
        """A text without the password."""
        password = self.password
        if password:
            for spelt in {password, quote(password, safe=""), quote_plus(password)}:
                text = text.replace(spelt, "***")
        return text


def address_of(url: str) -> Address:
    """Read a URL such as `sqlite:///file.db` or `mysql://user@host/books`.

    Raises:
        UsageProblem: it is none, or one of a database, driver or option that is not supported.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise UsageProblem(f"--url is not a database's address: {EXAMPLE}") from None
    backend, _, driver = parsed.drivername.partition("+")
    kind = SAME.get(backend, backend)
    if kind not in EXAMPLES:
        raise UsageProblem(f"--url: {backend} is not supported (databases: {NAMES}): {EXAMPLE}")
    example = EXAMPLES[kind]
    if (f"{kind}+{driver}" if driver else kind) not in DRIVERS:
        raise UsageProblem(f"--url: the driver {parsed.drivername} is not supported: {example}")
    if kind in FILES:
        if "?" in url:
            raise UsageProblem(f"--url: a database's file has no ? in its path, and no options: {example}")
        if parsed.host or parsed.database in (None, "", ":memory:"):
            raise UsageProblem(f"--url: a file is needed, and no options: {example}")
        if os.path.basename(os.path.realpath(str(parsed.database))) == FILE_NAME:
            raise UsageProblem(
                f"--url: {parsed.database} would be the catalogue of a data directory, which generate writes "
                f"anew: give the file a name that is not {FILE_NAME}"
            )
        return Address(kind, parsed, str(Path(str(parsed.database))))
    host = parsed.host or "localhost"
    if "@" in f"{host}{parsed.database}" or "/" in (parsed.username or ""):
        raise UsageProblem("--url: in a name or password, write @ as %40, / as %2F and : as %3A")
    if not parsed.database:
        raise UsageProblem(f"--url: no database is named: {example}")
    unknown = [name for name in parsed.query if name not in OPTIONS[kind]]
    if unknown:
        known = ", ".join(OPTIONS[kind])
        raise UsageProblem(f"--url: unknown option {unknown[0]} (options: {known}): {example}")
    return Address(kind, parsed, f"{parsed.database} on {host}")
