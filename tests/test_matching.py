from __future__ import annotations

from typing import Any

import pytest

from webhooks import Condition, UsageError, cause, digits, from_, tag, text, to
from webhooks.events import DisconnectEvent, GatherEvent, MessageReceivedEvent
from webhooks.matching import condition_of


def gather(**fields: Any) -> GatherEvent:
    return GatherEvent(event_type="gather", call_id="c-1", **fields)


def message(body: str | None) -> MessageReceivedEvent:
    return MessageReceivedEvent.model_validate({"type": "message-received", "message": {"id": "1", "text": body}})


def test_tag_digits_to_and_from_compare_exactly() -> None:
    event = gather(tag="menu", digits="1", to="+19195550100", from_="Restricted")
    assert tag("menu", "other")(event)
    assert not tag("Menu")(event)
    assert digits("1")(event)
    assert not digits("")(event)
    assert to("+19195550100")(event)
    assert from_("Restricted")(event)
    assert not from_("+19195550100")(event)


def test_cause_compares_exactly() -> None:
    event = DisconnectEvent(event_type="disconnect", call_id="c-1", cause="busy")
    assert cause("hangup", "busy")(event)
    assert not cause("hangup")(event)


def test_an_absent_value_matches_nothing() -> None:
    assert not tag("")(gather())
    assert not text("STOP")(message(None))


@pytest.mark.parametrize("body", ["STOP", "stop", "  Stop\n"])
def test_text_ignores_capitals_and_white_space_around(body: str) -> None:
    assert text("STOP", "UNSUBSCRIBE")(message(body))
    assert not text("STOP")(message(body + " it"))


def test_conditions_combine() -> None:
    event = gather(tag="menu", digits="1")
    assert (tag("menu") & digits("1"))(event)
    assert not (tag("menu") & digits("2"))(event)
    assert (tag("x") | digits("1"))(event)
    assert not (tag("x") | digits("2"))(event)
    assert (~tag("x"))(event)
    assert not (~tag("menu"))(event)


def test_conditions_combine_with_any_callable_on_either_side() -> None:
    def one_key(event: GatherEvent) -> bool:
        return len(event.digits or "") == 1

    event = gather(tag="menu", digits="1")
    assert (tag("menu") & one_key)(event)
    assert (one_key & tag("menu"))(event)
    assert (one_key | tag("x"))(event)
    assert (tag("x") | one_key)(event)


def test_a_condition_shows_what_it_asks_for() -> None:
    assert repr(tag("b", "a") & ~digits("1")) == "(tag('a', 'b') & ~digits('1'))"


def test_conditions_are_values() -> None:
    assert tag("a", "b") == tag("b", "a")
    assert tag("a") != digits("a")
    assert tag("a") != "tag('a')"
    assert len({tag("a"), tag("a"), ~tag("a")}) == 2


def test_a_combined_condition_needs_the_fields_of_both() -> None:
    assert (tag("a") & digits("1")).fields == {"tag", "digits"}


def test_two_lambdas_are_never_the_same_condition() -> None:
    assert condition_of(lambda event: True) != condition_of(lambda event: True)


def test_a_condition_without_values_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match=r"digits\(\): give at least one value"):
        digits()


def test_a_value_that_is_no_text_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match=r'digits\(1\): values are text, as digits\("1"\)'):
        digits(1)  # type: ignore[arg-type]


def test_what_cannot_be_called_is_no_condition() -> None:
    with pytest.raises(UsageError, match="a condition is 'menu', expected tag"):
        condition_of("menu")  # type: ignore[arg-type]


def test_an_async_condition_is_refused_because_it_would_always_hold() -> None:
    async def later(event: GatherEvent) -> bool:
        return False

    with pytest.raises(UsageError, match="`async def`"):
        condition_of(later)  # type: ignore[arg-type]


def test_a_condition_of_ones_own_can_be_named() -> None:
    vip: Condition[GatherEvent] = Condition(lambda event: event.from_ == "+19195550100", "vip", ["from_"])
    assert vip(gather(from_="+19195550100"))
    assert repr(vip) == "vip"
