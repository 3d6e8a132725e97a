"""The private PostgreSQL in ``.postgres``: started when needed, stopped by the last."""

import contextlib
import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from . import environment, paths
from .cluster import PORT, Cluster

SOCKET_PATH_LIMIT = 107

USERS_LOCK = paths.ROOT / ".odoo" / "postgres.users"
START_LOCK = paths.ROOT / ".odoo" / "postgres.start"


def socket_folder() -> Path:
    """Return the folder of the socket: in the project unless its path is too long."""
    folder = paths.POSTGRES / "run"
    if len(os.fsencode(folder / f".s.PGSQL.{PORT}.lock")) <= SOCKET_PATH_LIMIT:
        return folder
    digest = hashlib.sha256(os.fsencode(paths.ROOT)).hexdigest()[:12]
    base = os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()
    return Path(base) / f"client-base-{os.getuid()}-{digest}"


@contextlib.contextmanager
def running() -> Iterator[dict[str, str]]:
    """Keep a PostgreSQL up for the length of the block; yield the PG* variables for it.

    Several scripts may be inside at once: the last one that leaves stops the server.
    """
    if environment.names_a_server():
        yield environment.external_variables()
        return
    USERS_LOCK.parent.mkdir(parents=True, exist_ok=True)
    with USERS_LOCK.open("w") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        try:
            _ensure_started()
            yield _cluster().variables()
        finally:
            _stop_if_last(users.fileno())


def _cluster() -> Cluster:
    return Cluster(paths.POSTGRES, socket_folder())


def _ensure_started() -> None:
    with START_LOCK.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _cluster().is_ready():
            _cluster().start()


def _stop_if_last(users: int) -> None:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    if _cluster().is_begun:
        _cluster().stop()
        if socket_folder().parent != paths.POSTGRES:
            shutil.rmtree(socket_folder(), ignore_errors=True)
