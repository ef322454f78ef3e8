"""Forward, Refer and Connect: the call goes elsewhere."""

from __future__ import annotations

from webhooks.bxml import Connect, Forward, Refer
from webhooks.simulator.addresses import Ask
from webhooks.simulator.clock import Signal
from webhooks.simulator.leg import Ended, Leg
from webhooks.simulator.platform import Platform

__all__ = ["connect", "forward", "refer"]

# How a REFER is answered, and what NOTIFY reports then: our choice of common codes.
_ACCEPTED, _DECLINED, _DONE = 202, 603, 200


async def forward(platform: Platform, leg: Leg, verb: Forward) -> None:
    """Hand an unanswered call on; it runs no further BXML, and ends when either side hangs up (voice/bxml/forward)."""
    leg.forwarding = True
    platform.log(leg, "note", f"forwarded to {verb.to}")
    outcome = await platform.ring(verb.to, verb.call_timeout)
    if outcome != "answer":
        raise Ended(outcome)
    platform.answer(leg)
    await _until_hang_up(leg)


async def refer(platform: Platform, leg: Leg, verb: Refer) -> Ask | None:
    """Send the caller's own phone elsewhere; the call ends when that works (voice/programmable-voice/bxml/refer)."""
    (target,) = verb.targets
    await platform.clock.sleep(platform.timing.refer)
    works = platform.callee(target.uri).refers
    more: dict[str, object] = {
        "referCallStatus": "success" if works else "failure",
        "referSipResponseCode": _ACCEPTED if works else _DECLINED,
        "notifySipResponseCode": _DONE if works else None,
        "referTo": target.uri,
    }
    ask = platform.ask(leg, verb, "refer_complete_url", "referComplete", **more)
    if not works:
        return ask
    if ask is not None:
        platform.tell(leg, ask.payload, ask.to)  # the answer is ignored
    raise Ended("hangup")


async def connect(platform: Platform, leg: Leg, verb: Connect) -> None:
    """Talk to an endpoint until the caller hangs up. What Bandwidth tells of it is not documented: nothing here."""
    platform.log(leg, "note", "connected to an endpoint")
    await _until_hang_up(leg)


async def _until_hang_up(leg: Leg) -> None:
    await Signal[None](leg.clock).take()
