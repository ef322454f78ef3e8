"""The owner texts somebody by a request, and reads what comes back."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import pytest

from tests.samples.conftest import Owner
from webhooks.simulator import Phone

WANTED = {"to": "+19195550123", "text": "Hello World!"}


async def test_a_text_goes_out_and_its_answer_comes_in(
    phone: Phone, sample: Callable[[str], ModuleType], capsys: pytest.CaptureFixture[str]
) -> None:
    app = sample("sms").app
    chat = phone.conversation(app, "/callbacks")
    assert (await Owner(app).ask("POST", "/sendMessage", json=WANTED)).status_code == 202
    await chat.text("Hello to you.")
    assert chat.heard("Hello World!")
    told = capsys.readouterr().out
    assert "+19195550123 writes to +19195550100: Hello to you.\n" in told
    assert f"Message {chat.messages[0].id}: message-delivered\n" in told


async def test_nobody_else_sends_texts(phone: Phone, sample: Callable[[str], ModuleType]) -> None:
    app = sample("sms").app
    chat = phone.conversation(app, "/callbacks")
    for auth in (None, ("bandwidth", "wrong")):
        reply = await Owner(app).ask("POST", "/sendMessage", json=WANTED, auth=auth)
        assert reply.status_code == 401 and reply.headers["www-authenticate"] == "Basic"
    assert not chat.messages
