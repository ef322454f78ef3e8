from __future__ import annotations

from typing import Any

import pytest

from tests.apps import app, delivered, payload
from webhooks import Delivery, NotAuthenticated, UsageError
from webhooks.bxml import Hangup
from webhooks.events import InitiateEvent


async def refuses_everybody(delivery: Delivery) -> None:
    raise NotAuthenticated("no", challenge="Basic")


class RefusesEverybody:
    async def __call__(self, delivery: Delivery) -> None:
        raise NotAuthenticated("no", challenge="Basic")


def says_no(delivery: Delivery) -> bool:
    return False


@pytest.mark.filterwarnings("ignore::RuntimeWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("auth", [refuses_everybody, RefusesEverybody(), says_no], ids=["async", "object", "false"])
async def test_an_authenticator_that_returns_something_lets_nobody_in(auth: Any) -> None:
    try:
        hooks = app(auth=auth)
    except UsageError:
        return
    hooks.on(InitiateEvent)(lambda call: Hangup())
    assert (await hooks.receive(delivered(payload("initiate")))).status in (401, 500)
