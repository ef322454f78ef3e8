"""What was measured, as a table: each benchmark gives `Section`s, `run.py` writes them to RESULTS.md."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

__all__ = ["Section", "machine"]

_OURS = ("uvicorn", "uvloop", "httptools", "starlette", "pydantic", "lxml")
_OTHERS = ("fastapi", "bandwidth-sdk", "msgspec", "twilio")


@dataclass(frozen=True)
class Section:
    """One table."""

    title: str
    how: str
    """How it was measured, in a sentence or two."""
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]

    def markdown(self) -> str:
        """With its heading."""
        rule = ["---", *["--:"] * (len(self.headings) - 1)]
        lines = [f"| {' | '.join(line)} |" for line in (self.headings, rule, *self.rows)]
        return "\n".join([f"## {self.title}", "", self.how, "", *lines])


def machine() -> str:
    """What it was measured on."""
    versions = ", ".join(f"{name} {found}" for name in (*_OURS, *_OTHERS) if (found := _version(name)))
    return f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}; {versions}."


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
