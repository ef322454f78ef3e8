"""A handler of kept deliveries that tests can look into."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from webhooks.inbox import Kept

__all__ = ["Recorder"]


class Recorder:
    """A handler that says what it was given, and does what it was told to with each key."""

    def __init__(self, failures: Mapping[str, int] | None = None, *, hangs: bool = False) -> None:
        self.begun: asyncio.Queue[Kept] = asyncio.Queue()
        self.keys: list[str] = []
        self.attempts: list[int] = []
        self.at_once: int = 0
        self.most_at_once: int = 0
        self.go_on: asyncio.Event = asyncio.Event()
        if not hangs:
            self.go_on.set()
        self._failures = dict(failures or {})

    async def __call__(self, kept: Kept) -> str | None:
        """The handler."""
        key = kept.envelope.key
        self.keys.append(key)
        self.attempts.append(kept.attempts)
        self.begun.put_nowait(kept)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await self.go_on.wait()
        finally:
            self.at_once -= 1
        self._failures[key] = self._failures.get(key, 0) - 1
        return "it was told to" if self._failures[key] >= 0 else None
