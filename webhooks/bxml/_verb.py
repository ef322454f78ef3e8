"""What every element of BXML is: attributes with limits, written once, escaped always.

1. An element is a value: compared by content, never changed after it is built (frozen would cost three times as much).
2. Text is text. Between tags it goes through `character_data`, in an attribute through the attribute's limit.
3. `None` means that the attribute is not written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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

from webhooks.bxml._escape import character_data
from webhooks.bxml._limits import Handler, Limit, LinkTo
from webhooks.bxml.ssml import Ssml
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
    "unlinked",
]

Method: TypeAlias = Literal["GET", "POST"]
"""How a callback URL is called; Bandwidth's default is POST."""

E = TypeVar("E")
Link: TypeAlias = str | Callable[Concatenate[E, ...], object]
"""A callback URL: text, or the handler of event `E`, whose URL is filled in when the document is sent."""


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
    name = getattr(handler, "__name__", type(handler).__name__)
    raise BxmlError(
        f'the handler "{name}" stands where the URL for "{event_type}" belongs, and this document is written without '
        "an app: return it from a handler, or write the URL (hooks.url_for(handler, base=...) gives it)."
    )


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
    secured: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    """URLs that must be https when a credential is given, by its attribute."""
    _check: ClassVar[Callable[[Element], None]]
    write: ClassVar[Callable[[Element, Callable[[str], None], LinkTo], None]]
    """Gives the parts of the element's text to a function, one after the other."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.element = cls.__name__
        fields = [
            Attribute(name, wire_name(name), limit, required=type(None) not in get_args(get_args(hint)[0]))
            for name, hint in get_type_hints(cls, include_extras=True).items()
            if (limit := _limit_of(hint)) is not None
        ]
        cls.attributes = tuple(field for field in fields if field.name != cls.content_name)
        cls._check = _checker(fields, cls.secured)
        cls.write = _writer(cls)

    def __post_init__(self) -> None:
        self._check()

    def refuse(self, name: str, value: object, expected: str) -> None:
        """Raise what is wrong with an attribute. Text may be a caller's: only its length is told."""
        if isinstance(value, str):
            shown = f"a text of {len(value)} characters"
        elif value is None or isinstance(value, (bool, int, float)):
            shown = repr(value)
        else:
            shown = f"of type {type(value).__name__}"
        start, rest = f"{self.element}: {name} is", f"expected {expected} ({self.page})."
        raise BxmlError(f"{start} {shown}, {rest}", public=f"{start} of type {type(value).__name__}, {rest}")

    def refuse_pair(self, one: str, other: str) -> None:
        """Raise that one of two attributes was given without the other."""
        raise BxmlError(f"{self.element}: {one} and {other} belong together; give both or neither ({self.page}).")

    def refuse_http(self, credential: str, names: Sequence[str]) -> None:
        """Raise when one of these URLs is http: credentials stand beside it, and the page wants https then."""
        for name in names:
            url = getattr(self, name)
            if isinstance(url, str) and url.lower().startswith("http:"):
                raise BxmlError(
                    f"{self.element}: {name} is http and {credential} is given; credentials need https ({self.page})."
                )

    def content(self) -> tuple[Element | Ssml | str, ...]:
        """Children and text, in order."""
        if not self.content_name:
            return ()
        value = getattr(self, self.content_name)
        return (value,) if isinstance(value, str) else value


def _limit_of(hint: Any) -> Limit | None:
    if get_origin(hint) is not Annotated:
        return None
    return next((mark for mark in get_args(hint)[1:] if hasattr(mark, "check")), None)


# A loop over fifteen attributes, of which two are given, costs three times what the same as straight code does. So each
# class gets its own, made once, the way dataclasses make `__init__`. The names in it are those of its fields.


def _made(head: str, lines: list[str], names: dict[str, object]) -> Any:
    source = "\n    ".join([head, *(lines or ["pass"])])
    made: dict[str, Any] = {}
    exec(source, dict(names), made)  # noqa: S102 - our own class bodies, see above
    return made.popitem()[1]


def _checker(fields: Sequence[Attribute], secured: Mapping[str, tuple[str, ...]]) -> Callable[[Element], None]:
    lines: list[str] = []
    names: dict[str, object] = {}
    for field in fields:
        names[f"check_{field.name}"] = field.limit.check
        lines.append(f"value = self.{field.name}")
        given = "True" if field.required else "value is not None"
        lines.append(f"if {given} and ({field.limit.doubt}) and check_{field.name}(value) is not None:")
        lines.append(f"    self.refuse({field.name!r}, value, check_{field.name}(value))")
    for one, other in (("username", "password"), ("fallback_username", "fallback_password")):
        if one in {field.name for field in fields}:
            lines.append(f"if (self.{one} is None) != (self.{other} is None): self.refuse_pair({one!r}, {other!r})")
    for credential, urls in secured.items():
        lines.append(f"if self.{credential} is not None: self.refuse_http({credential!r}, {urls!r})")
    check: Callable[[Element], None] = _made("def check(self):", lines, names)
    return check


def _writer(element: type[Element]) -> Callable[[Element, Callable[[str], None], LinkTo], None]:
    tag, content = element.element, element.content_name
    lines = ["given = ''"]
    names: dict[str, object] = {"character_data": character_data}
    for attribute in element.attributes:
        names[f"write_{attribute.name}"] = attribute.limit.write
        text = f"write_{attribute.name}(value, link)"
        lines.append(f"value = self.{attribute.name}")
        lines.append(f"if value is not None: given += ' {attribute.wire}=\"' + {text} + '\"'")
    if element.text == "token":
        lines.append(f"append('<{tag}' + given + '>' + character_data(self.{content}) + '</{tag}>')")
    elif not content:
        lines.append(f"append('<{tag}' + given + '/>')")
    else:
        lines.append(f"append('<{tag}' + given + ('>' if self.{content} else '/>'))")
        lines.append(f"for part in self.{content}:")
        if element.text:
            lines.append("    if isinstance(part, str): append(character_data(part)); continue")
        lines.append("    part.write(append, link)")
        lines.append(f"if self.{content}: append('</{tag}>')")
    write: Callable[[Element, Callable[[str], None], LinkTo], None]
    write = _made("def write(self, append, link):", lines, names)
    return write


class Verb(Element):
    """An element that may stand in a document."""

    __slots__ = ()


class ConferenceVerb(Verb):
    """A verb that may also answer a conference event (voice/bxml/conference, "conference BXML")."""

    __slots__ = ()
