from __future__ import annotations

import logging
from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webhooks import AllowAll, BasicAuth, Delivery, NotAuthenticated, UsageError
from webhooks.settings import PASSWORD, USERNAME, credentials_from

AUTH = BasicAuth("bandwidth", "s3cret")
TEXT = st.text(min_size=1).filter(lambda text: text.isprintable())


def basic(user: str, password: str, encoding: str = "utf-8") -> str:
    return "Basic " + b64encode(f"{user}:{password}".encode(encoding)).decode()


def delivered(header: str | None) -> Delivery:
    return Delivery.of(headers={} if header is None else {"Authorization": header})


def accepts(auth: BasicAuth, header: str | None) -> bool:
    try:
        auth(delivered(header))
    except NotAuthenticated:
        return False
    return True


def test_the_right_credentials_are_accepted() -> None:
    assert accepts(AUTH, basic("bandwidth", "s3cret"))


def test_a_delivery_without_credentials_is_challenged() -> None:
    with pytest.raises(NotAuthenticated) as refused:
        AUTH(delivered(None))
    assert refused.value.headers["WWW-Authenticate"].startswith("Basic realm=")
    assert not refused.value.attempted


def test_wrong_credentials_are_refused_with_the_challenge() -> None:
    with pytest.raises(NotAuthenticated) as refused:
        AUTH(delivered(basic("bandwidth", "wrong")))
    assert refused.value.attempted
    assert refused.value.headers["WWW-Authenticate"].startswith("Basic realm=")


@pytest.mark.parametrize(
    "header",
    ["Basic", "Basic ", "Basic !!!", "Bearer abc", "Digest x", "", "Basic " + b64encode(b"bandwidth").decode(), "\xff"],
)
def test_a_header_that_says_nothing_is_refused(header: str) -> None:
    assert not accepts(AUTH, header)


@pytest.mark.parametrize("spelling", ["basic {}", "BASIC {}", "Basic   {}", "Basic {} ", " Basic {}"])
def test_another_spelling_of_the_same_header_is_accepted(spelling: str) -> None:
    token = b64encode(b"bandwidth:s3cret").decode()
    assert accepts(AUTH, spelling.format(token))
    assert accepts(AUTH, spelling.format(token.rstrip("=")))


def test_several_pairs_are_accepted_while_credentials_rotate() -> None:
    auth = BasicAuth("bandwidth", "new", ("bandwidth", "old"))
    assert accepts(auth, basic("bandwidth", "new"))
    assert accepts(auth, basic("bandwidth", "old"))
    assert not accepts(auth, basic("bandwidth", "older"))


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_credentials_outside_of_ascii_are_accepted_in_both_encodings(encoding: str) -> None:
    assert accepts(BasicAuth("zoë", "pässwört"), basic("zoë", "pässwört", encoding))


@given(TEXT.filter(lambda user: ":" not in user), TEXT, TEXT)
def test_the_right_pair_is_always_accepted_and_any_other_password_never(user: str, password: str, other: str) -> None:
    auth = BasicAuth(user, password)
    assert accepts(auth, basic(user, password))
    assert accepts(auth, basic(user, other)) == (other == password)


@pytest.mark.parametrize(("user", "password"), [("", "x"), ("x", ""), ("a:b", "x")])
def test_credentials_that_cannot_be_sent_are_a_usage_error(user: str, password: str) -> None:
    with pytest.raises(UsageError, match="BasicAuth"):
        BasicAuth(user, password)


def test_nothing_of_the_credentials_shows(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    assert "s3cret" not in repr(AUTH)
    with pytest.raises(NotAuthenticated) as refused:
        AUTH(delivered(basic("bandwidth", "hunter2")))
    assert "hunter2" not in str(refused.value)
    assert "hunter2" not in caplog.text


def test_allow_all_accepts_a_delivery_without_credentials() -> None:
    AllowAll()(delivered(None))
    assert not AllowAll().needs_body


def test_credentials_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(USERNAME, "bandwidth")
    monkeypatch.setenv(PASSWORD, "s3cret")
    assert accepts(BasicAuth.from_env(), basic("bandwidth", "s3cret"))


def test_the_previous_pair_counts_while_its_variables_are_set() -> None:
    environ = {USERNAME: "a", PASSWORD: "new", USERNAME + "_PREVIOUS": "a", PASSWORD + "_PREVIOUS": "old"}
    assert credentials_from(environ) == [("a", "new"), ("a", "old")]


def test_missing_variables_are_named() -> None:
    with pytest.raises(UsageError, match=f"{USERNAME} and {PASSWORD} not set"):
        credentials_from({})
    with pytest.raises(UsageError, match=f"^{PASSWORD}_PREVIOUS not set"):
        credentials_from({USERNAME: "a", PASSWORD: "b", USERNAME + "_PREVIOUS": "a"})
