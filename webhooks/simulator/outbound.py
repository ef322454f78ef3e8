"""Calls that the app places: the other side rings, answers, and may turn out to be a machine."""

from __future__ import annotations

from typing import Literal

from webhooks.simulator.addresses import Ask
from webhooks.simulator.ids import duration
from webhooks.simulator.leg import Ended, Leg
from webhooks.simulator.platform import Platform

__all__ = ["MEANINGS", "Detection", "place"]

Detection = Literal["sync", "async"]
"""How machine detection tells what it found: with the answer, or in an event of its own."""

MEANINGS = {
    "busy": "the called party is busy",
    "rejected": "the called party rejected the call",
    "timeout": "nobody answered",
}
"""Why a call was not answered, in words, by the cause of its end."""


async def place(platform: Platform, leg: Leg, seconds: float, detection: Detection | None) -> None:
    """The life of a call that the app placed (voice/webhooks/answer, voice/machineDetectionGuide)."""
    outcome = await platform.ring(leg.to, seconds)
    if outcome != "answer":
        raise Ended(outcome, MEANINGS[outcome])
    platform.answer(leg)
    platform.log(leg, "note", "answers")
    result: dict[str, object] = {}
    if detection is not None:
        seconds = platform.timing.detection
        found = {"value": platform.callee(leg.to).machine, "duration": duration(seconds)}
        if detection == "sync":
            await platform.clock.sleep(seconds)
            result = {"machineDetectionResult": found}
        else:
            platform.clock.spawn(_detect, platform, leg, found)
    application = leg.application
    payload = platform.payload(leg, "answer", **result)
    await platform.run(platform, leg, Ask(payload, application.main, application.fallback))


async def _detect(platform: Platform, leg: Leg, found: dict[str, str]) -> None:
    await platform.clock.sleep(platform.timing.detection)
    application = leg.application
    payload = platform.payload(leg, "machineDetectionComplete", machineDetectionResult=found)
    platform.tell(leg, payload, application.status or application.main)
