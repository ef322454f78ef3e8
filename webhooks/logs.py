"""What may stand in a log line: nothing that a payload can fill with somebody's number, text or digits.

Event types, ids and paths come from the wire. They are logged only while they look like what Bandwidth sends.
"""

from __future__ import annotations

import re

__all__ = ["loggable", "loggable_path"]

# Bandwidth's ids and event types hold a letter; a phone number, a run of digits or a sentence does not pass.
_NAME = re.compile(r"(?=[^A-Za-z]*[A-Za-z])[A-Za-z0-9][A-Za-z0-9_.-]{0,127}\Z")
_PATH = re.compile(r"(?!.*\d{7})[A-Za-z0-9/_.~-]{0,255}\Z")


def loggable(name: str | None) -> str:
    """`name` when it looks like an event type or an id, else a placeholder."""
    if name is None:
        return "(none)"
    return name if _NAME.match(name) else "(not shown)"


def loggable_path(path: str) -> str:
    """`path` when it is plain and holds no run of seven digits (the shortest phone number), else a placeholder."""
    return (path or "/") if _PATH.match(path) else "(not shown)"
