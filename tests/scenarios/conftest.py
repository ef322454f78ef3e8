"""A scenario names the verbs and events whose effect it asserts, with `pytest.mark.tells`, and must have had them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from webhooks.simulator import Phone


@pytest.fixture
def phone(request: pytest.FixtureRequest) -> Iterator[Phone]:
    network = Phone(credentials=("bandwidth", "s3cret"))
    yield network
    happened = {entry.text.split()[0] for entry in network.timeline if entry.what in ("verb", "event")}
    claimed = {one for mark in request.node.iter_markers("tells") for one in mark.args}
    assert claimed <= happened, f"not told: {claimed - happened}\n{network.timeline}"
