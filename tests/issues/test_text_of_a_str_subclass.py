from __future__ import annotations

from html import escape

from webhooks.bxml import Document, Gather, Redirect, parse


class Markup(str):
    """What `markupsafe.escape` gives: it escapes whatever is joined to it."""

    __slots__ = ()

    def __radd__(self, other: str) -> Markup:
        return Markup(escape(other) + str.__str__(self))

    def __add__(self, other: str) -> Markup:
        return Markup(str.__str__(self) + escape(other))


class Equal(str):
    """A text that says it is any word."""

    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        return True


def test_an_attribute_of_a_str_subclass_leaves_the_document_whole() -> None:
    assert parse(Document(Redirect(redirect_url=Markup("/menu"))).to_bytes()) == Document(
        Redirect(redirect_url="/menu")
    )


class Called(str):
    """A text that looks like a handler, too."""

    __slots__ = ()

    def __call__(self) -> str:
        return self


def test_a_text_that_can_be_called_is_text() -> None:
    assert b'gatherUrl="/menu"' in Document(Gather(gather_url=Called("/menu"))).to_bytes()


def test_a_word_that_is_equal_to_all_is_no_markup() -> None:
    assert b"<Hangup" not in Document(Gather(gather_method=Equal('x"/><Hangup/><a b="'))).to_bytes()  # type: ignore[arg-type]
