"""What the fields of an event are, read from its model: for examples, and for the tables that people read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import NoneType
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel, FailFast
from pydantic.fields import FieldInfo

from webhooks.events import Known, Time

__all__ = ["Field", "fields_of"]

_TYPES = {str: "string", int: "integer", float: "number", bool: "boolean"}


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an event, or of an object inside it."""

    name: str
    """In Python."""
    wire: str
    """In JSON."""
    types: tuple[str, ...]
    """JSON's types that it takes, an array's with its elements: "string", "integer", "time", "array of strings"."""
    required: bool
    known: tuple[str, ...]
    """The documented values; of the elements, when it is an array. Empty when there is no list."""
    description: str
    model: type[BaseModel] | None
    """Of an object with fields of its own."""


def fields_of(model: type[BaseModel]) -> tuple[Field, ...]:
    """The fields of an event or of an object inside it, the discriminator first."""
    fields = [_field(name, info) for name, info in model.model_fields.items()]
    return tuple(sorted(fields, key=lambda field: field.name != "event_type"))


def _field(name: str, info: FieldInfo) -> Field:
    marks = [mark for mark in info.metadata if not isinstance(mark, FailFast)]  # says nothing of the type
    annotation = Annotated[info.annotation, *marks] if marks else info.annotation
    parts = [part for part in _parts(annotation) if part is not NoneType]
    known = next((values for part in parts if (values := _known(part))), ())
    model = next((part for part in parts if isinstance(part, type) and issubclass(part, BaseModel)), None)
    types = tuple(_type(part) for part in parts)
    return Field(name, info.alias or name, types, info.is_required(), known, info.description or "", model)


def _parts(annotation: Any) -> Iterator[Any]:
    """The members of a union. An annotated union, which a time is, counts as one."""
    origin = get_origin(annotation)
    yield from (annotation,) if origin in (None, Annotated, Literal, tuple, dict) else get_args(annotation)


def _known(part: Any) -> tuple[str, ...]:
    if get_origin(part) is Literal:
        return get_args(part)
    return next((mark.values for mark in get_args(part)[1:] if isinstance(mark, Known)), ())


def _type(part: Any) -> str:
    if part == Time:
        return "time"
    bare = get_args(part)[0] if get_origin(part) is Annotated else part
    if get_origin(bare) is tuple:
        return f"array of {_TYPES[get_args(bare)[0]]}s"
    return "string" if get_origin(bare) is Literal else _TYPES.get(bare, "object")
