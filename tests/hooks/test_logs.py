from __future__ import annotations

import logging

import pytest

from tests.apps import answer, app, delivered, payload
from webhooks.bxml import Hangup
from webhooks.events import InitiateEvent
from webhooks.hooks import LogHook


async def test_an_answer_is_one_line_and_its_record_has_the_details(caplog: pytest.LogCaptureFixture) -> None:
    hooks = app(hooks=[LogHook()])

    @hooks.on(InitiateEvent)
    async def welcome(call: InitiateEvent) -> Hangup:
        return Hangup()

    with caplog.at_level(logging.INFO, "webhooks.hooks"):
        await answer(hooks, payload("initiate"))
    (record,) = [record for record in caplog.records if record.name == "webhooks.hooks"]
    assert record.getMessage().startswith("replied initiate c-1 at / by ")
    assert " with 200 (Hangup) after " in record.getMessage()
    assert record.__dict__["webhooks_event_type"] == "initiate"
    assert record.__dict__["webhooks_verbs"] == ("Hangup",)


async def test_the_steps_before_it_are_for_debugging(caplog: pytest.LogCaptureFixture) -> None:
    logger = logging.getLogger("tests.own")
    hooks = app(hooks=[LogHook(logger)])

    @hooks.on(InitiateEvent)
    async def welcome(call: InitiateEvent) -> None:
        raise ValueError

    with caplog.at_level(logging.DEBUG, "tests.own"):
        await answer(hooks, payload("initiate"))
        await hooks.receive(delivered(b"x"))
    told = [(record.levelname, record.getMessage()) for record in caplog.records if record.name == "tests.own"]
    assert [level for level, _ in told] == ["DEBUG", "DEBUG", "INFO", "INFO", "INFO"]
    assert "(ValueError)" in told[2][1]
    assert told[4][1] == "refused at / with 400 after 0.0 ms"
