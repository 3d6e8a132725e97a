"""The addons of this project, as files."""

import ast
import hashlib
from pathlib import Path

from . import paths

# Nothing in these changes what an installed addon is.
LEFT_OUT = {"__pycache__", "tests", "README.rst"}


def names() -> list[str]:
    """Return the names of the installable addons of this project, sorted."""
    return sorted(
        manifest.parent.name
        for manifest in paths.ADDONS.glob("*/__manifest__.py")
        if ast.literal_eval(manifest.read_text()).get("installable", True)
    )


def folders() -> list[Path]:
    """Return the folders of the installable addons."""
    return [paths.ADDONS / name for name in names()]


def checksums() -> dict[str, str]:
    """Return one checksum an addon; it differs when an upgrade may be due."""
    return {folder.name: checksum(folder) for folder in folders()}


def checksum(folder: Path) -> str:
    """Return a checksum over the paths and contents below ``folder``."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if path.is_file() and not LEFT_OUT.intersection(inside.parts):
            digest.update(str(inside).encode() + b"\0")
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:32]
