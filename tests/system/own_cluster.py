"""A PostgreSQL of one test's own, which may be broken off."""

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from ground import databases
from ground.cluster import Cluster, binary


@contextlib.contextmanager
def copy_of(pg: dict[str, str], database: str) -> Iterator[Cluster]:
    """Make a cluster with a copy of a database, under the same name, and start it."""
    folder = Path(tempfile.mkdtemp(prefix="cluster-"))
    cluster = Cluster(folder, folder / "run")
    cluster.start()
    try:
        databases.create(cluster.variables(), database)
        _pour(pg, cluster.variables(), database)
        yield cluster
    finally:
        if cluster.is_begun:
            cluster.stop("immediate")
        shutil.rmtree(folder)


def _pour(source: dict[str, str], target: dict[str, str], database: str) -> None:
    dump = [binary("pg_dump"), "--no-owner", "--no-privileges", database]
    load = [binary("psql"), "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", database]
    with subprocess.Popen(
        dump, env={**os.environ, **source}, stdout=subprocess.PIPE
    ) as giver:
        subprocess.run(
            load,
            env={**os.environ, **target},
            stdin=giver.stdout,
            stdout=subprocess.DEVNULL,
            check=True,
        )
    assert giver.returncode == 0, "pg_dump failed"
