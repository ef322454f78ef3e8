"""The contestants that are not ours: the same delivery in, the same kind of answer out, written as their docs do."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from apps import answered, hooks
from bandwidth.models.answer_callback import AnswerCallback
from bandwidth.models.bxml import Gather, Response, SpeakSentence
from deliveries import AUTHORIZATION
from fastapi import FastAPI
from fastapi import Response as Answer
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from webhooks import bxml as ours


class Event(BaseModel):
    model_config = ConfigDict(extra="allow", frozen=True)

    eventTime: str
    accountId: str
    applicationId: str
    from_: str = Field(alias="from")
    to: str
    direction: str
    callId: str
    callUrl: str
    enqueuedTime: str | None = None
    startTime: str | None = None
    answerTime: str | None = None
    tag: str | None = None


class Initiated(Event):
    eventType: Literal["initiate"]


class Answered(Event):
    eventType: Literal["answer"]


class Gathered(Event):
    eventType: Literal["gather"]
    digits: str = ""


class Ended(Event):
    eventType: Literal["disconnect"]
    cause: str = ""


mounted = FastAPI()
"""Ours, in somebody's app."""
hooks.install(mounted, "/bandwidth")

union = FastAPI()
"""A discriminated union of four of the events, and our own BXML, which is the fastest there is."""


@union.post("/")
async def by_union(
    event: Annotated[Initiated | Answered | Gathered | Ended, Field(discriminator="eventType")],
) -> Answer:
    document = ours.Document(
        ours.SpeakSentence("Thank you for calling."),
        ours.Gather(ours.SpeakSentence("Press 1 for sales, 2 for support."), gather_url="/menu", max_digits=1),
    )
    return Answer(document.to_bytes(), media_type="application/xml")


_READ = TypeAdapter(Annotated[Initiated | Answered | Gathered | Ended, Field(discriminator="eventType")]).validator
_HANDLERS: dict[type, Any] = {Answered: answered}


async def by_hand(scope: Any, receive: Any, send: Any) -> None:
    """No framework: a header that is compared, four pydantic models without times, a dictionary, and our BXML."""
    if (b"authorization", AUTHORIZATION.encode()) not in scope["headers"]:
        raise PermissionError
    body = (await receive())["body"]
    event = _READ.validate_json(body)
    answer = (await _HANDLERS[type(event)](event)).to_bytes()
    headers = [(b"content-length", b"%d" % len(answer)), (b"content-type", b"application/xml")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": answer})


sample = FastAPI()
"""The SDK's model and the SDK's BXML, and a `def`, which FastAPI runs in a thread, as in the vendor's samples.

Bandwidth-Samples/voice-gather-python, main.py, of which this does the part that answers.
"""


@sample.post("/")
def by_sdk(event: AnswerCallback) -> Answer:
    response = Response()
    response.add_verb(SpeakSentence("Thank you for calling."))
    prompt = SpeakSentence("Press 1 for sales, 2 for support.")
    response.add_verb(Gather(audio_verbs=[prompt], gather_url="/menu", max_digits=1))
    return Answer(content=response.to_bxml(), media_type="application/xml")


def sdk_answer() -> bytes:
    """What the SDK writes for it, which is not what we write."""
    response = Response()
    response.add_verb(SpeakSentence("Thank you for calling."))
    prompt = SpeakSentence("Press 1 for sales, 2 for support.")
    response.add_verb(Gather(audio_verbs=[prompt], gather_url="/menu", max_digits=1))
    text: Any = response.to_bxml()
    return str(text).encode()
