"""What `webhooks dev` shows of a delivery: event, handler, answer, time, and what was wrong.

Numbers are masked, texts and digits left out, unless they are asked for.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from http.client import responses
from typing import cast

import click

from webhooks.bxml import Document, Verb, parse
from webhooks.cli.exchange import REDIRECTED, REDIRECTS
from webhooks.cli.layout import wrapped
from webhooks.cli.notes import Note
from webhooks.delivery import Delivery, Reply
from webhooks.errors import BxmlError
from webhooks.events import Event, NotificationEvent
from webhooks.logs import loggable, loggable_path
from webhooks.mounting import Mounted
from webhooks.routing import Route
from webhooks.rules import ALLOWED, check

__all__ = ["Seen", "document_of", "noted", "shown"]

_INDENT = " " * 9


@dataclass(frozen=True, slots=True)
class Seen:
    """A delivery and its answer."""

    at: datetime
    delivery: Delivery
    """Its path is below the server."""
    mounted: Mounted
    reply: Reply
    matched: Sequence[tuple[Event, Route | None]]
    """The events and who took them; none of a delivery that was refused."""
    seconds: float = 0.0
    notes: Sequence[Note] = ()
    is_repeated: bool = False


def document_of(reply: Reply) -> Document[Verb] | None:
    """The BXML of a reply; None when there is none."""
    try:
        return parse(reply.body) if reply.body else None
    except BxmlError:
        return None


def shown(seen: Seen, *, reveal: bool) -> str:
    """In lines that fit the terminal."""
    clock = seen.at.strftime("%H:%M:%S ")
    where = _plain(seen.delivery.path) if reveal else _path(seen)
    titles = [_title(seen, event, route, where) for event, route in seen.matched]
    titles = titles or [f"{loggable(seen.delivery.method)} {where}: {_why_not(seen)}"]
    first = f"{titles[0]} (repeated)" if seen.is_repeated else titles[0]
    lines = [click.style(wrapped(first, clock, _INDENT), bold=True)]
    lines += [click.style(wrapped(title, _INDENT), bold=True) for title in titles[1:]]
    lines += [wrapped(facts, _INDENT) for event, _ in seen.matched if (facts := _facts(event, reveal=reveal))]
    lines += [
        click.style(
            wrapped(_answer(seen), _INDENT), fg="green" if seen.reply.status < 400 or _is_asked(seen) else "red"
        )
    ]
    document = document_of(seen.reply)
    if reveal and document is not None:
        lines += [_kept(_plain(line)) for line in str(document).splitlines()]
    lines += [line for note in seen.notes for line in noted(note)]
    lines += _broken(seen, document) if document is not None else ()
    lines += [click.style(_problem(REDIRECTED), fg="yellow")] if seen.reply.status in REDIRECTS else ()
    return "\n".join(lines)


def _why_not(seen: Seen) -> str:
    return "asked for credentials" if _is_asked(seen) else "refused"


def _is_asked(seen: Seen) -> bool:
    """Whether it is the first step of two: Bandwidth sends credentials when it is asked (numbers/webhooks)."""
    return seen.reply.status == 401 and seen.delivery.header(b"authorization") is None


def _path(seen: Seen) -> str:
    prefix = seen.mounted.prefix
    paths = (route.path or "" for route in seen.mounted.hooks.routes())
    return loggable_path(seen.delivery.path, [prefix + path for path in ("", *paths)])


def _title(seen: Seen, event: Event, route: Route | None, where: str) -> str:
    name = loggable(getattr(event, "event_type", None) or type(event).__name__)
    if route is None:
        return f"{name} {where}: no handler"
    waits = seen.mounted.hooks.inbox is not None and isinstance(event, NotificationEvent) and not route.inline
    return f"{name} {where} -> {route.plan.name}{', through the inbox' if waits else ''}"


def _facts(event: Event, *, reveal: bool) -> str:
    """Who, and, when it may be told, what was said or pressed."""
    parts = [event, getattr(event, "message", None)]
    told = {name: next(filter(None, (getattr(part, name, None) for part in parts)), None) for name in _FIELDS}
    if not reveal:
        told = {name: _masked(value) for name, value in told.items() if name in _PARTIES and value}
    return _plain(", ".join(f"{name.rstrip('_')} {_text(value)}" for name, value in told.items() if value))


_PARTIES = ("from_", "to")
_FIELDS = (*_PARTIES, "digits", "digit", "text")


def _plain(text: str) -> str:
    """Without what a terminal would take for a command."""
    return "".join(mark if mark.isprintable() else "?" for mark in text)


def _text(value: object) -> str:
    return " ".join(map(str, cast("tuple[object, ...]", value))) if isinstance(value, tuple) else str(value)


def _masked(value: object) -> str:
    text = _text(value)
    return f"{text[:2]}{'*' * (len(text) - 4)}{text[-2:]}" if text.startswith("+") and len(text) > 6 else "***"


def _answer(seen: Seen) -> str:
    document = document_of(seen.reply)
    status = f"{seen.reply.status} {responses.get(seen.reply.status, '')}".rstrip()
    verbs = ", ".join(verb.element for verb in document) if document is not None else ""
    return f"<- {' '.join(filter(None, [status, verbs]))} in {seen.seconds * 1000:.0f} ms"


def noted(note: Note) -> Iterator[str]:
    """What the app logged; a handler to paste keeps its lines."""
    color = "red" if note.level >= logging.ERROR else "yellow"
    first, *more = note.text.splitlines() or [""]
    yield click.style(_problem(first), fg=color)
    yield from (click.style(_kept(line), fg=color) for line in more)


def _broken(seen: Seen, document: Document[Verb]) -> Iterator[str]:
    """The rules that the answer breaks, which the app logs once only."""
    told = " ".join(note.text for note in seen.notes)
    for event, _ in seen.matched:
        for violation in check(document.verbs, event) if type(event) in ALLOWED else ():
            if violation.sentence not in told:
                yield click.style(_problem(f"{violation.sentence} ({violation.page})."), fg="yellow")


def _problem(text: str) -> str:
    return wrapped(text, f"{_INDENT}!! ", f"{_INDENT}   ")


def _kept(line: str) -> str:
    """A line of code or BXML, with the blanks before it."""
    blanks = " " * (len(line) - len(line.lstrip()))
    return wrapped(line.lstrip(), _INDENT + blanks)
