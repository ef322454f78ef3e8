from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.apps import CREDENTIALS, answer, app, message, payload
from webhooks import BasicAuth, Deadline, UsageError, Webhooks
from webhooks.bxml import Document, Gather, Hangup, SpeakSentence
from webhooks.delivery import Delivery, Reply
from webhooks.events import DisconnectEvent, GatherEvent, InitiateEvent, MessageReceivedEvent
from webhooks.hooks import Details, Hooks
from webhooks.inbox import Background, MemoryInbox

ANSWER = payload("initiate", **{"from": "+19195550100", "to": "+19195550101"})


class Notes:
    def __init__(self) -> None:
        self.all: list[Details] = []

    def __call__(self, details: Details) -> None:
        self.all.append(details)

    @property
    def what(self) -> list[str]:
        return [one.what for one in self.all]


def told(**settings: Any) -> tuple[Webhooks, Notes]:
    notes = Notes()
    return app(hooks=[notes], **settings), notes


async def test_an_event_is_received_matched_and_replied_to() -> None:
    hooks, notes = told()

    @hooks.on(InitiateEvent, path="/calls")
    async def welcome(call: InitiateEvent) -> Document:
        return Document(Gather(SpeakSentence("Press 1.")), Hangup())

    await answer(hooks, ANSWER, "/calls")
    received, matched, replied = notes.all
    assert (received.what, matched.what, replied.what) == ("received", "matched", "replied")
    assert (received.event_type, received.family, received.correlation_id) == ("initiate", "voice", "c-1")
    assert received.handler is None
    assert matched.handler is not None
    assert matched.handler.endswith("welcome")
    assert (replied.status, replied.verbs, replied.path) == (200, ("Gather", "Hangup"), "/calls")
    assert replied.time_left is not None
    assert 13 < replied.time_left < 14
    assert 0 <= received.seconds <= replied.seconds < 1


async def test_a_handler_that_waits_is_told_of_alike() -> None:
    hooks, notes = told()

    @hooks.on(InitiateEvent)
    async def welcome(call: InitiateEvent) -> Hangup:
        await asyncio.sleep(0)
        return Hangup()

    await answer(hooks, ANSWER)
    assert notes.what == ["received", "matched", "replied"]
    assert notes.all[-1].verbs == ("Hangup",)


async def test_a_handler_that_raises_is_failed_and_then_replied_to() -> None:
    hooks, notes = told(fallback=Document(Hangup()))

    @hooks.on(InitiateEvent)
    async def welcome(call: InitiateEvent) -> None:
        raise ValueError("+19195550100")

    await answer(hooks, ANSWER)
    assert notes.what == ["received", "matched", "failed", "replied"]
    assert notes.all[2].error == "ValueError"
    assert (notes.all[3].status, notes.all[3].verbs) == (200, ("Hangup",))
    assert "+1919" not in repr(notes.all)


async def test_a_handler_that_is_late_has_timed_out() -> None:
    hooks, notes = told(deadline=Deadline(voice=0.01))

    @hooks.on(InitiateEvent)
    async def welcome(call: InitiateEvent) -> None:
        await asyncio.sleep(60)

    await answer(hooks, ANSWER)
    assert notes.what == ["received", "matched", "timed out", "replied"]
    assert notes.all[3].status == 500
    assert notes.all[3].time_left is not None
    assert notes.all[3].time_left < 0.002


async def test_an_event_without_a_route_is_replied_to_by_nobody() -> None:
    hooks, notes = told()
    await answer(hooks, ANSWER, "/+19195550100")
    assert notes.what == ["received", "replied"]
    assert (notes.all[1].handler, notes.all[1].status, notes.all[1].path) == (None, 200, "/*")


async def test_an_answer_that_is_given_again_is_told() -> None:
    hooks, notes = told()

    @hooks.on(InitiateEvent)
    async def welcome(call: InitiateEvent) -> Hangup:
        return Hangup()

    event = {**ANSWER, "eventTime": "2026-11-20T10:00:00.123Z"}
    await answer(hooks, event)
    await answer(hooks, event)
    assert notes.what == ["received", "matched", "replied", "received", "replied"]
    assert (notes.all[-1].handler, notes.all[-1].verbs) == (None, ("Hangup",))


@pytest.mark.parametrize(
    ("delivery", "status"),
    [
        (Delivery.of(b"{}"), 401),
        (Delivery.of(b"{}", method="PUT"), 405),
        (Delivery.of(b"x", headers=CREDENTIALS), 400),
        (Delivery.of(b"x" * 2000, headers=CREDENTIALS), 413),
    ],
)
async def test_what_is_not_let_in_is_refused(delivery: Delivery, status: int) -> None:
    notes = Notes()
    hooks = Webhooks(auth=BasicAuth("bandwidth", "s3cret"), max_body=1000, hooks=[notes])
    assert (await hooks.receive(delivery)).status == status
    assert [(one.what, one.status, one.path) for one in notes.all] == [("refused", status, "/")]


def no_authenticator(delivery: Delivery) -> Any:
    raise ZeroDivisionError


def returns_something(delivery: Delivery) -> Any:
    return False


@pytest.mark.parametrize("auth", [no_authenticator, returns_something])
async def test_an_authenticator_that_fails_refuses(auth: Any) -> None:
    hooks, notes = told(auth=auth)
    await answer(hooks, ANSWER)
    assert notes.what == ["refused"]


async def test_each_message_of_an_array_is_told_of_from_its_beginning_to_its_end() -> None:
    hooks, notes = told()

    @hooks.on(MessageReceivedEvent)
    async def reply(event: MessageReceivedEvent) -> None: ...

    await answer(hooks, [message(), message()])
    assert notes.what == ["received", "matched", "replied"] * 2


async def test_what_an_inbox_keeps_is_replied_to_and_handled_later_with_its_attempt(tmp_path: Path) -> None:
    handled = asyncio.Event()
    settings = Background(spool=tmp_path / "spool")
    hooks, notes = told(inbox=MemoryInbox(poll=0.01), background=settings)

    @hooks.on(DisconnectEvent)
    async def ended(call: DisconnectEvent) -> None:
        handled.set()

    await hooks._start()
    await answer(hooks, payload("disconnect"))
    await handled.wait()
    await hooks._stop()
    assert notes.what == ["received", "replied", "matched", "replied"]
    assert notes.all[1].handler is None
    assert (notes.all[3].attempt, notes.all[3].status) == (1, 200)


async def test_a_hook_that_raises_costs_nobody_the_answer_and_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    def broken(details: Details) -> None:
        raise RuntimeError("+19195550100")

    notes = Notes()
    hooks = app(hooks=[broken, notes])

    @hooks.on(InitiateEvent)
    async def welcome(call: InitiateEvent) -> Hangup:
        return Hangup()

    assert (await answer(hooks, ANSWER)).status == 200
    assert notes.what == ["received", "matched", "replied"]
    told = [record.getMessage() for record in caplog.records if record.name == "webhooks.hooks"]
    assert len(told) == 1
    assert 'broken" raised RuntimeError' in told[0]
    assert "+1919" not in told[0]


async def test_a_reply_of_the_handlers_own_has_no_verbs() -> None:
    hooks, notes = told()

    @hooks.on(GatherEvent)
    async def menu(call: GatherEvent) -> Reply:
        return Reply(200, b"<Response/", "application/xml")

    await answer(hooks, payload("gather"))
    assert notes.all[-1].verbs == ()


class Later:
    async def __call__(self, details: Details) -> None: ...


@pytest.mark.parametrize("given", ["log", Notes(), [Notes], [None], [Later()]])
def test_what_is_no_list_of_hooks_is_refused(given: Any) -> None:
    with pytest.raises(UsageError, match="expected a list of functions"):
        app(hooks=given)


def test_times_come_from_the_clock() -> None:
    notes = Notes()
    Hooks([notes], paths=frozenset(), clock=lambda: 12.0).tell(
        "replied", InitiateEvent(event_type="initiate", call_id="c-1"), Delivery.of(b""), 10.0, latest=15.0
    )
    assert (notes.all[0].seconds, notes.all[0].time_left) == (2.0, 3.0)
