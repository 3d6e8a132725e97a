"""Run any command in this project's environment, PostgreSQL included."""

from . import environment, odoo, postgres, process
from .console import run_main


def main(arguments: list[str]) -> int:
    """Run a command; ``--odoo`` in its place stands for Odoo's own."""
    if arguments[:1] == ["--odoo"]:
        arguments = [*odoo.COMMAND, *arguments[1:]]
    with postgres.running() as pg:
        return process.foreground(arguments, environment.complete(pg))


if __name__ == "__main__":
    run_main(main)
