"""Reads BXML back into verbs: `parse`. Nothing in the text can open a file, reach a network or expand an entity."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, NoReturn, cast

from webhooks.bxml._builder import ELEMENTS, ROOTS, Builder
from webhooks.bxml._document import Document
from webhooks.bxml._limits import MAX_BYTES
from webhooks.bxml._places import Place, Places
from webhooks.bxml._verb import Verb
from webhooks.errors import BxmlError

__all__ = ["Mistake", "Reading", "parse", "read", "verb_names"]

# A document type can only stand in the prolog. Refused before the parser would read its entities.
_DOCTYPE = r"(?s:(?>\s+|<\?(?>.*?\?>)|<!--(?>.*?-->))*+)<!DOCTYPE"
_ABOUT = "voice/bxml/about"


class Mistake(NamedTuple):
    """One thing for which Bandwidth would refuse a text."""

    code: str
    """A key of `MISTAKES`."""
    place: Place
    sentence: str
    page: str
    """Bandwidth's page about it, below dev.bandwidth.com/docs."""


class Reading(NamedTuple):
    """What a text says."""

    verbs: Sequence[Verb | None]
    """In order; None stands for a verb that has a mistake."""
    mistakes: Sequence[Mistake]
    place: Callable[[int], Place]
    """Where the verb at an index stands."""
    is_whole: bool = True
    """Whether all mistakes are told; after twenty, no more are looked for."""


def parse(source: bytes | str) -> Document[Verb]:
    """The document of a BXML text. Comments and processing instructions are dropped.

    Raises:
        BxmlError: not well-formed, over 64 KB, elements or attributes that BXML does not have, or broken limits; the
            message has a line for each, with its line number.
    """
    reading = read(source)
    if not reading.mistakes:
        return Document(*cast("Sequence[Verb]", reading.verbs))
    lines = [f"line {one.place.line}: {one.sentence} ({one.page})" for one in reading.mistakes]
    more = [] if reading.is_whole else ["There may be more."]
    codes = ", ".join(f"line {one.place.line} {one.code}" for one in reading.mistakes)
    unread = f"the text that was read is no BXML ({codes}); what is wrong with it may hold a caller's words."
    raise BxmlError("\n".join([*lines, *more]), public=unread)


def read(source: bytes | str) -> Reading:
    """The verbs of a BXML text, and all that is wrong with it."""
    try:
        text = _decoded(source)
        root = _root(text)
    except _Unreadable as error:
        nowhere: list[Place] = []
        return Reading((), (error.mistake,), nowhere.__getitem__)
    builder, places = Builder(), Places(text, root)
    verbs = builder.verbs(root)
    mistakes = [Mistake(one.code, places.of(one.node, one.attribute), one.sentence, one.page) for one in builder.found]

    def place(index: int) -> Place:
        return places.of(root[index])

    return Reading(verbs, mistakes, place, is_whole=not builder.is_full)


def verb_names(source: bytes) -> tuple[str, ...]:
    """The names of a text's verbs, in order, without those inside of others; none when it is no BXML."""
    try:
        root = _root(_decoded(source))
    except _Unreadable:
        return ()
    return tuple(node.tag for node in root if node.tag in ELEMENTS)


class _Unreadable(Exception):
    """There is no tree to build verbs of."""

    def __init__(self, mistake: Mistake) -> None:
        self.mistake = mistake


def _refuse(code: str, sentence: str, line: int = 1, column: int = 1) -> NoReturn:
    raise _Unreadable(Mistake(code, Place(line, column), sentence, _ABOUT)) from None


def _decoded(source: bytes | str) -> str:
    try:
        text = source.decode("utf-8-sig") if isinstance(source, bytes) else source
        size = len(source if isinstance(source, bytes) else source.encode())
    except UnicodeError:
        _refuse("not-utf-8", "BXML is UTF-8, and this is not.")
    if size > MAX_BYTES:
        _refuse("too-large", f"the document has {size} bytes; Bandwidth takes {MAX_BYTES}.")
    return text.lstrip("\ufeff")


def _root(text: str) -> Any:
    from lxml import etree

    if re.match(_DOCTYPE, text):
        _refuse("doctype", "a document type is not allowed in BXML.")
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError as error:
        line, column = error.position
        told = error.msg.partition(", line")[0]
        # What libxml2 says of "&" that begins nothing, as in "A & B" and "AT&T".
        hint = ' Write "&" as "&amp;".' if "EntityRef" in told else ""
        _refuse("not-xml", f"not well-formed XML: {told}.{hint}", max(line, 1), max(column, 1))
    if root.tag not in ROOTS:
        _refuse("wrong-root", f"the root is <{root.tag}>, expected <Response>.", _line(root))
    return root


def _line(node: Any) -> int:
    return cast("int | None", node.sourceline) or 1
