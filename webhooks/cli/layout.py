"""Text for a terminal: tables that fit its width, and the same tables in Markdown."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Sequence
from itertools import zip_longest

import click

__all__ = ["examples", "markdown", "table", "width", "wrapped"]

Row = Sequence[str]
_GAP = "  "
_NARROWEST = 8
_INDENT = 4


def width() -> int:
    """Columns of the terminal; 80 where there is none."""
    return shutil.get_terminal_size().columns


def examples(*lines: str) -> str:
    """What stands at the end of a command's help."""
    return "\n".join(["\b", "Examples:", *(f"  {line}" for line in lines)])  # click keeps lines after a backspace


def wrapped(text: str, first: str = "", later: str | None = None) -> str:
    """A sentence in lines that fit, indented by `first` and `later`. Names and URLs are not broken."""
    later = first if later is None else later
    return textwrap.fill(
        text, width(), initial_indent=first, subsequent_indent=later, break_long_words=False, break_on_hyphens=False
    )


def table(headings: Row, rows: Sequence[Row], below: Sequence[Row] = ()) -> str:
    """Columns as wide as they need to be, or as they can be. A line break in a cell stays one.

    Args:
        headings: of the columns.
        rows: of each, as many cells as there are headings.
        below: for each row, long texts that have lines of their own below it.
    """
    widths = _widths([headings, *rows])
    lines = _lines(headings, widths)
    lines = [click.style(line, bold=True) for line in lines]
    for row, texts in zip_longest(rows, below, fillvalue=()):
        lines += _lines(row, widths)
        lines += [wrapped(text, " " * _INDENT) for text in texts]
    return "\n".join(lines)


def markdown(headings: Row, rows: Sequence[Row]) -> str:
    """The same as a Markdown table."""
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


def _widths(rows: Sequence[Row]) -> list[int]:
    columns = list(zip(*rows, strict=True))
    widths = [max(len(line) for cell in column for line in cell.split("\n")) for column in columns]
    words = [max((len(word) for cell in column for word in cell.split()), default=0) for column in columns]
    room = width() - len(_GAP) * (len(widths) - 1)
    while sum(widths) > room and max(widths) > _NARROWEST:
        # What has room beside its longest word gives first: a word is cut only where nothing else is left.
        spare = [size if size > max(word, _NARROWEST) else 0 for size, word in zip(widths, words, strict=True)]
        most = spare if any(spare) else widths
        widths[most.index(max(most))] -= 1
    return widths


def _lines(row: Row, widths: Sequence[int]) -> list[str]:
    cells = [_broken(cell, size) for cell, size in zip(row, widths, strict=True)]
    depth = max(len(cell) for cell in cells)
    columns = [cell + [""] * (depth - len(cell)) for cell in cells]
    lines = zip(*columns, strict=True)
    return [_GAP.join(part.ljust(size) for part, size in zip(line, widths, strict=True)).rstrip() for line in lines]


def _broken(cell: str, size: int) -> list[str]:
    return [part for line in cell.split("\n") for part in textwrap.wrap(line, size, break_on_hyphens=False) or [""]]
