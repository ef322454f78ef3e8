"""Somebody is called, and chooses from a menu."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import pytest

from tests.samples.conftest import USER, Owner
from webhooks.simulator import Call, Phone


async def called(phone: Phone, app: object) -> Call:
    phone.conversation(app, "/callbacks")  # now the number is the app's
    assert (await Owner(app).ask("POST", "/calls", json={"to": USER})).status_code == 202  # type: ignore[arg-type]
    await phone.wait(10)
    (call,) = phone.calls
    return call


@pytest.mark.parametrize(
    ("key", "answer"), [("1", "the first message"), ("2", "the second message"), ("7", "There is no such message.")]
)
async def test_each_key_has_its_message(
    key: str, answer: str, phone: Phone, sample: Callable[[str], ModuleType]
) -> None:
    call = await called(phone, sample("gather").app)
    assert call.party == USER and call.heard("Press 1 for a message")
    await call.press(key)
    assert call.heard(answer) and call.cause == "hangup"


async def test_nobody_else_places_calls(phone: Phone, sample: Callable[[str], ModuleType]) -> None:
    app = sample("gather").app
    assert (await Owner(app).ask("POST", "/calls", json={"to": USER}, auth=None)).status_code == 401
    assert not phone.calls
