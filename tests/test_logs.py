from __future__ import annotations

import pytest

from webhooks.logs import loggable, loggable_path


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
