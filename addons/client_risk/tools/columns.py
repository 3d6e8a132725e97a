"""Rows of the database as columns of numbers and back, in PostgreSQL's binary form.

A million rows as Python objects take longer than the database needs to find them; one
string of bytes is read at once. Columns are int4 or float8 and hold no NULL.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

# The signature, no flags, no extension; then the rows; then a count of -1.
HEADER = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
TRAILER = b"\xff\xff"
INT, FLOAT = "int4", "float8"
TYPES = {INT: ">i4", FLOAT: ">f8"}

Column = npt.NDArray[Any]


def row_type(kinds: Sequence[str]) -> np.dtype[Any]:
    """Return the layout of a row: number of columns, then length and value of each."""
    fields: list[tuple[str, str]] = [("columns", ">i2")]
    for number, kind in enumerate(kinds):
        fields += [(f"length{number}", ">i4"), (f"value{number}", TYPES[kind])]
    return np.dtype(fields)


def read(data: bytes, kinds: Sequence[str]) -> list[Column]:
    """Read rows whose values stand one after another, as int4send() and so on give.

    :param kinds: of each column, ``INT`` (read as int64) or ``FLOAT``
    :raise ValueError: for anything that is no whole number of such rows
    """
    layout = np.dtype(
        [(f"value{number}", TYPES[kind]) for number, kind in enumerate(kinds)]
    )
    rows = np.frombuffer(data, layout)
    return [
        rows[f"value{number}"].astype(np.int64 if kind == INT else np.float64)
        for number, kind in enumerate(kinds)
    ]


def write(columns: Mapping[str, Column]) -> bytes:
    """Write columns of one length for COPY ... FROM STDIN (FORMAT BINARY).

    Columns of floats become float8, all others int4.
    """
    kinds = [FLOAT if one.dtype.kind == "f" else INT for one in columns.values()]
    layout = row_type(kinds)
    rows = np.empty(len(next(iter(columns.values()))), layout)
    rows["columns"] = len(kinds)
    for number, (kind, column) in enumerate(zip(kinds, columns.values(), strict=True)):
        rows[f"length{number}"] = np.dtype(TYPES[kind]).itemsize
        rows[f"value{number}"] = column
    return HEADER + rows.tobytes() + TRAILER
