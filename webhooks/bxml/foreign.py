"""Reads what the package bandwidth-sdk makes, a Response, a Bxml or a verb, into a document of ours.

1. `to_bxml` is never called: what is sent is written by us, whoever made it.
2. Names and values are read. Text stays text; so does SSML inside of a text, since nobody can tell who wrote it.
3. What comes out are verbs of ours, held to our limits, written by us. Nothing is imported from the package.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol, TypeGuard, cast

from webhooks.bxml._builder import ROOTS, Builder, Found
from webhooks.bxml._document import ILLEGAL, Document
from webhooks.bxml._verb import Verb
from webhooks.errors import BxmlError

__all__ = ["Foreign", "document_of", "is_foreign"]


class Foreign(Protocol):
    """A Response, a Bxml or a verb of bandwidth-sdk, 23 or later: what a handler may return instead of ours.

    What it says is read and written anew. SSML in the text of a SpeakSentence would be read aloud; for markup, return
    ours with `Ssml`.
    """

    def to_bxml(self) -> str:
        """What marks such an object. It is never called."""
        ...


def is_foreign(value: object) -> TypeGuard[Foreign]:
    """Whether it looks like one of bandwidth-sdk's."""
    return isinstance(getattr(value, "_tag", None), str) and callable(getattr(value, "to_bxml", None))


def document_of(source: Foreign) -> Document[Verb]:
    """What a Response, a Bxml or a verb of bandwidth-sdk says.

    Raises:
        BxmlError: elements or attributes that BXML does not have, or broken limits; the message has a line for each.
    """
    from lxml import etree

    root = node = _node(source, etree.Element)
    if node.tag not in ROOTS:
        root = etree.Element(ROOTS[0])
        root.append(node)
    builder = Builder()
    verbs = builder.verbs(root)
    if not builder.found:
        return Document(*cast("list[Verb]", verbs))
    lines = [f"bandwidth-sdk, verb {_position(one.node)}: {one.sentence} ({one.page})" for one in builder.found]
    raise BxmlError("\n".join(lines), public=_public(builder.found))


def _public(found: Iterable[Found]) -> str:
    """Attributes have the names that the package gives them; values may be a caller's."""
    told = (f"verb {_position(one.node)} {one.code} {one.attribute}".rstrip() for one in found)
    return f"what bandwidth-sdk made is no BXML: {', '.join(told)}."


def _position(node: Any) -> int:
    """Which verb of the document, from 1, a node is or is in; 0 is the document."""
    above = node.getparent()
    if above is None:
        return 0
    return above.index(node) + 1 if above.getparent() is None else _position(above)


def _node(source: Foreign, element: Callable[[str], Any]) -> Any:
    """A tree of its names and values. It is never written, so nothing in it can become markup."""
    tag: str = _part(source, "_tag")
    node = element(tag)
    attributes: Mapping[str, object] = _part(source, "_attributes") or {}
    for wire, value in attributes.items():
        if value is not None:
            node.set(wire, _text(value, f"<{tag}>: {wire}"))
    content: object = _part(source, "_content")
    node.text = None if content is None else _text(content, f"<{tag}>: its text")
    children: Iterable[object] = _part(source, "_nested_verbs") or ()
    for child in children:
        if not is_foreign(child):
            what = f"bandwidth-sdk: <{tag}> holds something of type {type(child).__name__}"
            raise BxmlError(f"{what}, expected its own verbs; a Document takes ours.")
        node.append(_node(child, element))
    return node


def _part(source: Foreign, name: str) -> Any:
    """What the package keeps under a name of its own; a root and some verbs lack some of them."""
    return getattr(source, name, None)


def _text(value: object, what: str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, (str, int, float)):
        kind = type(value).__name__
        raise BxmlError(f"bandwidth-sdk: {what} is of type {kind}, expected text, a number, True or False.")
    text = str.__str__(value) if isinstance(value, str) else str(value)
    if match := re.search(ILLEGAL, text):
        raise BxmlError(
            f"bandwidth-sdk: {what} holds U+{ord(match[0]):04X} at position {match.start()}, which XML cannot carry; "
            "remove it before you make the verb."
        )
    return text
