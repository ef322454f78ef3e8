"""What every element of BXML is: attributes with limits, written once, escaped always.

1. An element is a value: compared by content, never changed after it is built (frozen would cost three times as much).
2. Text is text. The only way into the output is `_escape` for text and `_quote` for attributes.
3. `None` means that the attribute is not written.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import (
    Annotated,
    Any,
    ClassVar,
    Concatenate,
    Literal,
    TypeAlias,
    TypeVar,
    get_args,
    get_origin,
    get_type_hints,
)

from webhooks.bxml._limits import Limit, Url
from webhooks.errors import BxmlError
from webhooks.naming import wire_name

__all__ = [
    "Attribute",
    "ConferenceVerb",
    "Element",
    "Handler",
    "Link",
    "LinkTo",
    "Method",
    "Verb",
    "Writer",
    "unlinked",
]

Handler: TypeAlias = Callable[..., object]
"""A function registered with `on`."""

Method: TypeAlias = Literal["GET", "POST"]
"""How a callback URL is called; Bandwidth's default is POST."""

E = TypeVar("E")
Link: TypeAlias = str | Callable[Concatenate[E, ...], object]
"""A callback URL: text, or the handler of event `E`, whose URL is filled in when the document is sent."""

LinkTo: TypeAlias = Callable[[Handler, str], str]
"""Gives the URL of a handler for an event type. Routing has one; a document outside of an app has none."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of an element."""

    name: str
    """In Python."""
    wire: str
    """In BXML."""
    limit: Limit
    required: bool


def unlinked(handler: Handler, event_type: str) -> str:
    """The resolver of a document that no app sends: there is no URL for a handler."""
    name = getattr(handler, "__name__", repr(handler))
    raise BxmlError(
        f'the handler "{name}" stands where the URL for "{event_type}" belongs, and this document is written without '
        "an app: return it from a handler, or write the URL (hooks.url_for(handler, base=...) gives it)."
    )


def _escape(text: str) -> str:
    # A carriage return would be read back as a line feed (XML 1.0, 2.11).
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")


def _quote(text: str) -> str:
    # A reader turns white space in an attribute into blanks unless it is written as a reference (XML 1.0, 3.3.3).
    return _escape(text).replace('"', "&quot;").replace("\n", "&#10;").replace("\t", "&#9;")


class Writer:
    """Collects the parts of one document."""

    __slots__ = ("indent", "link", "parts")

    def __init__(self, link: LinkTo, *, indent: str = "") -> None:
        self.parts: list[str] = []
        self.link = link
        self.indent = indent
        """White space for one level, when people read the document; nothing on the wire."""

    def text(self, text: str) -> None:
        """Character data."""
        self.parts.append(_escape(text))


class Element:
    """One element. Subclasses are dataclasses whose fields carry a `Limit` in their annotation."""

    __slots__ = ()

    element: ClassVar[str] = ""
    page: ClassVar[str] = ""
    """Bandwidth's page about it, below dev.bandwidth.com/docs."""
    attributes: ClassVar[tuple[Attribute, ...]] = ()
    content_name: ClassVar[str] = ""
    """The field that stands between the tags: children, or the text."""
    text: ClassVar[Literal["", "token", "prose"]] = ""
    """Whether text may stand there: none, one word whose white space around it means nothing, or what is spoken."""
    _limits: ClassVar[tuple[tuple[str, Limit, bool], ...]] = ()
    _pairs: ClassVar[tuple[tuple[str, str], ...]] = ()

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.element = cls.__name__
        hints = get_type_hints(cls, include_extras=True).items()
        found = (
            (name, _limit_of(hint), type(None) not in get_args(get_args(hint)[0]))
            for name, hint in hints
            if get_args(hint)
        )
        cls._limits = tuple((name, limit, required) for name, limit, required in found if limit is not None)
        cls.attributes = tuple(
            Attribute(name, wire_name(name), limit, required)
            for name, limit, required in cls._limits
            if name != cls.content_name
        )
        names = {attribute.name for attribute in cls.attributes}
        pairs = (("username", "password"), ("fallback_username", "fallback_password"))
        cls._pairs = tuple(pair for pair in pairs if pair[0] in names)

    def __post_init__(self) -> None:
        for name, limit, required in self._limits:
            value = getattr(self, name)
            if (value is not None or required) and (expected := limit.check(value)) is not None:
                self.refuse(name, value, expected)
        for one, other in self._pairs:
            if (getattr(self, one) is None) != (getattr(self, other) is None):
                raise BxmlError(
                    f"{self.element}: {one} and {other} belong together; give both or neither ({self.page})."
                )

    def refuse(self, name: str, value: object, expected: str) -> None:
        """Raise what is wrong with an attribute. Text may be a caller's: only its length is told."""
        if isinstance(value, str):
            shown = f"a text of {len(value)} characters"
        elif value is None or isinstance(value, (bool, int, float)):
            shown = repr(value)
        else:
            shown = f"of type {type(value).__name__}"
        raise BxmlError(f"{self.element}: {name} is {shown}, expected {expected} ({self.page}).")

    def content(self) -> tuple[Element | str, ...]:
        """Children and text, in order."""
        if not self.content_name:
            return ()
        value = getattr(self, self.content_name)
        return (value,) if isinstance(value, str) else value

    def write(self, writer: Writer, depth: int = 0) -> None:
        """Add this element to the document that `writer` collects."""
        parts = writer.parts
        parts.append("<" + self.element)
        for attribute in self.attributes:
            value = getattr(self, attribute.name)
            if value is not None:
                parts.append(f' {attribute.wire}="{_attribute_text(value, attribute, writer.link)}"')
        content = self.content()
        if not content:
            parts.append("/>")
            return
        parts.append(">")
        self._write_content(content, writer, depth)
        parts.append(f"</{self.element}>")

    def _write_content(self, content: tuple[Element | str, ...], writer: Writer, depth: int) -> None:
        # Indentation inside of text would be spoken, so only elements among elements get their own line.
        lines = writer.indent and not any(isinstance(part, str) for part in content)
        for part in content:
            if lines:
                writer.parts.append("\n" + writer.indent * (depth + 1))
            if isinstance(part, str):
                writer.text(part)
            else:
                part.write(writer, depth + 1)
        if lines:
            writer.parts.append("\n" + writer.indent * depth)


def _limit_of(hint: Any) -> Limit | None:
    if get_origin(hint) is not Annotated:
        return None
    return next((mark for mark in get_args(hint)[1:] if hasattr(mark, "check")), None)


def _attribute_text(value: object, attribute: Attribute, link: LinkTo) -> str:
    if isinstance(value, str):
        return _quote(value)
    if value is True or value is False:
        return "true" if value else "false"
    if callable(value):
        limit = attribute.limit
        return _quote(link(value, limit.event_type if isinstance(limit, Url) else ""))
    return _quote(str(value))


class Verb(Element):
    """An element that may stand in a document."""

    __slots__ = ()


class ConferenceVerb(Verb):
    """A verb that may also answer a conference event (voice/bxml/conference, "conference BXML")."""

    __slots__ = ()
