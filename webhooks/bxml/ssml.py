"""Markup inside of what is spoken: `Ssml`, the only way of markup into a document.

1. It is parsed when it is made: no document type, no entities, nothing opened. What is not documented is refused.
2. What is written comes from the tree, through the same two functions as all of BXML; never the text that was given.
3. It is a value: equal when its canonical writing is (attributes in order, one kind of quotes, no comments).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import FrozenInstanceError
from typing import Any, NoReturn, Self

from webhooks.bxml._escape import attribute, character_data
from webhooks.bxml._limits import MAX_BYTES, OneOf, Text, text_shown
from webhooks.errors import BxmlError, did_you_mean

__all__ = ["Ssml", "from_node", "mistakes_in"]

_PAGE = "voice/bxml/speakSentence"
_XML = "{http://www.w3.org/XML/1998/namespace}"

# A parser gives up at 256, and this must be readable where it ends up.
_DEEPEST = 100

# Closed are the sets that belong to the tag. Open are those that grow with the voices and what they can read.
_ANY = Text()
_TAGS: dict[str, dict[str, Text | OneOf]] = {
    "break": {
        "strength": OneOf.of("none", "x-weak", "weak", "medium", "strong", "x-strong"),
        "time": Text(
            pattern=r"\+?(?:(?:[0-9](?:\.[0-9]*)?|\.[0-9]+|10(?:\.0*)?)s|(?:[0-9]{1,4}|10000)ms)",
            expected='a time of at most ten seconds, as "500ms" or "1.5s"',
        ),
    },
    "emphasis": {"level": OneOf.of("strong", "moderate", "reduced")},
    "lang": {"xml:lang": _ANY},
    "p": {},
    "phoneme": {"ph": _ANY},
    "prosody": {
        "pitch": Text(
            pattern=r"x-low|low|medium|high|x-high|default|[+-][0-9]+(?:\.[0-9]+)?%",
            expected='a word such as "low", or a signed percentage as "+10%"',
        ),
        "rate": Text(
            pattern=r"x-slow|slow|medium|fast|x-fast|[0-9]+(?:\.[0-9]+)?%",
            expected='a word such as "slow", or a percentage as "90%"',
        ),
        "volume": Text(
            pattern=r"silent|x-soft|soft|medium|loud|x-loud|default|[+-][0-9]+(?:\.[0-9]+)?dB",
            expected='a word such as "soft", or signed decibels as "-6dB"',
        ),
    },
    "s": {},
    "say-as": {"interpret-as": _ANY, "format": _ANY},
    "sub": {"alias": _ANY},
}


class Ssml:
    """Markup for SpeakSentence, as `Ssml("<break time='1s'/>")`: one tag, several, or text with tags in it.

    It is for markup that you write. A caller's words stay text beside it: `SpeakSentence("Hello ", name, Ssml(...))`.

    Args:
        source: XML of break, emphasis, lang, p, phoneme, prosody, s, say-as and sub (voice/bxml/speakSentence).

    Raises:
        BxmlError: not well-formed, over 64 KB, or a tag, attribute or value that is not documented; the message has
            the line.
    """

    __slots__ = ("markup", "pieces")

    markup: str
    """As it is written."""
    pieces: tuple[str | Ssml, ...]
    """Text and single tags, in order. A single tag that stands in there has none itself."""

    def __init__(self, source: str) -> None:
        root = _parsed(source)
        _set(self, tuple(_pieces(root)), "".join(_inner(root)))

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise FrozenInstanceError(f"Ssml: {name} cannot be set, markup is a value; make another one.")

    def __delattr__(self, name: str) -> NoReturn:
        raise FrozenInstanceError(f"Ssml: {name} cannot be deleted, markup is a value; make another one.")

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def __reduce__(self) -> tuple[type[Self], tuple[str]]:
        """What is unpickled is parsed and checked like all that is made."""
        return type(self), (self.markup,)

    def __eq__(self, other: object) -> bool:
        return self.markup == other.markup if isinstance(other, Ssml) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.markup)

    def __repr__(self) -> str:
        return f"Ssml({self.markup!r})"


def from_node(node: Any) -> Ssml:
    """The Ssml of one tag that is parsed already, and has none of the `mistakes_in` it."""
    made = Ssml.__new__(Ssml)
    _set(made, (), "".join(_outer(node)))
    return made


def _set(made: Ssml, pieces: tuple[str | Ssml, ...], markup: str) -> None:
    object.__setattr__(made, "pieces", pieces)
    object.__setattr__(made, "markup", markup)


def _parsed(source: str) -> Any:
    from lxml import etree

    if not isinstance(source, str):
        raise BxmlError(f"Ssml: the markup is of type {type(source).__name__}, expected text ({_PAGE}).")
    if len(source) > MAX_BYTES:
        raise BxmlError(f"Ssml: the markup has {len(source)} characters; a document has at most {MAX_BYTES} bytes.")
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        # Inside of an element there is no place for a document type.
        root = etree.fromstring(f"<_>{source}</_>".encode(), parser)
    except UnicodeEncodeError:
        raise BxmlError("Ssml: the markup holds half a character (a lone surrogate), which XML cannot carry.") from None
    except etree.XMLSyntaxError as error:
        told = error.msg.partition(", line")[0]  # its column is that of our element
        raise BxmlError(f"Ssml: line {error.lineno}: not well-formed XML: {told}.") from None
    for child in root:
        _check(child)
    if not len(root) and not root.text:
        raise BxmlError(f"Ssml: there is nothing in it; give it a tag or text ({_PAGE}).")
    return root


def _pieces(root: Any) -> Iterator[str | Ssml]:
    if root.text:
        yield root.text
    for child in root:
        yield from_node(child)
        if child.tail:
            yield child.tail


def _depth(node: Any) -> int:
    return 1 + max(map(_depth, node), default=0)


def mistakes_in(node: Any) -> Iterator[tuple[Any, str, str]]:
    """What is no documented SSML: the node, the sentence without its stop, and a word that may have been meant."""
    if _depth(node) > _DEEPEST:
        yield node, f"tags stand more than {_DEEPEST} deep in each other", ""
        return
    for one in node.iter():
        tag = str(one.tag)
        known = _TAGS.get(tag)
        if known is None:
            yield one, f"there is no <{tag}>", did_you_mean(tag, _TAGS)
        else:
            values = {name.replace(_XML, "xml:"): value for name, value in one.attrib.items()}
            for sentence, near in _wrong_values(tag, values, known):
                yield one, sentence, near


def _wrong_values(tag: str, values: Mapping[str, str], known: Mapping[str, Text | OneOf]) -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        limit = known.get(name)
        if limit is None:
            yield f"<{tag}> has no attribute {name}", did_you_mean(name, known)
        elif (expected := limit.check(value)) is not None:
            yield f"<{tag}>: {name} is {text_shown(value)}, expected {expected}", ""
    if values.get("interpret-as") == "date" and "format" not in values:
        yield f"<{tag}> of a date needs its format, as mdy", ""


def _check(node: Any) -> None:
    for one, sentence, near in mistakes_in(node):
        raise BxmlError(f"Ssml: line {one.sourceline}: {sentence}.{near} ({_PAGE})")


def _outer(node: Any) -> Iterator[str]:
    names = sorted((name.replace(_XML, "xml:"), value) for name, value in node.attrib.items())
    yield f"<{node.tag}" + "".join(f' {name}="{attribute(value)}"' for name, value in names)
    inner = "".join(_inner(node))
    yield f">{inner}</{node.tag}>" if inner else "/>"


def _inner(node: Any) -> Iterator[str]:
    yield character_data(node.text or "")
    for child in node:
        yield from _outer(child)
        yield character_data(child.tail or "")
