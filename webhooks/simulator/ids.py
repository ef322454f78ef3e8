"""Ids and times as Bandwidth writes them, the same in every run with the same seed."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

__all__ = ["Ids", "duration", "time_of"]

# A simulation's zero, always the same: what a test prints today, it prints tomorrow.
_BEGINNING = datetime(2026, 3, 2, 15, 4, 5, tzinfo=UTC)


class Ids:
    """Makes ids: `c-…` for calls, `conf-…` for conferences, `r-…`, `s-…`, `t-…`, and those of messages."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - nothing here is a secret
        self._latest = -1

    def new(self, prefix: str) -> str:
        """An id, as `c-95ac8d6e-1a31c52e-b38f-4198-93c1-51633ec68f8d`."""
        return "-".join([prefix, *(self._digits(count) for count in (8, 8, 4, 4, 4, 12))])

    def error(self) -> str:
        """The id of an error, a UUID."""
        return "-".join(self._digits(count) for count in (8, 4, 4, 4, 12))

    def message(self, now: float) -> str:
        """The id of a message: the milliseconds of its time, and letters."""
        millis = round((_BEGINNING + timedelta(seconds=now)).timestamp() * 1000)
        return f"{millis}{self._digits(16)}"

    def moment(self, now: float) -> str:
        """The time of an event, in milliseconds, and of no other: `2026-03-02T15:04:05.001Z`.

        An app takes two events of the same call and millisecond for one that was delivered twice, and here no time
        passes between an answer and the next event. None is at a whole second: who knows whether that is precise?
        """
        millis = max(round(now * 1000), self._latest + 1)
        self._latest = millis if millis % 1000 else millis + 1
        return time_of(self._latest / 1000)

    def _digits(self, count: int) -> str:
        return f"{self._random.getrandbits(4 * count):0{count}x}"


def time_of(now: float) -> str:
    """Virtual seconds as an ISO 8601 time: `2026-03-02T15:04:05.000Z`."""
    return (_BEGINNING + timedelta(seconds=now)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def duration(seconds: float) -> str:
    """Seconds as an ISO 8601 duration: `PT1M5.25S`."""
    minutes, rest = divmod(round(seconds, 3), 60)
    return f"PT{f'{minutes:.0f}M' if minutes else ''}{round(rest, 3):g}S"
