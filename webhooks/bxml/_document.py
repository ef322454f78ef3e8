"""A document: verbs in order, and the text that Bandwidth gets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import repeat
from typing import Any, Generic, cast

from typing_extensions import TypeVar

from webhooks.bxml._escape import attribute
from webhooks.bxml._limits import MARK, MAX_BYTES, LinkTo
from webhooks.bxml._verb import Element, Verb, markup_of, unlinked
from webhooks.errors import BxmlError

__all__ = ["ILLEGAL", "Document"]

_START = '<?xml version="1.0" encoding="UTF-8"?><Response>'
_END = "</Response>"
_EMPTY = b'<?xml version="1.0" encoding="UTF-8"?><Response/>'

# What XML 1.0 cannot carry, not even as a reference (2.2, "Characters"). One pass over the bytes of a document costs a
# tenth of a search in its text.
_CONTROLS = bytes(set(range(0x20)) - {0x09, 0x0A, 0x0D})
_WITHOUT_CONTROLS = bytes.maketrans(_CONTROLS, b"?" * len(_CONTROLS))
ILLEGAL = "[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]"

_VERB = repeat(Verb)
V_co = TypeVar("V_co", bound=Verb, covariant=True, default=Verb)


class Document(Generic[V_co]):
    """Verbs in order. A value: equal documents have equal verbs. `Document()` is a hang-up (voice/bxml/hangup)."""

    __slots__ = ("_verbs",)

    def __init__(self, *verbs: V_co) -> None:
        if not all(map(isinstance, verbs, _VERB)):
            position, wrong = next((at, one) for at, one in enumerate(verbs, 1) if not isinstance(one, Verb))
            raise BxmlError(f"Document: argument {position} is {_described(wrong)}, expected a verb.")
        self._verbs = verbs

    @property
    def verbs(self) -> tuple[V_co, ...]:
        """The verbs, in order."""
        return self._verbs

    def __iter__(self) -> Iterator[V_co]:
        return iter(self._verbs)

    def __len__(self) -> int:
        return len(self._verbs)

    def __eq__(self, other: object) -> bool:
        return self._verbs == cast("Document[Verb]", other)._verbs if isinstance(other, Document) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._verbs)

    def __repr__(self) -> str:
        return f"Document({', '.join(map(repr, self._verbs))})"

    def __str__(self) -> str:
        """For people: indented, and a handler stands as its name."""
        from lxml import etree

        body = self.to_bytes(lambda handler, event_type: getattr(handler, "__name__", "handler"))
        root = etree.fromstring(body)
        _indent(root, "\n")
        return etree.tostring(root, encoding="unicode")

    def to_bytes(self, link: LinkTo | None = None) -> bytes:
        """The document in UTF-8. `link` gives the URL of a handler; the app's replies pass one.

        Raises:
            BxmlError: a handler without a URL, a character that XML cannot carry, or over 64 KB.
        """
        if not self._verbs:
            return _EMPTY
        text = f"{_START}{''.join(map(markup_of, self._verbs))}{_END}"
        if MARK in text:
            text = self._linked(text, link or unlinked)
        try:
            body = text.encode()
        except UnicodeEncodeError:  # a lone surrogate
            raise self._illegal() from None
        if body.translate(_WITHOUT_CONTROLS) != body:
            raise self._illegal()
        if not text.isascii() and ("\ufffe" in text or "\uffff" in text):
            raise self._illegal()
        if len(body) > MAX_BYTES:
            raise BxmlError(f"the document has {len(body)} bytes; Bandwidth takes {MAX_BYTES} (voice/bxml/about).")
        return body

    def _linked(self, text: str, link: LinkTo) -> str:
        """The text with the URLs of the handlers where they belong."""
        first, *rest = text.split(MARK)
        links = [one for verb in self._verbs if MARK in markup_of(verb) for one in verb.links()]
        if len(links) != len(rest):  # a text of the user's holds one
            raise self._illegal()
        for (limit, handler), part in zip(links, rest, strict=True):
            first += attribute(limit.linked(handler, link)) + part
        return first

    def _illegal(self) -> BxmlError:
        where = next(
            (found for verb in self._verbs if (found := _find_illegal(verb))),
            "a URL that a handler stands for holds a character",
        )
        return BxmlError(f"{where}, which XML cannot carry; remove it before you write the verb.")


def _indent(node: Any, margin: str) -> None:
    """Blanks between elements, but none where they would be spoken: lxml's own would put them between SSML, too."""
    for child in node:
        child.tail = margin + "  "
        if child.tag != "SpeakSentence":
            _indent(child, child.tail)
    if len(node):
        node.text = margin + "  "
        node[-1].tail = margin


def _find_illegal(element: Element) -> str | None:
    """The first illegal character of an element, and where it is."""
    named = [(attribute.name, getattr(element, attribute.name)) for attribute in element.attributes]
    texts = [("its text", part) for part in element.content() if isinstance(part, str)]
    for where, value in (*named, *texts):
        if isinstance(value, str) and (match := re.search(ILLEGAL, value)):
            return f"{element.element}: {where} holds U+{ord(match[0]):04X} at position {match.start()}"
    inner = (_find_illegal(part) for part in element.content() if isinstance(part, Element))
    return next(filter(None, inner), None)


def _described(value: object) -> str:
    if isinstance(value, str):
        return "text; to speak it, write SpeakSentence(...)"
    if isinstance(value, (list, tuple)):
        return "a list; pass its verbs one by one, Document(*verbs)"
    return f"of type {type(value).__name__}"
