"""What every store of state is: `StateStore`, its keys and entries."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

__all__ = ["Clock", "Entry", "StateKey", "StateStore", "new_version"]

Clock = Callable[[], float]
"""Seconds since 1970. Stores are given one by tests only; they use their server's, so that machines need not agree."""


@dataclass(frozen=True, slots=True)
class StateKey:
    """Where a value is kept."""

    namespace: str
    """What it belongs to, and is forgotten with: `call:c-1`."""
    name: str
    """Which value of that: the model's name."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A value that is kept."""

    value: bytes = field(repr=False)
    version: str
    """Given anew by each `set`; never the same twice."""


class StateStore(Protocol):
    """Keeps small values for all processes that open the same store.

    1. `get` gives what was last set under a key; None when that is nothing, was forgotten, or is too old. Values come
       back byte for byte. Keys are printable ASCII, without spaces, of at most 300 characters.
    2. `set` writes only if what is there has the given version, or nothing is there and the version is None; between
       its look and its write nobody writes. It returns the new version, which was never given before, or None and
       has written nothing.
    3. A value is gone `ttl` seconds after it was last set, whether or not anybody prunes.
    4. `forget` lets all values of a namespace go, `after` so many seconds. What is set until then goes with them, and
       does not live longer for being set; a second `forget` only makes it sooner. Other namespaces keep theirs.
    5. `prune` removes what is gone already, and only that.
    6. What was set is there for a process that opens the store later, unless the store says that it is in memory.
    7. `open` and `close` may be called again; `open` makes what the store needs (tables), beside processes that run an
       older or a newer version.
    8. Where the store cannot do what it is asked, it raises `StateError` within a few seconds, and nothing else. The
       message holds no key and no value.
    """

    async def open(self) -> None:
        """Be ready."""
        ...

    async def close(self) -> None:
        """Let go of files and connections."""
        ...

    async def get(self, key: StateKey) -> Entry | None:
        """What is kept under a key."""
        ...

    async def set(self, key: StateKey, *, value: bytes, version: str | None, ttl: float) -> str | None:
        """Keep a value for `ttl` seconds if nobody set another since `version`; its new version, or None."""
        ...

    async def forget(self, namespace: str, *, after: float) -> None:
        """Let go of a namespace's values in `after` seconds."""
        ...

    async def prune(self) -> None:
        """Remove what is gone."""
        ...


def new_version() -> str:
    """A version that was never given."""
    return secrets.token_hex(8)
