from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.apps import answer, app, message, payload
from webhooks import Context, Reply, Router, UsageError, Webhooks
from webhooks.bxml import Hangup
from webhooks.errors import InboxError
from webhooks.events import (
    AnswerEvent,
    DisconnectEvent,
    DtmfEvent,
    Event,
    InvalidEvent,
    MessageReceivedEvent,
    UnknownEvent,
)
from webhooks.inbox import Accepted, Background, Envelope, MemoryInbox, Retry, SqliteInbox

DISCONNECT = payload("disconnect")
NOW = Retry(attempts=3, first=0, longest=0)


class Broken(MemoryInbox):
    """Fails until it is mended."""

    mended = False

    async def accept(self, envelope: Envelope, /) -> Accepted:
        if not self.mended:
            raise InboxError("it is broken.")
        return await super().accept(envelope)


def kept(tmp_path: Path, inbox: MemoryInbox | SqliteInbox | None = None, **background: Any) -> Webhooks:
    settings = {"retry": NOW, "spool": tmp_path / "spool", "drain": 1.0, **background}
    return app(inbox=inbox or MemoryInbox(poll=0.01), background=Background(**settings))


@asynccontextmanager
async def started(hooks: Webhooks) -> AsyncGenerator[Webhooks]:
    await hooks._start()
    try:
        yield hooks
    finally:
        await hooks._stop()


async def becomes(hooks: Webhooks, **expected: int) -> None:
    assert hooks.inbox is not None
    async with asyncio.timeout(20):
        while True:
            counts = await hooks.inbox.counts()
            if all(getattr(counts, name) == count for name, count in expected.items()):
                return
            await asyncio.sleep(0)


@pytest.mark.parametrize("store", ["memory", "sqlite"])
async def test_a_notification_is_answered_and_then_handled_with_its_attempt(store: str, tmp_path: Path) -> None:
    inbox = MemoryInbox() if store == "memory" else SqliteInbox(tmp_path / "inbox.db")
    hooks = kept(tmp_path, inbox)
    found: list[tuple[DisconnectEvent, Context]] = []
    go_on = asyncio.Event()

    @hooks.on(DisconnectEvent, path="/ended")
    async def ended(event: DisconnectEvent, context: Context) -> None:
        await go_on.wait()
        found.append((event, context))

    async with started(hooks):
        headers = {"Authorization": "Basic secret", "User-Agent": "test"}
        assert await answer(hooks, DISCONNECT, "/ended", root_path="/b", headers=headers) == Reply()
        assert await answer(hooks, DISCONNECT, "/ended", root_path="/b", headers=headers) == Reply()
        go_on.set()
        await becomes(hooks, done=1)
    [(event, context)] = found
    assert event.call_id == "c-1"
    assert (context.attempt, context.delivery.headers) == (1, ((b"user-agent", b"test"),))
    assert context.first_seen is not None
    assert context.first_seen.tzinfo is not None
    assert context.url_for(ended) == "/b/ended"
    assert 0 < context.time_left <= 300
    assert (hooks.tally.accepted, hooks.tally.duplicate) == (1, 1)


async def test_calls_and_inline_routes_are_answered_at_once_and_leave_nothing(tmp_path: Path) -> None:
    hooks = kept(tmp_path, Broken())
    seen: list[Event] = []

    @hooks.on(AnswerEvent)
    async def answered(call: AnswerEvent) -> Hangup:
        return Hangup()

    @hooks.on(DisconnectEvent, inline=True)
    async def ended(event: DisconnectEvent, context: Context) -> None:
        assert (context.attempt, context.first_seen) == (1, None)
        seen.append(event)

    async with started(hooks):
        assert b"Hangup" in (await answer(hooks, payload("answer"))).body
        assert (await answer(hooks, DISCONNECT)).status == 200
        assert (await answer(hooks, payload("dtmf", digit="1"))).status == 200
    assert len(seen) == 1


async def test_what_fails_is_run_again_until_it_is_dead_and_why_is_kept(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    hooks = kept(tmp_path)
    attempts: list[int] = []

    @hooks.on(DisconnectEvent)
    async def ended(event: DisconnectEvent, context: Context) -> None:
        attempts.append(context.attempt)
        raise ValueError("+19195550123")

    async with started(hooks):
        await answer(hooks, DISCONNECT)
        await becomes(hooks, dead=1)
        assert hooks.inbox is not None
        [dead] = await hooks.inbox.entries("dead")
    assert attempts == [1, 2, 3]
    assert str(dead.error).startswith("ValueError at ")
    assert "is dead after 3 attempts" in caplog.text
    assert "+1919" not in caplog.text + str(dead.error)


async def test_a_condition_that_raises_costs_no_delivery(tmp_path: Path) -> None:
    hooks = kept(tmp_path)
    broken = True

    def condition(event: DisconnectEvent) -> bool:
        assert not broken
        return True

    @hooks.on(DisconnectEvent, condition)
    async def ended(event: DisconnectEvent) -> None: ...

    async with started(hooks):
        assert (await answer(hooks, DISCONNECT)).status == 200
        broken = False
        await becomes(hooks, done=1)


async def test_raw_events_that_a_route_names_are_kept_and_others_are_answered_as_ever(tmp_path: Path) -> None:
    hooks = kept(tmp_path)
    seen: list[Any] = []

    @hooks.on(UnknownEvent | InvalidEvent)
    async def raw(event: UnknownEvent | InvalidEvent) -> None:
        seen.append(event.payload)

    bare = app(inbox=MemoryInbox())
    async with started(hooks):
        for body in ({"eventType": "new"}, payload("disconnect", callId=1), [{"type": "new"}]):
            assert (await answer(hooks, body)).status == 200
        await becomes(hooks, done=3)
        assert (await answer(bare, payload("answer", callId=1))).status == 400
        assert (await answer(bare, {"eventType": "new"})).status == 200
    assert len(seen) == 3


async def test_each_message_of_an_array_is_kept_by_itself_as_it_was_written(tmp_path: Path) -> None:
    hooks = kept(tmp_path)
    seen: dict[str, tuple[str | None, bytes]] = {}

    @hooks.on(MessageReceivedEvent)
    def received(event: MessageReceivedEvent, context: Context) -> None:
        seen[event.message.id] = event.text, context.delivery.body

    parts = [json.dumps({**message(), "message": {"id": f"m-{n}", "owner": "+1", "text": "ü"}}) for n in range(3)]
    async with started(hooks):
        body = f" [{parts[0]} ,\n{parts[1]},{parts[2]}]".encode()
        assert (await answer(hooks, body)).status == 200
        await becomes(hooks, done=3)
    assert seen == {f"m-{n}": ("ü", f"[{parts[n]}]".encode()) for n in range(3)}


async def test_ordered_routes_get_a_calls_events_one_after_the_other(tmp_path: Path) -> None:
    hooks = kept(tmp_path)
    seen: list[str | None] = []
    first = asyncio.Event()

    @hooks.on(DtmfEvent, ordered=True)
    async def pressed(event: DtmfEvent) -> None:
        if event.digit == "1":
            await first.wait()
        seen.append(event.digit)

    async with started(hooks):
        for digit in "123":
            await answer(hooks, payload("dtmf", digit=digit))
        await becomes(hooks, running=1, waiting=2)
        first.set()
        await becomes(hooks, done=3)
    assert seen == ["1", "2", "3"]


async def test_while_the_inbox_fails_messages_come_again_and_notifications_are_spooled(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    inbox = Broken(poll=0.01)
    hooks = kept(tmp_path, inbox)
    seen: list[str | None] = []

    @hooks.on(MessageReceivedEvent | DisconnectEvent)
    async def either(event: MessageReceivedEvent | DisconnectEvent) -> None:
        seen.append(event.correlation_id)

    async with started(hooks):
        assert (await answer(hooks, [message()])).status == 503
        assert (await answer(hooks, DISCONNECT)).status == 200
        assert any(tmp_path.glob("spool*"))
        assert (hooks.tally.refused, hooks.tally.spooled, seen) == (1, 1, [])
        inbox.mended = True
    async with started(hooks):
        await becomes(hooks, done=1)
        assert hooks.worker is not None
        await hooks.worker.take_up()
    assert seen == ["c-1"]
    assert not any(tmp_path.glob("spool*"))
    assert "it is broken" in caplog.text


async def test_where_the_spool_fails_too_the_notification_is_handled_at_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    hooks = kept(tmp_path, Broken(), spool=tmp_path / "missing" / "spool")
    seen: list[Event] = []

    @hooks.on(DisconnectEvent)
    async def ended(event: DisconnectEvent) -> None:
        seen.append(event)

    async with started(hooks):
        assert (await answer(hooks, DISCONNECT)).status == 200
    assert (len(seen), hooks.tally.inline) == (1, 1)
    assert "The spool fails, too" in caplog.text


async def test_without_a_lifespan_the_worker_starts_with_the_first_delivery_and_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    hooks = kept(tmp_path)

    @hooks.on(DisconnectEvent)
    async def ended(event: DisconnectEvent) -> None: ...

    for time in ("1", "2"):
        await answer(hooks, payload("disconnect", eventTime=f"2026-01-0{time}T00:00:00Z"))
    await becomes(hooks, done=2)
    assert caplog.text.count("No lifespan started the inbox") == 1
    await hooks._stop()
    assert (await answer(hooks, payload("disconnect", callId="c-2"))).status == 200
    assert (hooks.tally.accepted, hooks.tally.spooled) == (2, 1)


async def test_a_worker_elsewhere_handles_what_this_process_keeps(tmp_path: Path) -> None:
    path, seen = tmp_path / "inbox.db", list[str]()

    def make(name: str, *, here: bool) -> Webhooks:
        hooks = kept(tmp_path, SqliteInbox(path, poll=0.01), here=here)

        @hooks.on(DisconnectEvent)
        async def ended(event: DisconnectEvent) -> None:
            seen.append(name)

        return hooks

    server, worker = make("server", here=False), make("worker", here=True)
    async with started(server), started(worker):
        await answer(server, DISCONNECT)
        await becomes(server, done=1)
    assert seen == ["worker"]


async def test_an_inbox_that_cannot_be_opened_costs_no_call(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    hooks = kept(tmp_path, SqliteInbox(tmp_path / "missing" / "inbox.db"))

    @hooks.on(AnswerEvent)
    async def answered(call: AnswerEvent) -> Hangup:
        return Hangup()

    async with started(hooks):
        assert b"Hangup" in (await answer(hooks, payload("answer"))).body
    assert "the folder must exist" in caplog.text


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"concurrency": 0}, "concurrency=0, expected a whole number"),
        ({"deadline": 0}, "deadline=0, expected seconds"),
        ({"retry": 3}, "retry=3, expected Retry"),
        ({"key": "a"}, "key='a', expected a function"),
        ({"spool": ""}, "spool='', expected the path"),
    ],
)
def test_settings_that_cannot_be_are_refused(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        Background(**settings)


@pytest.mark.parametrize(("settings", "words"), [({"attempts": 0}, "attempts=0"), ({"first": -1}, "first=-1")])
def test_retries_that_cannot_be_are_refused(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        Retry(**settings)


def test_settings_of_an_inbox_need_one() -> None:
    with pytest.raises(UsageError, match="give inbox=SqliteInbox"):
        app(background=Background())


@pytest.mark.parametrize(
    ("event", "settings", "words"),
    [
        (DtmfEvent, {"inline": True, "ordered": True}, "leave out one"),
        (AnswerEvent, {"inline": True}, "leave out inline"),
        (AnswerEvent, {"ordered": True}, "leave out ordered"),
    ],
)
def test_settings_of_a_route_that_mean_nothing_are_refused(event: Any, settings: Any, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        Router().on(event, **settings)


def test_order_without_an_inbox_is_told(caplog: pytest.LogCaptureFixture) -> None:
    hooks = app()
    hooks.on(DtmfEvent, ordered=True)(lambda event: None)
    with caplog.at_level(logging.WARNING):
        hooks.freeze()
    assert "ordered=True) means nothing" in caplog.text
    assert (hooks.worker, hooks.inbox, hooks.tally.accepted) == (None, None, 0)
