"""A part of script/test, or some folders of it, as a process of its own."""

import json
from dataclasses import asdict

from . import parts, postgres
from .console import run_main


def main(arguments: list[str]) -> int:
    """Run a part and keep its result as JSON.

    The arguments: what to call it, name of the part, options for pytest.
    """
    label, part, *options = arguments
    with postgres.running() as pg:
        result = parts.run(part, pg, options, label=label)
    parts.result_path(label).write_text(json.dumps(asdict(result)))
    return 0 if result.ok else 1


if __name__ == "__main__":
    run_main(main)
