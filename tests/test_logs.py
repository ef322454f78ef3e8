from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial

import pytest

from webhooks.bxml import Pause
from webhooks.errors import BxmlError
from webhooks.logs import described, loggable, loggable_path, place_of


@pytest.mark.parametrize("name", ["gather", "message-delivered", "c-15ac29a2-1331", "14762070468292kw2fuqty55yp2b2"])
def test_event_types_and_ids_are_shown(name: str) -> None:
    assert loggable(name) == name


@pytest.mark.parametrize("name", ["+19195550100", "19195550100", "hello world", "", "x" * 200, "a\nb", "gather\n"])
def test_numbers_and_sentences_are_not_shown(name: str) -> None:
    assert loggable(name) == "(not shown)"


def test_nothing_is_shown_as_nothing() -> None:
    assert loggable(None) == "(none)"


KNOWN = ["/menu/2", "/sales", ""]


@pytest.mark.parametrize("path", ["/menu/2", "/menu/2/", "", "/", "/sales/menu"])
def test_what_a_known_path_has_is_shown(path: str) -> None:
    assert loggable_path(path, KNOWN) == (path or "/")


@pytest.mark.parametrize(
    ("path", "shown"), [("/menu/919-555-0123", "/menu/*"), ("/Jane/Doe", "/*/*"), ("x", "*"), ("/menu2", "/*")]
)
def test_what_none_has_is_a_star(path: str, shown: str) -> None:
    assert loggable_path(path, KNOWN) == shown


def test_a_path_without_end_is_not_shown() -> None:
    assert loggable_path("/menu" * 1000, KNOWN) == "(not shown)"
    assert loggable_path("/menu", []) == "/*"


def raised_by(function: Callable[[], object], error: type[Exception] = ValueError) -> Exception:
    """What a function raises, without the frames of this file that called it."""
    with pytest.raises(error) as caught:
        function()
    trace = caught.tb.tb_next
    return caught.value.with_traceback(trace)


def test_the_place_of_an_error_is_the_users_line() -> None:
    def handler() -> None:
        json.loads("{")

    error = raised_by(handler)
    assert place_of(error) == f"{__file__}:{handler.__code__.co_firstlineno + 1}"
    assert described(error) == f"json.decoder.JSONDecodeError at {place_of(error)}"


@pytest.mark.parametrize("folder", ["site-packages", "dist-packages"])
def test_the_place_is_the_handler_where_it_is_installed_as_a_library(folder: str) -> None:
    names: dict[str, Callable[[], None]] = {}
    for file, source in (("helper", "def helper(): raise ValueError"), ("app", "def handler():\n    helper()")):
        exec(compile(source, f"/srv/{folder}/{file}.py", "exec"), names)
    assert place_of(raised_by(names["handler"])) == f"/srv/{folder}/app.py:2"


def test_an_error_that_no_line_of_the_users_led_to_has_the_place_of_ours() -> None:
    error = raised_by(partial(Pause, duration=-1), BxmlError)
    assert place_of(error) == ""
    assert "_verb.py:" in described(error)
    assert described(KeyError("+19195550100")) == "KeyError"
