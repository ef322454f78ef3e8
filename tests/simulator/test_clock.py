"""Virtual time."""

from __future__ import annotations

import asyncio
import gc

import pytest

from webhooks.simulator.clock import Clock, Signal


async def test_time_passes_for_hurried_waits_alone() -> None:
    clock, seen = Clock(), list[str]()

    async def hurried() -> None:
        await clock.sleep(3)
        seen.append(f"hurried {clock.now}")

    async def patient() -> None:
        await clock.sleep(2, patient=True)
        seen.append(f"patient {clock.now}")
        await clock.sleep(20, patient=True)
        seen.append("never")

    clock.spawn(hurried)
    clock.spawn(patient)
    await clock.settle(100)
    assert seen == ["patient 2.0", "hurried 3.0"]
    assert clock.now == 3


async def test_what_is_sent_while_nobody_waits_is_kept_until_it_is_cleared() -> None:
    clock = Clock()
    signal: Signal[int] = Signal(clock)
    signal.send(1)
    signal.send(2)
    assert await signal.take() == 1
    signal.clear()
    got: list[int | None] = []

    async def wait() -> None:
        got.append(await signal.take_within(5))
        got.append(await signal.take())

    clock.spawn(wait)
    await clock.advance(6)
    signal.send(3)
    await clock.advance(0)
    assert got == [None, 3]


async def test_a_process_is_interrupted_where_it_waits_now_or_next() -> None:
    clock, seen = Clock(), list[str]()

    async def busy() -> None:
        for place in ("first", "second"):
            try:
                await clock.sleep(10)
            except KeyError:
                seen.append(place)

    process = clock.spawn(busy)
    process.interrupt(KeyError())  # it has not begun, and learns of it where it waits first
    await clock.settle(0)
    assert seen == ["first"]
    process.interrupt(KeyError())
    await clock.settle(0)
    process.interrupt(KeyError())  # it is over: nothing happens
    await clock.settle(100)
    assert process.done
    assert seen == ["first", "second"]


async def test_what_is_real_is_awaited_by_the_callers_loop() -> None:
    clock, seen = Clock(), list[object]()

    async def real() -> None:
        await asyncio.sleep(0.001)
        seen.append("slept")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.001):
                await asyncio.sleep(60)
        seen.append("timed out")

    clock.spawn(real)
    await clock.settle(0)
    assert seen == ["slept", "timed out"]
    assert clock.now == 0


async def test_an_error_of_a_process_reaches_the_test() -> None:
    clock = Clock()

    async def broken() -> None:
        raise ValueError("broken")

    clock.spawn(broken)
    with pytest.raises(ValueError, match="broken"):
        await clock.settle(0)


def test_a_process_that_never_takes_a_step_is_nothing_to_complain_of(recwarn: pytest.WarningsRecorder) -> None:
    clock = Clock()

    async def never() -> None:
        raise AssertionError

    clock.spawn(never)
    del clock
    gc.collect()
    assert not recwarn.list
