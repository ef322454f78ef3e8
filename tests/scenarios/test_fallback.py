"""The first URL fails: the fallback URL speaks; without one the call is over."""

from __future__ import annotations

from webhooks import AllowAll, Webhooks
from webhooks.bxml import Gather, SpeakSentence
from webhooks.events import GatherEvent, InitiateEvent
from webhooks.simulator import Phone

hooks = Webhooks(auth=AllowAll())


@hooks.on(InitiateEvent, path="/")
async def welcome(call: InitiateEvent) -> Gather:
    return Gather(SpeakSentence("Press 1."), gather_url="/broken", gather_fallback_url="/spare", max_digits=1)


@hooks.on(InitiateEvent, path="/down")
@hooks.on(GatherEvent, path="/broken")
async def broken(call: InitiateEvent | GatherEvent) -> SpeakSentence:
    raise OSError("the database is down")


@hooks.on(GatherEvent, path="/spare")
@hooks.on(InitiateEvent, path="/spare")
async def spare(call: InitiateEvent | GatherEvent) -> SpeakSentence:
    return SpeakSentence("Please call again.")


async def test_a_verbs_fallback_url(phone: Phone) -> None:
    call = await phone.dial(hooks)
    await call.press("1")
    assert call.heard("Please call again.")


async def test_the_applications_fallback_url(phone: Phone) -> None:
    call = await phone.dial(hooks, "/down", fallback="/spare")
    assert call.heard("Please call again.")


async def test_nothing_answers(phone: Phone) -> None:
    call = await phone.dial(hooks, "/down", status="/")
    assert call.cause == "callback-error" and not call.answered
    elsewhere = await phone.dial(hooks, "https://nobody.example/")
    assert elsewhere.cause == "callback-error" and "nobody answers for that host" in str(phone.timeline)
