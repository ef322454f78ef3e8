"""Reads BXML back into verbs: `parse`. Nothing in the text can open a file, reach a network or expand an entity."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import takewhile
from types import MappingProxyType
from typing import Any, TypeVar, cast

from lxml import etree

from webhooks.bxml import audio, conference, connect, digits, flow, gather, handover, record, recording, stream
from webhooks.bxml._document import Document
from webhooks.bxml._limits import MAX_BYTES
from webhooks.bxml._verb import Element, Verb
from webhooks.bxml.ssml import Ssml, from_node
from webhooks.errors import BxmlError, did_you_mean

__all__ = ["ELEMENTS", "parse"]

_CLASSES: tuple[type[Element], ...] = (
    conference.Conference,
    connect.PhoneNumber,
    connect.SipUri,
    connect.Transfer,
    gather.Gather,
    record.Record,
    *(audio.PlayAudio, audio.SpeakSentence),
    *(digits.SendDtmf, digits.StartGather, digits.StopGather),
    *(flow.Hangup, flow.Pause, flow.Redirect, flow.Ring, flow.Tag),
    *(handover.Bridge, handover.Connect, handover.Endpoint, handover.Forward, handover.Refer),
    *(recording.PauseRecording, recording.ResumeRecording, recording.StartRecording, recording.StopRecording),
    *(stream.CustomParam, stream.StartStream, stream.StartTranscription),
    *(stream.StopStream, stream.StopTranscription, stream.StreamParam),
)
ELEMENTS: Mapping[str, type[Element]] = MappingProxyType({element.element: element for element in _CLASSES})
"""Every element that may stand in a document, by name. The only list of them."""

_UNREAD = "the text that was read is no BXML; what is wrong with it may hold a caller's words."
_MOST_TOLD = 20
T = TypeVar("T")
_ROOTS = ("Response", "Bxml")  # the second in REST updates (OpenAPI document, updateCallBxml)

# A document type can only stand in the prolog. Refused before the parser would read its entities.
_DOCTYPE = re.compile(r"(?>\s+|<\?(?>.*?\?>)|<!--(?>.*?-->))*+<!DOCTYPE", re.DOTALL)


def parse(source: bytes | str) -> Document[Verb]:
    """The document of a BXML text. Comments and processing instructions are dropped.

    Raises:
        BxmlError: not well-formed, over 64 KB, elements or attributes that BXML does not have, or broken limits; the
            message has a line for each, with its line number.
    """
    root = _root(_decoded(source))
    reader = _Reader()
    if root.attrib or (root.text or "").strip():
        reader.wrong(root, f"<{_name(root)}> takes verbs, neither attributes nor text.")
    verbs = reader.children(root)
    if not reader.problems:
        return Document(*cast("list[Verb]", verbs))
    more = ["There may be more."] if len(reader.problems) >= _MOST_TOLD else []
    raise BxmlError("\n".join([*reader.problems, *more]), public=_UNREAD)


def _decoded(source: bytes | str) -> str:
    try:
        text = source.decode("utf-8-sig") if isinstance(source, bytes) else source
        size = len(source if isinstance(source, bytes) else source.encode())
    except UnicodeError:
        raise BxmlError("BXML is UTF-8, and this is not.") from None
    text = text.lstrip("\ufeff")
    if size > MAX_BYTES:
        raise BxmlError(f"the document has {size} bytes; Bandwidth takes {MAX_BYTES} (voice/bxml/about).")
    return text


def _root(text: str) -> Any:
    if _DOCTYPE.match(text):
        raise BxmlError("a document type is not allowed in BXML.")
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError as error:
        raise BxmlError(f"line {error.lineno}: not well-formed XML: {error.msg}.", public=_UNREAD) from None
    if root.tag not in _ROOTS:
        raise BxmlError(f"line {_line(root)}: the root is <{_name(root)}>, expected <Response>.", public=_UNREAD)
    return root


def _line(node: Any) -> int:
    return int(node.sourceline or 0)


def _name(node: Any) -> str:
    return str(node.tag)


class _Reader:
    """Reads nodes and collects what is wrong. An element with a problem is None, and so is what it stands in."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def wrong(self, node: Any, problem: str) -> None:
        """Add what is wrong with a node."""
        self.problems.append(f"line {_line(node)}: {problem}")

    def _few(self, found: Iterable[T]) -> Iterator[T]:
        """Enough of them to tell `_MOST_TOLD` problems: to find the closest word for thousands would take seconds."""
        return takewhile(lambda _: len(self.problems) < _MOST_TOLD, found)

    def children(self, node: Any) -> list[Element | None]:
        """Its children, between which no text may stand."""
        found: list[Element | None] = []
        for child in self._few(node):
            found.append(self._element(child))
            if (child.tail or "").strip():
                self.wrong(child, f"text after <{_name(child)}> stands where only verbs may.")
        return found

    def _element(self, node: Any) -> Element | None:
        name = _name(node)
        element = ELEMENTS.get(name)
        if element is None:
            self.wrong(node, f"<{name}> is no element of BXML.{did_you_mean(name, ELEMENTS)}")
            return None
        before = len(self.problems)
        attributes, content = self._attributes(node, element), self._content(node, element)
        return self._made(node, element, content, attributes) if len(self.problems) == before else None

    def _made(self, node: Any, made: Any, content: list[Any], attributes: dict[str, object]) -> Element | None:
        try:
            return cast("Element", made(*content, **attributes))
        except TypeError:
            missing = [one.wire for one in made.attributes if one.required and one.name not in attributes]
            self.wrong(node, f"<{_name(node)}> lacks {' and '.join(missing)}.")
        except BxmlError as error:
            self.wrong(node, str(error))
        return None

    def _content(self, node: Any, element: type[Element]) -> list[Any]:
        if element.text == "prose":
            return self._prose(node)
        text = node.text or ""
        if element.text:
            for child in self._few(node):
                self.wrong(child, f"<{element.element}> takes text only, not <{_name(child)}>.")
            return [text.strip()]
        children = self.children(node)
        if text.strip() or (children and not element.content_name):
            what = "text" if text.strip() else f"<{_name(node[0])}>"
            self.wrong(node, f"<{element.element}> takes no {what}.")
        return children

    def _prose(self, node: Any) -> list[str | Ssml]:
        parts: list[str | Ssml] = [node.text or ""]
        for child in self._few(node):
            try:
                parts.append(from_node(child))
            except BxmlError as error:
                self.problems.append(str(error).removeprefix("Ssml: "))
            parts.append(child.tail or "")
        return parts

    def _attributes(self, node: Any, element: type[Element]) -> dict[str, object]:
        known = {attribute.wire: attribute for attribute in element.attributes}
        values: dict[str, object] = {}
        for wire, text in self._few(node.attrib.items()):
            attribute = known.get(wire)
            if attribute is None:
                self.wrong(node, f"<{element.element}> has no attribute {wire}.{did_you_mean(wire, known)}")
                continue
            try:
                values[attribute.name] = attribute.limit.read(text)
            except ValueError:
                expected = attribute.limit.check(None)
                what = f"{wire} is a text of {len(text)} characters, expected {expected}"
                self.wrong(node, f"<{element.element}>: {what}.")
        return values
