from __future__ import annotations

import asyncio
import gc
import time
from contextlib import suppress
from typing import Any

import pytest

from tests.apps import answer, app, message, payload
from webhooks import Webhooks
from webhooks.bxml import Document, Hangup, SpeakSentence
from webhooks.events import InitiateEvent, MessageReceivedEvent

FALLBACK = Document(Hangup())


def handling(handler: Any) -> Webhooks:
    hooks = app(deadline=0.05, fallback=FALLBACK)
    hooks.on(InitiateEvent)(handler)
    return hooks


async def timed(hooks: Webhooks) -> tuple[bytes, float]:
    start = time.monotonic()
    body = (await answer(hooks, payload("initiate"))).body
    return body, time.monotonic() - start


async def test_the_caller_is_answered_on_time_and_the_handler_runs_on(caplog: pytest.LogCaptureFixture) -> None:
    let_go, done = asyncio.Event(), asyncio.Event()

    async def stubborn(call: InitiateEvent) -> None:
        while not let_go.is_set():
            with suppress(asyncio.CancelledError):
                await let_go.wait()
        await asyncio.sleep(0)
        done.set()

    body, seconds = await timed(handling(stubborn))
    assert body == FALLBACK.to_bytes()
    assert seconds < 1
    assert "it outlived its deadline, was cancelled, and runs on" in caplog.text
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0
    gc.collect()
    let_go.set()
    async with asyncio.timeout(5):
        await done.wait()


async def test_what_it_does_when_it_is_cancelled_has_a_moment() -> None:
    done: list[str] = []

    async def cleans_up(call: InitiateEvent) -> None:
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0.01)
            done.append("cleaned up")

    body, seconds = await timed(handling(cleans_up))
    assert body == FALLBACK.to_bytes()
    assert done == ["cleaned up"]
    assert seconds < 0.25


async def test_an_answer_that_comes_in_that_moment_is_the_answer() -> None:
    async def answers(call: InitiateEvent) -> SpeakSentence:
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(60)
        await asyncio.sleep(0.01)
        return SpeakSentence("Late.")

    body, _ = await timed(handling(answers))
    assert b"Late." in body


@pytest.mark.parametrize("raised", [ValueError, SystemExit, GeneratorExit, asyncio.CancelledError])
@pytest.mark.parametrize("waits", [True, False])
async def test_how_it_ends_is_nobodys(raised: type[BaseException], waits: bool) -> None:
    told: list[Any] = []
    ended = asyncio.Event()
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: told.append(context))

    async def stubborn(call: InitiateEvent) -> None:
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(60)
        try:
            await asyncio.sleep(60)
        finally:
            if waits:
                await asyncio.sleep(0.01)
            ended.set()
            raise raised

    body, seconds = await timed(handling(stubborn))
    assert body == FALLBACK.to_bytes()
    assert seconds < 1
    async with asyncio.timeout(5):
        await ended.wait()
        await asyncio.sleep(0)
    gc.collect()
    assert told == []


async def test_a_server_that_cancels_waits_for_it_as_before() -> None:
    done: list[str] = []
    hooks = app(fallback=FALLBACK)

    @hooks.on(InitiateEvent)
    async def cleans_up(call: InitiateEvent) -> None:
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0.01)
            done.append("cleaned up")

    task = asyncio.ensure_future(answer(hooks, payload("initiate")))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert done == ["cleaned up"]


async def test_the_messages_after_a_slow_one_are_run_as_far_as_they_need_not_wait() -> None:
    ran: list[str] = []
    hooks = app(deadline=0.05)

    @hooks.on(MessageReceivedEvent)
    async def handler(event: MessageReceivedEvent) -> None:
        ran.append(f"{event.text} begins")
        if event.text != "quick":
            await asyncio.sleep(60)
        ran.append(f"{event.text} ends")

    start = time.monotonic()
    texts = ["quick", "slow", "slow too", "quick"]
    assert (await answer(hooks, [message(text=text) for text in texts])).status == 500
    assert time.monotonic() - start < 1
    assert ran == ["quick begins", "quick ends", "slow begins", "slow too begins", "quick begins", "quick ends"]


async def test_no_thread_is_started_for_a_message_that_has_no_time_left(caplog: pytest.LogCaptureFixture) -> None:
    ran: list[str | None] = []
    hooks = app(deadline=0.05)

    @hooks.on(MessageReceivedEvent, lambda event: event.text == "slow")
    async def slow(event: MessageReceivedEvent) -> None:
        await asyncio.sleep(60)

    @hooks.on(MessageReceivedEvent)
    def threaded(event: MessageReceivedEvent) -> None:
        ran.append(event.text)

    texts = ["first", "slow", "after"]
    assert (await answer(hooks, [message(text=text) for text in texts])).status == 500
    assert ran == ["first"]
    assert "no time was left to start it" in caplog.text


async def test_error_handlers_of_many_slow_messages_share_the_moment_after_the_deadline() -> None:
    hooks = app(deadline=0.05)

    @hooks.on(MessageReceivedEvent)
    async def slow(event: MessageReceivedEvent) -> None:
        await asyncio.sleep(60)

    @hooks.on_error(TimeoutError)
    async def slow_too(error: TimeoutError) -> None:
        await asyncio.sleep(60)

    start = time.monotonic()
    assert (await answer(hooks, [message() for _ in range(10)])).status == 500
    assert time.monotonic() - start < 2
