"""SpeakSentence and PlayAudio: what the caller hears, and how long it takes."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import urlsplit

from webhooks.bxml import PlayAudio, Prompt, SpeakSentence
from webhooks.simulator.leg import Ended, Leg
from webhooks.simulator.platform import Platform

__all__ = ["begin", "play", "seconds", "text_of"]

_TAG = re.compile(r"<[^>]*>")
_SUB = re.compile(r'<sub [^>]*alias="([^"]*)"[^>]*>.*?</sub>', re.DOTALL)


def text_of(verb: Prompt) -> str:
    """What is heard: speech without its markup, or the URL of a file in brackets."""
    if isinstance(verb, PlayAudio):
        return f"[{verb.url}]"
    return "".join(part if isinstance(part, str) else _spoken(part.markup) for part in verb.parts)


def _spoken(markup: str) -> str:
    return unescape(_TAG.sub("", _SUB.sub(r"\1", markup)))


def seconds(platform: Platform, verb: Prompt) -> float:
    """How long it takes."""
    timing = platform.timing
    return len(text_of(verb)) * timing.letter if isinstance(verb, SpeakSentence) else timing.audio


# Files that are neither wav nor mp3, by their names; any other name is taken for wav (voice/bxml/playAudio).
_UNPLAYABLE = (".aac", ".aiff", ".flac", ".gsm", ".m4a", ".mp4", ".ogg", ".opus", ".webm", ".wma")


def begin(platform: Platform, leg: Leg, verb: Prompt) -> None:
    """Let the caller hear the beginning of it.

    Raises:
        Ended: it is a file that Bandwidth cannot play (voice/webhooks/disconnect).
    """
    if isinstance(verb, PlayAudio) and urlsplit(verb.url).path.lower().endswith(_UNPLAYABLE):
        raise Ended("application-error", "only wav and mp3 files can be played")
    platform.hear(leg, text_of(verb))


async def play(platform: Platform, leg: Leg, verb: Prompt) -> None:
    """Let the caller hear it, from first to last."""
    begin(platform, leg, verb)
    await platform.clock.sleep(seconds(platform, verb))
