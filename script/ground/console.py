"""How the scripts speak to the person who started them."""

import os
import signal
import sys
from collections.abc import Callable
from types import FrameType


class Failure(Exception):
    """Something the user has to mend: what went wrong, and what to do about it."""

    def __init__(self, problem: str, *advice: str) -> None:
        super().__init__(problem)
        self.advice = advice


def say(text: str) -> None:
    """Show one line of progress."""
    print(f"== {text}", file=sys.stderr, flush=True)


def run_main(main: Callable[[list[str]], int]) -> None:
    """Run a script's main function: its answer is the exit code.

    A request to end is the same as Ctrl-C: whatever was started is stopped in order.
    """
    # Both by name: a script in the background starts with Ctrl-C switched off.
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGINT, _interrupt)
    try:
        sys.exit(main(sys.argv[1:]))
    except Failure as failure:
        print(f"\n!! {failure}", file=sys.stderr)
        for line in failure.advice:
            print(f"   {line}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print(file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
