"""State in the memory of one process: for tests, and for apps that run in one process and may forget."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from webhooks.state.base import Clock, Entry, StateKey, new_version

__all__ = ["MemoryState"]


@dataclass(slots=True)
class _Namespace:
    """The entries of one namespace, each with the time at which it is gone."""

    entries: dict[str, tuple[Entry, float]] = field(default_factory=dict[str, tuple[Entry, float]])
    end: float | None = None


class MemoryState:
    """A `StateStore` in memory. Nothing is shared between processes, nothing survives one.

    Args:
        clock: seconds since 1970.
    """

    def __init__(self, *, clock: Clock = time.time) -> None:
        self._clock = clock
        self._namespaces: dict[str, _Namespace] = {}

    async def open(self) -> None:
        """Nothing to do."""

    async def close(self) -> None:
        """Nothing to do: what is kept is kept as long as the object."""

    async def get(self, key: StateKey) -> Entry | None:
        """What is kept under a key."""
        return self._kept(key)

    def _kept(self, key: StateKey) -> Entry | None:
        self._expire(key.namespace)
        namespace = self._namespaces.get(key.namespace)
        entry, _ = namespace.entries.get(key.name, (None, 0.0)) if namespace else (None, 0.0)
        return entry

    async def set(self, key: StateKey, *, value: bytes, version: str | None, ttl: float) -> str | None:
        """Keep a value for `ttl` seconds if nobody set another since `version`; its new version, or None."""
        there = self._kept(key)
        if version != (there.version if there else None):
            return None
        namespace = self._namespaces.setdefault(key.namespace, _Namespace())
        entry = Entry(value, new_version())
        gone = self._clock() + ttl
        namespace.entries[key.name] = (entry, gone if namespace.end is None else min(gone, namespace.end))
        return entry.version

    async def forget(self, namespace: str, *, after: float) -> None:
        """Let go of a namespace's values in `after` seconds."""
        self._expire(namespace)
        kept, end = self._namespaces.get(namespace), self._clock() + after
        if kept is not None:
            kept.end = end if kept.end is None else min(end, kept.end)
            kept.entries = {name: (entry, min(gone, end)) for name, (entry, gone) in kept.entries.items()}

    async def prune(self) -> None:
        """Remove what is gone."""
        for namespace in tuple(self._namespaces):
            self._expire(namespace)

    def _expire(self, namespace: str) -> None:
        kept, now = self._namespaces.get(namespace), self._clock()
        if kept is None:
            return
        kept.entries = {name: one for name, one in kept.entries.items() if one[1] > now}
        if not kept.entries:
            del self._namespaces[namespace]
