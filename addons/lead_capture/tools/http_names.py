"""Addresses of pages, told apart before anybody is sent there."""

from urllib.parse import urlsplit


def is_local_path(path: str) -> bool:
    """Return whether a browser that goes to ``path`` stays on the site it is on.

    Browsers read a backslash as a slash and drop tabs and line ends, so that none of
    them may stand anywhere.
    """
    if not path.startswith("/") or path.startswith("//") or "\\" in path:
        return False
    if not path.isprintable() or " " in path or len(path) > 500:
        return False
    parts = urlsplit(path)
    return not parts.scheme and not parts.netloc
