"""What every element of BXML is: attributes with limits, written while it is built, escaped always.

1. An element is a value: compared by content, never changed. So what was written when it was built stays right.
2. Text is text. Between tags it goes through `character_data`, in an attribute through the attribute's limit.
3. `None` means that the attribute is not written.
4. A subclass of yours is the element that it is made from: it may give defaults, and every rule holds for it.
"""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    ClassVar,
    Concatenate,
    Literal,
    NoReturn,
    Self,
    TypeAlias,
    TypeVar,
    get_args,
    get_origin,
)

from typing_extensions import dataclass_transform

from webhooks.bxml._limits import MARK, Handler, Limit, LinkTo, Url, text_shown
from webhooks.bxml._made import Attribute, Children, Shape, made_init
from webhooks.bxml.ssml import Ssml
from webhooks.errors import BxmlError, UsageError
from webhooks.naming import wire_name

__all__ = [
    "Attribute",
    "Children",
    "ConferenceVerb",
    "Element",
    "Handler",
    "Link",
    "LinkTo",
    "Method",
    "Verb",
    "markup_of",
    "unlinked",
]

Method: TypeAlias = Literal["GET", "POST"]
"""How a callback URL is called; Bandwidth's default is POST."""

E = TypeVar("E")
Link: TypeAlias = str | Callable[Concatenate[E, ...], object]
"""A callback URL: text, or the handler of event `E`, whose URL is filled in when the document is sent."""


def unlinked(handler: Handler, event_type: str) -> str:
    """The resolver of a document that no app sends: there is no URL for a handler."""
    name = getattr(handler, "__name__", type(handler).__name__)
    raise BxmlError(
        f'the handler "{name}" stands where the URL for "{event_type}" belongs, and this document is written without '
        "an app: return it from a handler, or write the URL (hooks.url_for(handler, base=...) gives it)."
    )


@dataclass_transform(frozen_default=True)
class Element:
    """One element. The fields of a subclass carry a `Limit` in their annotation; `_made` makes the `__init__`.

    A subclass is a dataclass in all that `dataclasses` offers. Where children or texts are given one by one, it
    declares `__init__` for type checkers, after the fields.
    """

    # All fields in one tuple: it costs less to build than the attributes one by one, and nobody can set them.
    __slots__ = ("_markup", "_values")

    element: ClassVar[str] = ""
    """The name of the tag: that of the first class below `Verb`."""
    page: ClassVar[str] = ""
    """Bandwidth's page about it, below dev.bandwidth.com/docs."""
    attributes: ClassVar[tuple[Attribute, ...]] = ()
    fields: ClassVar[tuple[str, ...]] = ()
    """What may be given, content first."""
    content_name: ClassVar[str] = ""
    """The field that stands between the tags: children, or the text."""
    text: ClassVar[Literal["", "token", "prose"]] = ""
    """Whether text may stand there: none, one word whose white space around it means nothing, or what is spoken."""
    children: ClassVar[Children | None] = None
    secured: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    """URLs that must be https when a credential is given, by its attribute."""
    _limits: ClassVar[Mapping[str, Attribute]] = {}
    _linkable: ClassVar[tuple[tuple[int, Url], ...]] = ()
    _make: ClassVar[Callable[..., None]]

    if TYPE_CHECKING:
        # No fields, so not declared as such.
        _markup: ClassVar[str]
        _values: ClassVar[tuple[object, ...]]
        __dataclass_fields__: ClassVar[dict[str, dataclasses.Field[Any]]]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        own = inspect.get_annotations(cls)
        for name in cls.fields:
            if name in own or name in vars(cls):
                raise UsageError(f"{cls.__name__}: {name} is a field of {cls.element}; give its value in __init__.")
        if not cls.element and "element" not in vars(cls):
            cls.element = cls.__name__
        if own:
            dataclasses.dataclass(init=False, repr=False, eq=False)(cls)
        if cls.element and (own or "element" in vars(cls)):
            cls._complete()

    @classmethod
    def _complete(cls) -> None:
        """Give the class what follows from its fields."""
        hints = _hints(cls)
        found = ((name, hint, _limit_of(hint)) for name, hint in hints.items())
        cls._limits = {
            name: Attribute(name, wire_name(name), limit, required=type(None) not in get_args(get_args(hint)[0]))
            for name, hint, limit in found
            if limit is not None
        }
        cls.attributes = tuple(one for one in cls._limits.values() if one.name != cls.content_name)
        cls.fields = (*filter(None, [cls.content_name]), *(one.name for one in cls.attributes))
        limits = [cls._limits[name].limit if name in cls._limits else None for name in cls.fields]
        cls._linkable = tuple(
            (position, one) for position, one in enumerate(limits) if isinstance(one, Url) and one.event_types
        )
        cls._make = cls._made({name: _plain(hints[name]) for name in cls.fields})
        members: dict[str, object] = {name: _field(position, name) for position, name in enumerate(cls.fields)}
        if "__init__" not in vars(cls):
            members["__init__"] = cls._make
        for name, member in members.items():
            setattr(cls, name, member)

    @classmethod
    def _made(cls, hints: Mapping[str, Any]) -> Callable[..., None]:
        content, default = cls._limits.get(cls.content_name), vars(cls).get(cls.content_name)
        shape = Shape(
            element=cls.element,
            content_name=cls.content_name,
            text=cls.text,
            content=content.limit if content else None,
            default=default if isinstance(default, str) else None,
            children=cls.children,
            attributes=cls.attributes,
            secured=cls.secured,
            agrees=cls.agree is not Element.agree,
        )
        return made_init(shape, hints, cls._keep)

    @classmethod
    def _keep(cls, init: Callable[..., None]) -> None:
        """Use the `__init__` that was made from now on, unless the class has one of its own."""
        if cls.__init__ is cls._make:
            setattr(cls, "__init__", init)  # noqa: B010 - type checkers refuse to assign it
        cls._make = init

    @classmethod
    def _again(cls, values: Mapping[str, object]) -> Self:
        """Build one anew from its fields, with all checks; an `__init__` of a subclass has had its say."""
        made = object.__new__(cls)
        made._make(**values)
        return made

    def agree(self) -> None:
        """Raise where what is given does not go together. Only called where a class has its own."""

    def written(self, name: str, value: object) -> str:
        """The text of an attribute or of a word between tags, when `_made` could not tell that the value is good.

        Raises:
            BxmlError: it is not.
        """
        limit = self._limits[name].limit
        expected = limit.check(value)
        if expected is not None:
            self.refuse(name, value, expected)
        return limit.write(value)

    def refuse(self, name: str, value: object, expected: str) -> NoReturn:
        """Raise what is wrong with an attribute. Text may be a caller's: only its length is told."""
        if isinstance(value, str):
            shown = text_shown(value)
        elif value is None or isinstance(value, (bool, int, float)):
            shown = repr(value)
        else:
            shown = f"of type {type(value).__name__}"
        # Numbers are not told, either, where strangers' logs are read: keys that a caller pressed are one.
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool) and "number" in expected
        kind = "a number that it may not be" if is_number else f"of type {type(value).__name__}"
        start, rest = f"{self.element}: {name} is", f"expected {expected} ({self.page})."
        raise BxmlError(f"{start} {shown}, {rest}", public=f"{start} {kind}, {rest}")

    def refuse_child(self, child: object) -> NoReturn:
        """Raise that this is no child of the element."""
        assert self.children is not None
        self.refuse(self.children.one, child, self.children.expected)

    def refuse_count(self, count: int, times: int | None) -> NoReturn:
        """Raise that there are too few children, or too many."""
        assert self.children is not None
        played = "" if times is None else f" with {self.children.times} {times} are {count * times}"
        raise BxmlError(
            f"{self.element}: {count} {self.children.many}{played}, expected {self.children.number} "
            f"{self.children.expected} ({self.page})."
        )

    def refuse_pair(self, one: str, other: str) -> NoReturn:
        """Raise that one of two attributes was given without the other."""
        raise BxmlError(f"{self.element}: {one} and {other} belong together; give both or neither ({self.page}).")

    def refuse_http(self, credential: str, **urls: object) -> None:
        """Raise when one of these URLs is http: credentials stand beside it, and the page wants https then."""
        for name, url in urls.items():
            if isinstance(url, str) and url.lower().startswith("http:"):
                raise BxmlError(
                    f"{self.element}: {name} is http and {credential} is given; credentials need https ({self.page})."
                )

    @classmethod
    def content_limit(cls) -> Limit | None:
        """What the word between the tags may be; None for children, for what is spoken, and for nothing."""
        found = cls._limits.get(cls.content_name)
        return found.limit if found else None

    def content(self) -> tuple[Element | Ssml | str, ...]:
        """Children and text, in order."""
        if not self.content_name:
            return ()
        value = getattr(self, self.content_name)
        return (value,) if isinstance(value, str) else value

    def links(self) -> list[tuple[Url, Handler]]:
        """The handlers that stand for URLs, in the order of the text."""
        found: list[tuple[Url, Handler]] = []
        for position, limit in self._linkable:
            value = self._values[position]
            if callable(value) and not isinstance(value, str):
                found.append((limit, value))
        children: Any = self._values[0] if self.children else ()
        for child in children:
            if MARK in markup_of(child):
                found += child.links()
        return found

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Element):
            return NotImplemented
        return self.element == other.element and self._values == other._values

    def __hash__(self) -> int:
        return hash((self.element, self._values))

    def __repr__(self) -> str:
        content = map(repr, self.content())
        given = ((one.name, getattr(self, one.name)) for one in self.attributes)
        named = (f"{name}={_shown(value)}" for name, value in given if value is not None)
        return f"{type(self).__name__}({', '.join((*content, *named))})"

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def __reduce__(self) -> tuple[object, ...]:
        return self._again, (dict(zip(self.fields, self._values, strict=True)),)


markup_of: Callable[[Element], str] = attrgetter("_markup")
"""The XML of an element, with a `MARK` for each of its `links`."""


class Verb(Element):
    """An element that may stand in a document."""

    __slots__ = ()

    element: ClassVar[str] = ""


class ConferenceVerb(Verb):
    """A verb that may also answer a conference event (voice/bxml/conference, "conference BXML")."""

    __slots__ = ()

    element: ClassVar[str] = ""


def _shown(value: object) -> str:
    """As in source, where a handler stands by its name."""
    return getattr(value, "__name__", repr(value))


def _hints(cls: type[Element]) -> dict[str, Any]:
    """The annotations of an element's fields. Those of this module's classes are none, and reading them takes time."""
    classes = [one for one in reversed(cls.__mro__) if issubclass(one, Element) and one.__module__ != __name__]
    return {name: hint for one in classes for name, hint in inspect.get_annotations(one, eval_str=True).items()}


def _plain(hint: Any) -> Any:
    return get_args(hint)[0] if get_origin(hint) is Annotated else hint


def _limit_of(hint: Any) -> Limit | None:
    if get_origin(hint) is not Annotated:
        return None
    return next((mark for mark in get_args(hint)[1:] if hasattr(mark, "check")), None)


_values_of: Callable[[Element], tuple[object, ...]] = attrgetter("_values")


def _field(position: int, name: str) -> property:
    """Reads a field. `__setattr__` would guard all, but make each verb cost half as much again."""

    def read(verb: Element) -> object:
        return _values_of(verb)[position]

    def refuse(verb: Element, *_: object) -> NoReturn:
        raise dataclasses.FrozenInstanceError(
            f"{verb.element}: {name} cannot be set, a verb is a value; make another one, as with "
            f"dataclasses.replace(verb, {name}=...)."
        )

    return property(read, refuse, refuse)
