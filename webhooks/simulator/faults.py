"""What goes wrong on the way, on request and with a seed: `phone.faults(duplicate=0.1, seed=7)`."""

from __future__ import annotations

import random
from collections.abc import Mapping

from webhooks.errors import UsageError
from webhooks.simulator.transport import Answer, ConnectionFailed, Transport

__all__ = ["Faults"]


class Faults:
    """Decides what goes wrong; `Phone.faults` says what each rate means."""

    def __init__(
        self,
        *,
        duplicate: float = 0.0,
        reorder: float = 0.0,
        drop_connection: float = 0.0,
        slow: float = 0.0,
        malformed: float = 0.0,
        seed: int = 0,
    ) -> None:
        self._duplicate = _rate("duplicate", duplicate)
        self._reorder = _rate("reorder", reorder)
        self._drop_connection = _rate("drop_connection", drop_connection)
        self._slow = _rate("slow", slow)
        self._malformed = _rate("malformed", malformed)
        self._random = random.Random(seed)  # noqa: S311 - nothing here is a secret

    def delay(self) -> float:
        """Seconds that a notification is late."""
        late = 0.0
        if self._happens(self._slow):
            late += self._random.uniform(0, 10)
        if self._happens(self._reorder):
            late += self._random.uniform(0, 60)
        return late

    async def place(
        self, transport: Transport, method: str, url: str, headers: Mapping[str, str], body: bytes, *, seconds: float
    ) -> Answer:
        """Place one request, and whatever goes wrong with it."""
        if self._happens(self._malformed):
            await transport(method, url, headers, body[: len(body) // 2], seconds=seconds)
        answer = await transport(method, url, headers, body, seconds=seconds)
        if self._happens(self._duplicate):
            await transport(method, url, headers, body, seconds=seconds)
        if self._happens(self._drop_connection):
            raise ConnectionFailed("the connection broke")
        return answer

    def _happens(self, rate: float) -> bool:
        return self._random.random() < rate


def _rate(name: str, rate: float) -> float:
    if not 0 <= rate <= 1:
        raise UsageError(f"Faults: {name}={rate!r}, expected a rate from 0 to 1.")
    return rate
