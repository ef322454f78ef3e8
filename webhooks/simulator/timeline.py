"""What happened, in order: the record of a simulation, printable as a table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from textwrap import wrap
from typing import overload

__all__ = ["Entry", "Timeline"]

_WIDTH = 80


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened."""

    at: float
    """Virtual seconds since the beginning."""
    who: str
    """Number or address of the party it happened to, or the name of a conference."""
    what: str
    """One word: `event`, `answer`, `verb`, `hears`, `says`, `presses`, `sends`, `text`, `violation`, `note`, `ends`."""
    text: str
    about: str = ""
    """Id of the call, conference or message."""
    body: bytes = field(default=b"", repr=False)
    """Of an answer."""


class Timeline(Sequence[Entry]):  # noqa: PLW1641 - it grows, so it has no hash
    """Entries in order. `str(...)` is a table of at most 80 columns."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self._entries = list(entries)

    def add(self, entry: Entry) -> None:
        """At the end."""
        self._entries.append(entry)

    def of(self, *ids: str) -> Timeline:
        """Only what is about these calls, conferences or messages."""
        return Timeline(entry for entry in self._entries if entry.about in ids)

    @overload
    def __getitem__(self, index: int) -> Entry: ...
    @overload
    def __getitem__(self, index: slice) -> Timeline: ...
    def __getitem__(self, index: int | slice) -> Entry | Timeline:
        return self._entries[index] if isinstance(index, int) else Timeline(self._entries[index])

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries)

    def __eq__(self, other: object) -> bool:
        return self._entries == other._entries if isinstance(other, Timeline) else NotImplemented

    def __repr__(self) -> str:
        return f"<Timeline of {len(self)} entries>"

    def __str__(self) -> str:
        widest = max((len(entry.who) for entry in self), default=0)
        return "\n".join(line for entry in self for line in _lines(entry, widest))


def _lines(entry: Entry, widest: int) -> Iterator[str]:
    head = f"{entry.at:8.2f}  {entry.who:<{widest}}  {entry.what:<9}  "
    first, *rest = wrap(entry.text, max(20, _WIDTH - len(head))) or [""]
    yield head + first if first else head.rstrip()
    for more in rest:
        yield " " * len(head) + more
