"""What all tests share: property tests draw the same examples on every machine, and no test races a clock.

And databases: `make_place` makes an empty one of a kind, on a server that starts when it is first asked for.
Workers of pytest-xdist share the tests as `tests.dealing` says.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from hypothesis import settings

from synth_assets.generation.garbage import collect_less_often
from tests import dealing

collect_less_often()
settings.register_profile("suite", deadline=None, derandomize=True)
settings.load_profile("suite")
signal.signal(signal.SIGINT, signal.default_int_handler)  # who starts the tests in the background ignores it

os.environ["DAGSTER_HOME"] = ""
"""No command that a test starts writes into the history of the project in which it starts."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    return dealing.scheduler(config, log)


@pytest.fixture
def tiny_is_known(monkeypatch):
    """The world in miniature is one of the package's."""
    from synth_assets import worlds
    from tests import tiny

    load = worlds.load
    monkeypatch.setattr(worlds, "NAMES", (*worlds.NAMES, "tiny"))
    monkeypatch.setattr(worlds, "load", lambda name: tiny.WORLD if name == "tiny" else load(name))


@pytest.fixture(scope="session")
def server() -> Iterator[Callable[[str], str]]:
    """Gives the URL of a server of a kind."""
    from tests import servers

    started: dict[str, str] = {}
    with ExitStack() as running:

        def url_of(kind: str) -> str:
            if kind not in started:
                started[kind] = running.enter_context(servers.STARTS[kind]())
            return started[kind]

        yield url_of


@pytest.fixture
def make_place(server, tmp_path, monkeypatch):
    """Makes an empty database of a kind; skips where its server is not installed."""
    from tests import servers

    monkeypatch.setenv("PGPASSWORD", servers.PASSWORD)
    monkeypatch.setenv("MYSQL_PWD", servers.PASSWORD)

    def made(kind: str) -> servers.Place:
        if kind not in servers.NEEDED:
            return servers.Place(kind, f"{kind}:///{tmp_path}/books.db")
        for needed in servers.NEEDED[kind]:
            if not servers.program(needed):
                pytest.skip(f"{needed} is not installed (Debian: mariadb-server, postgresql)")
        return servers.emptied(kind, server(kind))

    return made


@pytest.fixture(params=("sqlite", "duckdb", "postgresql", "mysql"))
def place(request, make_place):
    """An empty database of each kind."""
    return make_place(request.param)


@pytest.fixture(params=("postgresql", "mysql"))
def place_of_server(request, make_place):
    """An empty database of each kind that has a server."""
    return make_place(request.param)
