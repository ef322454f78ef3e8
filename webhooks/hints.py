"""Messages that tell a developer what to write. Each is logged once, however often its cause comes back."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from webhooks.errors import did_you_mean
from webhooks.events import CallEvent, ConferenceEvent, Event, InvalidEvent, UnknownEvent
from webhooks.logs import loggable, loggable_path

__all__ = ["Hints", "handler_to_paste"]

_log = logging.getLogger("webhooks.hints")

# Keys come from the wire; an unbounded set of them would be a leak.
_MOST = 1000
_LONGEST = 255
# Shown where an event has few fields of its own.
_LIKELY = ("from_", "to", "tag", "call_id", "conference_id", "name", "cause", "text", "event_type", "payload")


class Hints:
    """What was told so far, for one app."""

    def __init__(self) -> None:
        self._told: dict[str, set[object]] = {}

    def _first(self, kind: str, *key: object) -> bool:
        # Counted apart, so that strangers' paths do not silence what the app's own mistakes have to say.
        told = self._told.setdefault(kind, set())
        if key in told or len(told) >= _MOST:
            return False
        told.add(key)
        return True

    def no_route(self, event: Event, path: str, *, known: frozenset[str], near: Iterable[str]) -> None:
        """An event came that nothing handles, and got an empty 200.

        Args:
            event: what came.
            path: where it came to.
            known: the paths that routes have.
            near: handlers that take it elsewhere.
        """
        event_class = type(event)
        if not self._first("route", event_class, loggable(getattr(event, "event_type", None))):
            return
        name = loggable(getattr(event, "event_type", None))
        others = ", ".join(near)
        _log.warning(
            'No handler for "%s" at %s: answered with an empty 200.%s To handle it:\n\n%s',
            name,
            loggable_path(path, known),
            f" Its handlers ask for another path or other values: {others}." if others else "",
            handler_to_paste(event_class),
        )

    def unknown_path(self, path: str, known: frozenset[str]) -> None:
        """A delivery came to a path that no route has; routes without a path get it."""
        start = path[:_LONGEST]
        if self._first("path", start):
            _log.warning(
                "No route has the path of a delivery, %s; routes without a path get it.%s",
                loggable_path(path, known),
                did_you_mean(start, known),
            )

    def unreadable(self, event: type[Event], field: str) -> None:
        """An optional field could not be read; the event is handled without it."""
        if self._first("field", event, field):
            _log.warning(
                '"%s" of %s could not be read as what it is documented to be. The event has None there, and the value '
                "as it came in model_extra.",
                field,
                event.__name__,
            )

    def violation(self, handler: str, event: type[Event], sentence: str, page: str) -> None:
        """A document was sent that does not do all that it says."""
        if self._first("violation", handler, event, sentence):
            _log.warning('Handler "%s" for %s: %s (%s).', handler, event.__name__, sentence, page)

    def ignored_result(self, handler: str, event: type[Event]) -> None:
        """A notification's handler returned something."""
        if self._first("result", handler, event):
            _log.warning(
                'Handler "%s" returned something for %s, which is a notification: Bandwidth ignores the body of its '
                "answer. Return None.",
                handler,
                event.__name__,
            )


def handler_to_paste(event: type[Event]) -> str:
    """Python source of a handler for `event`, ready to paste below `hooks = Webhooks(...)`."""
    name = event.__name__
    answered = issubclass(event, (CallEvent, ConferenceEvent))
    argument = "call" if issubclass(event, CallEvent) else "event"
    fields = ", ".join(f"{argument}.{field}" for field in _likely_fields(event))
    lines = [
        "from webhooks.bxml import SpeakSentence" if answered else None,
        f"from webhooks.events import {name}",
        "",
        f"@hooks.on({name})",
        f"async def {_function_name(event)}({argument}: {name}) -> {'SpeakSentence' if answered else 'None'}:",
        f"    print({fields})",
        '    return SpeakSentence("Hello.")' if answered else None,
    ]
    return "\n".join(line for line in lines if line is not None)


def _function_name(event: type[Event]) -> str:
    stem = event.__name__.removesuffix("Event")
    return "on" + "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in stem)


def _likely_fields(event: type[Event]) -> list[str]:
    if issubclass(event, (UnknownEvent, InvalidEvent)):
        return ["event_type", "payload"]
    own = [name for name in event.__annotations__ if name != "event_type" and name in event.model_fields]
    likely = [name for name in _LIKELY if hasattr(event, name) or name in event.model_fields]
    return list(dict.fromkeys([*own, *likely]))[:3]
