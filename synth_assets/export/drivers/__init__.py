"""The databases that a world loads into: one file each, all of the shape of `Database`."""

from __future__ import annotations

from importlib import import_module

from synth_assets.export.database_url import Address
from synth_assets.export.drivers.database import Database
from synth_assets.model.errors import Problem

LIBRARIES = {"postgresql": ("psycopg", "psycopg[binary]"), "mysql": ("pymysql", "pymysql[rsa]")}
"""The library that a database needs, and what to install for it."""


def driver_of(address: Address) -> type[Database]:
    """What speaks to the database at an address.

    Raises:
        Problem: the library that it needs is not installed.
    """
    try:
        module = import_module(f"synth_assets.export.drivers.{address.kind}")
    except ImportError as error:
        library, package = LIBRARIES.get(address.kind, ("", ""))
        if not library or (error.name or library).partition(".")[0] != library:
            raise
        raise Problem(f"{address.kind} needs {library}: pip install '{package}'") from None
    driver: type[Database] = module.DRIVER
    return driver
