"""What comes in and what goes out, as plain values: `Delivery` and `Reply`.

Values: compared by content and never changed after they are made, by nobody. As with verbs, Python is not asked to
enforce it, because frozen costs three times as much to make, and two of them are made for each delivery.

Neither knows a web framework, so Lambda, Django or a test can make a `Delivery` and call `await hooks.receive(it)`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from webhooks.errors import UsageError

__all__ = ["BXML", "EMPTY", "Delivery", "Headers", "Reply"]

BXML = "application/xml"
"""The content type that Bandwidth expects of BXML (voice/webhooks/about)."""

Headers = Iterable[tuple[bytes, bytes]]
"""Header pairs as ASGI gives them: lower-case names, raw bytes."""


@dataclass(slots=True)
class Delivery:
    """One HTTP request as it arrived."""

    method: str
    path: str
    """Path below the app, decoded: `/menu` for an app mounted at `/bandwidth` and a request to `/bandwidth/menu`."""
    body: bytes = field(default=b"", repr=False)
    query: bytes = field(default=b"", repr=False)
    """The raw query string, without the question mark."""
    headers: Headers = field(default=(), repr=False)
    root_path: str = ""
    """What stands before `path` in the URL that Bandwidth called, decoded: `/bandwidth`, or a proxy's prefix and it."""

    def header(self, name: bytes) -> bytes | None:
        """Value of the first header called `name` (lower case), or None."""
        for key, value in self.headers:
            if key == name:
                return value
        return None

    @classmethod
    def of(
        cls,
        body: bytes = b"",
        *,
        path: str = "/",
        method: str = "POST",
        query: str = "",
        headers: Mapping[str, str] | None = None,
        root_path: str = "",
    ) -> Delivery:
        """A delivery from text, for adapters (Lambda, Django) and tests: header names in any case.

        Raises:
            UsageError: the body is text.
        """
        if not isinstance(body, bytes):
            raise UsageError(
                f"Delivery.of(): the body is of type {type(body).__name__}, expected bytes; text is encoded with "
                ".encode(), a body in base64 (AWS Lambda) is decoded first."
            )
        raw = tuple((_raw(name.lower()), _raw(value)) for name, value in (headers or {}).items())
        return cls(method.upper(), path, body, query.encode(errors="replace"), raw, root_path)


def _raw(text: str) -> bytes:
    """A header's bytes. Whatever a stranger sends must not fail; what Latin-1 cannot say is none of Bandwidth's."""
    return text.encode("latin-1", errors="replace")


@dataclass(slots=True)
class Reply:
    """Our HTTP answer. A handler may return one to answer by itself; what no server could send fails there."""

    status: int = 200
    body: bytes = field(default=b"", repr=False)
    content_type: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    """Further headers; `content-length` is added by whoever sends the reply, and none that tells a length is taken."""


EMPTY = Reply()
"""An empty 200: the event is handled and there is nothing to say."""
