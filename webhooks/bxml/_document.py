"""A document: verbs in order, and the text that Bandwidth gets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Generic, TypeVar, cast

from webhooks.bxml._verb import Element, LinkTo, Verb, Writer, unlinked
from webhooks.errors import BxmlError

__all__ = ["MAX_BYTES", "Document"]

MAX_BYTES = 64 * 1024
"""Bandwidth refuses longer documents (voice/bxml/about)."""

_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'
# What XML 1.0 cannot carry, not even as a reference (2.2, "Characters").
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

V_co = TypeVar("V_co", bound=Verb, covariant=True)


class Document(Generic[V_co]):
    """Verbs in order. A value: equal documents have equal verbs. `Document()` is a hang-up (voice/bxml/hangup)."""

    __slots__ = ("_verbs",)

    def __init__(self, *verbs: V_co) -> None:
        for position, verb in enumerate(verbs):
            if not isinstance(verb, Verb):
                raise BxmlError(f"Document: argument {position + 1} is {_described(verb)}, expected a verb.")
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

    __hash__ = None  # type: ignore[assignment]  # as verbs: values that may hold what cannot be hashed

    def __repr__(self) -> str:
        return f"Document({', '.join(map(repr, self._verbs))})"

    def __str__(self) -> str:
        """For people: indented, and a handler stands as its name."""
        return self._text(Writer(lambda handler, event_type: getattr(handler, "__name__", "handler"), indent="  "))

    def to_bytes(self, link: LinkTo | None = None) -> bytes:
        """The document in UTF-8. `link` gives the URL of a handler; the app's replies pass one.

        Raises:
            BxmlError: a handler without a URL, a character that XML cannot carry, or over 64 KB.
        """
        text = self._text(Writer(link or unlinked))
        if _ILLEGAL.search(text):
            self._point_at_illegal()
        body = text.encode()
        if len(body) > MAX_BYTES:
            raise BxmlError(f"the document has {len(body)} bytes; Bandwidth takes {MAX_BYTES} (voice/bxml/about).")
        return body

    def _text(self, writer: Writer) -> str:
        lines = "\n" if writer.indent else ""
        writer.parts.append(_DECLARATION + lines + ("<Response>" if self._verbs else "<Response/>"))
        for verb in self._verbs:
            writer.parts.append(lines + writer.indent)
            verb.write(writer, 1)
        if self._verbs:
            writer.parts.append(lines + "</Response>")
        return "".join(writer.parts)

    def _point_at_illegal(self) -> None:
        for verb in self._verbs:
            _find_illegal(verb)
        raise BxmlError("a URL holds a character that XML cannot carry.")


def _find_illegal(element: Element) -> None:
    named = [(attribute.name, getattr(element, attribute.name)) for attribute in element.attributes]
    texts = [("its text", part) for part in element.content() if isinstance(part, str)]
    for where, value in (*named, *texts):
        if isinstance(value, str) and (match := _ILLEGAL.search(value)):
            raise BxmlError(
                f"{element.element}: {where} holds U+{ord(match[0]):04X} at position {match.start()}, which XML cannot "
                "carry; remove it before you write the verb."
            )
    for part in element.content():
        if isinstance(part, Element):
            _find_illegal(part)


def _described(value: object) -> str:
    if isinstance(value, str):
        return "text; to speak it, write SpeakSentence(...)"
    if isinstance(value, (list, tuple)):
        return "a list; pass its verbs one by one, Document(*verbs)"
    return f"of type {type(value).__name__}"
