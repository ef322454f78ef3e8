"""The verbs held to the fact table of BXML, both ways. Skipped where the table is not."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any, Literal, cast, get_args, get_origin, get_type_hints

import pytest
import yaml
from lxml import etree

from tests.elements import EVERYTHING, NEW_ATTRIBUTES
from webhooks import BxmlError
from webhooks.bxml import ELEMENTS, ConferenceVerb, Document, Element, Refer, SipUri, Ssml, Verb, parse
from webhooks.bxml._limits import CALLER_ID, WEB_SOCKET, Flag, Limit, Number, OneOf, Text, Url, Whole
from webhooks.bxml._verb import Attribute
from webhooks.events import Event, TransferAnswerEvent, event_named
from webhooks.naming import wire_name
from webhooks.rules import ALLOWED, ENDS

Row = dict[str, Any]

REFER = "v2.Refer/SipUri"
ONE_CLASS = "one class for both places; its attributes inside of Refer are an error, which is tested here"
NEWER = "attributes that bandwidth-sdk 23.3.1 has, and no page that the table was made from"
EXCEPTIONS = {
    REFER: ONE_CLASS,
    "Record.maxDuration": "no source names a smallest length; we refuse negative ones",
    "Connect.eventCallbackUrl": "connectStatus is an event of another product, without an eventType: no handler has it",
    **dict.fromkeys(NEW_ATTRIBUTES, NEWER),
}
"""What differs from the table, and why."""

TYPES: dict[str, tuple[type[Limit], object]] = {
    "url": (Url, str),
    "string": (Text, str),
    "websocket url": (Text, str),
    "boolean": (Flag, bool),
    "number": (Number, float),
    "integer": (Whole, int),
}
"""The limit and the Python type of each type of the table. Closed enumerations are `OneOf` and a Literal."""


@pytest.fixture(scope="module")
def table(spec: Path) -> Row:
    with (spec / "verbs.yaml").open(encoding="utf-8") as file:
        return cast("Row", yaml.load(file, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))


@pytest.fixture(scope="module")
def rows(table: Row) -> dict[str, Row]:
    """The rows by the name of their element, that of SipUri inside of Refer by its id."""
    return {row["id"] if row["id"] == REFER else row["element"]: row for row in table["verbs_v2"]}


def _examples() -> dict[str, Any]:
    """A parsed element of each kind with every attribute set, by name."""
    root = etree.fromstring(Document(*EVERYTHING).to_bytes())
    return {str(node.tag): node for node in root.iter() if node.tag in ELEMENTS}


EXAMPLES = _examples()
every_element = pytest.mark.parametrize("element", ELEMENTS.values(), ids=lambda element: element.element)


def documented(row: Row) -> dict[str, Row]:
    fields = {field["name"]: field for field in row["attributes"]}
    assert len(fields) == len(row["attributes"])
    return fields


def in_both(element: type[Element], rows: dict[str, Row]) -> list[tuple[Attribute, Row]]:
    fields = documented(rows[element.element])
    return [(attribute, fields[attribute.wire]) for attribute in element.attributes if attribute.wire in fields]


def is_bxml(*nodes: Any) -> bool:
    root = etree.Element("Response")
    root.extend([copy.deepcopy(node) for node in nodes])
    try:
        parse(etree.tostring(root))
    except BxmlError:
        return False
    return True


def with_children(element: str, children: list[Any]) -> Any:
    """The example with other children, and without what limits their number further."""
    node = etree.Element(element, dict(EXAMPLES[element].attrib))
    node.attrib.pop("repeatCount", None)
    node.text = EXAMPLES[element].text if ELEMENTS[element].text else None
    node.extend([copy.deepcopy(child) for child in children])
    return node


def plain(element: str) -> Any:
    """As it stands inside of a Refer."""
    node = etree.Element(element)
    node.text = EXAMPLES[element].text
    return node


def test_there_are_exactly_the_elements_of_the_table(rows: dict[str, Row]) -> None:
    roots = {name for name, row in rows.items() if row["kind"] == "root"}
    assert rows.keys() - roots - {REFER} == ELEMENTS.keys() == EXAMPLES.keys()
    for root in roots:
        assert parse(f"<{root}><Hangup/></{root}>") == parse("<Response><Hangup/></Response>")


@every_element
def test_an_element_has_every_attribute_of_its_row_and_no_other(element: type[Element], rows: dict[str, Row]) -> None:
    fields = documented(rows[element.element])
    newer = NEW_ATTRIBUTES.get(element.element, set())
    assert not newer & set(fields)
    assert {attribute.wire for attribute in element.attributes} == set(fields) | newer
    required = {name for name, field in fields.items() if field["required"]}
    assert {attribute.wire for attribute in element.attributes if attribute.required} == required


@every_element
def test_attributes_have_the_types_of_the_table(element: type[Element], rows: dict[str, Row]) -> None:
    hints = get_type_hints(element)
    for attribute, field in in_both(element, rows):
        inside = [one for one in get_args(hints[attribute.name]) if one is not type(None)] or [hints[attribute.name]]
        if field.get("enum_closed"):
            assert isinstance(attribute.limit, OneOf)
            [literal] = [one for one in inside if get_origin(one) is Literal] or [hints[attribute.name]]
            assert list(get_args(literal)) == field["enum"]
        else:
            limit, python = TYPES[field["type"]]
            assert isinstance(attribute.limit, limit)
            assert python in inside
            assert (attribute.limit is WEB_SOCKET) == (field["type"] == "websocket url")


@every_element
def test_ranges_are_those_of_the_table(element: type[Element], rows: dict[str, Row]) -> None:
    for attribute, field in in_both(element, rows):
        limit = attribute.limit
        found = (limit.minimum, limit.maximum) if isinstance(limit, (Number, Whole)) else (None, None)
        if f"{element.element}.{attribute.wire}" in EXCEPTIONS:
            found = (field.get("min"), found[1])
        assert found == (field.get("min"), field.get("max")), attribute.wire


@every_element
def test_lengths_enumerations_and_forms_are_those_of_the_table(element: type[Element], rows: dict[str, Row]) -> None:
    for attribute, field in in_both(element, rows):
        limit = attribute.limit
        assert (limit.longest if isinstance(limit, Text) else None) == field.get("max_length"), attribute.wire
        if "enum" in field:
            words = [*field["enum"], *([] if field["enum_closed"] else ["another"])]
            assert all(limit.check(word) is None for word in words)
            assert (limit.check("another") is not None) == field["enum_closed"]
        assert (limit is CALLER_ID) == ("keywords" in field)
        if limit is CALLER_ID:
            assert all(limit.check(word) is None for word in field["keywords"])


@every_element
def test_pairs_are_those_of_the_table(element: type[Element], rows: dict[str, Row]) -> None:
    for attribute, field in in_both(element, rows):
        if not attribute.required:
            node = copy.deepcopy(EXAMPLES[element.element])
            del node.attrib[attribute.wire]
            for pair in field.get("paired_with", ()):
                assert pair in node.attrib
            assert is_bxml_somewhere(element, node) == ("paired_with" not in field), attribute.wire


def is_bxml_somewhere(element: type[Element], node: Any) -> bool:
    """Whether `node` may stand in a document, or else in a parent."""
    return is_bxml(node) if issubclass(element, Verb) else is_bxml(with_children(_parent(element), [node]))


def _parent(element: type[Element]) -> str:
    return EXAMPLES[element.element].getparent().tag  # type: ignore[no-any-return]


@every_element
def test_credentials_need_https_where_the_table_says_so(element: type[Element], rows: dict[str, Row]) -> None:
    secured = {
        attribute.name: set(re.findall(r"\w+Url", field["meaning"]))
        for attribute, field in in_both(element, rows)
        if str(field.get("https", "")).startswith("required") and attribute.name.endswith("username")
    }
    assert {name: set(map(wire_name, urls)) for name, urls in element.secured.items()} == secured


@every_element
def test_text_stands_where_the_table_says_so(element: type[Element], rows: dict[str, Row]) -> None:
    text = rows[element.element]["text"]
    assert bool(element.text) == text["allowed"]
    if element.text:
        node = copy.deepcopy(EXAMPLES[element.element])
        for child in node:
            node.remove(child)
        node.text = "  "
        assert is_bxml_somewhere(element, node) == (not text["required"])
    if element.text == "token":
        [limit] = get_args(get_type_hints(element, include_extras=True)[element.content_name])[1:]
        longest = re.match(r"\d+", str(text.get("max_length", "")))
        assert getattr(limit, "longest", None) == (int(longest[0]) if longest else None)
        assert "pattern" not in text or limit.pattern == text["pattern"]


@every_element
def test_an_element_may_stand_where_the_table_says_so(element: type[Element], rows: dict[str, Row]) -> None:
    row = rows[element.element]
    assert is_bxml(EXAMPLES[element.element]) == ("Response" in row["parents"]) == ("Bxml" in row["parents"])
    for parent in ELEMENTS:
        inside = [with_children(parent, [EXAMPLES[element.element]]), with_children(parent, [plain(element.element)])]
        of_refer = parent == "Refer" and element.element == "SipUri"
        assert any(map(is_bxml, inside)) == (parent in row["parents"] or of_refer), parent


@every_element
def test_an_element_has_the_children_of_its_row_and_as_many(element: type[Element], rows: dict[str, Row]) -> None:
    children = rows[element.element]["children"]
    assert bool(children) == bool(element.content_name and not element.text)
    for child in children:
        for name in child["element"].split(" or "):
            node = plain(name) if element is Refer else EXAMPLES[name]
            most = child["max"] if isinstance(child["max"], int) else 100
            counts = {child["min"] - 1: False, child["min"]: True, most: True, most + 1: most == 100}
            for count, good in counts.items():
                assert count < 0 or is_bxml(with_children(element.element, [node] * count)) == good, count


def test_the_sip_uri_of_a_refer_has_no_attributes_and_begins_with_sip(rows: dict[str, Row]) -> None:
    assert rows[REFER]["attributes"] == []
    for attribute in SipUri.attributes:
        node = plain("SipUri")
        node.attrib[attribute.wire] = EXAMPLES["SipUri"].attrib[attribute.wire]
        assert not is_bxml(with_children("Refer", [node])), attribute.wire
    for uri in ("sip:a@b", "SIP:a@b", "sips:a@b", "tel:+19195550100"):
        assert bool(re.match(rows[REFER]["text"]["pattern"], uri)) == is_bxml(
            parsed(f"<Refer><SipUri>{uri}</SipUri></Refer>")
        )


def parsed(text: str) -> Any:
    return etree.fromstring(text)


@every_element
def test_a_url_is_that_of_the_events_it_triggers(element: type[Element], rows: dict[str, Row]) -> None:
    for attribute, field in in_both(element, rows):
        if field["type"] != "url" or f"{element.element}.{attribute.wire}" in EXCEPTIONS:
            continue
        assert isinstance(attribute.limit, Url)
        triggers = [
            trigger["event"]
            for trigger in rows[element.element]["triggers"]
            if attribute.wire in (trigger["url_attribute"], trigger.get("fallback_url_attribute"))
        ]
        assert list(attribute.limit.event_types) == triggers, attribute.wire
        typed = _events(get_type_hints(element)[attribute.name])
        assert typed == {event_named(trigger) for trigger in triggers}


def _events(hint: Any) -> set[type[Event] | None]:
    """The event classes in a type."""
    if isinstance(hint, type):
        return {hint} if issubclass(hint, Event) else set()
    inside = hint if isinstance(hint, list) else get_args(hint)
    return {event for one in inside for event in _events(one)}


def test_ssml_has_the_tags_attributes_and_words_of_the_table(rows: dict[str, Row]) -> None:
    tags = {tag["element"]: tag["attributes"] for tag in rows["SpeakSentence"]["text"]["ssml"]}
    for tag, attributes in tags.items():
        for name, words in attributes.items():
            for word in words if isinstance(words, list) else []:
                if " " not in word:
                    extra = " format='mdy'" if word == "date" else ""
                    assert f'{name}="{word}"' in Ssml(f"<{tag} {name}='{word}'{extra}/>").markup
        with pytest.raises(BxmlError, match=f"<{tag}> has no attribute other"):
            Ssml(f"<{tag} other='x'/>")
    with pytest.raises(BxmlError) as error:
        Ssml("<other/>")
    assert "there is no <other>" in str(error.value)
    from_table = {(tag, name) for tag, attributes in tags.items() for name in attributes}
    assert from_table == {(tag, name) for tag, name in _known_ssml()}


def _known_ssml() -> set[tuple[str, str]]:
    names = [f"{one}{two}" for one in ("", "xml:", "interpret-") for two in ("lang", "as", "format", "alias", "ph")]
    names += ["strength", "time", "level", "pitch", "rate", "volume", "src", "name", "alphabet", "detail"]
    found: set[tuple[str, str]] = set()
    for tag in ("break", "emphasis", "lang", "p", "phoneme", "prosody", "s", "say-as", "sub", "audio", "voice", "w"):
        for name in names:
            try:
                Ssml(f"<{tag} {name}='\u00a0'/>")
            except BxmlError as error:
                if "expected" not in str(error):
                    continue
            found.add((tag, name))
    return found


def test_verbs_may_answer_what_the_table_says(table: Row, rows: dict[str, Row]) -> None:
    assert {verb.element for verb in ELEMENTS.values() if issubclass(verb, ConferenceVerb)} == set(
        table["conference_reply_verbs"]
    )
    answer = table["transferAnswer_reply"]
    found = {verb.element for verb in ALLOWED[TransferAnswerEvent].verbs}
    assert found == {*answer["allowed"], *answer["undetermined"]}
    assert not found & set(answer["forbidden"])
    assert {name for name, element in ELEMENTS.items() if issubclass(element, Verb)} == {
        name for name, row in rows.items() if row["kind"] == "verb"
    }


def test_verbs_end_a_document_where_the_table_says_so(table: Row, rows: dict[str, Row]) -> None:
    [fact] = [one["fact"] for one in table["general_v2"] if "unreachable" in one["fact"]]
    with_url, always = (set(re.findall(r"[A-Z]\w+", part)) - {"URL"} for part in fact.split("; always:"))
    assert {verb.element for verb, attribute in ENDS.items() if attribute is None} == always
    assert {verb.element for verb, attribute in ENDS.items() if attribute} == with_url
    for verb, attribute in ENDS.items():
        stated = {key for key in rows[verb.element]["flow"] if key.startswith("with_")}
        assert stated <= {f"with_{wire_name(attribute or '')}"}


def test_no_exception_is_stale(rows: dict[str, Row]) -> None:
    assert len(EXCEPTIONS) <= 10
    assert "min" not in documented(rows["Record"])["maxDuration"]
    assert event_named(rows["Connect"]["triggers"][0]["event"]) is None
