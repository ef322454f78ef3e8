"""Bandwidth's REST API in a simulation: what an app asks for there happens on the same phone network."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from webhooks import AllowAll, BasicAuth, Webhooks, text
from webhooks.bxml import Conference, Gather, SpeakSentence
from webhooks.events import AnswerEvent, ConferenceRedirectEvent, InitiateEvent, MessageReceivedEvent, RedirectEvent
from webhooks.simulator import Callee, Phone

US, THEM = "+19195550100", "+19195550123"
VOICE, USERS = "/api/v2/accounts/9900417", "/api/v2/users/9900417"


class App:
    """An app that answers texts, and places calls, by REST."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self.hooks = hooks = Webhooks(auth=BasicAuth("bandwidth", "s3cret"))

        @hooks.on(MessageReceivedEvent, text("call me"))
        async def call_me(event: MessageReceivedEvent) -> None:
            url = "https://app.example/answered"
            await client.post(f"{VOICE}/calls", json={"from": US, "to": event.from_, "answerUrl": url})

        @hooks.on(MessageReceivedEvent)
        async def received(event: MessageReceivedEvent) -> None:
            body = {"from": US, "to": [event.from_], "text": f"You wrote: {event.text}", "tag": "auto"}
            answer = await client.post(f"{USERS}/messages", json=body)
            assert answer.status_code == 202

        @hooks.on(InitiateEvent)
        async def welcome(call: InitiateEvent) -> Gather | Conference:
            return Conference("room", conference_event_url="/room") if call.from_ != THEM else Gather(max_digits=1)

        @hooks.on(AnswerEvent | RedirectEvent)
        async def hello(call: AnswerEvent | RedirectEvent) -> SpeakSentence:
            return SpeakSentence(f"Hello, {call.tag}.")

        @hooks.on(ConferenceRedirectEvent)
        async def announce(room: ConferenceRedirectEvent) -> SpeakSentence:
            return SpeakSentence("Attention.")


@pytest.fixture
async def client(phone: Phone) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(phone.api), base_url="https://api.test") as made:
        yield made


@pytest.fixture
def hooks(client: httpx2.AsyncClient) -> Webhooks:
    return App(client).hooks


async def test_an_answer_to_a_text_is_heard_in_the_conversation(phone: Phone, hooks: Webhooks) -> None:
    chat = phone.conversation(hooks)
    await chat.text("Hello")
    assert chat.heard("you wrote: hello")
    assert [message.direction for message in chat.messages] == ["in", "out"]
    assert [event.event_types()[0] for event in chat.messages[1].events] == ["message-delivered"]


async def test_a_call_is_placed_while_a_text_is_handled(phone: Phone, hooks: Webhooks) -> None:
    await phone.text(hooks, "Call me")
    (call,) = phone.calls
    assert call.heard("Hello, None.")
    assert call.party == THEM


async def test_a_call_with_all_that_can_be_asked_for(phone: Phone, hooks: Webhooks, client: httpx2.AsyncClient) -> None:
    await phone.dial(hooks)
    phone.callees["+19195550150"] = Callee(machine="answering-machine")
    for mode in ("sync", "async"):
        asked = {
            "from": US,
            "to": "+19195550150",
            "answerUrl": "https://app.example/down",
            "answerFallbackUrl": "https://app.example/spare",
            "disconnectUrl": "https://app.example/ended",
            "username": "bandwidth",
            "password": "s3cret",
            "tag": "reminder",
            "callTimeout": 20,
            "machineDetection": {"mode": mode},
        }
        answer = await client.post(f"{VOICE}/calls", json=asked)
        await phone.wait(30)
        call = phone.call(answer.json()["callId"])
        assert call.heard("Hello, reminder.")


async def test_calls_are_updated(phone: Phone, hooks: Webhooks, client: httpx2.AsyncClient) -> None:
    call = await phone.dial(hooks)
    url = f"{VOICE}/calls/{call.id}"
    assert (await client.post(url, json={"redirectUrl": "/next", "tag": "late"})).status_code == 200
    assert (await client.post(url, json={"redirectUrl": "/next"})).status_code == 200
    await phone.wait(10)
    assert call.heard("Hello, late.")
    other = await phone.dial(hooks)
    url = f"{VOICE}/calls/{other.id}"
    assert (await client.put(f"{url}/bxml", content=b"<Response><Hang")).status_code == 400
    document = b"<Response><SpeakSentence>New.</SpeakSentence><Gather firstDigitTimeout='60'/></Response>"
    assert (await client.put(f"{url}/bxml", content=document)).status_code == 204
    await phone.wait(10)
    assert other.heard("New.")
    assert (await client.post(url, json={"state": "completed"})).status_code == 200
    await phone.wait(1)
    assert other.cause == "hangup"
    assert (await client.post(url, json={"state": "completed"})).status_code == 404


async def test_conferences_are_updated(phone: Phone, hooks: Webhooks, client: httpx2.AsyncClient) -> None:
    ann, ben = await phone.dial(hooks, from_="+19195550121"), await phone.dial(hooks, from_="+19195550122")
    room = phone.conference("room")
    url = f"{VOICE}/conferences/{room.id}"
    assert (await client.put(f"{url}/members/{ann.id}", json={"mute": True})).status_code == 204
    await ann.speak("Unheard.")
    assert not ben.heard("Unheard.")
    assert (await client.put(f"{url}/members/c-nobody", json={})).status_code == 404
    assert (await client.post(url, json={"redirectUrl": "/announce"})).status_code == 204
    await phone.wait(5)
    assert ben.heard("Attention.")
    assert (await client.post(url, json={"status": "completed"})).status_code == 204
    await phone.wait(5)
    assert room.ended
    assert (await client.post(url, json={"status": "completed"})).status_code == 404


@pytest.mark.parametrize(
    ("path", "body", "told"),
    [
        (f"{USERS}/messages", "no JSON", "no JSON object"),
        (f"{USERS}/messages", [], "no JSON object"),
        (f"{USERS}/messages", {"to": [THEM]}, "from is missing"),
        (f"{USERS}/messages", {"from": US}, "to is missing"),
        (f"{USERS}/messages", {"from": US, "to": THEM}, "belongs to no app"),
        (f"{VOICE}/calls", {"from": US, "to": THEM, "answerUrl": "/answered"}, "answerUrl is no http"),
    ],
)
async def test_what_cannot_be_is_refused(client: httpx2.AsyncClient, path: str, body: Any, told: str) -> None:
    answer = await (client.post(path, content=b"{") if body == "no JSON" else client.post(path, json=body))
    assert answer.status_code == 400
    assert told in answer.json()["description"]


async def test_a_group_is_texted_by_one_number(phone: Phone, client: httpx2.AsyncClient) -> None:
    chat = phone.conversation(Webhooks(auth=AllowAll()))
    answer = await client.post(f"{USERS}/messages", json={"from": US, "to": THEM, "text": "Hi", "media": ["https://x"]})
    assert answer.json()["to"] == [THEM]
    await phone.wait(5)
    assert chat.heard("Hi")
