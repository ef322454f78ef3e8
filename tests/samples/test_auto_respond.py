"""A person writes words that the sample knows, and one that it does not."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import pytest

from webhooks.simulator import Callee, Phone


async def test_each_word_has_its_answer(phone: Phone, sample: Callable[[str], ModuleType]) -> None:
    chat = phone.conversation(sample("auto_respond").hooks)
    for word in ("help", " Info ", "QUIT", "Stop", "What?"):
        await chat.text(word)
    assert [message.text for message in chat.messages if message.direction == "out"] == [
        "INFO tells about us, STOP ends this.",
        "We answer texts.",
        "You will hear no more from us.",
        "You will hear no more from us.",
        "Please write STOP, QUIT, HELP or INFO.",
    ]


async def test_what_becomes_of_an_answer_is_told(
    phone: Phone, sample: Callable[[str], ModuleType], capsys: pytest.CaptureFixture[str]
) -> None:
    chat = phone.conversation(sample("auto_respond").hooks)
    await chat.text("HELP")
    phone.callees["+19195550123"] = Callee(error=4720)
    await chat.text("HELP")
    assert [line.split()[-1] for line in capsys.readouterr().out.splitlines()] == [
        "message-delivered",
        "message-failed",
    ]
