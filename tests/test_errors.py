from __future__ import annotations

import re

import pytest

from webhooks import errors
from webhooks.errors import (
    DeliveryError,
    HandlerError,
    SimulationError,
    UsageError,
    WebhooksError,
    did_you_mean,
)


def test_the_tree_in_the_docstring_names_every_error() -> None:
    documented = set(re.findall(r"[├└─│ ]*([A-Z]\w+)", errors.__doc__ or "")) - {"JSON", "Messages", "Every"}
    defined = {name for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, Exception)}
    assert defined <= documented


def test_every_error_is_of_one_kind() -> None:
    for value in vars(errors).values():
        if isinstance(value, type) and issubclass(value, WebhooksError) and value is not WebhooksError:
            kinds = (DeliveryError, UsageError, HandlerError, SimulationError, errors.StateError)
            assert sum(issubclass(value, kind) for kind in kinds) == 1


def test_a_late_handler_is_a_timeout_and_a_bad_verb_a_value_error() -> None:
    assert issubclass(errors.DeadlineExceeded, TimeoutError)
    assert issubclass(errors.BxmlError, ValueError)


@pytest.mark.parametrize(("word", "hint"), [("gahter", ' Did you mean "gather"?'), ("zzz", "")])
def test_did_you_mean_names_the_closest_word_or_nothing(word: str, hint: str) -> None:
    assert did_you_mean(word, ["gather", "redirect"]) == hint
