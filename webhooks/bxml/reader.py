"""Reads BXML back into verbs: `parse`. Nothing in the text can open a file, reach a network or expand an entity."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, cast

from lxml import etree

from webhooks.bxml._document import MAX_BYTES, Document
from webhooks.bxml._verb import Element, Verb
from webhooks.bxml.audio import PlayAudio, SpeakSentence
from webhooks.bxml.connect import PhoneNumber, SipUri, Transfer
from webhooks.bxml.flow import Hangup, Pause, Redirect
from webhooks.bxml.gather import Gather
from webhooks.bxml.record import Record
from webhooks.errors import BxmlError, did_you_mean

__all__ = ["ELEMENTS", "parse"]

_CLASSES: tuple[type[Element], ...] = (
    Gather,
    Hangup,
    Pause,
    PhoneNumber,
    PlayAudio,
    Record,
    Redirect,
    SipUri,
    SpeakSentence,
    Transfer,
)
ELEMENTS: Mapping[str, type[Element]] = MappingProxyType({element.element: element for element in _CLASSES})
"""Every element that may stand in a document, by name. The only list of them."""

_ROOTS = ("Response", "Bxml")  # the second in REST updates (OpenAPI document, updateCallBxml)

# A document type can only stand in the prolog. Refused before the parser would read its entities.
_DOCTYPE = re.compile(r"(?>\s+|<\?(?>.*?\?>)|<!--(?>.*?-->))*+<!DOCTYPE", re.DOTALL)


def parse(source: bytes | str) -> Document[Verb]:
    """The document of a BXML text. Comments and processing instructions are dropped.

    Raises:
        BxmlError: not well-formed, over 64 KB, an element or attribute that BXML does not have, or a broken limit; the
            message has the line.
    """
    text = _decoded(source)
    if _DOCTYPE.match(text):
        raise BxmlError("a document type is not allowed in BXML.")
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError as error:
        raise BxmlError(f"line {error.lineno}: not well-formed XML: {error.msg}.") from None
    if root.tag not in _ROOTS:
        raise BxmlError(f"line {_line(root)}: the root is <{_name(root)}>, expected <Response>.")
    if root.attrib or (root.text or "").strip():
        raise BxmlError(f"line {_line(root)}: <{_name(root)}> takes verbs, neither attributes nor text.")
    return Document(*cast("list[Verb]", [_read(child) for child in _children(root)]))


def _decoded(source: bytes | str) -> str:
    try:
        text = source.decode("utf-8-sig") if isinstance(source, bytes) else source
        size = len(source if isinstance(source, bytes) else source.encode())
    except UnicodeError:
        raise BxmlError("BXML is UTF-8, and this is not.") from None
    if size > MAX_BYTES:
        raise BxmlError(f"the document has {size} bytes; Bandwidth takes {MAX_BYTES} (voice/bxml/about).")
    return text


def _line(node: Any) -> int:
    return int(node.sourceline or 0)


def _name(node: Any) -> str:
    return str(node.tag)


def _children(node: Any) -> list[Any]:
    for child in node:
        if (child.tail or "").strip():
            raise BxmlError(f"line {_line(child)}: text after <{_name(child)}> stands where only verbs may.")
    return list(node)


def _read(node: Any) -> Element:
    name = _name(node)
    element = ELEMENTS.get(name)
    if element is None:
        raise BxmlError(f"line {_line(node)}: <{name}> is no element of BXML.{did_you_mean(name, ELEMENTS)}")
    try:
        make: Any = element
        return cast("Element", make(*_content(node, element), **_attributes(node, element)))
    except TypeError:
        raise BxmlError(f"line {_line(node)}: <{name}> lacks a required attribute or its text.") from None
    except BxmlError as error:
        told = str(error)
        raise BxmlError(told if told.startswith("line ") else f"line {_line(node)}: {told}") from None


def _content(node: Any, element: type[Element]) -> list[Element | str]:
    if not element.text:
        children = [_read(child) for child in _children(node)]
        if (node.text or "").strip() or (children and not element.content_name):
            what = "text" if (node.text or "").strip() else f"<{_name(node[0])}>"
            raise BxmlError(f"line {_line(node)}: <{element.element}> takes no {what}.")
        return list(children)
    if len(node):
        raise BxmlError(f"line {_line(node)}: <{element.element}> takes text only, not <{_name(node[0])}>.")
    text = node.text or ""
    return [text if element.text == "prose" else text.strip()]


def _attributes(node: Any, element: type[Element]) -> dict[str, object]:
    known = {attribute.wire: attribute for attribute in element.attributes}
    values: dict[str, object] = {}
    for wire, text in node.attrib.items():
        attribute = known.get(wire)
        where = f"line {_line(node)}: <{element.element}>"
        if attribute is None:
            raise BxmlError(f"{where} has no attribute {wire}.{did_you_mean(wire, known)}")
        try:
            values[attribute.name] = attribute.limit.read(text)
        except ValueError:
            expected = attribute.limit.check(None)
            raise BxmlError(f"{where}: {wire} is a text of {len(text)} characters, expected {expected}.") from None
    return values
