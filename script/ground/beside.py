"""Commands side by side, each line they print shown with the name of its command."""

import contextlib
import os
import selectors
import subprocess
import sys
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from .process import BOUND

CHUNK = 1 << 16  # bytes
PATIENCE = 0.2  # seconds until an end is noticed


@dataclass(frozen=True)
class Job:
    """A command that may run while others do.

    :param alone: it starts when nothing else runs, and nothing starts while it does
    """

    name: str
    command: list[str]
    alone: bool = False


@dataclass(frozen=True)
class Ended:
    """How a job came out; the times are of ``time.monotonic``, in seconds."""

    code: int
    began: float
    ended: float


@dataclass
class _Running:
    job: Job
    process: subprocess.Popen[bytes]
    pipe: IO[bytes]
    began: float
    rest: bytes = b""  # a line that has not ended yet


def run(
    jobs: Sequence[Job],
    *,
    width: int,
    environ: dict[str, str],
    folder: Path,
    output: IO[str] | None = None,
) -> dict[str, Ended]:
    """Run jobs in their order, at most ``width`` at a time; one that fails stops none.

    A job starts as soon as there is room, so an order of long ones first ends soonest.
    Ctrl-C and a request to end reach all that run, as SIGTERM; each ends in order, and
    none starts any more.

    :param output: where the lines go, by default the standard output
    :return: by name of the job
    :raises KeyboardInterrupt: when this script was asked to end, after they have
    """
    indent = max(len(job.name) for job in jobs)
    lanes = _Lanes(environ, folder, output or sys.stdout, indent)
    waiting = deque(jobs)
    try:
        while waiting or lanes.running:
            while waiting and _has_room(waiting[0], lanes.running, width):
                lanes.start(waiting.popleft())
            lanes.read()
    except BaseException:
        lanes.terminate()
        raise
    finally:
        lanes.close()
    return lanes.ended


def _has_room(job: Job, running: Sequence[_Running], width: int) -> bool:
    if job.alone or any(other.job.alone for other in running):
        return not running
    return len(running) < width


class _Lanes:
    """The commands that run, and the pipes their lines come through."""

    def __init__(
        self, environ: dict[str, str], folder: Path, output: IO[str], indent: int
    ) -> None:
        self.environ = environ
        self.folder = folder
        self.output = output
        self.indent = indent
        self.running: list[_Running] = []
        self.ended: dict[str, Ended] = {}
        self._selector = selectors.DefaultSelector()

    def start(self, job: Job) -> None:
        # From the main thread: the kernel binds the child to the thread that made it.
        process = subprocess.Popen(
            [*BOUND, *job.command],
            env=self.environ,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            # Not reached by Ctrl-C: it is passed on, once.
            start_new_session=True,
        )
        assert process.stdout is not None
        os.set_blocking(process.stdout.fileno(), False)
        running = _Running(job, process, process.stdout, time.monotonic())
        self._selector.register(running.pipe, selectors.EVENT_READ, running)
        self.running.append(running)

    def read(self) -> None:
        """Wait a little for output and show its whole lines; note who has ended."""
        for key, _events in self._selector.select(PATIENCE):
            self._show(key.data)
        for running in list(self.running):
            # Not the end of its output: what a job has left behind may hold the pipe.
            if running.process.poll() is not None:
                self._note_end(running)

    def _show(self, running: _Running) -> None:
        """Show what can be read at once."""
        with contextlib.suppress(BlockingIOError):
            while chunk := os.read(running.pipe.fileno(), CHUNK):
                *lines, running.rest = (running.rest + chunk).split(b"\n")
                self._print(running.job, lines)
            # All writers have closed it: it could be read forever.
            self._selector.unregister(running.pipe)

    def _print(self, job: Job, lines: list[bytes]) -> None:
        for line in lines:
            text = line.decode(errors="replace").rstrip()
            print(f"{job.name:<{self.indent}} | {text}", file=self.output)
        self.output.flush()

    def _note_end(self, running: _Running) -> None:
        now = time.monotonic()
        if running.pipe in self._selector.get_map():
            self._show(running)
        if running.rest:
            self._print(running.job, [running.rest])
        if running.pipe in self._selector.get_map():
            self._selector.unregister(running.pipe)
        running.pipe.close()
        self.running.remove(running)
        code = running.process.returncode
        self.ended[running.job.name] = Ended(code, running.began, now)

    def terminate(self) -> None:
        """Ask all to end, and show what they say of it: a full pipe would hold them."""
        for running in self.running:
            running.process.terminate()
        while self.running:
            self.read()

    def close(self) -> None:
        self._selector.close()
