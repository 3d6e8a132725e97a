"""Cells that hold a number or a moment; see ``cells`` for what a kind is."""

import math
import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from .cells import DATE_FORMATS, Cell, Kind, squeeze

_BLANKS = re.compile(r"[\s'\u2019]")
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?(?:[eE][+-]?\d{1,3})?")
_WHOLE = re.compile(r"[+-]?\d{1,15}(?:[.,]0+)?")
_TIMES = ("%H:%M:%S", "%H:%M")
_STORED = "%Y-%m-%d %H:%M:%S"


class IntegerKind(Kind):
    """A whole number; thousands may be parted by blanks."""

    def parse(self, text: str) -> Cell:
        digits = _BLANKS.sub("", text)
        if not _WHOLE.fullmatch(digits):
            return Cell(rest=squeeze(text))
        return self.show(int(re.split("[.,]", digits)[0]))

    def show(self, raw: Any) -> Cell:
        if raw is None or raw is False:
            return Cell()
        return Cell(str(int(raw)), str(int(raw)), int(raw))


class FloatKind(Kind):
    """A number with a decimal point or comma."""

    def parse(self, text: str) -> Cell:
        digits = _BLANKS.sub("", text)
        value = float(digits.replace(",", ".")) if _NUMBER.fullmatch(digits) else None
        if value is None or not math.isfinite(value):
            return Cell(rest=squeeze(text))
        return self.show(value)

    def show(self, raw: Any) -> Cell:
        if raw is None or raw is False:
            return Cell()
        text = f"{float(raw):.15g}"
        return Cell(text, text, raw)


class MomentKind(Kind):
    """A day and a time, in the time zone of the reader; kept in UTC."""

    def __init__(self, zone: str) -> None:
        """:param zone: name of a time zone, such as "Europe/Kyiv" """
        self._zone = ZoneInfo(zone)

    def parse(self, text: str) -> Cell:
        value = squeeze(text.replace("T", " "))
        day, _blank, time = value.partition(" ")
        for form in DATE_FORMATS:
            for time_form in _TIMES if time else ("",):
                try:
                    local = datetime.strptime(
                        f"{day} {time}".strip(), f"{form} {time_form}".strip()
                    )
                except ValueError:
                    continue
                moment = local.replace(tzinfo=self._zone).astimezone(ZoneInfo("UTC"))
                return self.show(moment.strftime(_STORED))
        return Cell(rest=squeeze(text))

    def show(self, raw: Any) -> Cell:
        if not raw:
            return Cell()
        moment = datetime.strptime(raw, _STORED).replace(tzinfo=ZoneInfo("UTC"))
        local = moment.astimezone(self._zone)
        form = "%Y-%m-%d %H:%M:%S" if local.second else "%Y-%m-%d %H:%M"
        return Cell(local.strftime(form), raw, raw)

    def is_read_back(self, cell: Cell) -> bool:
        """Somebody in another time zone reads another moment."""
        return not cell.text
