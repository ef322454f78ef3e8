"""Every exception of the package, split by whose fault it is.

    WebhooksError
    ├── DeliveryError            theirs: the delivery is refused with `status`
    │   ├── MethodNotAllowed     405
    │   ├── NotAuthenticated     401
    │   ├── DeliveryTooLarge     413
    │   ├── UnreadablePayload    400, not JSON, or JSON that is no event
    │   └── InvalidPayload       400, an event whose required fields cannot be read
    ├── UsageError               the user's: a mistake in the app
    │   └── BxmlError            a verb or document that Bandwidth would refuse (also a ValueError)
    ├── HandlerError             a handler did not answer
    │   ├── DeadlineExceeded     it outlived its deadline (also a TimeoutError)
    │   └── PoolExhausted        every thread for `def` handlers is taken
    ├── InboxError               the inbox cannot keep or give deliveries now
    ├── StateError               the store of state cannot do what it is asked
    │   └── StateConflict        somebody else saved the state meanwhile
    └── SimulationError          a simulated call cannot go on as the test wants (also an AssertionError)

Messages never carry a value of a payload: they may end in a log.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

__all__ = [
    "BxmlError",
    "DeadlineExceeded",
    "DeliveryError",
    "DeliveryTooLarge",
    "HandlerError",
    "InboxError",
    "InvalidPayload",
    "MethodNotAllowed",
    "NotAuthenticated",
    "PoolExhausted",
    "Problem",
    "SimulationError",
    "StateConflict",
    "StateError",
    "UnreadablePayload",
    "UsageError",
    "WebhooksError",
    "did_you_mean",
]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a payload: where, and what was expected there."""

    field: str
    """Path of wire names, dots between them: `message.id`; `[2].message.id` in the third element of an array."""
    message: str
    """What was expected. Never the value that came."""


class WebhooksError(Exception):
    """Base of all errors of this package."""


class DeliveryError(WebhooksError):
    """The delivery is refused; `status` and `title` are what the sender is told."""

    status = 400
    title = "Bad Request"

    def __init__(self, detail: str, *, problems: Iterable[Problem] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.problems: tuple[Problem, ...] = tuple(problems)

    @property
    def headers(self) -> Mapping[str, str]:
        """Headers that the refusal must carry besides the content type."""
        return {}


class MethodNotAllowed(DeliveryError):
    """Bandwidth sends POST, or GET where a method setting says so (voice/webhooks/about)."""

    status = 405
    title = "Method Not Allowed"

    @property
    def headers(self) -> Mapping[str, str]:
        """RFC 9110 15.5.6 wants the methods that would have been accepted."""
        return {"Allow": "GET, POST"}


class NotAuthenticated(DeliveryError):
    """No credentials, or wrong ones. A first 401 is a normal step: Bandwidth sends credentials only when challenged.

    `challenge` is the value of the `WWW-Authenticate` header; without it Bandwidth never repeats the request
    (numbers/webhooks, "basic authentication").
    """

    status = 401
    title = "Unauthorized"

    def __init__(self, detail: str, *, challenge: str, attempted: bool = False) -> None:
        super().__init__(detail)
        self.challenge = challenge
        self.attempted = attempted

    @property
    def headers(self) -> Mapping[str, str]:
        """The challenge."""
        return {"WWW-Authenticate": self.challenge}


class DeliveryTooLarge(DeliveryError):
    """The body is over `Webhooks(max_body=...)` bytes."""

    status = 413
    title = "Content Too Large"


class UnreadablePayload(DeliveryError):
    """The body is not JSON, or is JSON but neither an object nor an array."""


class InvalidPayload(DeliveryError):
    """An event of a known type whose required fields cannot be read; `problems` names them."""


class UsageError(WebhooksError):
    """A mistake in the app, told while it is built wherever that is possible."""


class BxmlError(UsageError, ValueError):
    """A verb or a document that Bandwidth would refuse.

    `public` is what may stand in a log: the message, without a value that may be a caller's.
    """

    def __init__(self, message: str, *, public: str | None = None) -> None:
        super().__init__(message)
        self.public: str = message if public is None else public


class HandlerError(WebhooksError):
    """A handler did not answer; the cause is chained."""


class DeadlineExceeded(HandlerError, TimeoutError):
    """A handler outlived its deadline and was cancelled."""


class PoolExhausted(HandlerError):
    """No thread is free for a `def` handler: earlier ones still run."""


class InboxError(WebhooksError):
    """The inbox cannot keep or give deliveries now; the message says why and what to do. Nothing it holds is lost."""


class StateError(WebhooksError):
    """The store of state cannot keep or give it, or gives what does not fit the model. Holds no key and no value."""


class StateConflict(StateError):
    """Somebody else saved the same state while a handler held it for too long; nothing of the handler's is saved."""


class SimulationError(WebhooksError, AssertionError):
    """A test asked a simulated call for what cannot be, or the app under test made it impossible."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """' Did you mean "menu"?' for the known word closest to `word`, or nothing."""
    from difflib import get_close_matches

    close = get_close_matches(word, list(known), n=1)
    return f' Did you mean "{close[0]}"?' if close else ""
