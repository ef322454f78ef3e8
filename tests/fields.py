"""The fields of an event, nested ones too: what a value of each is, under its path of wire names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import NoneType
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel, FailFast

from webhooks.events import Event
from webhooks.events._fields import Known, Time

Path = tuple[str, ...]


@dataclass(frozen=True)
class FieldType:
    """What a field takes."""

    kinds: frozenset[str]
    """Of string, integer, number, boolean, object and array."""
    is_time: bool
    known: tuple[str, ...]
    """The documented values, of its elements when it is an array."""
    required: bool
    model: type[BaseModel] | None
    """Whose fields stand below it."""


_KINDS = {str: "string", int: "integer", float: "number", bool: "boolean"}


def fields_of(event: type[Event]) -> dict[Path, FieldType]:
    """Every field below an event."""
    return dict(_fields(event, ()))


def _fields(model: type[BaseModel], above: Path) -> Iterator[tuple[Path, FieldType]]:
    for info in model.model_fields.values():
        path = (*above, info.alias or "")
        marks = [mark for mark in info.metadata if not isinstance(mark, FailFast)]  # says nothing of the type
        annotation = Annotated[info.annotation, *marks] if marks else info.annotation
        field = _type_of(annotation, required=info.is_required())
        yield path, field
        if field.model is not None:
            yield from _fields(field.model, path)


def _type_of(annotation: Any, *, required: bool) -> FieldType:
    parts = [part for part in _parts(annotation) if part is not NoneType]
    is_time = Time in parts
    kinds: set[str] = set()
    known: tuple[str, ...] = ()
    model: type[BaseModel] | None = None
    for part in parts:
        bare = part
        if get_origin(part) is Annotated:
            bare, *metadata = get_args(part)
            known = next((value.values for value in metadata if isinstance(value, Known)), known)
        model = bare if isinstance(bare, type) and issubclass(bare, BaseModel) else model
        kinds.add("string" if part == Time else _kind(bare))
    return FieldType(frozenset(kinds), is_time, known, required, model)


def _parts(annotation: Any) -> tuple[Any, ...]:
    """The members of a union; an annotated union is one of them."""
    origin = get_origin(annotation)
    return (annotation,) if origin in (None, Annotated, Literal, tuple, dict) else get_args(annotation)


def _kind(bare: Any) -> str:
    origin = get_origin(bare)
    if origin is Literal:
        return "string"
    if origin is tuple:
        return "array"
    if origin is dict or (isinstance(bare, type) and issubclass(bare, BaseModel)):
        return "object"
    return _KINDS[bare]
