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


@pytest.mark.parametrize(("path", "shown"), [("/menu/2", "/menu/2"), ("", "/"), ("/v2/calls-6", "/v2/calls-6")])
def test_plain_paths_are_shown(path: str, shown: str) -> None:
    assert loggable_path(path) == shown


@pytest.mark.parametrize("path", ["/+19195550100", "/x/9195550100", "/a b", "/a\n", "/é", "/" + "x" * 300])
def test_paths_that_may_hold_a_number_are_not_shown(path: str) -> None:
    assert loggable_path(path) == "(not shown)"
