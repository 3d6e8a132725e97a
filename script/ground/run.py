"""Run any command in this project's environment, PostgreSQL included."""

import signal
import subprocess
import sys
from types import FrameType

from . import environment, paths, postgres
from .console import run_main

# Ctrl-C reaches the command by itself, as a member of the same terminal group.
FORWARDED = (signal.SIGTERM, signal.SIGHUP)


def run(command: list[str]) -> int:
    """Run ``command`` in the foreground; return its exit code, 128 + n for signal n."""
    with postgres.running() as variables:
        process = subprocess.Popen(command, env=environment.complete(variables))

        def forward(number: int, _frame: FrameType | None) -> None:
            process.send_signal(number)

        for number in FORWARDED:
            signal.signal(number, forward)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        code = process.wait()
    return code if code >= 0 else 128 - code


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["--odoo"]:
        return run([sys.executable, str(paths.VENV / "bin" / "odoo"), *arguments[1:]])
    return run(arguments)


if __name__ == "__main__":
    run_main(main)
