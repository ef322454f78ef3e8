"""What `webhooks check` and `webhooks bxml` print, so that both look alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

import click

from webhooks.cli.layout import wrapped

__all__ = ["Severity", "counted", "entry"]

Severity: TypeAlias = Literal["error", "warning"]


def entry(severity: Severity, where: str, problem: str, advice: str) -> str:
    """One thing that is wrong: where it is, what it is, and what to do or read."""
    title = click.style(severity, bold=True, fg="red" if severity == "error" else "yellow")
    return "\n".join([f"{title}  {where}".rstrip(), wrapped(problem, "  "), wrapped(f"-> {advice}", "  ", "     ")])


def counted(what: str, severities: Sequence[Severity]) -> str:
    """The last line: what was looked at, and how much of it is wrong."""
    counts = [(severities.count(severity), severity) for severity in ("error", "warning")]
    told = [f"{count} {word}{'' if count == 1 else 's'}" for count, word in counts if count]
    return f"{what}{', '.join(told)}." if told else click.style(f"{what}nothing found.", fg="green")
