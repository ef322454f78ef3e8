"""An app written with FastAPI and Bandwidth's own SDK, nothing of ours, called over HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from bandwidth.models.bxml import Bxml, Gather, Hangup, Response, SpeakSentence
from fastapi import FastAPI, Request
from fastapi import Response as Answer

from tests.cli.conftest import served
from webhooks.simulator import Phone

app = FastAPI()


def xml(document: Response | Bxml) -> Answer:
    return Answer(document.to_bxml(), media_type="application/xml")


@app.post("/calls")
async def incoming(request: Request) -> Answer:
    event = await request.json()
    if event["eventType"] != "initiate":
        return Answer(status_code=204)
    prompt = SpeakSentence("Press 1 for sales.")
    return xml(Response([Gather(audio_verbs=[prompt], gather_url="/calls/menu?lang=en", max_digits=1)]))


@app.post("/calls/menu")
async def menu(request: Request, lang: str) -> Answer:
    event = await request.json()
    return xml(Response([SpeakSentence(f"You pressed {event['digits']} in {lang}."), Hangup()]))


@pytest.fixture
def url() -> Iterator[str]:
    with served(app) as address:
        yield address


async def test_a_menu_over_http(phone: Phone, url: str) -> None:
    call = await phone.dial(f"{url}/calls")
    await call.press("1")
    call.expect("Press 1 for sales.", "You pressed 1 in en.")
    assert call.cause == "hangup"
    assert [event.event_types()[0] for event in call.events] == ["initiate", "gather", "disconnect"]
