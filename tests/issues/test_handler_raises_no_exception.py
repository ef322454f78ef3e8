from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.apps import answer, app, payload
from webhooks.bxml import Document, Hangup
from webhooks.events import InitiateEvent


async def test_a_handler_that_awaits_a_cancelled_task_falls_back() -> None:
    hooks = app(fallback=Document(Hangup()))

    @hooks.on(InitiateEvent)
    async def waits(call: InitiateEvent) -> None:
        task = asyncio.ensure_future(asyncio.sleep(10))
        asyncio.get_running_loop().call_soon(task.cancel)
        await task

    assert b"<Hangup/>" in (await answer(hooks, payload("initiate"))).body


def raising(raised: type[BaseException]) -> dict[str, Any]:
    async def at_once(given: Any) -> None:
        raise raised

    async def later(given: Any) -> None:
        await asyncio.sleep(0)
        raise raised

    async def when_it_waits_for_a_failure(given: Any) -> None:
        future = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_soon(future.set_exception, KeyError())
        try:
            await future
        except KeyError:
            raise raised from None

    def in_a_thread(given: Any) -> None:
        raise raised

    return {one.__name__: one for one in (at_once, later, when_it_waits_for_a_failure, in_a_thread)}


class Panic(BaseException):
    """As an extension in Rust raises it."""


NO_EXCEPTIONS = [asyncio.CancelledError, SystemExit, GeneratorExit, Panic]
PLACES = list(raising(KeyError))


@pytest.mark.parametrize("raised", NO_EXCEPTIONS)
@pytest.mark.parametrize("place", PLACES)
async def test_a_handler_that_raises_no_exception_falls_back(raised: type[BaseException], place: str) -> None:
    hooks = app(fallback=Document(Hangup()))
    hooks.on(InitiateEvent)(raising(raised)[place])
    assert b"<Hangup/>" in (await answer(hooks, payload("initiate"))).body


@pytest.mark.parametrize("raised", NO_EXCEPTIONS)
@pytest.mark.parametrize("place", PLACES)
async def test_an_error_handler_that_raises_no_exception_falls_back(raised: type[BaseException], place: str) -> None:
    hooks = app(fallback=Document(Hangup()))
    hooks.on(InitiateEvent)(raising(KeyError)["at_once"])
    hooks.on_error(KeyError)(raising(raised)[place])
    assert b"<Hangup/>" in (await answer(hooks, payload("initiate"))).body


def test_an_interrupt_goes_on() -> None:
    hooks = app(fallback=Document(Hangup()))
    hooks.on(InitiateEvent)(raising(KeyboardInterrupt)["at_once"])
    with pytest.raises(KeyboardInterrupt):
        answer(hooks, payload("initiate")).send(None)


async def test_a_delivery_that_the_server_cancels_is_cancelled() -> None:
    hooks = app(fallback=Document(Hangup()))

    @hooks.on(InitiateEvent)
    async def waits(call: InitiateEvent) -> None:
        await asyncio.sleep(10)

    task = asyncio.ensure_future(answer(hooks, payload("initiate")))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
