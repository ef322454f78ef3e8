"""The app that a real server runs."""

from __future__ import annotations

import sys

import anyio

from tests.mounting.app import make_hooks
from webhooks import Webhooks
from webhooks.bxml import SpeakSentence
from webhooks.events import AnswerEvent


def make_served() -> Webhooks:
    """The app of the mounting tests, and a handler that says when it has begun and answers when it is told to."""
    hooks = make_hooks()

    @hooks.on(AnswerEvent, path="/slow")
    async def slow(call: AnswerEvent) -> SpeakSentence:
        print("The slow handler has begun.", file=sys.stderr, flush=True)
        await anyio.to_thread.run_sync(sys.stdin.readline)
        return SpeakSentence("At last.")

    return hooks
