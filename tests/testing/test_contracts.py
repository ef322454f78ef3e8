from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from typing import ClassVar

from webhooks import BasicAuth, Delivery, NotAuthenticated
from webhooks.testing.contracts import AuthenticatorContract, InboxContract


def basic(user: str, password: str) -> Mapping[str, str]:
    return {"Authorization": "Basic " + b64encode(f"{user}:{password}".encode()).decode()}


class TestBasicAuth(AuthenticatorContract):
    authenticator = BasicAuth("bandwidth", "s3cret")
    right = basic("bandwidth", "s3cret")
    wrong = basic("bandwidth", "other")


class Signature:
    """One that reads the body."""

    needs_body: ClassVar[bool] = True

    def __call__(self, delivery: Delivery, /) -> None:
        if delivery.header(b"x-length") != str(len(delivery.body)).encode():
            raise NotAuthenticated("the signature is wrong", challenge='Signature realm="x"')


class TestOneThatReadsTheBody(AuthenticatorContract):
    authenticator = Signature()
    right = {"X-Length": "42"}
    wrong = {"X-Length": "41"}


def test_an_inbox_contract_needs_to_be_told_how_to_make_one() -> None:
    assert InboxContract.__abstractmethods__ == {"make", "advance", "kill"}
