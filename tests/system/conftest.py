"""A real Odoo, several processes, driven from outside.

``server``, ``rpc`` and ``json2`` are shared by the tests of a file. A test that breaks
its server or wants other options makes its own with ``make_server``.
"""

import contextlib
import itertools
from collections.abc import Callable, Iterator
from typing import Any

import psycopg2
import pytest
from clients import Json2, XmlRpc

from ground import databases, odoo, postgres, template

ADMIN = ("admin", "admin")

MAKE_API_KEY = """
from datetime import datetime, timedelta
keys = env["res.users.apikeys"].with_user(env.ref("base.user_admin"))
print(keys._generate(None, "system tests", datetime.now() + timedelta(days=1)))
env.cr.commit()
"""

MakeDatabase = Callable[[], str]
MakeServer = Callable[..., odoo.Server]
OpenCursor = Callable[[str], Any]

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def pg() -> Iterator[dict[str, str]]:
    """The PG* variables of a running PostgreSQL."""
    with postgres.running() as variables:
        yield variables


@pytest.fixture(scope="session")
def base_database(pg: dict[str, str]) -> Iterator[str]:
    """A database with all addons; to be copied only, as ``make_database`` does."""
    with template.copy(pg, "system") as name:
        yield name


@pytest.fixture(scope="session")
def api_key(pg: dict[str, str], base_database: str) -> str:
    """A key of the administrator, valid in every copy made after it."""
    return odoo.shell(pg, base_database, MAKE_API_KEY).split()[-1]


@pytest.fixture(scope="session")
def _copies(pg: dict[str, str], base_database: str, api_key: str) -> MakeDatabase:
    """Copy the base database, API key included; the caller drops the copy."""

    def make() -> str:
        name = f"{base_database}_{next(_numbers)}"
        databases.clone(pg, base_database, name)
        return name

    return make


@pytest.fixture
def make_database(pg: dict[str, str], _copies: MakeDatabase) -> Iterator[MakeDatabase]:
    """Make databases of one's own, dropped after the test."""
    made: list[str] = []

    def make() -> str:
        made.append(_copies())
        return made[-1]

    yield make
    for name in made:
        databases.drop(pg, name)


@pytest.fixture
def make_server(
    pg: dict[str, str], make_database: MakeDatabase
) -> Iterator[MakeServer]:
    """Make started servers of one's own: ``make_server(workers=4, options=[...])``."""
    made: list[odoo.Server] = []

    def make(database: str | None = None, **settings: object) -> odoo.Server:
        server = _server(pg, database or make_database(), **settings)
        made.append(server)
        server.start()
        return server

    yield make
    for server in made:
        server.kill()


@pytest.fixture
def open_cursor(pg: dict[str, str]) -> Iterator[OpenCursor]:
    """Connect to a database as somebody else, who may hold up what goes on there."""
    with contextlib.ExitStack() as stack:

        def connect(database: str) -> Any:
            connection = psycopg2.connect(
                dbname=database,
                host=pg.get("PGHOST"),
                port=pg.get("PGPORT"),
                user=pg.get("PGUSER"),
                password=pg.get("PGPASSWORD"),
            )
            stack.enter_context(contextlib.closing(connection))
            return connection.cursor()

        yield connect


@pytest.fixture(scope="module")
def database(pg: dict[str, str], _copies: MakeDatabase) -> Iterator[str]:
    """The database of a file's tests."""
    name = _copies()
    yield name
    databases.drop(pg, name)


@pytest.fixture(scope="module")
def server(pg: dict[str, str], database: str) -> Iterator[odoo.Server]:
    """The running server of a file's tests: two workers and one for cron jobs."""
    running = _server(pg, database)
    try:
        running.start()
        yield running
    finally:
        # Its database goes with it: there is nothing to end in order.
        running.kill()


def _server(pg: dict[str, str], database: str, **settings: object) -> odoo.Server:
    defaults = {"workers": 2, "options": ["--max-cron-threads=1"]}
    return odoo.Server(pg, database, **{**defaults, **settings})


@pytest.fixture
def rpc(server: odoo.Server) -> XmlRpc:
    """The administrator at the XML-RPC door of ``server``."""
    return XmlRpc(server.url, server.database, *ADMIN)


@pytest.fixture
def json2(server: odoo.Server, api_key: str) -> Json2:
    """The administrator at the JSON-2 door of ``server``."""
    return Json2(server.url, server.database, api_key)
