"""Who sent a delivery: `BasicAuth`, `AllowAll`, and the protocol that users implement.

1. There is no default: an app says how it authenticates, even when that is `AllowAll()`.
2. Credentials are compared in constant time, never logged, never shown in a `repr`.
3. A refusal carries a challenge, because Bandwidth sends credentials only after one (numbers/webhooks).
"""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from contextlib import suppress
from dataclasses import dataclass, field
from hmac import compare_digest
from typing import Protocol

from webhooks.delivery import Delivery
from webhooks.errors import NotAuthenticated, UsageError
from webhooks.settings import credentials_from

__all__ = ["AllowAll", "Authenticator", "BasicAuth"]

_CHALLENGE = 'Basic realm="webhooks", charset="UTF-8"'


class Authenticator(Protocol):
    """Decides whether a delivery is Bandwidth's.

    1. Returns for a delivery that is, raises `NotAuthenticated` for one that is not, and raises nothing else.
    2. Is called before the body is read, so `delivery.body` is empty; one whose class says `needs_body = True` is
       called after it. `delivery.header(b"authorization")` gives a header.
    3. Neither logs nor keeps the credentials it sees.
    """

    def __call__(self, delivery: Delivery, /) -> None:
        """Return, or raise `NotAuthenticated`."""
        ...


class BasicAuth:
    """HTTP basic authentication, with the user name and password set on the Bandwidth application or in the BXML.

    `BasicAuth("bandwidth", "new", ("bandwidth", "old"))` accepts several pairs, for rotation. Credentials outside of
    ASCII are accepted in UTF-8 and in Latin-1, since senders differ.
    """

    def __init__(self, username: str, password: str, *more: tuple[str, str]) -> None:
        pairs = ((username, password), *more)
        for user, secret in pairs:
            if not user or not secret:
                raise UsageError("BasicAuth: user name and password must not be empty.")
            if ":" in user:
                raise UsageError('BasicAuth: a user name cannot hold ":" (RFC 7617); it would end there.')
        self._pairs = pairs
        self._accepted = tuple(dict.fromkeys(raw for pair in pairs for raw in _spellings(*pair)))
        self._headers = tuple(b"Basic " + b64encode(raw) for raw in self._accepted)

    @classmethod
    def from_env(cls) -> BasicAuth:
        """From BANDWIDTH_WEBHOOK_USERNAME and BANDWIDTH_WEBHOOK_PASSWORD, and the same with _PREVIOUS while rotating.

        Raises:
            UsageError: a variable is missing; the message names it.
        """
        (user, secret), *more = credentials_from()
        return cls(user, secret, *more)

    @property
    def credentials(self) -> tuple[str, str]:
        """User name and password, the first pair: for tests that deliver as Bandwidth does."""
        return self._pairs[0]

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """All pairs of user name and password, for tools that tell which are too weak."""
        return self._pairs

    def __repr__(self) -> str:
        return "BasicAuth(...)"

    def __call__(self, delivery: Delivery, /) -> None:
        """Compare the header as it is; only another spelling of it is decoded first."""
        given = delivery.header(b"authorization")
        if given is None:
            raise NotAuthenticated("credentials are needed", challenge=_CHALLENGE)
        found = False
        for one in self._headers:  # all of them, whatever matched: the time must not tell which
            found |= compare_digest(given, one)
        if not found and not _among(_decoded(given), self._accepted):
            raise NotAuthenticated("the credentials are wrong", challenge=_CHALLENGE, attempted=True)


def _spellings(user: str, secret: str) -> list[bytes]:
    text = f"{user}:{secret}"
    spellings = [text.encode()]
    with suppress(UnicodeEncodeError):  # what Latin-1 cannot say, nobody sends in it
        spellings.append(text.encode("latin-1"))
    return spellings


def _among(given: bytes, accepted: tuple[bytes, ...]) -> bool:
    found = False
    for one in accepted:  # all of them, whatever matched: the time must not tell which
        found |= compare_digest(given, one)
    return found


def _decoded(header: bytes) -> bytes:
    """The credentials of a header that spells the scheme or the encoding in its own way; b"" when there are none."""
    scheme, _, token = header.strip().partition(b" ")
    if scheme.lower() != b"basic":
        return b""
    token = token.strip().rstrip(b"=")
    try:
        return b64decode(token + b"=" * (-len(token) % 4), validate=True)
    except (binascii.Error, ValueError):
        return b""


@dataclass(frozen=True)
class AllowAll:
    """Accepts every delivery: anybody who knows the URL can answer your calls. For tests, and behind a gateway that
    authenticates. The app logs one warning when it starts.
    """

    needs_body: bool = field(default=False, init=False)

    def __call__(self, delivery: Delivery, /) -> None:
        """Accept."""
