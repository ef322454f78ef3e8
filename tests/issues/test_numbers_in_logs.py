from __future__ import annotations

import logging
from functools import partial
from typing import Any

import pytest

from tests.apps import answer, app, payload
from webhooks import HandlerError, UsageError
from webhooks.bxml import Document, Gather, Pause, PhoneNumber, SpeakSentence, parse
from webhooks.events import GatherEvent

SECRETS = ("4111111111111111", "9195550123", "hunter2")


def menu(number: str, call: GatherEvent) -> None: ...


def fails(error: type[Exception], text: str | None) -> None:
    raise error(text)


CASES: dict[str, Any] = {
    "a number for seconds": lambda call: Pause(duration=int(call.digits)),
    "a number for a phone number": lambda call: PhoneNumber(int(call.from_)),
    "a number for text": lambda call: SpeakSentence(int(call.digits)),
    "a bound handler": lambda call: Document(Gather(gather_url=partial(menu, call.from_))).to_bytes(),
    "an element": lambda call: parse(f"<Response><{call.tag}/></Response>"),
    "an attribute": lambda call: parse(f"<Response><Hangup {call.tag}='x'/></Response>"),
    "not well-formed": lambda call: parse(f"<{call.tag}>"),
    "the user's UsageError": lambda call: fails(UsageError, call.digits),
    "the user's HandlerError": lambda call: fails(HandlerError, call.digits),
}


@pytest.mark.parametrize("fails", CASES.values(), ids=CASES.keys())
async def test_what_a_caller_gave_is_not_logged(fails: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    hooks = app()

    @hooks.on(GatherEvent)
    async def handler(call: GatherEvent) -> Any:
        return fails(call)

    body = payload("gather", digits=SECRETS[0], tag=SECRETS[2], **{"from": "+1" + SECRETS[1]})
    assert (await answer(hooks, body)).status == 500
    assert not [secret for secret in SECRETS if secret in caplog.text]
