from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.apps import answer, app, message, payload
from tests.inbox.test_app import becomes, kept, started
from webhooks import Context, Delivery, Reply, UsageError, Webhooks
from webhooks.errors import InboxError
from webhooks.events import DisconnectEvent, DtmfEvent, Event, MessageReceivedEvent
from webhooks.hooks import Hook
from webhooks.inbox import Background, Envelope, Kept, MemoryInbox, Retry, SqliteInbox
from webhooks.inbox.run import Run
from webhooks.parsing import parse

BODY = b'{"eventType": "disconnect", "eventTime": "2026-01-01T00:00:00Z", "callId": "c-1"}'


@pytest.mark.parametrize(
    ("body", "path", "why"),
    [
        (b"no JSON", "/", "the body is not JSON"),
        (BODY, "/", "no route of the app takes it"),
        (BODY, "/refuses", "its handler answered 409"),
        (BODY, "/fails", "KeyError at "),
    ],
)
async def test_why_a_delivery_cannot_be_handled_is_said(body: bytes, path: str, why: str, tmp_path: Path) -> None:
    hooks = kept(tmp_path)

    @hooks.on(DisconnectEvent, path="/refuses")
    async def refuses(event: DisconnectEvent) -> None:
        return Reply(409)  # type: ignore[return-value]  # which only an untyped app would do

    @hooks.on(DisconnectEvent, path="/fails")
    async def fails(event: DisconnectEvent) -> None:
        raise KeyError("secret")

    hooks.freeze()
    assert hooks.worker is not None
    envelope = Envelope("a", path=path, body=body)
    told = str(await hooks.worker.handle(Kept(1, envelope, "running", 1.0, 1.0, 1, 0, None)))
    assert told.startswith(why)
    assert "secret" not in told


async def test_an_inbox_that_two_apps_may_share_is_told_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    hooks = kept(tmp_path)
    hooks.freeze()
    assert hooks.worker is not None
    for path in "ab":
        envelope = Envelope(path, event_type="disconnect", path=f"/{path}", body=BODY)
        assert await hooks.worker.handle(Kept(1, envelope, "running", 1.0, 1.0, 1, 0, None)) is not None
    [told] = [record.message for record in caplog.records if "belongs to one app" in record.message]
    assert told.startswith('The inbox keeps "disconnect"')


async def test_what_was_read_when_it_came_in_is_read_again_only_when_it_comes_again(tmp_path: Path) -> None:
    hooks, inbox, read, done = kept(tmp_path), MemoryInbox(), list[Event | None](), asyncio.Event()

    @hooks.on(DisconnectEvent)
    async def ended(event: DisconnectEvent) -> None: ...

    hooks.freeze()
    assert hooks.worker is not None
    [event] = parse(Delivery.of(BODY))
    envelope = Envelope("a", body=b"no JSON", event=event)
    assert await hooks.worker.handle(Kept(1, envelope, "running", 1.0, 1.0, 1, 0, None)) is None

    async def fails_once(one: Kept) -> str | None:
        read.append(one.envelope.event)
        if len(read) == 1:
            return "it was told to"
        return done.set()

    await inbox.open()
    running = asyncio.create_task(inbox.run(fails_once, concurrency=1, retry=Retry(first=0.0)))
    await asyncio.sleep(0)
    await inbox.accept(Envelope("a", body=BODY, event=event))
    async with asyncio.timeout(20):
        await done.wait()
    await inbox.close()
    await running
    assert read == [event, None]


async def test_what_on_error_answers_for_is_done(tmp_path: Path) -> None:
    hooks = kept(tmp_path)

    @hooks.on(DisconnectEvent)
    async def fails(event: DisconnectEvent) -> None:
        raise KeyError

    @hooks.on_error(KeyError)
    async def forgiven(error: KeyError) -> None: ...

    hooks.freeze()
    assert hooks.worker is not None
    assert await hooks.worker.handle(Kept(1, Envelope("a", body=BODY), "running", 1.0, 1.0, 1, 0, None)) is None


async def test_an_inbox_is_looked_after_again_and_again(tmp_path: Path) -> None:
    opened = asyncio.Semaphore(0)

    class Counting(MemoryInbox):
        async def open(self) -> None:
            await super().open()
            opened.release()

    hooks = kept(tmp_path, Counting())
    hooks.freeze()
    assert hooks.worker is not None
    hooks.worker._every = 0.001
    async with started(hooks), asyncio.timeout(20):
        for _ in range(4):
            await opened.acquire()


async def test_an_inbox_that_can_never_work_keeps_the_app_from_starting(tmp_path: Path) -> None:
    hooks = kept(tmp_path, SqliteInbox(tmp_path / "inbox.db", mounted=lambda: "1 0 8:1 / / rw - nfs a rw"))
    with pytest.raises(UsageError, match="network disk"):
        await hooks._start()
    await hooks._stop()


class Away(MemoryInbox):
    """Opens when all that is wrong with it has been told."""

    def __init__(self, *troubles: Exception) -> None:
        super().__init__(poll=0.001)
        self.troubles = list(troubles)

    async def _open(self) -> None:
        if self.troubles:
            raise self.troubles.pop(0)
        await super()._open()


async def test_an_inbox_is_opened_when_it_can_be_whatever_it_raised_before(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    troubles = InboxError("It does not answer."), *[UsageError("It has no tables.")] * 3, LookupError("secret")
    hooks = kept(tmp_path, Away(*troubles))

    @hooks.on(DisconnectEvent)
    async def ended(event: DisconnectEvent) -> None: ...

    hooks.freeze()
    assert hooks.worker is not None
    hooks.worker._every = 0.001
    async with started(hooks):
        assert (await answer(hooks, payload("disconnect"))).status == 200
        assert hooks.tally.spooled == 1
        await told(caplog, "of the spool are in the inbox")
        await becomes(hooks, done=1)
    assert caplog.text.count("It has no tables. Calls are answered") == 1
    assert caplog.text.count("The inbox: LookupError. Calls are answered") == 1
    assert "secret" not in caplog.text


async def test_an_inbox_that_cannot_work_without_a_lifespan_costs_no_delivery(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    inbox = Away(*[UsageError("It has no tables.")] * 10_000)
    hooks = kept(tmp_path, inbox)

    @hooks.on(DtmfEvent | MessageReceivedEvent)
    async def either(event: DtmfEvent | MessageReceivedEvent) -> None: ...

    hooks.freeze()
    assert hooks.worker is not None
    hooks.worker._every = 0.001
    assert (await answer(hooks, payload("dtmf", digit="1"))).status == 200
    assert (await answer(hooks, [message()])).status == 503
    assert (hooks.tally.spooled, hooks.tally.refused) == (1, 1)
    inbox.troubles.clear()
    await told(caplog, "of the spool are in the inbox")
    await becomes(hooks, done=1)
    assert (await answer(hooks, [message()])).status == 200
    await becomes(hooks, done=2)
    await hooks._stop()


async def test_a_run_that_breaks_down_is_told_and_begins_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    class Breaking(MemoryInbox):
        broken = True

        async def lease(self, run: Run) -> list[Kept]:
            if self.broken:
                self.broken = False
                raise LookupError("secret")
            return list(await super().lease(run))

    hooks = kept(tmp_path, Breaking(poll=0.01))

    @hooks.on(DisconnectEvent)
    async def ended(event: DisconnectEvent) -> None: ...

    hooks.freeze()
    assert hooks.worker is not None
    hooks.worker._every = 0.001
    async with started(hooks), asyncio.timeout(20):
        assert hooks.inbox is not None
        await hooks.inbox.accept(Envelope("a", body=BODY))
        while not (await hooks.inbox.counts()).done:
            await asyncio.sleep(0)
    assert "LookupError" in caplog.text
    assert "secret" not in caplog.text


async def told(caplog: pytest.LogCaptureFixture, text: str) -> None:
    async with asyncio.timeout(20):
        while text not in caplog.text:
            await asyncio.sleep(0)


async def test_a_thread_that_outlives_its_deadline_is_waited_for(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    hooks, go_on, seen = kept(tmp_path, deadline=0.01), threading.Event(), list[tuple[str | None, int]]()

    @hooks.on(DtmfEvent, ordered=True)
    def pressed(event: DtmfEvent, context: Context) -> None:
        seen.append((event.digit, context.attempt))
        go_on.wait(20)

    async with started(hooks):
        for digit in "12":
            await answer(hooks, payload("dtmf", digit=digit))
        await told(caplog, "runs on past its deadline")
        await becomes(hooks, running=1, waiting=1)
        assert seen == [("1", 1)]
        go_on.set()
        await becomes(hooks, done=2)
    assert seen == [("1", 1), ("2", 1)]


async def test_what_a_late_thread_raises_may_still_be_answered_for(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    hooks, go_on = kept(tmp_path, deadline=0.01, retry=Retry(attempts=1)), threading.Event()

    @hooks.on(DisconnectEvent)
    def fails(event: DisconnectEvent) -> None:
        go_on.wait(20)
        raise KeyError

    @hooks.on_error(KeyError)
    async def forgiven(error: KeyError) -> None:
        await asyncio.sleep(0)

    async with started(hooks):
        await answer(hooks, payload("disconnect"))
        await told(caplog, "runs on past its deadline")
        go_on.set()
        await becomes(hooks, done=1)


def narrow(tmp_path: Path, drain: float = 10.0, hooks: Sequence[Hook] = ()) -> Webhooks:
    """With one thread for many deliveries, and one attempt for each."""
    background = Background(retry=Retry(attempts=1), spool=tmp_path / "spool", drain=drain)
    return app(inbox=MemoryInbox(poll=0.01), background=background, threads=1, hooks=hooks)


async def test_what_finds_no_thread_waits_for_one(tmp_path: Path) -> None:
    hooks, seen = narrow(tmp_path), list[str | None]()

    @hooks.on(DtmfEvent)
    def pressed(event: DtmfEvent) -> None:
        seen.append(event.digit)

    async with started(hooks):
        for digit in "1234":
            await answer(hooks, payload("dtmf", digit=digit))
        await becomes(hooks, done=4)
    assert seen == ["1", "2", "3", "4"]


async def test_a_thread_that_is_left_from_before_is_waited_for(tmp_path: Path) -> None:
    matched, began, go_on, attempts = asyncio.Semaphore(0), threading.Semaphore(0), threading.Event(), list[int]()
    hooks = narrow(tmp_path, 0.01, [lambda details: matched.release() if details.what == "matched" else None])

    @hooks.on(DisconnectEvent)
    def ended(event: DisconnectEvent, context: Context) -> None:
        attempts.append(context.attempt)
        began.release()
        go_on.wait(20)

    async with started(hooks):
        await answer(hooks, payload("disconnect"))
        assert await asyncio.to_thread(began.acquire, timeout=20)
    async with started(hooks):
        async with asyncio.timeout(20):
            for _ in range(2):  # attempts
                await matched.acquire()
        assert attempts == [1]
        go_on.set()
        await becomes(hooks, done=1)
    assert attempts == [1, 1]


class Slow(MemoryInbox):
    """Opens when it is told to."""

    def __init__(self) -> None:
        super().__init__(poll=0.01)
        self.go_on = asyncio.Event()
        self.opened = 0

    async def open(self) -> None:
        self.opened += 1
        await self.go_on.wait()
        await super().open()


async def test_all_that_come_while_the_first_opens_the_inbox_wait_for_that(tmp_path: Path) -> None:
    inbox = Slow()
    hooks = kept(tmp_path, inbox)

    @hooks.on(DtmfEvent)
    async def pressed(event: DtmfEvent) -> None: ...

    coming = [asyncio.create_task(answer(hooks, payload("dtmf", digit=digit))) for digit in "123"]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert inbox.opened == 1
    coming[0].cancel()
    inbox.go_on.set()
    assert [(await one).status for one in coming[1:]] == [200, 200]
    await becomes(hooks, done=2)
    assert (hooks.tally.accepted, hooks.tally.spooled) == (2, 0)
    await hooks._stop()


async def test_an_inbox_that_is_being_opened_when_the_app_ends_is_left(tmp_path: Path) -> None:
    inbox = Slow()
    hooks = kept(tmp_path, inbox)

    @hooks.on(DtmfEvent)
    async def pressed(event: DtmfEvent) -> None: ...

    coming = asyncio.create_task(answer(hooks, payload("dtmf", digit="1")))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await hooks._stop()
    inbox.go_on.set()
    assert (await coming).status == 200
    assert (inbox.opened, hooks.tally.spooled) == (1, 1)
