"""What a sender has told: one event, before anything is made of it."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class DoorEvent:
    """One event as it came to a public door.

    ``payload`` is what the database keeps; ``key`` is what the sender calls the event,
    ``""`` when he does not; ``remote_addr`` is the address that Odoo believes.
    """

    payload: dict[str, Any]
    key: str = ""
    remote_addr: str = ""
    raw: str | None = field(default=None, repr=False)
