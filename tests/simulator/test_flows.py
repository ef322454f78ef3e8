"""Flows as Bandwidth's pages tell them: which events come, in which order. Between calls no page promises one."""

from __future__ import annotations

import pytest

from webhooks import AllowAll, Webhooks
from webhooks.bxml import (
    Conference,
    Document,
    Gather,
    PhoneNumber,
    Record,
    Redirect,
    StartRecording,
    Transfer,
    Verb,
)
from webhooks.events import CallEvent, InitiateEvent
from webhooks.simulator import Callee, Phone

BUSY, FREE = "+19195550150", "+19195550160"

FLOWS: dict[str, tuple[Document[Verb], str, list[str]]] = {
    "voice/bxml/gather": (
        Document(Gather(gather_url="/next", max_digits=1)),
        "1",
        ["initiate", "gather", "disconnect"],
    ),
    "voice/bxml/gather without a URL: later verbs run": (
        Document(Gather(max_digits=1), Redirect(redirect_url="/next")),
        "1",
        ["initiate", "redirect", "disconnect"],
    ),
    "voice/bxml/record": (
        Document(Record(record_complete_url="/next", recording_available_url="/media")),
        "#",
        ["initiate", "recordComplete", "disconnect", "recordingAvailable"],
    ),
    "voice/bxml/record, the caller hangs up: no recordComplete": (
        Document(Record(record_complete_url="/next", recording_available_url="/media")),
        "",
        ["initiate", "disconnect", "recordingAvailable"],
    ),
    "voice/bxml/startRecording: until the end of the call": (
        Document(StartRecording(recording_available_url="/media"), Gather(max_digits=1)),
        "1",
        ["initiate", "disconnect", "recordingAvailable"],
    ),
    "voice/bxml/transfer, busy": (
        Document(
            Transfer(PhoneNumber(BUSY, transfer_disconnect_url="/left"), transfer_complete_url="/next"),
        ),
        "",
        ["initiate", "transferComplete", "transferDisconnect", "disconnect"],
    ),
    "voice/bxml/transfer, the caller hangs up: no transferComplete": (
        Document(
            Transfer(
                PhoneNumber(FREE, transfer_answer_url="/whisper", transfer_disconnect_url="/left"),
                transfer_complete_url="/next",
            )
        ),
        "",
        ["initiate", "transferAnswer", "disconnect", "transferDisconnect"],
    ),
    "voice/bxml/conference": (
        Document(Conference("room", conference_event_url="/room")),
        "",
        [
            "initiate",
            "conferenceCreated",
            "conferenceMemberJoin",
            "conferenceMemberExit",
            "conferenceCompleted",
            "disconnect",
        ],
    ),
}


@pytest.mark.parametrize("page", FLOWS)
async def test_the_events_come_in_the_documented_order(phone: Phone, page: str) -> None:
    document, keys, expected = FLOWS[page]
    phone.callees[BUSY] = Callee(outcome="busy")
    hooks = Webhooks(auth=AllowAll())

    @hooks.on(InitiateEvent)
    async def first(call: InitiateEvent) -> Document[Verb]:
        return document

    @hooks.on(CallEvent)
    async def nothing_more(call: CallEvent) -> None: ...

    call = await phone.dial(hooks)
    if keys:
        await call.press(keys)
    if not call.ended:
        await call.hang_up()
    await phone.wait(10)
    told = [entry.text.split()[0] for entry in phone.timeline if entry.what == "event"]
    assert told == expected, str(phone.timeline)
