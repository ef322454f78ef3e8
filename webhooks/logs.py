"""What may stand in a log line: nothing that a payload can fill with somebody's number, text or digits.

Event types, ids and paths come from the wire. Types and ids are logged while they look like what Bandwidth sends, of a
path what the app's own paths have.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = ["loggable", "loggable_path"]

# Bandwidth's ids and event types hold a letter; a phone number, a run of digits or a sentence does not pass.
_NAME = re.compile(r"(?=[^A-Za-z]*[A-Za-z])[A-Za-z0-9][A-Za-z0-9_.-]{0,127}\Z")
_MOST_PARTS = 20


def loggable(name: str | None) -> str:
    """`name` when it looks like an event type or an id, else a placeholder."""
    if name is None:
        return "(none)"
    return name if _NAME.match(name) else "(not shown)"


def loggable_path(path: str, known: Iterable[str]) -> str:
    """`path` with a star for each part that no known path has: anybody can call any path, with any name or number."""
    if path.count("/") > _MOST_PARTS:
        return "(not shown)"
    parts = {part for one in ("", *known) for part in one.split("/")}
    return "/".join(part if part in parts else "*" for part in path.split("/")) or "/"
