"""hypothesis strategies: any event, and any document that may answer one. Needs hypothesis, which is no dependency.

`@given(events(GatherEvent))` gives typed events whose optional fields are there or not, with any value that they take.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from hypothesis import reject
from hypothesis import strategies as st

from webhooks.bxml import Document, Element, Verb
from webhooks.bxml._limits import Flag, Limit, Number, OneOf, Text, Url, Whole
from webhooks.errors import BxmlError, UsageError
from webhooks.events import CallEvent, Event
from webhooks.rules import ALLOWED, check
from webhooks.testing.factories import make
from webhooks.testing.fields import Field, fields_of

__all__ = ["documents", "events"]

E = TypeVar("E", bound=Event)

# What JSON and XML both carry.
_CHARACTERS = st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff")
_TEXT = st.text(_CHARACTERS, max_size=20)
_TIMES = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)).map(lambda moment: moment.replace(tzinfo=UTC))


def events(event: type[E]) -> st.SearchStrategy[E]:
    """Valid events of one class.

    Raises:
        UsageError: no such event.
    """
    if not event.event_types():
        raise UsageError(
            f"{event.__name__} is no single event; expected one of webhooks.events.EVENTS, as GatherEvent."
        )
    own = [field for field in fields_of(event) if field.name != "event_type"]
    return _fields(own).map(lambda given: make(event, **given))


def _fields(fields: Sequence[Field]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional={field.name: _values(field) for field in fields})


def _values(field: Field) -> st.SearchStrategy[Any]:
    if field.model is not None and not field.types[0].startswith("array"):
        return _fields(fields_of(field.model))
    simple: dict[str, st.SearchStrategy[Any]] = {
        "string": _TEXT | st.sampled_from(field.known) if field.known else _TEXT,
        "time": _TIMES.map(datetime.isoformat),
        "integer": st.integers(-(2**31), 2**31),
        "number": st.floats(-1e6, 1e6),
        "boolean": st.booleans(),
        "object": st.dictionaries(_TEXT, _TEXT, max_size=3),
    }
    kinds = [
        st.lists(simple["string"], max_size=3) if kind.startswith("array") else simple[kind] for kind in field.types
    ]
    return st.one_of(kinds)


def documents(event: type[Event] = CallEvent) -> st.SearchStrategy[Document[Verb]]:
    """Documents that may answer an event, without errors; by default any event of a call.

    Raises:
        UsageError: the event takes no BXML.
    """
    rows = [kind for kind in ALLOWED if issubclass(kind, event)]
    if not rows:
        raise UsageError(f"{event.__name__} takes no BXML.")
    allowed = [verb for verb in ALLOWED[rows[0]].verbs if all(verb in ALLOWED[kind].verbs for kind in rows)]
    verbs = st.sampled_from(sorted(allowed, key=lambda verb: verb.element)).flatmap(_elements)
    made = st.lists(verbs, max_size=4).map(lambda found: Document(*found))
    return made.filter(lambda document: not any(_refused(document, kind) for kind in rows))


def _refused(document: Document[Verb], event: type[Event]) -> bool:
    return any(violation.severity == "error" for violation in check(document.verbs, event))


def _elements(element: type[Element]) -> st.SearchStrategy[Any]:
    attributes = {one.name: _limited(one.limit) for one in element.attributes}
    required = {one.name: attributes.pop(one.name) for one in element.attributes if one.required}
    given = st.fixed_dictionaries(required, optional=attributes)
    return st.tuples(_content(element), given).map(lambda parts: _made(element, *parts))


def _made(element: type[Element], content: Sequence[object], attributes: dict[str, object]) -> Element:
    try:
        return element(*content, **attributes)
    except BxmlError:  # attributes that do not go together
        reject()


def _content(element: type[Element]) -> st.SearchStrategy[Sequence[Any]]:
    children = element.children
    if children is not None:
        most = children.least + 3 if children.most is None else min(children.most, children.least + 3)
        return st.lists(st.sampled_from(children.kinds).flatmap(_elements), min_size=children.least, max_size=most)
    if element.text == "prose":
        return st.tuples(_TEXT.filter(str.strip))
    limit = element.content_limit()
    return st.just(()) if limit is None else st.tuples(_limited(limit))


def _limited(limit: Limit) -> st.SearchStrategy[Any]:
    match limit:
        case OneOf():
            return st.sampled_from(limit.words)
        case Flag():
            return st.booleans()
        case Whole():
            return st.integers(limit.minimum, 100 if limit.maximum is None else limit.maximum)
        case Number():
            return st.floats(limit.minimum, limit.maximum)
        case Url():
            return st.sampled_from(["/next", "next?a=1&b=2", "https://other.example/next"])
        case Text() if limit.pattern:
            return st.from_regex(limit.pattern, fullmatch=True, alphabet=_CHARACTERS)
        case _:
            return _TEXT
