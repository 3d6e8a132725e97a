"""Processes that end when the script that started them ends, however it ends."""

import contextlib
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

# The kernel tells the child to stop when its parent is gone, even by kill -9.
BOUND = ["setpriv", "--pdeathsig", "TERM"]


def foreground(
    command: list[str],
    environ: dict[str, str],
    *,
    folder: Path | None = None,
    on_terminate: signal.Signals = signal.SIGTERM,
) -> int:
    """Run a command on this terminal; return its exit code, 128 + n for signal n.

    Ctrl-C reaches the command by itself; a request to end this script is passed on as
    ``on_terminate``. Either way the command decides what comes of it.

    :raises KeyboardInterrupt: after such a command has ended without success
    """
    process = subprocess.Popen(command, env=environ, cwd=folder)
    received: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        received.append(number)
        if number == signal.SIGTERM:
            process.send_signal(on_terminate)

    with _handling(signal.SIGINT, note), _handling(signal.SIGTERM, note):
        code = process.wait()
    if code and received:
        raise KeyboardInterrupt
    return code if code >= 0 else 128 - code


@contextlib.contextmanager
def _handling(number: signal.Signals, handler: object) -> Iterator[None]:
    previous = signal.signal(number, handler)  # type: ignore[arg-type]
    try:
        yield
    finally:
        signal.signal(number, previous)


@contextlib.contextmanager
def watched(
    command: list[str], environ: dict[str, str]
) -> Iterator[subprocess.Popen[str]]:
    """Start a command whose output the block reads; end it when the block fails."""
    process = subprocess.Popen(
        [*BOUND, *command],
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        # Not reached by Ctrl-C: the block ends it, in order.
        start_new_session=True,
    )
    try:
        yield process
    except BaseException:
        process.terminate()
        raise
    finally:
        process.wait()
