"""What `webhooks check`, `webhooks doctor` and `webhooks bxml` print, so that they look alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

import click

from webhooks.cli.layout import wrapped

__all__ = ["Severity", "count_of", "counted", "entry", "listed"]

Severity: TypeAlias = Literal["error", "warning", "advice"]
"""An error costs a call or keeps the app from starting; a warning may be meant; advice is what would be better."""

_COLORS = {"error": "red", "warning": "yellow", "advice": "cyan"}
_WORDS = {"advice": ("piece of advice", "pieces of advice")}


def entry(severity: Severity, where: str, problem: str, advice: str) -> str:
    """One thing that is wrong: where it is, what it is, and what to do or read."""
    title = click.style(severity, bold=True, fg=_COLORS[severity])
    return "\n".join([f"{title}  {where}".rstrip(), wrapped(problem, "  "), wrapped(f"-> {advice}", "  ", "     ")])


def counted(what: str, severities: Sequence[Severity]) -> str:
    """The last line: what was looked at, and how much of it is wrong."""
    counts = [(severities.count(severity), severity) for severity in _COLORS]
    told = [count_of(count, severity) for count, severity in counts if count]
    return f"{what}{', '.join(told)}." if told else click.style(f"{what}nothing found.", fg="green")


def count_of(count: int, word: str) -> str:
    """`1 route`, `2 routes`."""
    one, many = _WORDS.get(word, (word, f"{word}s"))
    return f"{count} {one if count == 1 else many}"


def listed(words: Sequence[str]) -> str:
    """`one, two and three`."""
    *some, last = words
    return f"{', '.join(some)} and {last}" if some else last
