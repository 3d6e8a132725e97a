"""Open the zip container of an Office file without believing what it says of itself."""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import TYPE_CHECKING, Final
from xml.parsers import expat

from .sheet_base import SheetError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from .sheet_base import Limits

_ENTRY_MARK: Final = b"PK\x01\x02"
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_SMALL: Final = 2**20  # no ratio is suspicious below this size
_CHUNK: Final = 2**16
_MAX_TOKEN: Final = 2**20  # one tag, comment or attribute
_MAX_DEPTH: Final = 64
_MAX_NAMES: Final = 1_000

Attributes = dict[str, str]


class Container:
    """The parts of an Office file by name, letter case and slashes aside.

    :raise SheetError: ``damaged``, ``encrypted``, or ``bomb`` before anything is
        unpacked.
    """

    def __init__(self, data: bytes, limits: Limits) -> None:
        if data.count(_ENTRY_MARK) > limits.max_entries:
            raise SheetError("bomb")
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
            raise SheetError("damaged") from error
        infos = self._archive.infolist()
        _check_sizes(infos, limits)
        self._parts = {_part_key(info.filename): info for info in infos}
        self.has_doubles = len(self._parts) < len(infos)
        """Whether two parts have one name, letter case and slashes aside."""

    def __contains__(self, name: str) -> bool:
        return _part_key(name) in self._parts

    def sizes(self) -> dict[str, int]:
        """:return: what each part says to be its unpacked size, in bytes"""
        return {name: info.file_size for name, info in self._parts.items()}

    def read_small(self, name: str) -> bytes:
        """:return: the start of a part, ``b""`` when there is no such part."""
        info = self._parts.get(_part_key(name))
        return b"".join(self._unpack(info, _SMALL)) if info else b""

    def stream(self, name: str) -> Iterator[bytes]:
        """Unpack a part piece by piece."""
        info = self._parts.get(_part_key(name))
        if info is None:
            raise SheetError("damaged")
        return self._unpack(info, info.file_size)

    def _unpack(self, info: zipfile.ZipInfo, size: int) -> Iterator[bytes]:
        if info.flag_bits & 1:
            raise SheetError("encrypted")
        if info.compress_type not in _METHODS:
            raise SheetError("damaged")
        try:
            with self._archive.open(info) as part:
                while size > 0 and (chunk := part.read(min(_CHUNK, size))):
                    size -= len(chunk)
                    yield chunk
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError) as bad:
            raise SheetError("damaged") from bad


def _part_key(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").casefold()


def _check_sizes(infos: list[zipfile.ZipInfo], limits: Limits) -> None:
    unpacked = sum(info.file_size for info in infos)
    packed = sum(info.compress_size for info in infos)
    if len(infos) > limits.max_entries or unpacked > limits.max_unpacked:
        raise SheetError("bomb")
    if unpacked > 8 * _SMALL and unpacked > limits.max_ratio * max(packed, 1):
        raise SheetError("bomb")


class _Handlers(dict[str, "Callable[..., None] | None"]):
    """What to call for an element, whatever the prefix of its name."""

    def __missing__(self, name: str) -> Callable[..., None] | None:
        handler = self.get(name.rpartition(":")[2])
        if len(self) < _MAX_NAMES:
            self[name] = handler
        return handler


class XmlStream:
    """Walk one XML part and call back, in memory that does not depend on its size.

    A DTD, whose entities may grow or reach outside, is refused.

    :param starts: local name of an element -> what takes its attributes
    :param ends: local name of an element -> what is called at its end
    :param text: takes the text of any element, in pieces
    """

    def __init__(
        self,
        starts: Mapping[str, Callable[[Attributes], None]],
        ends: Mapping[str, Callable[[], None]] | None = None,
        text: Callable[[str], None] | None = None,
    ) -> None:
        self._starts, self._ends = _Handlers(starts), _Handlers(ends or {})
        self._depth = 0
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._on_start
        self._parser.EndElementHandler = self._on_end
        self._parser.CharacterDataHandler = text
        self._parser.StartDoctypeDeclHandler = self._on_doctype

    def feed(self, chunks: Iterator[bytes]) -> Iterator[None]:
        """Parse; give control back to the caller after each piece.

        :raise SheetError: ``damaged``, ``external``, or what a callback raises; its
            ValueError over a number that is none means ``damaged``
        """
        fed = 0
        try:
            for chunk in chunks:
                self._parser.Parse(chunk, False)
                fed += len(chunk)
                self._check_progress(fed)
                yield
            self._parser.Parse(b"", True)
        except SheetError:
            raise
        except (expat.ExpatError, ValueError, OverflowError) as error:
            raise SheetError("damaged") from error
        yield

    def _check_progress(self, fed: int) -> None:
        """Refuse a tag or a comment so long that the parser would hold it all."""
        if fed - self._parser.CurrentByteIndex > _MAX_TOKEN:
            raise SheetError("damaged")

    def run(self, chunks: Iterator[bytes]) -> None:
        """Parse to the end."""
        for _ in self.feed(chunks):
            pass

    def _on_start(self, name: str, attributes: Attributes) -> None:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise SheetError("damaged")
        handler = self._starts[name]
        if handler:
            handler(attributes)

    def _on_end(self, name: str) -> None:
        self._depth -= 1
        handler = self._ends[name]
        if handler:
            handler()

    def _on_doctype(self, *_declared: object) -> None:
        raise SheetError("external")
