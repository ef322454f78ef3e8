from __future__ import annotations

from collections.abc import Callable

import pytest

from webhooks import BxmlError
from webhooks.bxml import Gather, Pause, PlayAudio, Redirect, SipUri, StartStream, Verb


@pytest.mark.parametrize("uri", ["\u017fip:a", "\u017fIP:a", "sip\u017f:a"])
def test_a_letter_that_is_like_an_s_begins_no_sip_uri(uri: str) -> None:
    with pytest.raises(BxmlError, match="expected a SIP URI"):
        SipUri(uri)


def test_a_letter_that_is_like_an_s_begins_no_web_socket() -> None:
    with pytest.raises(BxmlError, match="expected a WebSocket URL"):
        StartStream(destination="w\u017f://a.example.com")


@pytest.mark.parametrize(
    "url", ["http:", "https:", "HTTP:", "http:/", "http://", "https:///a", "http://?a", "//", "///a", "http\u017f://a"]
)
def test_a_url_without_a_host_is_none(url: str) -> None:
    for make in (PlayAudio, lambda url: Redirect(redirect_url=url)):
        with pytest.raises(BxmlError, match="expected a URL"):
            make(url)


@pytest.mark.parametrize("url", ["//a.example.com/b", "/", "/a//b", "https://a", "http://[::1]/a", "a//b", "?a=http:"])
def test_a_url_with_a_host_or_a_relative_one_is_good(url: str) -> None:
    assert PlayAudio(url).url == url


@pytest.mark.parametrize(
    "make", [lambda zero: Gather(first_digit_timeout=zero), lambda zero: Pause(duration=zero)], ids=["Gather", "Pause"]
)
def test_a_zero_has_no_sign(make: Callable[[float], Verb]) -> None:
    with pytest.raises(BxmlError, match="expected a number"):
        make(-0.0)
