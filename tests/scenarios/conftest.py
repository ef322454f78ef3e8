"""A scenario names the verbs and events whose effect it asserts, with `pytest.mark.tells`, and must have had them.

And whatever happens in it, nothing personal reaches a log, though everything is logged that can be.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from webhooks import Webhooks
from webhooks.events import Event
from webhooks.hooks import LogHook
from webhooks.simulator import Phone

# What callers and texts are known by.
PERSONAL = ("from_", "to", "digits", "digit", "text", "display_name", "caller_id", "owner")


@pytest.fixture
def phone(request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture) -> Iterator[Phone]:
    network = Phone(credentials=("bandwidth", "s3cret"))
    for app in vars(request.module).values():
        if isinstance(app, Webhooks) and app._receiver is None:
            app._told = (LogHook(),)
    with caplog.at_level(logging.DEBUG, "webhooks"):
        yield network
    happened = {entry.text.split()[0] for entry in network.timeline if entry.what in ("verb", "event")}
    claimed = {one for mark in request.node.iter_markers("tells") for one in mark.args}
    assert claimed <= happened, f"not told: {claimed - happened}\n{network.timeline}"
    logged = "\n".join(f"{record.getMessage()} {vars(record)}" for record in caplog.get_records("call"))
    for word in personal(network):
        assert word not in logged, f"{word} is in a log:\n{logged}"


def personal(network: Phone) -> set[str]:
    """The numbers, texts and digits of a story; those too short to be told from others are left out."""
    platform = network._platform
    calls = [event for call in network.calls for event in call.events]
    texts = [event for message in platform.messages for event in message.events]
    words = {str(found) for event in (*calls, *texts) for found in values(event)}
    words |= {number for message in platform.messages for number in (message.from_, *message.to, message.text)}
    return {word for word in words if len(word) >= 5 and not word.startswith("c-")}


def values(event: Event) -> Iterator[object]:
    for part in (event, getattr(event, "message", None)):
        for name in PERSONAL:
            found = getattr(part, name, None)
            yield from found if isinstance(found, (list, tuple)) else [found] if found else []
