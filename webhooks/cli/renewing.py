"""The example of an event with ids and times of its own: with those of the last, it would count as delivered again."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import TypeAlias, cast

from pydantic import BaseModel, JsonValue

from webhooks.events import Event
from webhooks.testing import example, fields_of

__all__ = ["merged", "renewed"]

_Fields: TypeAlias = Mapping[str, object]

# Ids of voice begin with what they are of, those of messages with milliseconds. Whoever has an account keeps its id.
_ID = re.compile(r"(?<![\w-])((?:c|r|s|t|conf)-|\d{13})([0-9a-f]{8}(?:-[0-9a-f]+)+|[0-9a-z]{17})(?![\w-])")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z")


def renewed(event: type[Event], *, seed: int, now: datetime | None) -> dict[str, object]:
    """What makes the example of an event one of its own, as fields for `example`.

    Args:
        event: whose example.
        seed: ids come from it, the same for all that examples have in common: events of one seed are of one call.
        now: when it happened; None leaves the example's times.
    """
    payload = example(event)
    later = timedelta() if now is None else _whole_seconds(now - _latest(payload))

    def change(text: str) -> str:
        return _TIME.sub(partial(_moved, later), _ID.sub(partial(_other, seed), text))

    return _changed(event, payload, change)


def merged(usual: _Fields, given: _Fields) -> dict[str, object]:
    """The fields that were given, and the usual ones beside them, also in objects."""
    both = dict(usual)
    for name, value in given.items():
        before = both.get(name)
        if isinstance(before, Mapping) and isinstance(value, Mapping):
            both[name] = merged(cast("_Fields", before), cast("_Fields", value))
        else:
            both[name] = value
    return both


def _latest(payload: Mapping[str, JsonValue]) -> datetime:
    return max(map(datetime.fromisoformat, _TIME.findall(json.dumps(payload))))


def _whole_seconds(length: timedelta) -> timedelta:
    """An event's time has no fractions, and gets none."""
    return timedelta(seconds=length // timedelta(seconds=1))


def _moved(later: timedelta, time: re.Match[str]) -> str:
    form = "milliseconds" if len(time[0]) == len("2026-03-02T15:04:05.000Z") else "microseconds"
    return (datetime.fromisoformat(time[0]) + later).isoformat(timespec=form).replace("+00:00", "Z")


def _other(seed: int, id: re.Match[str]) -> str:
    digits = random.Random(f"{seed} {id[0]}")  # noqa: S311 - nothing here is a secret
    return id[1] + re.sub("[0-9a-z]", lambda _: f"{digits.getrandbits(4):x}", id[2])


def _changed(
    model: type[BaseModel], payload: Mapping[str, JsonValue], change: Callable[[str], str]
) -> dict[str, object]:
    """The texts of a payload that are others then, under their Python names."""
    found: dict[str, object] = {}
    for field in fields_of(model):
        value = payload.get(field.wire)
        if isinstance(value, str) and change(value) != value:
            found[field.name] = change(value)
        elif isinstance(value, dict) and field.model is not None:
            found[field.name] = _changed(field.model, value, change)
    return found
