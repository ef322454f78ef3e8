"""Events as people name them on a command line, and what a table says about each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from webhooks.errors import did_you_mean
from webhooks.events import EVENTS, CallEvent, ConferenceEvent, Event, TransferAnswerEvent

__all__ = ["EventName", "answered_with", "kind_of", "silence_of"]


if TYPE_CHECKING:
    _Base = click.ParamType[type[Event]]
else:  # generic from click 8.4 on only
    _Base = click.ParamType


class EventName(_Base):
    """An event by its wire value, an alias of that, or its class: `gather`, `GatherEvent`."""

    name = "event"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> type[Event]:
        """The event's class."""
        known = {name: event for event in EVENTS for name in (*event.event_types(), event.__name__)}
        by_fold = {name.casefold(): event for name, event in known.items()}
        event = by_fold.get(str(value).casefold())
        if event is None:
            near = did_you_mean(str(value), known)
            self.fail(f'there is no event "{value}".{near} `webhooks events` lists them.', param, ctx)
        return event


def kind_of(event: type[Event]) -> str:
    """`call`, `conference` or `notification`."""
    if issubclass(event, CallEvent):
        return "call"
    return "conference" if issubclass(event, ConferenceEvent) else "notification"


def answered_with(event: type[Event]) -> str:
    """What a handler of the event may answer with."""
    return {"call": "BXML", "conference": "conference BXML"}.get(kind_of(event), "nothing")


def silence_of(event: type[Event]) -> str:
    """What a 200 without BXML means; "" where nothing needs to be said."""
    # The two of a transfer are connected then (voice/webhooks/transferAnswer).
    if kind_of(event) != "call" or event is TransferAnswerEvent:
        return ""
    return "no BXML: Bandwidth has nothing to do and hangs up"
