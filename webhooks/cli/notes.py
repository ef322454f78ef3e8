"""What an app logs while it answers a delivery, kept with that delivery."""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

__all__ = ["Note", "Notes", "text_of"]


def text_of(record: logging.LogRecord) -> str:
    """What is logged; in an app with `debug=True` the traceback of a failure follows in lines of its own."""
    return logging.Formatter().format(record)


@dataclass(frozen=True, slots=True)
class Note:
    """What the app logged."""

    level: int
    text: str


@dataclass(slots=True)
class _Pad:
    """The notes of one delivery."""

    notes: list[Note] = field(default_factory=list[Note])
    is_open: bool = True


class Notes(logging.Handler):
    """Keeps the records of each delivery together, in threads and tasks too; `show` gets what belongs to none."""

    def __init__(self, show: Callable[[Note], None]) -> None:
        super().__init__(logging.WARNING)
        self._show = show
        self._pad: ContextVar[_Pad | None] = ContextVar("pad", default=None)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record, or show what comes after the delivery was told of."""
        note, pad = Note(record.levelno, text_of(record)), self._pad.get()
        if pad is not None and pad.is_open:
            pad.notes.append(note)
        else:
            self._show(note)

    @contextmanager
    def kept(self) -> Generator[list[Note]]:
        """What is logged meanwhile."""
        pad = _Pad()
        token = self._pad.set(pad)
        try:
            yield pad.notes
        finally:
            pad.is_open = False
            self._pad.reset(token)
