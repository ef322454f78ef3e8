from __future__ import annotations

import logging
from typing import Any

import pytest

from tests.apps import answer, payload
from webhooks import Delivery, NotAuthenticated, Webhooks
from webhooks.errors import DeliveryError
from webhooks.reply import FAILED


class Custom(DeliveryError):
    def __init__(self, **given: Any) -> None:
        super().__init__("not now")
        self.given = given
        self.status = given.get("status", 503)

    @property
    def headers(self) -> Any:
        return self.given.get("headers", {})


class Bare(DeliveryError):
    def __init__(self) -> None:
        pass


def refusing(error: Exception) -> Webhooks:
    def auth(delivery: Delivery) -> None:
        raise error

    return Webhooks(auth=auth)


@pytest.mark.parametrize(
    "error",
    [
        NotAuthenticated("no", challenge='Basic realm="a\r\nset-cookie: b"'),
        NotAuthenticated("no", challenge="Basic \u20ac"),
        NotAuthenticated("no", challenge=None),  # type: ignore[arg-type]
        Custom(status=100),
        Custom(status="503"),
        Custom(headers={"a b": "c"}),
        Custom(headers=None),
        Custom(headers={"retry-after": 5}),
        Bare(),
    ],
)
async def test_a_refusal_that_cannot_be_sent_is_a_failure_that_is_logged(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    reply = await answer(refusing(error), payload("gather"))
    assert reply == FAILED
    assert type(error).__name__ in caplog.text


async def test_a_refusal_of_ones_own_is_sent() -> None:
    reply = await answer(refusing(Custom(headers={"retry-after": "5"})), payload("gather"))
    assert (reply.status, reply.headers) == (503, (("retry-after", "5"),))
