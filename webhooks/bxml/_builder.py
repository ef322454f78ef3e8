"""Builds verbs from a tree of names and texts, whoever made the tree, and collects what is wrong with it.

1. A tree is of lxml's elements. Whether a text was read or objects of another package were, it is built the same way.
2. What is found is told with the node; where a node stands is for whoever made the tree to say.
3. An element with a mistake is None, and so is what it stands in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice, takewhile
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar, cast

from webhooks.bxml import audio, conference, connect, digits, flow, gather, handover, record, recording, stream
from webhooks.bxml._limits import Limit, text_shown
from webhooks.bxml._verb import Attribute, Element, Verb
from webhooks.bxml.ssml import Ssml, from_node, mistakes_in
from webhooks.errors import BxmlError, did_you_mean
from webhooks.naming import wire_name

__all__ = ["ELEMENTS", "MISTAKES", "MOST_TOLD", "ROOTS", "Builder", "Found"]

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

# What other vendors call it: <Dial> is nothing that `did_you_mean` would find.
_ELSEWHERE: Mapping[str, str] = MappingProxyType(
    {
        "Dial": "Transfer",
        "GetDigits": "Gather",
        "Reject": "Hangup",
        "Say": "SpeakSentence",
        "Speak": "SpeakSentence",
        "Wait": "Pause",
    }
)
ROOTS = ("Response", "Bxml")  # the second in REST updates (OpenAPI document, updateCallBxml)
MOST_TOLD = 20
"""To find the closest word for thousands would take seconds."""

MISTAKES: Mapping[str, str] = MappingProxyType(
    {
        "not-utf-8": "The text is not UTF-8.",
        "too-large": "The document has more than 64 KB.",
        "doctype": "There is a document type, which could declare entities.",
        "not-xml": "The text is not well-formed XML.",
        "wrong-root": "The outermost element is not Response.",
        "unknown-element": "BXML has no such element.",
        "misplaced-element": "The element may not stand where it stands.",
        "stray-text": "There is text where only elements may stand.",
        "unknown-attribute": "The element has no such attribute.",
        "missing-attribute": "The element lacks an attribute that it must have.",
        "bad-value": "An attribute, or the word between the tags, is not what it may be.",
        "bad-ssml": "Markup in what is spoken is not SSML that Bandwidth documents.",
        "bad-verb": "Each part is right, the whole is not: half of a pair, too many elements or too few.",
    }
)
"""Every code of a mistake in a text, and what it means. All of them are errors: Bandwidth refuses the document."""

T = TypeVar("T")
_ABOUT = "voice/bxml/about"
_SNAKE = r"\b[a-z]+(?:_[a-z]+)+\b"


class Found(NamedTuple):
    """One mistake, and the node that it is about."""

    code: str
    """A key of `MISTAKES`."""
    node: Any
    attribute: str
    """The attribute's wire name, when it is about one; else ""."""
    sentence: str
    page: str


class Builder:
    """Builds elements of nodes and collects what is wrong."""

    def __init__(self) -> None:
        self.found: list[Found] = []

    @property
    def is_full(self) -> bool:
        """Whether it stopped looking: there may be more."""
        return len(self.found) >= MOST_TOLD

    def verbs(self, root: Any) -> list[Verb | None]:
        """What stands in a root."""
        if root.attrib or (root.text or "").strip():
            self._add("stray-text", root, f"<{_name(root)}> takes verbs, neither attributes nor text")
        return cast("list[Verb | None]", self._children(root, (Verb,), "verbs"))

    def _add(
        self, code: str, node: Any, sentence: str, *, near: str = "", page: str = _ABOUT, attribute: str = ""
    ) -> None:
        self.found.append(Found(code, node, attribute, f"{sentence}.{near}", page))

    def _few(self, nodes: Iterable[T]) -> Iterator[T]:
        return takewhile(lambda _: not self.is_full, nodes)

    def _children(self, node: Any, kinds: tuple[type, ...], takes: str) -> list[Element | None]:
        built: list[Element | None] = []
        for child in self._few(node):
            built.append(self._child(child, _name(node), kinds, takes))
            if (child.tail or "").strip():
                self._add("stray-text", child, f"text after <{_name(child)}> stands where only verbs may")
        return built

    def _child(self, node: Any, within: str, kinds: tuple[type, ...], takes: str) -> Element | None:
        name = _name(node)
        element = ELEMENTS.get(name)
        if element is None:
            near = f' Did you mean "{_ELSEWHERE[name]}"?' if name in _ELSEWHERE else did_you_mean(name, ELEMENTS)
            self._add("unknown-element", node, f"<{name}> is no element of BXML", near=near)
        elif not issubclass(element, kinds):
            page = ELEMENTS[within].page if within in ELEMENTS else _ABOUT
            sentence = f"<{name}> may not stand in <{within}>, which takes {takes}"
            self._add("misplaced-element", node, sentence, page=page)
        else:
            return self._element(node, element)
        return None

    def _element(self, node: Any, element: type[Element]) -> Element | None:
        before = len(self.found)
        attributes, content = self._attributes(node, element), self._content(node, element)
        if len(self.found) != before:
            return None
        made: Any = element
        try:
            return cast("Element", made(*content, **attributes))
        except BxmlError as error:
            told = str(error).removesuffix(".").removesuffix(f" ({element.page})")
            self._add("bad-verb", node, re.sub(_SNAKE, lambda found: wire_name(found[0]), told), page=element.page)
        return None

    def _content(self, node: Any, element: type[Element]) -> list[Any]:
        if element.text == "prose":
            return self._prose(node)
        text = (node.text or "").strip()
        if element.text:
            return [self._word(node, element, text)]
        kinds, takes = (element.children.kinds, element.children.expected) if element.children else ((), "nothing")
        if text:
            holders = [f"<{kind.element}>" for kind in kinds if issubclass(kind, Element) and kind.text]
            near = f" It may belong in {' or '.join(holders)}." if holders else ""
            self._add("stray-text", node, f"<{element.element}> takes no text", near=near, page=element.page)
        return self._children(node, kinds, takes)

    def _word(self, node: Any, element: type[Element], text: str) -> object:
        limit = element.content_limit()
        assert limit is not None
        value, expected = _read(limit, text)
        if expected is not None:
            sentence = f"<{element.element}> holds {_shown(value)}, expected {expected}"
            self._add("bad-value", node, sentence, page=element.page)
        for child in self._few(node):
            sentence = f"<{element.element}> takes text only, not <{_name(child)}>"
            self._add("misplaced-element", child, sentence, page=element.page)
        return value

    def _prose(self, node: Any) -> list[str | Ssml]:
        parts: list[str | Ssml] = [node.text or ""]
        for child in self._few(node):
            wrong = list(islice(mistakes_in(child), MOST_TOLD))
            for one, sentence, near in wrong:
                self._add("bad-ssml", one, sentence, near=near, page=audio.SpeakSentence.page)
            if not wrong:
                parts.append(from_node(child))
            parts.append(child.tail or "")
        return parts

    def _attributes(self, node: Any, element: type[Element]) -> dict[str, object]:
        known = {attribute.wire: attribute for attribute in element.attributes}
        values: dict[str, object] = {}
        for wire, text in self._few(node.attrib.items()):
            attribute = known.get(wire)
            if attribute is None:
                sentence, near = f"<{element.element}> has no attribute {wire}", did_you_mean(wire, known)
                self._add("unknown-attribute", node, sentence, near=near, page=element.page, attribute=wire)
            else:
                values[attribute.name] = self._value(node, element, attribute, text)
        missing = [one.wire for one in element.attributes if one.required and one.name not in values]
        if missing and not self.is_full:
            sentence = f"<{element.element}> lacks {' and '.join(missing)}"
            self._add("missing-attribute", node, sentence, page=element.page)
        return values

    def _value(self, node: Any, element: type[Element], attribute: Attribute, text: str) -> object:
        value, expected = _read(attribute.limit, text)
        if expected is not None:
            sentence = f"<{element.element}>: {attribute.wire} is {_shown(value)}, expected {expected}"
            self._add("bad-value", node, sentence, page=element.page, attribute=attribute.wire)
        return value


def _read(limit: Limit, text: str) -> tuple[object, str | None]:
    """The value of a text, and what was expected when it is not right."""
    try:
        value = limit.read(text)
    except ValueError:
        return text, limit.check(None)
    return value, limit.check(value)


def _shown(value: object) -> str:
    """Text may be a caller's: only its length is told."""
    return text_shown(value) if isinstance(value, str) else repr(value)


def _name(node: Any) -> str:
    return str(node.tag)
