"""What an attribute may hold. A limit is an annotation of a verb's field, checked where the verb is written.

`check` gives None for a good value, else what was expected, for the error message. Sources stand with the verbs.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any, Protocol, TypeAlias

from webhooks.bxml._escape import attribute
from webhooks.errors import UsageError

__all__ = [
    "CALLER_ID",
    "DESTINATION",
    "E164",
    "MARK",
    "MAX_BYTES",
    "METHOD",
    "SIP_URI",
    "TAG",
    "WEB_SOCKET",
    "WORD",
    "Flag",
    "Handler",
    "Limit",
    "LinkTo",
    "Number",
    "OneOf",
    "Text",
    "Url",
    "Whole",
    "sure_url",
    "text_shown",
]

MAX_BYTES = 64 * 1024
"""Bandwidth refuses longer documents (voice/bxml/about)."""

Handler: TypeAlias = Callable[..., object]
"""A function registered with `on`."""

LinkTo: TypeAlias = Callable[[Handler, str], str]
"""Gives the URL of a handler for an event type. Routing has one; a document outside of an app has none."""

MARK = "\0"
"""Stands in an element's markup where the URL of a handler belongs. No document can hold it: XML cannot carry it."""

# Python reads more as a number than Bandwidth does: "1_000", "inf", other scripts' digits.
_DECIMAL = r"-?[0-9]{1,9}(?:\.[0-9]{1,400})?"
_DIGITS = r"-?[0-9]{1,1000}"


class Limit(Protocol):
    """1. `check` never raises. 2. `write` is only asked for values that `check` accepts, and what it gives can stand
    between double quotes as it is. 3. `read` turns that back into an equal value, or raises ValueError.

    4. `fits` and `text` are Python source about a variable, given by its name, and save the calls that cost most of a
    verb. `fits` is true only for good values, and for most of them; `text`, which stands after it, is what `write`
    gives for those. `_made` says which names both may use.
    """

    def check(self, value: Any, /) -> str | None:
        """None when `value` is good, else what was expected."""
        ...

    def write(self, value: Any, /) -> str:
        """The attribute's text."""
        ...

    def read(self, text: str, /) -> object:
        """The value of an attribute's text."""
        ...

    def fits(self, value: str, /) -> str:
        """Source that is true where `check` need not be asked."""
        ...

    def text(self, value: str, /) -> str:
        """Source of the attribute's text where the value fits."""
        ...


@dataclass(frozen=True, slots=True)
class Number:
    """A number, fractions too, from `minimum` to `maximum`."""

    minimum: float
    maximum: float

    def check(self, value: Any, /) -> str | None:
        """A bool is no number here, NaN is out of every range, and a zero has no sign."""
        if (type(value) is float or type(value) is int) and self.minimum <= value <= self.maximum:
            return None if str(value) != "-0.0" else "a number without a sign"
        return f"a number from {self.minimum:g} to {self.maximum:g}"

    def fits(self, value: str, /) -> str:
        """A whole one."""
        return f"type({value}) is int and {self.minimum!r} <= {value} <= {self.maximum!r}"

    def text(self, value: str, /) -> str:
        """As it is."""
        return value

    def write(self, value: float, /) -> str:
        """Python's shortest, without an exponent."""
        text = str(value)
        return f"{Decimal(text):f}" if "e" in text else text

    def read(self, text: str, /) -> object:
        """Whole numbers stay whole, so that what is written again is the same text."""
        if not re.fullmatch(_DECIMAL, text):
            raise ValueError(text)
        return float(text) if "." in text else int(text)


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number from `minimum` to `maximum`; without a maximum, any from `minimum` on."""

    minimum: int
    maximum: int | None = None

    def check(self, value: Any, /) -> str | None:
        """A bool is no number here."""
        if type(value) is int and value >= self.minimum and (self.maximum is None or value <= self.maximum):
            return None
        return f"a whole number from {self.minimum}" + ("" if self.maximum is None else f" to {self.maximum}")

    def fits(self, value: str, /) -> str:
        """Its class and its range."""
        top = "" if self.maximum is None else f" <= {self.maximum!r}"
        return f"type({value}) is int and {self.minimum!r} <= {value}{top}"

    def text(self, value: str, /) -> str:
        """As it is."""
        return value

    def write(self, value: int, /) -> str:
        """Digits."""
        return str(value)

    def read(self, text: str, /) -> object:
        """Only digits."""
        if not re.fullmatch(_DIGITS, text):
            raise ValueError(text)
        return int(text)


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of a closed set of words."""

    words: tuple[str, ...]

    @classmethod
    def of(cls, *words: str) -> OneOf:
        """`OneOf.of("GET", "POST")`."""
        return cls(words)

    def check(self, value: Any, /) -> str | None:
        """Case matters to Bandwidth (voice/bxml/about)."""
        return None if value in self.words else "one of " + ", ".join(f'"{word}"' for word in self.words)

    def fits(self, value: str, /) -> str:
        """Such a word, and no subclass that says it is equal to one."""
        return f"type({value}) is str and {value} in {self.words!r}"

    def text(self, value: str, /) -> str:
        """As it is: no word has a character that means something to XML."""
        return value

    def write(self, value: str, /) -> str:
        """Escaped: what says that it is equal to a word may be another one."""
        return attribute(value)

    def read(self, text: str, /) -> object:
        """As it is."""
        return text


@dataclass(frozen=True, slots=True)
class Text:
    """Text of at most `longest` characters that matches `pattern`, described as `expected`.

    The pattern is compiled with the first element that has one: an app writes a few of them.
    """

    longest: int | None = None
    pattern: str = ""
    expected: str = "text"

    def check(self, value: Any, /) -> str | None:
        """Characters that XML cannot carry are found when the document is written."""
        if not isinstance(value, str):
            return self.expected
        if self.longest is not None and len(value) > self.longest:
            return f"{self.expected} of at most {self.longest} characters"
        return self.expected if self.pattern and not re.fullmatch(self.pattern, value) else None

    def fits(self, value: str, /) -> str:
        """Its class, length and pattern."""
        length = "" if self.longest is None else f" and len({value}) <= {self.longest!r}"
        pattern = f" and matches_{value}({value})" if self.pattern else ""
        return f"type({value}) is str{length}{pattern}"

    @property
    def matches(self) -> Callable[[str], object]:
        """Whether a text matches the pattern."""
        return re.compile(self.pattern).fullmatch

    def text(self, value: str, /) -> str:
        """Escaped. To know that nothing needs it costs least for letters and digits."""
        return f"{value} if {value}.isalnum() else attribute({value})"

    def write(self, value: str, /) -> str:
        """Escaped."""
        return attribute(value)

    def read(self, text: str, /) -> object:
        """As it is."""
        return text


@dataclass(frozen=True, slots=True)
class Flag:
    """True or False; `true` and `false` on the wire."""

    def check(self, value: Any, /) -> str | None:
        """Only the two."""
        return None if value is True or value is False else "True or False"

    def fits(self, value: str, /) -> str:
        """Only the two."""
        return f"type({value}) is bool"

    def text(self, value: str, /) -> str:
        """As `write`."""
        return f"'true' if {value} else 'false'"

    def write(self, value: bool, /) -> str:
        """`true` or `false`."""
        return "true" if value else "false"

    def read(self, text: str, /) -> object:
        """`true` or `false`."""
        if text not in ("true", "false"):
            raise ValueError(text)
        return text == "true"


# Letters stand in both cases: with IGNORECASE, an "s" may be U+017F.
_URL = (
    r"(?:[hH][tT][tT][pP][sS]?:)?//[^\s/?#:\x00-\x1f\x7f][^\s\x00-\x1f\x7f]*"
    r"|(?!//|[^/?#]*:)[^\s\x00-\x1f\x7f]+"
)
_SURE_URL = r"(?:https://[A-Za-z0-9]|/(?!/))[!#-;=?-~]*"


@lru_cache(256)
def sure_url(url: str) -> str:
    """How a URL is written, in an attribute as between tags; "" when its beginning or its characters are not usual.

    An app has few URLs and writes them again and again.
    """
    return url.replace("&", "&amp;") if re.fullmatch(_SURE_URL, url) else ""


@dataclass(frozen=True, slots=True, init=False)
class Url:
    """An http(s) URL or one relative to the document's; with event types, also the handler that answers one of them."""

    event_types: tuple[str, ...]

    def __init__(self, *event_types: str) -> None:
        object.__setattr__(self, "event_types", event_types)

    @property
    def event_type(self) -> str:
        """The first, which a URL for several events gets in any case; "" for a URL that is no webhook."""
        return self.event_types[0] if self.event_types else ""

    def check(self, value: Any, /) -> str | None:
        """Whether a handler can be reached is known when the document is sent."""
        if isinstance(value, str):
            return None if re.fullmatch(_URL, value) else "a URL without spaces, http(s) or relative"
        if not self.event_types:
            return "a URL"
        events = " or ".join(f'"{event_type}"' for event_type in self.event_types)
        return None if callable(value) else f"a URL, or the handler of the {events} event"

    def fits(self, value: str, /) -> str:
        """The two usual beginnings."""
        return f"type({value}) is str and (_url := sure_url({value}))"

    def text(self, value: str, /) -> str:
        """Escaped."""
        return "_url"

    def write(self, value: str | Handler, /) -> str:
        """The text, or a mark where the URL of a handler belongs."""
        return attribute(value) if isinstance(value, str) else MARK

    def linked(self, handler: Handler, link: LinkTo) -> str:
        """The URL of a handler. One URL gets all of the events, so the handler of any of them has it.

        Raises:
            UsageError: no event of the URL has the handler; it tells what the first one lacks.
        """
        try:
            return link(handler, self.event_type)
        except UsageError:
            for event_type in self.event_types[1:]:
                with suppress(UsageError):
                    return link(handler, event_type)
            raise

    def read(self, text: str, /) -> object:
        """As it is."""
        return text


def text_shown(text: str) -> str:
    """A text in a message. It may be a caller's: only its length is told."""
    return f"a text of {len(text)} character{'' if len(text) == 1 else 's'}"


# `[0-9]`, not `\d`: that has the digits of every script.
E164 = Text(pattern=r"\+[1-9][0-9]{1,14}", expected="a phone number in E.164 form, as +19195551234")
CALLER_ID = Text(
    pattern=r"\+[1-9][0-9]{1,14}|Restricted|Anonymous|Private|Unavailable",
    expected='a phone number in E.164 form, or "Restricted", "Anonymous", "Private" or "Unavailable"',
)
SIP_URI = Text(pattern=r"[sS][iI][pP][sS]?:\S+", expected="a SIP URI, as sip:room@example.com")
DESTINATION = Text(
    pattern=r"\+[1-9][0-9]{1,14}|[sS][iI][pP][sS]?:\S+",
    expected="a phone number in E.164 form, as +19195551234, or a SIP URI",
)
WEB_SOCKET = Text(
    pattern=r"[wW][sS][sS]?://[^\s\x00-\x1f\x7f]+",
    expected="a WebSocket URL, as wss://example.com/audio",
)
WORD = Text(pattern=r"\S+", expected="text without blanks")
TAG = Text(longest=256)
METHOD = OneOf.of("GET", "POST")
