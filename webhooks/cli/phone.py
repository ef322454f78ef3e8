"""A phone in the terminal: what `webhooks call`, `webhooks text` and `webhooks demo` show of a simulation."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict

import click

from webhooks.cli.layout import wrapped
from webhooks.cli.loading import Refused, load
from webhooks.simulator import Entry, Phone, Timeline

__all__ = ["Screen", "app_of", "as_json", "credentials_of"]


def app_of(target: str) -> object:
    """The app that TARGET names: a URL as it is, MODULE:ATTR loaded.

    Raises:
        Refused: it is neither.
    """
    scheme, separator, rest = target.partition("://")
    if separator:
        if scheme not in ("http", "https") or not rest:
            raise Refused(f'"{target}" is no http or https URL, as http://127.0.0.1:8000.')
        return target
    if target.partition(":")[2].partition("/")[0].isdigit():
        raise Refused(f'"{target}" names no app. Did you mean "http://{target}"?')
    return load(target)


def credentials_of(user: str | None, password: str | None) -> tuple[str, str] | None:
    """Both, or none."""
    if (user is None) != (password is None):
        raise click.UsageError("--user and --password belong together.")
    return None if user is None or password is None else (user, password)


class Screen:
    """Shows what has happened since it showed something last."""

    def __init__(self, phone: Phone) -> None:
        self._phone = phone
        self._shown = 0

    def show(self) -> None:
        """Print it."""
        new = self._phone.timeline[self._shown :]
        self._shown += len(new)
        for entry in new:
            if line := _line(entry):
                click.echo(line)


# What is printed of each kind of entry; the verbs are seen by what is heard.
_STYLES: dict[str, tuple[str, dict[str, object]]] = {
    "event": ("  -> ", {"dim": True}),
    "answer": ("  <- ", {"dim": True}),
    "hears": ("", {"bold": True}),
    "violation": ("  !! ", {"fg": "red"}),
    "note": ("  (", {"dim": True}),
    "ends": ("The call has ended: ", {}),
}


def _line(entry: Entry) -> str | None:
    style = _STYLES.get(entry.what)
    if style is None:
        return None
    head, look = style
    tail = ")" if entry.what == "note" else ""
    text = wrapped(f"{head}{entry.text}{tail}", "", " " * len(head) if head.startswith(" ") else "")
    return click.style(text, **look)  # type: ignore[arg-type]


def as_json(timeline: Timeline | Iterable[Entry]) -> str:
    """One object a line: `at` (seconds), `who`, `what`, `text`, `about`."""
    rows = ({key: value for key, value in asdict(entry).items() if key != "body"} for entry in timeline)
    return "\n".join(json.dumps(row) for row in rows)
