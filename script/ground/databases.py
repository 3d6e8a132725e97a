"""Databases: create, clone, drop, and remember what is installed in them.

All functions expect the PG* variables of ``postgres.running()`` in ``pg``.
What was installed is kept as the comment of the database (JSON), so that it goes where
the database goes and is gone with it; a clone starts without one.
"""

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg2
from psycopg2 import sql

from . import paths
from .console import Failure

Variables = dict[str, str]


def own_name(purpose: str) -> str:
    """Return a database name that no other clone of the project uses."""
    digest = hashlib.sha256(os.fsencode(paths.ROOT)).hexdigest()[:8]
    return f"cb_{digest}_{purpose}"


@contextlib.contextmanager
def _cursor(pg: Variables, database: str = "postgres") -> Iterator[Any]:
    try:
        connection = psycopg2.connect(
            host=pg.get("PGHOST"),
            port=pg.get("PGPORT"),
            user=pg.get("PGUSER"),
            password=pg.get("PGPASSWORD"),
            dbname=database,
        )
    except psycopg2.OperationalError as error:
        raise Failure(
            f"PostgreSQL does not let us in: {str(error).strip()}",
            "Check PGHOST, PGPORT, PGUSER, PGPASSWORD, or db_* in odoo.conf.",
        ) from error
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()


def _execute(pg: Variables, statement: str, *names: str) -> None:
    """Run a statement on databases: ``{}`` stands for a name."""
    with _cursor(pg) as cursor:
        cursor.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def exists(pg: Variables, name: str) -> bool:
    """Tell whether there is such a database."""
    with _cursor(pg) as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        return cursor.fetchone() is not None


def filestore(name: str) -> Path:
    """Return the folder of the attachments of a database."""
    data = Path(os.environ.get("ODOO_DATA_DIR", paths.DATA))
    return data / "filestore" / name


def drop(pg: Variables, name: str) -> None:
    """Drop a database and its attachments, whether they are there or not."""
    # Not WITH (FORCE): that is refused while autovacuum, a superuser, is at work there.
    with _cursor(pg) as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = %s AND usename = current_user",
            [name],
        )
    _execute(pg, "DROP DATABASE IF EXISTS {}", name)
    shutil.rmtree(filestore(name), ignore_errors=True)


def create(pg: Variables, name: str) -> None:
    """Make an empty database."""
    _execute(pg, "CREATE DATABASE {}", name)


def clone(pg: Variables, source: str, target: str) -> None:
    """Make ``target`` a copy of ``source``, attachments included."""
    drop(pg, target)
    _execute(pg, "CREATE DATABASE {} TEMPLATE {}", target, source)
    if filestore(source).exists():
        # Odoo writes an attachment once and never changes it: a link is a copy.
        shutil.copytree(filestore(source), filestore(target), copy_function=os.link)


def rename(pg: Variables, old: str, new: str) -> None:
    """Give a database another name; its attachments first, they do no harm alone."""
    shutil.rmtree(filestore(new), ignore_errors=True)
    if filestore(old).exists():
        filestore(old).rename(filestore(new))
    _execute(pg, "ALTER DATABASE {} RENAME TO {}", old, new)


def recall(pg: Variables, name: str) -> dict[str, str]:
    """Return what ``remember`` kept; nothing for a database of other origin."""
    with _cursor(pg) as cursor:
        cursor.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database "
            "WHERE datname = %s",
            [name],
        )
        row = cursor.fetchone()
    try:
        return dict(json.loads(row[0])) if row and row[0] else {}
    except ValueError:
        return {}


def remember(pg: Variables, name: str, checksums: dict[str, str]) -> None:
    """Keep with the database which state of each addon it has."""
    with _cursor(pg) as cursor:
        cursor.execute(
            sql.SQL("COMMENT ON DATABASE {} IS %s").format(sql.Identifier(name)),
            [json.dumps(checksums)],
        )


def installed(pg: Variables, name: str, addons: list[str]) -> set[str]:
    """Return which of ``addons`` are installed in a database."""
    with _cursor(pg, name) as cursor:
        cursor.execute("SELECT to_regclass('ir_module_module') IS NOT NULL")
        if not cursor.fetchone()[0]:
            return set()
        cursor.execute(
            "SELECT name FROM ir_module_module "
            "WHERE state IN ('installed', 'to upgrade') AND name = ANY(%s)",
            [addons],
        )
        return {row[0] for row in cursor.fetchall()}
