"""Where elements and attributes stand in a text, which the tree that is made of it does not tell."""

from __future__ import annotations

import re
from contextlib import suppress
from functools import cached_property
from typing import Any, NamedTuple

__all__ = ["Place", "Places"]

_VALUE = rb"\s*=\s*(?:\"[^\"]*\"|'[^']*')"
_TAG = rb"<[^\s/>]+(?:\s+[^\s=]+" + _VALUE + rb")*"
_ATTRIBUTE = rb"\s([^\s=]+)" + _VALUE


class Place(NamedTuple):
    """Line and column, both counted from 1."""

    line: int
    column: int


class Places:
    """The places of a text that was read into a tree. Nothing is looked for until the first is asked for."""

    def __init__(self, text: str, root: Any) -> None:
        self._data = text.encode()
        self._root = root

    def of(self, node: Any, attribute: str = "") -> Place:
        """Where a tag begins, or its attribute of that wire name."""
        start = self._starts.get(node)
        if start is None:
            return Place(int(node.sourceline or 1), 1)
        return self._place(self._attribute(start, attribute))

    def _attribute(self, start: int, name: str) -> int:
        tag = re.compile(_TAG).match(self._data, start)
        found = re.compile(_ATTRIBUTE).finditer(self._data, start, tag.end() if tag else start)
        return next((one.start(1) for one in found if one[1] == name.encode()), start)

    def _place(self, start: int) -> Place:
        before = self._data[:start]
        line = before.rpartition(b"\n")[2]
        return Place(before.count(b"\n") + 1, len(line.decode()) + 1)

    @cached_property
    def _starts(self) -> dict[Any, int]:
        """The offset of each element's tag. The text is known to be well-formed and to declare no entities."""
        from xml.parsers import expat

        starts: list[int] = []
        parser = expat.ParserCreate("utf-8")

        def started(name: str, attributes: object) -> None:
            starts.append(parser.CurrentByteIndex)

        parser.StartElementHandler = started
        with suppress(expat.ExpatError):  # names in letters that only the other parser knows
            parser.Parse(self._data, True)
        return dict(zip(self._root.iter(), starts, strict=False))
