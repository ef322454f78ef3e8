"""What may stand in a log line: nothing that a payload can fill with somebody's number, text or digits.

Event types, ids and paths come from the wire. Types and ids are logged while they look like what Bandwidth sends, of a
path what the app's own paths have. Of an error its class and its place are: its message may hold what a caller said.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from traceback import walk_tb

__all__ = ["described", "loggable", "loggable_path", "place_of"]

# Bandwidth's ids and event types hold a letter; a phone number, a run of digits or a sentence does not pass.
_NAME = re.compile(r"(?=[^A-Za-z]*[A-Za-z])[A-Za-z0-9][A-Za-z0-9_.-]{0,127}\Z")
_MOST_PARTS = 20
_PACKAGE = os.path.dirname(__file__) + os.sep
_LIBRARIES = (os.sep + "site-packages" + os.sep, os.sep + "dist-packages" + os.sep)
_PYTHON = os.path.dirname(os.__file__) + os.sep


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


def described(error: BaseException) -> str:
    """Class and place of an error."""
    kind = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    frames = [f"{frame.f_code.co_filename}:{line}" for frame, line in walk_tb(error.__traceback__)]
    place = place_of(error) or "".join(frames[-1:])
    return f"{kind} at {place}" if place else kind


def place_of(error: BaseException) -> str:
    """File and line of the user's code that failed, not of the library that it called; "" where none of it ran."""
    frames = [(frame.f_code.co_filename, line) for frame, line in walk_tb(error.__traceback__)]
    others = [(file, line) for file, line in frames if not file.startswith((_PACKAGE, "<"))]
    theirs = [(file, line) for file, line in others if not _is_library(file)]
    # The outermost is the handler itself, wherever it is installed.
    return next((f"{file}:{line}" for file, line in (*reversed(theirs), *others)), "")


def _is_library(file: str) -> bool:
    return file.startswith(_PYTHON) or any(folder in file for folder in _LIBRARIES)
