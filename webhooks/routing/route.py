"""One route: events, conditions, a path and a handler; and the events that `on` was given."""

from __future__ import annotations

import re
import types
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, Never, Union, cast, get_args, get_origin
from urllib.parse import urlsplit

from webhooks.errors import UsageError
from webhooks.events import CallEvent, ConferenceEvent, Event, InvalidEvent, NotificationEvent, UnknownEvent
from webhooks.events.catalogue import members
from webhooks.matching import Condition, condition_of
from webhooks.routing.handlers import Plan

__all__ = ["Route", "check_keeping", "conditions_for", "events_of", "path_of"]

_RESOLVED = re.compile(r"//|/\.\.?(/|\Z)")
_PLACEHOLDER = "a placeholder, and every path is one path. What tells calls apart goes into the verb's tag"
_MARKS = {
    "?": "a query",
    "#": "a fragment",
    "%": "an encoded character",
    "{": _PLACEHOLDER,
    "}": _PLACEHOLDER,
    " ": "a blank",
}
_KINDS = (CallEvent, ConferenceEvent, NotificationEvent)


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """Event classes, conditions and a path that lead to a handler."""

    events: tuple[type[Event], ...]
    conditions: tuple[Condition[Event], ...]
    path: str | None
    """Below the app, without a trailing slash: "/menu"; None when any path will do."""
    plan: Plan
    inline: bool = False
    """Whether the handler runs before the answer even where the app has an inbox."""
    ordered: bool = False
    """Whether the inbox hands over a call's or a conversation's events one at a time, in order."""

    def accepts(self, event: Event) -> bool:
        """Whether all conditions hold."""
        return all(condition(event) for condition in self.conditions)

    def below(self, prefix: str) -> Route:
        """The same route in a router that is included at `prefix`."""
        return self if self.path is None or not prefix else replace(self, path=(prefix + self.path).rstrip("/"))

    def __str__(self) -> str:
        names = " | ".join(event.__name__ for event in self.events)
        conditions = "".join(f", {condition}" for condition in self.conditions)
        path = f', path="{self.path or "/"}"' if self.path is not None else ""
        return f"on({names}{conditions}{path}) -> {self.plan.name}"


def events_of(event: object) -> tuple[type[Event], ...]:
    """The events that `on(event)` means: a class, all members of a base class, or of a union of them.

    Raises:
        UsageError: no event, `Event` itself, or a union across kinds.
    """
    parts = _parts(event)
    for part in parts:
        if not (isinstance(part, type) and issubclass(part, Event)):
            raise UsageError(f"on({_shown(part)}): {_remedy(cast('object', part))}")
        if part is Event:
            raise UsageError(
                "on(Event): what a handler may return depends on the kind of event; register CallEvent, "
                "ConferenceEvent and NotificationEvent apart."
            )
    events = tuple(dict.fromkeys(member for part in parts for member in members(part)))
    kinds = [kind for kind in _KINDS if any(issubclass(member, kind) for member in events)]
    if len(kinds) > 1:
        names = " and ".join(kind.__name__ for kind in kinds)
        raise UsageError(f"on({_shown(event)}) mixes {names}, whose handlers return different things: register each.")
    if not events:
        raise UsageError(f"on({_shown(event)}): no event of the catalogue is one; register a class of webhooks.events.")
    return events


def _parts(event: Any) -> tuple[Any, ...]:
    return get_args(event) if get_origin(event) in (Union, types.UnionType) else (event,)


def _shown(event: Any) -> str:
    """As somebody wrote it."""
    return " | ".join(str(getattr(part, "__name__", None) or repr(part)) for part in _parts(event))


def _remedy(part: object) -> str:
    """What to write where `part` is no event."""
    if isinstance(part, types.FunctionType):
        return f"name the event first: @on(GatherEvent) above {part.__name__}."
    if isinstance(part, Condition):
        return f"the event comes first, as on(GatherEvent, {part})."
    return (
        "expected an event class from webhooks.events, as on(GatherEvent), or a union, as "
        "on(MessageDeliveredEvent | MessageFailedEvent)."
    )


def check_keeping(events: Iterable[type[Event]], *, inline: bool, ordered: bool) -> None:
    """Refuse settings of the inbox that would mean nothing.

    Raises:
        UsageError: they exclude each other, or are for events that no inbox keeps.
    """
    if inline and ordered:
        raise UsageError("on(inline=True, ordered=True): what is handled inline waits in no inbox; leave out one.")
    answered = next((event for event in events if not issubclass(event, NotificationEvent)), None)
    if (inline or ordered) and answered is not None:
        setting = "inline" if inline else "ordered"
        raise UsageError(
            f"on({answered.__name__}, {setting}=True): {answered.__name__} is answered at once, and never waits in an "
            f"inbox; leave out {setting}."
        )


def path_of(path: object, what: str = "path") -> str:
    """`path` without its trailing slash; "" for the app's own URL.

    Raises:
        UsageError: not a plain absolute path.
    """
    if not isinstance(path, str):
        raise UsageError(f'{what}={path!r}: expected text that starts with "/", as "/menu".')
    if "://" in path:
        after = urlsplit(path).path or "/"
        raise UsageError(f'{what}="{path}": a path is what comes after the host of a URL. Did you mean "{after}"?')
    if not path.startswith("/"):
        raise UsageError(f'{what}="{path}": a path starts with "/". Did you mean "/{path}"?')
    # Marks that would end the path of a URL or that somebody wrote encoded, and what clients of HTTP resolve or drop.
    found = next((told for mark, told in _MARKS.items() if mark in path), None)
    if found is None and (not path.isprintable() or _RESOLVED.search(path)):
        found = "what clients would drop or resolve: a control character, two slashes, or dots between slashes"
    if found is not None:
        raise UsageError(f"{what}={path!r} has {found}: a path is plain text, not encoded; links to it are encoded.")
    return path.rstrip("/")


def conditions_for(
    events: Iterable[type[Event]], conditions: Iterable[Callable[[Never], bool]]
) -> tuple[Condition[Event], ...]:
    """The conditions of a route for `events`.

    Raises:
        UsageError: one needs a field that an event does not have.
    """
    made = tuple(condition_of(condition) for condition in conditions)
    for event in events:
        for condition in made:
            missing = sorted(name for name in condition.fields if not _has(event, name))
            if missing:
                raise UsageError(f'{condition} needs "{missing[0]}", which {event.__name__} does not have.')
    return made


def _has(event: type[Event], name: str) -> bool:
    # A condition on a raw event would never hold: its payload is untyped.
    if issubclass(event, (UnknownEvent, InvalidEvent)):
        return False
    return name in event.model_fields or isinstance(getattr(event, name, None), property)
