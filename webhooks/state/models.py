"""A model as it is kept, and back: what would not come back as it was left is not kept.

1. What is kept has the names of the class; aliases are for the wire.
2. A value that spoils every later delivery of its call, or that changes in silence, is refused where it was left.
3. No message holds a value: it may be a caller's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from typing import TypeVar, cast

from pydantic import BaseModel, RootModel, ValidationError
from pydantic_core import PydanticSerializationError, from_json, to_json

from webhooks.errors import StateError, UsageError
from webhooks.state.base import Entry

__all__ = ["dumped", "merged", "read", "verify"]

M = TypeVar("M", bound=BaseModel)


def read(model: type[M], entry: Entry | None) -> M:
    """The model that is kept, or a new one.

    Raises:
        StateError: what is kept does not fit the model.
        UsageError: a new one cannot be made.
    """
    try:
        return model() if entry is None else _validated(model, entry.value)
    except ValidationError as error:
        names = ", ".join(_named(model, error))
        if entry is None:
            raise UsageError(
                f"{model.__name__}() cannot be made: give {names} a default, which is what a new call begins with."
            ) from None
        raise StateError(
            f"The state that is kept does not fit {model.__name__} any more: {names}. Accept old values too, or give "
            "the new model a new name, and calls that are under way begin anew."
        ) from None


def dumped(state: BaseModel) -> bytes:
    """The model as JSON, in which endless numbers are written as Python writes them.

    Raises:
        UsageError: a field holds what is none of its values, or bytes that JSON cannot hold.
    """
    try:
        plain = state.model_dump(mode="json", by_alias=False, round_trip=True, warnings="error")
        return to_json(plain, inf_nan_mode="constants")
    except UnicodeDecodeError:
        raise UsageError(
            f'{type(state).__name__} holds bytes that are no text, and is not saved: `ser_json_bytes="base64", '
            'val_json_bytes="base64"` in the model\'s configuration keeps any.'
        ) from None
    except PydanticSerializationError:
        # Whose message may show a caller's value.
        raise UsageError(
            f"{type(state).__name__} holds a value that its field does not take, and is not saved. "
            "`validate_assignment=True` in the model's configuration tells at which line."
        ) from None


def verify(state: BaseModel, value: bytes) -> None:
    """See that a model comes back from what it was dumped to.

    Raises:
        UsageError: it does not.
    """
    try:
        back = _validated(type(state), value)
    except ValidationError as error:
        changed = _named(type(state), error)
    else:
        # Mostly at once. Private attributes are not kept, and do not count.
        changed = [] if state == back else _differing(state, back)
    if changed:
        names = ", ".join(f"{type(state).__name__}.{name}" for name in changed)
        raise UsageError(
            f"{names} would not come back as it was left, and nothing is saved. What is kept is JSON: no secrets, no "
            "excluded fields, no fields that only a subclass has, no keys that are tuples, nothing that a validator "
            "refuses or changes, and a serializer needs a validator that reads what it writes."
        )


def merged(state: BaseModel, value: bytes, entry: Entry | None) -> bytes:
    """What is kept of a model: with the top-level fields of a newer version, which may run beside this one."""
    model = type(state)
    # These know all that is kept: what they do not have was removed.
    if entry is None or issubclass(model, RootModel) or model.model_config.get("extra") == "allow":
        return value
    kept, ours = cast("tuple[object, object]", (from_json(entry.value), from_json(value)))
    if not (isinstance(kept, dict) and isinstance(ours, dict)):
        return value  # of a serializer for the whole model
    others = {name: one for name, one in cast("dict[str, object]", kept).items() if name not in model.model_fields}
    return to_json({**others, **cast("dict[str, object]", ours)}, inf_nan_mode="constants")


def _validated(model: type[M], value: bytes) -> M:
    return model.model_validate_json(value, by_alias=False, by_name=True)


def _named(model: type[BaseModel], error: ValidationError) -> list[str]:
    """The fields that do not fit. What else an error names may be a key that a caller gave."""
    firsts = {str(one["loc"][0]) if one["loc"] else "" for one in error.errors()}
    return sorted({name if name in model.model_fields else "(all)" for name in firsts})


def _differing(one: BaseModel, other: BaseModel) -> list[str]:
    """The fields in which two of a model differ."""
    ours, theirs = _fields(one), _fields(other)
    return [name for name in ours if not _is_same(ours[name], theirs[name])]


def _fields(model: BaseModel) -> dict[str, object]:
    named = {name: model.__dict__.get(name) for name in type(model).model_fields}
    return {**named, "model_extra": model.model_extra or {}}


def _is_same(one: object, other: object) -> bool:
    """Whether two values are equal, as far as anybody can tell. What is no number equals nothing, itself included."""
    if one is other or one == other:
        return True
    if type(one) is not type(other):
        return False
    if isinstance(one, BaseModel):
        return not _differing(one, cast("BaseModel", other))
    if is_dataclass(one):
        return all(_is_same(getattr(one, field.name), getattr(other, field.name)) for field in fields(one))
    if isinstance(one, datetime):
        # Python calls two unequal where the clocks of a zone are set back, though they are the same time.
        return one.astimezone(UTC) == cast("datetime", other).astimezone(UTC)
    if isinstance(one, Mapping):
        ours, theirs = cast("Mapping[object, object]", one), cast("Mapping[object, object]", other)
        return ours.keys() == theirs.keys() and all(_is_same(ours[key], theirs[key]) for key in ours)
    if isinstance(one, list | tuple):
        mine, yours = cast("list[object]", one), cast("list[object]", other)
        return len(mine) == len(yours) and all(map(_is_same, mine, yours))
    if isinstance(one, float):
        return one != one and other != other  # noqa: PLR0124 - which only nan is
    return type(one).__eq__ is object.__eq__
