from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest

from tests.apps import delivered, message, payload
from webhooks import AllowAll, Delivery, Webhooks
from webhooks.events import Event, MessageDeliveredEvent
from webhooks.inbox import Background, Envelope, MemoryInbox, intake
from webhooks.inbox.intake import Intake, elements
from webhooks.inbox.keys import delivery_key, digest, order_key
from webhooks.inbox.spool import Spool
from webhooks.parsing import parse


def event(body: Any) -> Event:
    return parse(delivered(body))[0]


def key(body: Any) -> str:
    return delivery_key(event(body), delivered(body))


SECOND, PRECISE = "2026-11-20T10:00:00Z", "2026-11-20T10:00:00.123Z"
RECORDED = payload("recordingAvailable", recordingId="r-1", eventTime=PRECISE)
STREAM = payload("mediaStreamStarted", mediaStream={"id": "s-1"})
TEXT = {**message("message-delivered", **{"from": "+1"}), "to": "+2"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (payload("dtmf", digit="1"), payload("dtmf", digit="2")),
        (payload("dtmf", digit="1"), payload("dtmf", digit="1", eventTime="2026-11-20T10:00:00.001Z")),
        (RECORDED, {**RECORDED, "recordingId": "r-2"}),
        (payload("disconnect"), payload("disconnect", callId="c-2")),
        (STREAM, {**STREAM, "mediaStream": {"id": "s-2"}}),
        ([TEXT], [{**TEXT, "to": "+3"}]),
        ([TEXT], [{**TEXT, "type": "message-failed"}]),
        ({"eventType": "new", "a": 1}, {"eventType": "new", "a": 2}),
        (payload("disconnect", eventTime=None), payload("disconnect", eventTime=None, tag="a")),
        (payload("dtmf", digit="1", eventTime=SECOND), payload("dtmf", digit="1", eventTime=SECOND, tag="a")),
    ],
)
def test_what_differs_in_a_fact_has_another_key(one: Any, other: Any) -> None:
    assert key(one) == key(one)
    assert key(one) != key(other)


def test_the_same_event_has_the_same_key_however_it_is_written() -> None:
    assert key(RECORDED) == key({**RECORDED, "tag": "sent again", "eventTime": "2026-11-20T10:00:00.123000Z"})
    transcribed = payload("transcriptionAvailable", eventTime=PRECISE)
    assert key(transcribed) == key({**transcribed, "eventType": "transcription", "applicationId": "a"})
    assert key([TEXT]) == key([{**TEXT, "description": "again", "time": "2026-11-20T10:00:00Z"}])
    assert "+" not in key([TEXT])


def test_a_conversation_is_in_order_in_both_directions() -> None:
    received = {**message(direction="in", **{"from": "+2"}), "to": "+19195550100"}
    reported = {**message("message-delivered", direction="out", **{"from": "+19195550100"}), "to": "+2"}
    assert order_key(event([received])) == order_key(event([reported]))
    assert order_key(event([received])) != order_key(event([{**reported, "to": "+3"}]))
    assert order_key(event(payload("dtmf"))) == order_key(event(payload("disconnect")))
    assert order_key(event({"eventType": "new"})) is None


async def test_a_users_function_replaces_the_key_and_one_that_fails_does_not(
    tmp_path: Any, caplog: pytest.LogCaptureFixture
) -> None:
    async def begin() -> None: ...

    inbox = MemoryInbox()
    await inbox.open()

    async def keep(function: Any, body: Any) -> None:
        background = Background(key=function)
        intake = Intake(inbox, background=background, spool=Spool(tmp_path / "spool"), begin=begin)
        await intake.keep(event(body), delivered(body), (0, 1), ordered=False)

    def one_for_all(event: Event, delivery: Delivery) -> str:
        return delivery.path

    def broken(event: Event, delivery: Delivery) -> str:
        raise LookupError("+1")

    with caplog.at_level(logging.ERROR):
        for function in (one_for_all, broken):
            await keep(function, payload("dtmf"))
            await keep(function, payload("disconnect"))
    assert (await inbox.counts()).waiting == 3
    assert "Background(key=...) raised LookupError" in caplog.text
    await inbox.close()


def test_elements_come_as_they_were_written() -> None:
    huge = b'{"a": ' + b"9" * 5000 + b"}"
    assert elements(b'\xef\xbb\xbf [ {"a": 1.50} ,' + huge + b',\n"\\ud83d"]', 3) == [
        b'[{"a": 1.50}]',
        b"[" + huge + b"]",
        b'["\\ud83d"]',
    ]


async def test_an_array_is_taken_apart_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    apart: list[int] = []

    def counted(body: bytes, count: int) -> list[bytes]:
        apart.append(count)
        return elements(body, count)

    monkeypatch.setattr(intake, "elements", counted)
    inbox = MemoryInbox()
    hooks = Webhooks(auth=AllowAll(), inbox=inbox, background=Background(spool=tmp_path / "spool"))

    @hooks.on(MessageDeliveredEvent)
    async def delivered_to(event: MessageDeliveredEvent) -> None: ...

    many = [{**message("message-delivered", id=f"m-{number}"), "to": "+2"} for number in range(20)]
    assert (await hooks.receive(delivered(many))).status == 200
    assert apart == [20]
    counts = await inbox.counts()
    assert counts.waiting + counts.running + counts.done == 20
    await hooks._stop()


def test_an_envelope_shows_nothing_that_somebody_said() -> None:
    assert "secret" not in repr(Envelope("a", body=b"secret", query=b"secret", headers=((b"secret", b""),)))


def test_half_a_character_is_as_good_as_any_other() -> None:
    assert digest("a", "\ud83d") == digest("a", "\ud83c")
    assert digest("a", "\ud83d") != digest("b", "\ud83d")
