"""Odoo as a process: install addons, serve pages, be killed."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path

from . import environment, paths
from .console import Failure, say
from .process import BOUND, watched

COMMAND = [sys.executable, str(paths.VENV / "bin" / "odoo")]
INTERFACE = "127.0.0.1"
LOADING = re.compile(r"odoo\.modules\.loading: Loading module (\S+) \((\d+)/(\d+)\)")
PROBLEM = re.compile(r"^\S+ \S+ \d+ (WARNING|ERROR|CRITICAL) ")
WORKER = re.compile(r"Worker (Worker\w+) \((\d+)\) alive")


def home() -> Path:
    """Return the folder that holds the odoo package, without importing it."""
    [link] = paths.VENV.glob("lib/python3*/site-packages/odoo-home.pth")
    return Path(link.read_text().strip())


def fingerprint() -> str:
    """Return what differs when Odoo itself was fetched anew or replaced by another."""
    return f"{home()} {(home() / 'odoo' / 'release.py').stat().st_ctime_ns}"


def install(
    pg: dict[str, str],
    database: str,
    *,
    init: Sequence[str] = (),
    update: Sequence[str] = (),
    demo: bool = False,
    languages: Sequence[str] = (),
) -> None:
    """Install and upgrade addons in a database, showing which one is at work.

    :raises Failure: with the end of the log when Odoo gives up
    """
    options = ["--stop-after-init", "--no-http", "--max-cron-threads=0", "-d", database]
    for option, values in (
        ("-i", init),
        ("-u", update),
        ("--load-language", languages),
    ):
        if values:
            options += [option, ",".join(values)]
    if demo:
        options.append("--with-demo")
    try:
        _run_installation(pg, options, log_path(f"install-{database}"))
    except Failure as failure:
        names = ", ".join([*init, *update])
        raise Failure(f"Odoo could not install {names}.", *failure.advice) from failure


def _run_installation(pg: dict[str, str], options: list[str], log: Path) -> None:
    tail: deque[str] = deque(maxlen=25)
    command = [*COMMAND, *options]
    with (
        log.open("w") as file,
        watched(command, environment.complete(pg)) as process,
    ):
        for line in process.stdout or ():
            file.write(line)
            tail.append(line)
            if found := LOADING.search(line):
                say("Odoo: installing {} ({} of {})".format(*found.groups()))
    gave_up = any(PROBLEM.match(line) and " CRITICAL " in line for line in tail)
    if process.returncode or gave_up:
        sys.stderr.writelines(tail)
        raise Failure(
            "Odoo gave up.",
            f"The whole log: {log}",
            "Mend what it says above and start again.",
        )


def shell(pg: dict[str, str], database: str, code: str) -> str:
    """Run Python code in ``odoo shell`` (it has ``env``); return what it printed."""
    command = [*COMMAND, "shell", "-d", database, "--no-http", "--log-level=error"]
    answer = subprocess.run(
        command,
        env=environment.complete(pg),
        input=code,
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode:
        raise Failure(f"odoo shell on {database} failed:", *answer.stderr.splitlines())
    return answer.stdout


def run(pg: dict[str, str], arguments: list[str]) -> None:
    """Run one of Odoo's commands; what it logs is shown when it fails only."""
    answer = subprocess.run(
        [*COMMAND, *arguments],
        env=environment.complete(pg),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if answer.returncode:
        raise Failure(
            f"odoo {' '.join(arguments)} failed:", *answer.stdout.splitlines()[-25:]
        )


def log_path(name: str) -> Path:
    """Return the path of a log file, its folder made."""
    paths.LOGS.mkdir(exist_ok=True)
    return paths.LOGS / f"{name}.log"


def free_port() -> int:
    """Return a TCP port that nobody listens on right now."""
    with socket.socket() as listener:
        listener.bind((INTERFACE, 0))
        port: int = listener.getsockname()[1]
        return port


class Server:
    """A running Odoo that serves one database on a port of this machine.

    :param workers: 0 is one process with threads; more is prefork, as in production
    """

    def __init__(
        self,
        pg: dict[str, str],
        database: str,
        *,
        port: int | None = None,
        workers: int = 0,
        options: Sequence[str] = (),
    ) -> None:
        self.pg = pg
        self.database = database
        self.port = port or free_port()
        self.workers = workers
        self.options = list(options)
        self.log = log_path(f"server-{database}")
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://{INTERFACE}:{self.port}"

    def start(self, *, timeout: float = 120) -> None:
        """Start and wait until a page is answered."""
        self.log.unlink(missing_ok=True)
        command = [
            *BOUND,
            *COMMAND,
            f"--database={self.database}",
            f"--db-filter=^{re.escape(self.database)}$",
            "--no-database-list",
            f"--http-interface={INTERFACE}",
            f"--http-port={self.port}",
            f"--gevent-port={free_port()}",
            f"--workers={self.workers}",
            f"--logfile={self.log}",
            *self.options,
        ]
        # A session of its own, so that the end reaches each of its processes.
        self.process = subprocess.Popen(
            command,
            env=environment.complete(self.pg),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._wait_until_ready(timeout)

    def _wait_until_ready(self, timeout: float) -> None:
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            if self.process and self.process.poll() is not None:
                raise Failure("Odoo did not start.", *self._log_tail())
            if self.answers():
                return
            time.sleep(0.1)
        self.kill()
        raise Failure(f"Odoo did not answer within {timeout:.0f} s.", *self._log_tail())

    def answers(self, path: str = "/web/health") -> bool:
        """Tell whether a page is answered with a success."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=60) as answer:
                return bool(answer.status == 200)
        except (OSError, urllib.error.URLError):
            return False

    def _log_tail(self) -> list[str]:
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        return [*text.splitlines()[-15:], f"The whole log: {self.log}"]

    def worker_pids(self, kind: str = "WorkerHTTP") -> list[int]:
        """Return the living workers of a kind, WorkerHTTP or WorkerCron (prefork)."""
        found = WORKER.findall(self.log.read_text(errors="replace"))
        pids = [int(pid) for name, pid in found if name == kind]
        return [pid for pid in pids if self._is_worker(pid)]

    def _is_worker(self, pid: int) -> bool:
        """A process of ours that lives: the log also names those that have ended."""
        try:
            stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return False
        if self.process is None or stat[0] == "Z":
            return False
        return int(stat[1]) == self.process.pid

    def kill_workers(self, kind: str = "WorkerHTTP") -> list[int]:
        """``kill -9`` every worker of a kind; the main process starts new ones."""
        pids = self.worker_pids(kind)
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return pids

    def wait(self) -> int:
        """Wait for the end of the process and return its exit code."""
        assert self.process is not None
        return self.process.wait()

    def stop(self) -> None:
        """End as an administrator would: running requests are finished."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End all its processes at once, as a power cut would."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def restart(self) -> None:
        """Stop and start again on the same port."""
        self.stop()
        self.start()


@contextlib.contextmanager
def serving(server: Server) -> Iterator[Server]:
    """Start a server for the length of the block."""
    try:
        server.start()
        yield server
    finally:
        server.stop()
        server.kill()
