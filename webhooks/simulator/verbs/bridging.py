"""Bridge: joins a call with another that is up. Exactly one of the two events follows (voice/bxml/bridge)."""

from __future__ import annotations

from functools import partial

from webhooks.bxml import Bridge
from webhooks.simulator.addresses import Ask
from webhooks.simulator.clock import Signal
from webhooks.simulator.leg import Ended, Interrupted, Leg, Replaced, Step
from webhooks.simulator.platform import Platform

__all__ = ["bridge"]


async def bridge(platform: Platform, leg: Leg, verb: Bridge) -> Ask | None:
    """Join the other call, whose own document is over with that, until one of the two leaves."""
    target = platform.legs.get(verb.call_id.strip())
    problem = _problem(leg, target)
    if target is None or problem is not None:
        more = {"cause": "error", "errorMessage": problem, "errorId": platform.ids.error()}
        return platform.ask(leg, verb, "bridge_complete_url", "bridgeComplete", **more)
    left: Signal[Leg] = Signal(platform.clock)
    _take(target, partial(_as_target, target, left))
    leg.peer, target.peer = target, leg
    try:
        await left.take()
    except Interrupted:
        # This call leaves first: the other one goes on with its own event, or ends.
        target.peer = None
        step = platform.ask(target, verb, "bridge_target_complete_url", "bridgeTargetComplete")
        _take(target, step)
        raise
    finally:
        leg.peer = None
    return platform.ask(leg, verb, "bridge_complete_url", "bridgeComplete")


def _problem(leg: Leg, target: Leg | None) -> str | None:
    """Why the other call cannot be joined; None when it can."""
    if target is None or target is leg:
        return "there is no such call"
    if target.ended:
        return "the call has ended"
    if target.forwarding:
        return "the call was forwarded"
    if target.direction == "outbound" and target.answered_at is None:
        return "the call is not answered"
    return None


def _take(target: Leg, step: Step | None) -> None:
    """Let the other call do something else than what it does; hang it up, when there is nothing."""
    target.process.interrupt(Ended("hangup") if step is None else Replaced(step))


async def _as_target(target: Leg, left: Signal[Leg]) -> None:
    try:
        await Signal[None](target.clock).take()
    except Ended:
        left.send(target)
        raise
    finally:
        target.peer = None
