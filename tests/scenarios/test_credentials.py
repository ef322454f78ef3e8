"""Credentials go out when they are asked for, those of a verb before those of the application."""

from __future__ import annotations

from webhooks import BasicAuth, Delivery, Webhooks
from webhooks.bxml import Redirect, SpeakSentence
from webhooks.errors import NotAuthenticated
from webhooks.events import InitiateEvent, RedirectEvent
from webhooks.simulator import Phone

seen: list[bytes | None] = []


def auth(delivery: Delivery) -> None:
    seen.append(delivery.header(b"authorization"))
    if seen[-1] is None:
        raise NotAuthenticated("who are you?", challenge='Basic realm="test"')


hooks = Webhooks(auth=auth)


@hooks.on(InitiateEvent)
async def welcome(call: InitiateEvent) -> Redirect:
    return Redirect(redirect_url="/next?step=1", redirect_method="GET", username="other", password="secret")


@hooks.on(RedirectEvent, path="/next")
async def goes_on(call: RedirectEvent) -> SpeakSentence:
    return SpeakSentence("Hello.")


async def test_a_challenge_comes_first_and_a_verb_has_its_own(phone: Phone) -> None:
    seen.clear()
    call = await phone.dial(hooks)
    assert call.heard("Hello.") and seen[:4] == [
        None,
        b"Basic YmFuZHdpZHRoOnMzY3JldA==",
        None,
        b"Basic b3RoZXI6c2VjcmV0",
    ]


async def test_an_app_of_ours_tells_its_own() -> None:
    app = Webhooks(auth=BasicAuth("someone", "else"))

    @app.on(InitiateEvent)
    async def hello(call: InitiateEvent) -> SpeakSentence:
        return SpeakSentence("Hello.")

    assert (await Phone().dial(app)).heard("Hello.")


async def test_without_credentials_the_timeline_says_so() -> None:
    call = await Phone().dial(hooks)
    assert call.cause == "callback-error" and "phone.credentials = " in str(call.timeline)
