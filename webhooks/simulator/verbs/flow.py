"""Hangup, Pause, Redirect, Ring and Tag."""

from __future__ import annotations

from webhooks.bxml import Hangup, Pause, Redirect, Ring, Tag
from webhooks.simulator.addresses import Ask
from webhooks.simulator.leg import Ended, Leg
from webhooks.simulator.platform import Platform

__all__ = ["hangup", "pause", "redirect", "ring", "tag"]


async def hangup(platform: Platform, leg: Leg, verb: Hangup) -> None:
    """End the call, or reject it when it is unanswered (voice/bxml/hangup)."""
    raise Ended("hangup")


async def pause(platform: Platform, leg: Leg, verb: Pause) -> None:
    """Silence, one second by default (voice/bxml/pause)."""
    await platform.clock.sleep(1 if verb.duration is None else verb.duration)


async def redirect(platform: Platform, leg: Leg, verb: Redirect) -> Ask | None:
    """Ask for another document (voice/bxml/redirect)."""
    return platform.ask(leg, verb, "redirect_url", "redirect")


async def ring(platform: Platform, leg: Leg, verb: Ring) -> None:
    """The caller hears it ring, five seconds by default (voice/bxml/ring)."""
    await platform.clock.sleep(5 if verb.duration is None else verb.duration)


async def tag(platform: Platform, leg: Leg, verb: Tag) -> None:
    """Set the tag, trimmed; a blank one clears it (voice/bxml/tag)."""
    leg.tag = verb.value.strip()
