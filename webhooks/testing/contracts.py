"""Promises that users' own parts of an app must keep, as tests to inherit from. Needs pytest.

class TestOurTokens(AuthenticatorContract):
    authenticator = TokenAuth("t0ken")
    right = {"Authorization": "Bearer t0ken"}
    wrong = {"Authorization": "Bearer other"}

class TestOurState(StateContract):
    def make(self) -> StateStore: ...
    def broken(self) -> StateStore | None: ...
    def advance(self, seconds: float) -> None: ...
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import pytest

from webhooks.auth import Authenticator
from webhooks.delivery import Delivery
from webhooks.errors import NotAuthenticated
from webhooks.testing.factories import delivery
from webhooks.testing.state_promises import StateContract

__all__ = ["AuthenticatorContract", "StateContract"]


class AuthenticatorContract:
    """The promises of `webhooks.Authenticator`, one test for each."""

    authenticator: ClassVar[Authenticator]
    """The one to be held to them."""
    right: ClassVar[Mapping[str, str]]
    """Headers that it accepts."""
    wrong: ClassVar[Mapping[str, str]]
    """Headers that it refuses."""

    def test_it_returns_nothing_for_the_right_headers(self) -> None:
        """Promise 1."""
        assert self._answer(self.right) is None

    @pytest.mark.parametrize("which", ["none", "wrong"])
    def test_it_raises_not_authenticated_with_a_challenge(self, which: str) -> None:
        """Promise 1. Without a challenge, Bandwidth never sends credentials (numbers/webhooks)."""
        with pytest.raises(NotAuthenticated) as refusal:
            self._answer(self.wrong if which == "wrong" else {})
        assert refusal.value.challenge

    def test_it_needs_no_body_unless_it_says_so(self) -> None:
        """Promise 2."""
        assert getattr(self.authenticator, "needs_body", False) or self._answer(self.right, body=b"") is None

    @pytest.mark.parametrize("header", [b"", b"\xff\xfe", b"Basic", b"Basic ====", b"x" * 10_000])
    def test_it_raises_nothing_else_whatever_is_sent(self, header: bytes) -> None:
        """Promise 1."""
        made = Delivery.of(headers={name: header.decode("latin-1") for name in self.right})
        with pytest.raises(NotAuthenticated):
            self.authenticator(made)

    def test_it_logs_no_credentials(self, caplog: pytest.LogCaptureFixture) -> None:
        """Promise 3."""
        with caplog.at_level(0):
            self._answer(self.right)
            with pytest.raises(NotAuthenticated):
                self._answer(self.wrong)
        secrets = [part for value in (*self.right.values(), *self.wrong.values()) for part in value.split()[1:]]
        assert not any(secret in caplog.text for secret in secrets)

    def _answer(self, headers: Mapping[str, str], body: bytes | None = None) -> object:
        made = delivery({"eventType": "initiate", "callId": "c-1"})
        raw = tuple((name.lower().encode(), value.encode("latin-1")) for name, value in headers.items())
        sent = Delivery(made.method, made.path, made.body if body is None else body, made.query, raw)
        answer: object = self.authenticator(sent)  # type: ignore[func-returns-value]
        return answer
