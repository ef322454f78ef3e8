"""A caller talks to somebody whose number stays hidden."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

from tests.samples.conftest import NUMBER, USER
from webhooks.events import AnswerEvent
from webhooks.simulator import Callee, Phone


async def test_both_talk_and_neither_sees_the_others_number(phone: Phone, sample: Callable[[str], ModuleType]) -> None:
    caller = await phone.dial(sample("bridge").hooks, from_="+19195550170")
    _, user = phone.calls
    assert caller.peer == user and user.party == USER
    (answer,) = (event for event in user.events if isinstance(event, AnswerEvent))
    assert answer.from_ == NUMBER
    await caller.speak("Is the bicycle still for sale?")
    assert user.heard("the bicycle")
    await user.speak("It is.")
    assert caller.heard("It is.")


async def test_nobody_answers(phone: Phone, sample: Callable[[str], ModuleType]) -> None:
    phone.callees[USER] = Callee(outcome="timeout")
    caller = await phone.dial(sample("bridge").hooks)
    assert caller.heard("Nobody answers.") and caller.cause == "hangup"
