from __future__ import annotations

import ast
import copy
import dataclasses
import inspect
import linecache
import pickle
import sys
import traceback
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from hypothesis import given

from tests.elements import EVERYTHING, documents
from webhooks import BxmlError
from webhooks.bxml import (
    ELEMENTS,
    Document,
    Element,
    Gather,
    Hangup,
    Pause,
    PhoneNumber,
    PlayAudio,
    Redirect,
    Refer,
    Ring,
    SipUri,
    SpeakSentence,
    Ssml,
    StartStream,
    StreamParam,
    Tag,
    Transfer,
    Verb,
)
from webhooks.bxml import __all__ as names

every_verb = pytest.mark.parametrize("verb", EVERYTHING, ids=lambda verb: verb.element)
EVERY_NAME: dict[str, Any] = {name: getattr(sys.modules["webhooks.bxml"], name) for name in names}


def menu(call: Any) -> None: ...


@every_verb
def test_a_verb_cannot_be_changed(verb: Verb) -> None:
    before = Document(verb).to_bytes()
    for field in dataclasses.fields(verb):  # type: ignore[arg-type]
        with pytest.raises(dataclasses.FrozenInstanceError, match=f"{verb.element}: {field.name} cannot be set"):
            setattr(verb, field.name, "x")
        with pytest.raises(dataclasses.FrozenInstanceError, match="a verb is a value"):
            delattr(verb, field.name)
    assert Document(verb).to_bytes() == before


def test_a_verb_has_no_place_for_what_is_no_field() -> None:
    with pytest.raises(AttributeError):
        Hangup().tag = "x"  # type: ignore[attr-defined]


def test_markup_cannot_be_changed() -> None:
    markup = Ssml("<break/>")
    with pytest.raises(dataclasses.FrozenInstanceError, match="markup cannot be set"):
        markup.markup = "<Hangup/>"
    with pytest.raises(dataclasses.FrozenInstanceError, match="markup cannot be deleted"):
        del markup.markup
    assert markup.markup == "<break/>"


@every_verb
def test_a_verb_is_made_again_from_its_fields(verb: Verb) -> None:
    assert dataclasses.is_dataclass(verb)
    again: Any = dataclasses.replace(verb)
    assert again == verb
    assert again is not verb
    assert Document(again).to_bytes() == Document(verb).to_bytes()


def test_a_field_is_replaced_and_checked_like_any_other() -> None:
    gather = Gather(PlayAudio("/a.wav"), gather_url="/menu", max_digits=1)
    assert dataclasses.replace(gather, max_digits=2) == Gather(PlayAudio("/a.wav"), gather_url="/menu", max_digits=2)
    assert dataclasses.replace(gather, prompts=()) == Gather(gather_url="/menu", max_digits=1)
    assert dataclasses.replace(gather, prompts=[SpeakSentence("a")]).prompts == (SpeakSentence("a"),)
    assert dataclasses.replace(SpeakSentence("a"), parts=("b", Ssml("<p/>"))) == SpeakSentence("b", Ssml("<p/>"))
    assert dataclasses.replace(PlayAudio("/a.wav"), url="/b.wav") == PlayAudio("/b.wav")
    with pytest.raises(BxmlError, match="max_digits is 999"):
        dataclasses.replace(gather, max_digits=999)
    with pytest.raises(BxmlError, match="there is nothing to say"):
        dataclasses.replace(SpeakSentence("a"), parts=())
    with pytest.raises(BxmlError, match="0 destinations, expected 1 to 8 PhoneNumber or SipUri"):
        dataclasses.replace(Transfer(PhoneNumber("+19195550100")), targets=())


def test_content_is_given_once() -> None:
    with pytest.raises(TypeError, match="prompts are given twice"):
        Gather(SpeakSentence("a"), prompts=())  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="parts are given twice"):
        SpeakSentence("a", parts=("b",))  # type: ignore[call-arg]


@every_verb
def test_a_verb_is_copied_and_pickled(verb: Verb) -> None:
    assert copy.copy(verb) is verb
    assert copy.deepcopy(verb) is verb
    again = pickle.loads(pickle.dumps(verb))
    assert again == verb
    assert Document(again).to_bytes() == Document(verb).to_bytes()


def test_markup_is_copied_and_pickled() -> None:
    markup = Ssml("a <p>b</p>")
    assert copy.copy(markup) is markup
    assert copy.deepcopy(markup) is markup
    assert pickle.loads(pickle.dumps(markup)) == markup
    assert hash(markup) == hash(Ssml("a <p >b</p>"))


@given(documents)
def test_a_document_shows_the_source_of_an_equal_one(document: Document[Verb]) -> None:
    assert eval(repr(document), EVERY_NAME) == document
    assert hash(eval(repr(document), EVERY_NAME)) == hash(document)


def test_what_is_shown_is_what_was_given() -> None:
    gather = Gather(SpeakSentence("a"), gather_url=menu, max_digits=1)
    assert repr(gather) == "Gather(SpeakSentence('a'), gather_url=menu, max_digits=1)"
    assert repr(Tag()) == "Tag('')"
    assert repr(Refer(SipUri("sip:a"))) == "Refer(SipUri('sip:a'))"


def test_verbs_are_equal_when_what_was_given_is() -> None:
    assert Pause(duration=1) == Pause(duration=1.0)
    assert Pause(duration=1) != Ring(duration=1)
    assert Gather(tag="a") != Gather(tag="b")
    assert Gather(gather_url=menu) == Gather(gather_url=menu)
    assert Hangup() != "Hangup()"
    assert len({Hangup(), Hangup(), Gather(gather_url=menu)}) == 2


def test_a_verb_is_matched_by_its_content_and_its_fields() -> None:
    match Document(Gather(PlayAudio("/a.wav"), max_digits=1)).verbs:
        case (Gather((PlayAudio(url),), max_digits=1),):
            assert url == "/a.wav"
        case _:
            pytest.fail("no match")
    assert Gather.__match_args__ == ("prompts",)  # type: ignore[attr-defined]
    assert Pause.__match_args__ == ()  # type: ignore[attr-defined]


def test_the_fields_of_a_verb_become_a_dictionary() -> None:
    given = {
        name: value
        for name, value in dataclasses.asdict(Gather(PlayAudio("/a"), tag="x")).items()  # type: ignore[call-overload]
        if value is not None
    }
    assert given == {"prompts": ({"url": "/a", "username": None, "password": None},), "tag": "x"}


def test_none_is_as_good_as_nothing_where_nothing_may_be() -> None:
    assert Gather(tag=None) == Gather()
    with pytest.raises(BxmlError, match="redirect_url is None"):
        Redirect(redirect_url=None)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="redirect_url"):
        Redirect()  # type: ignore[call-arg]


@pytest.mark.parametrize("element", ELEMENTS.values(), ids=lambda element: element.element)
def test_what_type_checkers_read_is_what_is_made(element: type[Element]) -> None:
    declared = _declared(element)
    if declared is None:
        return
    keywords = {one.arg: ast.unparse(one.annotation) for one in declared.args.kwonlyargs if one.annotation}
    required = {
        one.arg
        for one, default in zip(declared.args.kwonlyargs, declared.args.kw_defaults, strict=True)
        if default is None
    }
    made = inspect.signature(element).parameters
    assert list(keywords) == [one.name for one in element.attributes]
    assert required == {one.name for one in element.attributes if one.required}
    module = vars(sys.modules[element.__module__])
    for name, annotation in keywords.items():
        assert eval(annotation, module) == made[name].annotation
    [content] = [*declared.args.posonlyargs[1:], *filter(None, [declared.args.vararg])]
    assert content.annotation is not None
    assert eval(ast.unparse(content.annotation), module) == made[element.content_name].annotation


def _declared(element: type[Element]) -> ast.FunctionDef | None:
    """The `__init__` that only type checkers see."""
    tree = ast.parse(Path(inspect.getfile(element)).read_text())
    [found] = [node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == element.element]
    hidden = [node for part in found.body if isinstance(part, ast.If) for node in part.body]
    return next((node for node in hidden if isinstance(node, ast.FunctionDef)), None)


def test_eight_elements_or_so_declare_what_is_made() -> None:
    declared = {name for name, element in ELEMENTS.items() if _declared(element) is not None}
    assert declared == {name for name, element in ELEMENTS.items() if element.children or element.text == "prose"}


def test_types_are_known_at_run_time() -> None:
    assert get_type_hints(Pause.__init__) == {"duration": float | None, "return": type(None)}
    assert str(inspect.signature(Tag)) == "(value: str = '') -> None"


def test_a_traceback_shows_the_line_of_what_was_made() -> None:
    with pytest.raises(BxmlError) as error:
        StartStream(StreamParam(name="a", value="b"), destination="/a")
    shown = "".join(traceback.format_tb(error.tb))
    assert "self.written('destination', destination)" in shown
    Pause()
    assert linecache.getline("<webhooks.bxml Pause>", 1) == "def __init__(self, *, duration=None):\n"
