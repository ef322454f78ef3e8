"""The time of an inbox."""

from __future__ import annotations

from collections.abc import Callable

__all__ = ["Forward"]


class Forward:
    """A clock that never goes back: where the machine's does, it stands until that one has caught up what it lost.

    A process that starts later goes on from what others have written down (`catch_up`).
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._ahead = 0.0
        self._last = 0.0

    def now(self) -> float:
        """Seconds since 1970, never fewer than before."""
        now = self._clock() + self._ahead
        if now < self._last:
            self._ahead += self._last - now
        self._last = max(now, self._last)
        return self._last

    def catch_up(self, latest: float) -> float:
        """`now`, and no earlier than what was read elsewhere."""
        self._last = max(self.now(), latest)
        return self.now()
