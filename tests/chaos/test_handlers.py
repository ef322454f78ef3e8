"""Handlers that kill their process, hang, or fail for an hour: each ends as the page on durability says."""

from __future__ import annotations

import asyncio
import json
import signal
from pathlib import Path

from tests.apps import answer, app, payload
from tests.chaos.load import Load
from tests.chaos.processes import PATIENCE, Handled, Processes, rest, started
from tests.inbox.stores import Clock
from tests.inbox.test_app import becomes, kept
from tests.inbox.test_app import started as app_started
from webhooks import Context
from webhooks.bxml import Document, Hangup, SpeakSentence
from webhooks.events import DisconnectEvent, InitiateEvent
from webhooks.inbox import Background, Envelope, Retry, SqliteInbox
from webhooks.inbox.store import CRASHED_OFTEN


def disconnect(call: str, tag: str = "") -> Envelope:
    return Envelope(
        call, event_type="disconnect", body=json.dumps(payload("disconnect", callId=call, tag=tag)).encode()
    )


async def accept(inbox: SqliteInbox, *envelopes: Envelope) -> None:
    await inbox.open()
    for envelope in envelopes:
        await inbox.accept(envelope)
    await inbox.close()


async def replaced(processes: Processes, index: int, times: int) -> None:
    """Wait until a process has ended by itself so often; another starts each time, as a supervisor would do it."""
    for _ in range(times):
        assert await asyncio.to_thread(processes.running[index].wait, PATIENCE) == -signal.SIGKILL
        processes.again(index, signal.SIGKILL)


async def test_a_handler_that_kills_its_process_is_dead_the_third_time_and_nobody_else_is(tmp_path: Path) -> None:
    async with started(tmp_path, workers=1) as processes:
        load, inbox = Load(processes.port), SqliteInbox(tmp_path / "disk" / "inbox.db")
        async with load.going(keys=4, calls=1):
            await accept(inbox, disconnect("before"), disconnect("killer", "poison"), disconnect("behind"))
            await replaced(processes, 1, times=3)
        assert (await rest(inbox)).dead == 1
        await inbox.open()
        [dead] = await inbox.entries("dead")
        await inbox.close()
    handled = Handled(tmp_path)
    assert (dead.envelope.key, dead.crashes, dead.error) == ("killer", 3, CRASHED_OFTEN)
    assert {*load.answered, ("before", 0), ("behind", 0)} <= set(handled.times)
    assert load.silences == 0


async def test_a_handler_that_blocks_its_process_past_the_lease_is_given_to_nobody_else(tmp_path: Path) -> None:
    async with started(tmp_path, workers=2):
        inbox = SqliteInbox(tmp_path / "disk" / "inbox.db")
        await accept(inbox, disconnect("blocks", "blocks"))
        assert (await rest(inbox)).done == 1
        await inbox.open()
        [done] = await inbox.entries("done")
        await inbox.close()
    assert (done.attempts, done.crashes) == (1, 0)
    assert Handled(tmp_path).times == {("blocks", 0): 1}


async def test_a_handler_that_waits_past_its_deadline_is_cancelled_and_comes_again(tmp_path: Path) -> None:
    hooks = kept(tmp_path, SqliteInbox(tmp_path / "inbox.db", poll=0.01), deadline=0.05)
    attempts = list[int]()

    @hooks.on(DisconnectEvent)
    async def ended(event: DisconnectEvent, context: Context) -> None:
        attempts.append(context.attempt)
        if context.attempt < 3:
            await asyncio.Event().wait()

    async with app_started(hooks):
        assert (await answer(hooks, payload("disconnect"))).status == 200
        await becomes(hooks, done=1)
    assert attempts == [1, 2, 3]


async def test_a_handler_that_raises_for_an_hour_is_tried_with_growing_delays_until_it_succeeds(tmp_path: Path) -> None:
    clock = Clock()
    began = clock.now
    inbox = SqliteInbox(tmp_path / "inbox.db", clock=clock, chance=lambda: 0.5, poll=0.01)
    hooks = kept(tmp_path, inbox, retry=Retry())
    seconds = list[float]()

    @hooks.on(DisconnectEvent)
    async def ended(event: DisconnectEvent, context: Context) -> None:
        seconds.append(clock.now - began)
        if clock.now < began + 3600:
            raise ConnectionError("+19195550123")

    async with app_started(hooks):
        await answer(hooks, payload("disconnect"))
        while not (await inbox.counts()).done:
            [one] = await inbox.entries()
            if one.status == "waiting" and one.due > clock.now:
                clock.now = one.due
                await inbox.beat()
            await asyncio.sleep(0)
    assert seconds == [2**number - 1 for number in range(13)]


async def test_while_your_database_is_down_callers_hear_the_fallback_and_notifications_come_again(
    tmp_path: Path,
) -> None:
    down = True
    hooks = app(
        inbox=SqliteInbox(tmp_path / "inbox.db", poll=0.01),
        background=Background(spool=tmp_path / "spool", retry=Retry(first=0.01, longest=0.01)),
        fallback=Document(SpeakSentence("Please call again."), Hangup()),
    )

    def ask() -> None:
        if down:
            raise ConnectionRefusedError("the database is down")

    @hooks.on(InitiateEvent)
    async def welcome(call: InitiateEvent) -> Hangup:
        ask()
        return Hangup()

    @hooks.on(DisconnectEvent)
    async def ended(event: DisconnectEvent) -> None:
        ask()

    async with app_started(hooks):
        assert b"Please call again." in (await answer(hooks, payload("initiate"))).body
        assert (await answer(hooks, payload("disconnect"))).status == 200
        assert hooks.inbox is not None
        async with asyncio.timeout(PATIENCE):
            while (await hooks.inbox.entries())[0].error is None:
                await asyncio.sleep(0)
        down = False
        assert b"Please" not in (await answer(hooks, payload("initiate", callId="c-2"))).body
        await becomes(hooks, done=1)
