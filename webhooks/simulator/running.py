"""Runs documents: asks for one, reads and checks it, and lets its verbs happen one after the other.

1. A document that cannot be read or breaks a rule ends the call (`invalid-bxml`), before any of its verbs runs.
2. After the last verb, and after an empty answer, the call is hung up (voice/bxml/about).
3. However a call ends, what goes on beside it ends too, and the end is told.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from functools import partial

from webhooks.bxml import Forward, Hangup, Redirect, Ring, Tag, Verb
from webhooks.errors import SimulationError
from webhooks.simulator.addresses import Ask
from webhooks.simulator.ids import time_of
from webhooks.simulator.leg import Ended, Leg, Replaced, Step
from webhooks.simulator.platform import Platform
from webhooks.simulator.reading import read
from webhooks.simulator.sender import typed
from webhooks.simulator.verbs import VERBS
from webhooks.simulator.verbs.recording import stop_recording
from webhooks.simulator.verbs.streaming import stop_streams

__all__ = ["live", "perform", "run"]


async def live(platform: Platform, leg: Leg, life: Callable[[], Awaitable[None]]) -> None:
    """A call, from its first step to its end."""
    try:
        await life()
        ended = Ended("hangup")
    except Ended as error:
        ended = error
    _end(platform, leg, ended)


def _end(platform: Platform, leg: Leg, ended: Ended) -> None:
    unanswered = leg.direction == "inbound" and leg.answered_at is None
    leg.cause = "rejected" if unanswered and ended.cause == "hangup" else ended.cause
    leg.message = ended.message
    leg.ended_at = platform.clock.now
    platform.log(leg, "ends", f"{leg.cause}: {ended.message}" if ended.message else leg.cause)
    stop_recording(platform, leg)
    stop_streams(platform, leg)
    more = {
        "endTime": time_of(leg.ended_at),
        "cause": leg.cause,
        "errorMessage": ended.message or None,
        "errorId": platform.ids.error() if ended.message else None,
    }
    if leg.parent is not None:
        platform.tell(leg, platform.payload(leg, "transferDisconnect", **more), leg.farewell)
    else:
        application = leg.application
        platform.tell(leg, platform.payload(leg, "disconnect", **more), application.status or application.main)


# Documents of one call at one moment: more are a circle.
_MOST_AT_ONCE = 100


async def run(platform: Platform, leg: Leg, step: Step) -> None:
    """Take a step, and those that follow from it, until a document is over."""
    next_step: Step | None = step
    now, steps = platform.clock.now, 0
    while next_step is not None:
        now, steps = platform.clock.now, steps + 1 if now == platform.clock.now else 0
        if steps > _MOST_AT_ONCE:
            raise SimulationError("the app goes in a circle: no time passes between its documents")
        try:
            next_step = await (_ask(platform, leg, next_step) if isinstance(next_step, Ask) else next_step())
        except Replaced as replaced:
            next_step = replaced.step


async def _ask(platform: Platform, leg: Leg, ask: Ask) -> Step | None:
    log = partial(platform.log, leg)
    leg.events.append(typed(ask.payload))
    served = await platform.sender.ask(ask, log)
    leg.base = served.url
    return await perform(platform, leg, read(served, log))


async def perform(platform: Platform, leg: Leg, verbs: Iterable[Verb]) -> Step | None:
    """Let verbs happen, until one of them tells what is next."""
    for verb in verbs:
        leg.verbs.append(verb)
        platform.log(leg, "verb", _described(verb))
        if not _leaves_unanswered(verb):
            platform.answer(leg)
        _set_tag(leg, verb)
        step = await VERBS[type(verb)](platform, leg, verb)
        if step is not None:
            return step
    return None


def _leaves_unanswered(verb: Verb) -> bool:
    """That any other verb answers the call is what the pages of Ring, Forward and Hangup imply."""
    return isinstance(verb, (Forward, Hangup, Redirect, Tag)) or (isinstance(verb, Ring) and verb.answer_call is False)


def _set_tag(leg: Leg, verb: Verb) -> None:
    tag = getattr(verb, "tag", None)
    if tag is not None:
        leg.tag = tag


_SECRET = ("username", "password")


def _described(verb: Verb) -> str:
    given = (
        f"{attribute.wire}={getattr(verb, attribute.name)}"
        for attribute in verb.attributes
        if getattr(verb, attribute.name) is not None and not attribute.name.endswith(_SECRET)
    )
    return " ".join([verb.element, *given])
