from __future__ import annotations

import pytest

from webhooks import BasicAuth, Delivery, NotAuthenticated, Reply, Webhooks
from webhooks.bxml import Document, Gather, SpeakSentence
from webhooks.events import DisconnectEvent, GatherEvent, InitiateEvent, RedirectEvent
from webhooks.testing import Harness, example, make

pytestmark = pytest.mark.anyio
CREDENTIALS = ("bandwidth", "s3cret")


def app() -> Webhooks:
    hooks = Webhooks(auth=BasicAuth(*CREDENTIALS))

    @hooks.on(InitiateEvent)
    async def welcome(call: InitiateEvent) -> Gather:
        return Gather(gather_url=menu)

    @hooks.on(GatherEvent, path="/menu")
    async def menu(call: GatherEvent) -> SpeakSentence:
        return SpeakSentence(f"You pressed {call.digits}.")

    @hooks.on(DisconnectEvent)
    async def ended(call: DisconnectEvent) -> None: ...

    @hooks.on(RedirectEvent)
    async def odd(call: RedirectEvent) -> Reply:
        return Reply(200, b"no BXML", "text/plain")

    return hooks


async def test_an_event_is_answered_with_a_document() -> None:
    answer = await Harness(app(), credentials=CREDENTIALS).send(make(InitiateEvent))
    assert (answer.reply.status, answer.document) == (200, Document(Gather(gather_url="/menu")))


async def test_a_payload_can_be_sent_to_a_path() -> None:
    answer = await Harness(app(), credentials=CREDENTIALS).send(example(GatherEvent, digits="7"), "/menu")
    assert answer.document == Document(SpeakSentence("You pressed 7."))


async def test_without_bxml_there_is_no_document() -> None:
    harness = Harness(app(), credentials=CREDENTIALS)
    assert (await harness.send(make(DisconnectEvent))).document is None
    odd = await harness.send(make(RedirectEvent))
    assert (odd.reply.body, odd.document) == (b"no BXML", None)


async def test_credentials_are_sent_when_they_are_asked_for() -> None:
    seen: list[bool] = []

    class Watched(BasicAuth):
        def __call__(self, delivery: Delivery, /) -> None:
            seen.append(delivery.header(b"authorization") is not None)
            super().__call__(delivery)

    hooks = Webhooks(auth=Watched(*CREDENTIALS))
    assert (await Harness(hooks, credentials=CREDENTIALS).send(make(DisconnectEvent))).reply.status == 200
    assert seen == [False, True]


async def test_the_challenge_is_answered_once_and_only_with_credentials() -> None:
    assert (await Harness(app()).send(make(InitiateEvent))).reply.status == 401
    assert (await Harness(app(), credentials=("bandwidth", "wrong")).send(make(InitiateEvent))).reply.status == 401


async def test_a_401_that_asks_for_nothing_stays() -> None:
    calls: list[Delivery] = []

    class Silent(NotAuthenticated):
        @property
        def headers(self) -> dict[str, str]:
            return {}

    def refuse(delivery: Delivery) -> None:
        calls.append(delivery)
        raise Silent("no", challenge="")

    hooks = Webhooks(auth=refuse)
    assert (await Harness(hooks, credentials=CREDENTIALS).send(make(InitiateEvent))).reply.status == 401
    assert len(calls) == 1
