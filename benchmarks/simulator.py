"""What a simulated call costs: ten verbs with three gathers, in memory, authentication and checks on.

    python benchmarks/simulator.py [--calls 200] [--turns 7]

Prints calls per second and milliseconds each, the median of the turns.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from report import Section

from webhooks import BasicAuth, Webhooks
from webhooks.bxml import Document, Gather, Hangup, Pause, Redirect, SpeakSentence, Tag, Verb
from webhooks.events import DisconnectEvent, GatherEvent, InitiateEvent, RedirectEvent
from webhooks.simulator import Phone

hooks = Webhooks(auth=BasicAuth("bandwidth", "s3cret"))


def question(text: str, path: str) -> Gather:
    return Gather(SpeakSentence(text), gather_url=path, max_digits=1)


@hooks.on(InitiateEvent)
async def welcome(call: InitiateEvent) -> Document[Verb]:
    return Document(SpeakSentence("Welcome."), Tag("new"), question("Sales or support?", "/first"))


@hooks.on(GatherEvent, path="/first")
async def first(call: GatherEvent) -> Document[Verb]:
    return Document(Pause(duration=1), question("New or old?", "/second"))


@hooks.on(GatherEvent, path="/second")
async def second(call: GatherEvent) -> Document[Verb]:
    return Document(SpeakSentence("Nearly done."), Redirect(redirect_url="/last"))


@hooks.on(RedirectEvent, path="/last")
async def last(call: RedirectEvent) -> Gather:
    return question("Yes or no?", "/end")


@hooks.on(GatherEvent, path="/end")
async def end(call: GatherEvent) -> Document[Verb]:
    return Document(SpeakSentence("Goodbye."), Hangup())


@hooks.on(DisconnectEvent)
async def ended(call: DisconnectEvent) -> None: ...


async def one_call() -> None:
    phone = Phone()
    call = await phone.dial(hooks)
    for key in "123":
        await call.press(key)
    if len(call.verbs) != 10 or call.cause != "hangup":
        raise SystemExit(f"an unexpected call:\n{call.timeline}")


async def seconds_for(calls: int) -> float:
    started = time.perf_counter()
    for _ in range(calls):
        await one_call()
    return time.perf_counter() - started


def section(calls: int = 200, turns: int = 7) -> Section:
    """In memory, one after the other."""
    asyncio.run(seconds_for(10))  # warm
    each = statistics.median(asyncio.run(seconds_for(calls)) / calls for _ in range(turns))
    rows = [("ms a call", f"{each * 1000:.2f}"), ("calls/s", f"{1 / each:.0f}")]
    how = "A simulated call of ten verbs with three gathers, from the first webhook to the last."
    return Section("Simulator", how, ("what", "value"), rows)


if __name__ == "__main__":
    print(section().markdown())
