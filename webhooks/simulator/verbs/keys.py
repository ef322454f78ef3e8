"""Gather, StartGather, StopGather and SendDtmf."""

from __future__ import annotations

from webhooks.bxml import Gather, SendDtmf, StartGather, StopGather
from webhooks.simulator.addresses import Ask
from webhooks.simulator.leg import Leg
from webhooks.simulator.platform import Platform
from webhooks.simulator.verbs.speaking import begin, seconds

__all__ = ["gather", "send_dtmf", "start_gather", "stop_gather"]


async def gather(platform: Platform, leg: Leg, verb: Gather) -> Ask | None:
    """Play the prompts, which a key cuts short, and collect keys (voice/bxml/gather).

    Keys pressed before it do not count; that is not documented.
    """
    leg.keys.clear()
    leg.listens = True
    try:
        digits, terminating = await _collect(platform, leg, verb)
    finally:
        leg.listens = False
    return platform.ask(leg, verb, "gather_url", "gather", digits=digits, terminatingDigit=terminating)


async def _collect(platform: Platform, leg: Leg, verb: Gather) -> tuple[str, str]:
    key = await _first_key(platform, leg, verb)
    most = 50 if verb.max_digits is None else verb.max_digits
    wait = 5 if verb.inter_digit_timeout is None else verb.inter_digit_timeout
    digits = ""
    while key is not None:
        if key in (verb.terminating_digits or ""):
            return digits, key
        digits += key
        key = await leg.keys.take_within(wait) if len(digits) < most else None
    return digits, ""


async def _first_key(platform: Platform, leg: Leg, verb: Gather) -> str | None:
    wait = 5 if verb.first_digit_timeout is None else verb.first_digit_timeout
    for _ in range(verb.repeat_count or 1):
        for prompt in verb.prompts:
            begin(platform, leg, prompt)
            key = await leg.keys.take_within(seconds(platform, prompt), patient=False)
            if key is not None:
                return key
        key = await leg.keys.take_within(wait)
        if key is not None:
            return key
    return None


async def start_gather(platform: Platform, leg: Leg, verb: StartGather) -> None:
    """Tell each key from now on, beside the verbs that follow (voice/bxml/startGather)."""
    leg.key_events = platform.address(leg, verb, "dtmf_url")


async def stop_gather(platform: Platform, leg: Leg, verb: StopGather) -> None:
    """Tell no more keys (voice/bxml/stopGather)."""
    leg.key_events = None


# Milliseconds (voice/bxml/sendDtmf).
_TONE, _INTERVAL = 200, 400
_PAUSES = {",": 500, "w": 500, "W": 1000}


async def send_dtmf(platform: Platform, leg: Leg, verb: SendDtmf) -> None:
    """Send tones to the other side. A comma and a "w" are half a second, a "W" is one (voice/bxml/sendDtmf)."""
    tone = _TONE if verb.tone_duration is None else verb.tone_duration
    interval = _INTERVAL if verb.tone_interval is None else verb.tone_interval
    millis = sum(_PAUSES.get(key, tone + interval) for key in verb.keys)
    leg.tones += "".join(key for key in verb.keys if key not in _PAUSES)
    platform.log(leg, "hears", f"tones {verb.keys}")
    await platform.clock.sleep(millis / 1000)
