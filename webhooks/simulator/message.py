"""What Bandwidth knows about one message."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from webhooks.events import Event

__all__ = ["Message"]


@dataclass(slots=True, eq=False)
class Message:
    """One message, in or out."""

    id: str
    direction: Literal["in", "out"]
    from_: str
    to: tuple[str, ...]
    text: str
    media: tuple[str, ...]
    owner: str
    sent_at: float
    tag: str = ""
    events: list[Event] = field(default_factory=list[Event])
    """What the app was told about it, in order."""
    taken: bool = False
    """Whether the app took the first event of it with a 2xx."""
    tries: int = 0
    """How often that was tried."""
