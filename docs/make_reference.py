"""Writes the reference pages from the code: `make docs`. With --check it only says which pages are stale.

A page is a function that gives its text, and a line in `PAGES`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from reference_bxml import rules, verbs
from reference_python import details, errors, events, settings
from reference_tools import commands, compatibility

FOLDER = Path(__file__).parent / "reference"
_MADE = "<!-- Made by docs/make_reference.py from the code; `make docs` makes it anew. -->"
PAGES: Mapping[str, Callable[[], str]] = {
    "commands.md": commands,
    "compatibility.md": compatibility,
    "details.md": details,
    "errors.md": errors,
    "events.md": events,
    "rules.md": rules,
    "settings.md": settings,
    "verbs.md": verbs,
}


def main(arguments: Sequence[str], folder: Path = FOLDER) -> int:
    """Write the pages into a folder, or say which of them are stale; the exit code."""
    made = {folder / name: f"{_MADE}\n\n{page()}\n" for name, page in PAGES.items()}
    stale = [path for path, text in made.items() if not path.exists() or path.read_text() != text]
    if "--check" not in arguments:
        for path in stale:
            path.write_text(made[path])
        return 0
    for path in stale:
        print(f"docs/reference/{path.name} is not what the code says: run `make docs` and commit it.")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
