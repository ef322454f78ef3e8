"""What comes in and what goes out, as plain values: `Delivery` and `Reply`.

Values: compared by content and never changed after they are made, by nobody. As with verbs, Python is not asked to
enforce it, because frozen costs three times as much to make, and two of them are made for each delivery.

Neither knows a web framework, so Lambda, Django or a test can make a `Delivery` and call `await hooks.receive(it)`.
"""

from __future__ import annotations

import re
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
    """Path below the app: `/menu` for an app mounted at `/bandwidth` and a request to `/bandwidth/menu`."""
    body: bytes = field(default=b"", repr=False)
    query: bytes = field(default=b"", repr=False)
    """The raw query string, without the question mark."""
    headers: Headers = field(default=(), repr=False)
    root_path: str = ""
    """What stands before `path` in the URL that Bandwidth called: `/bandwidth`, or a proxy's prefix and that."""

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
        """A delivery from text, for adapters (Lambda, Django) and tests: header names in any case."""
        raw = tuple((k.lower().encode("latin-1"), v.encode("latin-1")) for k, v in (headers or {}).items())
        return cls(method.upper(), path, body, query.encode(), raw, root_path)


@dataclass(slots=True)
class Reply:
    """Our HTTP answer. A call or conference handler may return one to answer by itself."""

    status: int = 200
    body: bytes = field(default=b"", repr=False)
    content_type: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    """Further headers; `content-length` is added by whoever sends the reply."""

    def __post_init__(self) -> None:
        """Refuse what no server could send, where it is written.

        Raises:
            UsageError: a status, body or header that HTTP cannot carry.
        """
        if self.status == 200 and self.content_type == BXML and not self.headers and self.body.__class__ is bytes:
            return  # what nearly every reply is
        if self.body.__class__ is not bytes:
            raise UsageError(f"Reply: body is {type(self.body).__name__}, expected bytes; encode it.")
        if not isinstance(self.status, int) or not 200 <= self.status <= 599:
            raise UsageError(f"Reply: status is {self.status!r}, expected 200 to 599.")
        self._check_headers()

    def _check_headers(self) -> None:
        named = (("content-type", self.content_type or ""), *self.headers)
        for name, value in named:
            if not _HEADER.fullmatch(name) or not _VALUE.fullmatch(value):
                raise UsageError(f'Reply: the header "{name}" cannot be sent; names and values are plain Latin-1 text.')


# RFC 9110, 5.1 and 5.5: nothing that could end the line and begin another header.
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")

EMPTY = Reply()
"""An empty 200: the event is handled and there is nothing to say."""
