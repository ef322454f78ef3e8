"""JSON schemas of events, as pydantic reads them, shared by all places of a document."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from webhooks.events import Event, MessageEvent, UnknownEvent
from webhooks.rules import ALLOWED

__all__ = ["Json", "body_of", "name_of", "schemas_of", "summary_of", "verbs_for"]

Json: TypeAlias = dict[str, Any]
"""A JSON object."""
_PLACE = "#/components/schemas/"


class _Untitled(GenerateJsonSchema):
    def field_title_should_be_set(self, schema: Any) -> bool:
        """Pydantic's "Callid" says nothing that `callId` does not."""
        return False


def schemas_of(events: Iterable[type[Event]], prefix: str = "") -> Json:
    """The schemas of events and of the objects in them, by name, with `prefix` before each."""
    wanted = dict.fromkeys(events)
    _, made = models_json_schema(
        [(event, "validation") for event in wanted if event is not UnknownEvent],
        by_alias=True,
        ref_template=f"{_PLACE}{prefix}{{model}}",
        schema_generator=_Untitled,
    )
    schemas: Json = {prefix + name: schema for name, schema in made.get("$defs", {}).items()}
    if UnknownEvent in wanted:  # whatever it is; the model's own fields are not on the wire
        schemas[f"{prefix}UnknownEvent"] = {"type": "object", "description": summary_of(UnknownEvent)}
    return schemas


def body_of(events: Sequence[type[Event]], prefix: str = "") -> Json:
    """The schema of a delivery of any of these events: an object, or an array of messages."""
    single = [event for event in events if not issubclass(event, MessageEvent)]
    messages = [event for event in events if issubclass(event, MessageEvent)]
    shapes = [_any_of(single, "eventType", prefix)] if single else []
    if messages:
        shapes.append({"type": "array", "items": _any_of(messages, "type", prefix)})
    return shapes[0] if len(shapes) == 1 else {"oneOf": shapes}


def _any_of(events: Sequence[type[Event]], discriminator: str, prefix: str) -> Json:
    places = {event: f"{_PLACE}{prefix}{event.__name__}" for event in events}
    if len(events) == 1:
        return {"$ref": places[events[0]]}
    choice: Json = {"anyOf": [{"$ref": place} for place in places.values()]}
    if UnknownEvent not in events:
        mapping = {name: place for event, place in places.items() for name in event.event_types()}
        choice["discriminator"] = {"propertyName": discriminator, "mapping": mapping}
    return choice


def name_of(event: type[Event]) -> str:
    """The wire value; `unknown` for what has none."""
    return next(iter(event.event_types()), "unknown")


def verbs_for(event: type[Event]) -> list[str]:
    """The verbs that may answer an event; none for a notification."""
    return sorted(verb.element for verb in ALLOWED[event].verbs) if event in ALLOWED else []


def summary_of(event: type[Event]) -> str:
    """The first sentence of an event's docstring."""
    return inspect.cleandoc(event.__doc__ or "").partition("\n\n")[0]
