"""Which verbs may answer which event, and after which verbs nothing runs. Data, each row with its source.

1. A verb that no row names for an event is an error: Bandwidth refuses the whole document.
2. Notifications have no row: the body of their answer is ignored.
3. The static marker `ConferenceVerb` and the conference rows are the same set; a test holds them together.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from webhooks import bxml, events
from webhooks.bxml import Verb
from webhooks.events import Event

__all__ = ["ALLOWED", "ANSWERING", "ENDS", "NON_BLOCKING", "RULES", "Row", "Rule"]


class Row(NamedTuple):
    """The verbs that may answer an event."""

    verbs: frozenset[type[Verb]]
    source: str
    """Bandwidth's page, below dev.bandwidth.com/docs."""


# Any other verb makes Bandwidth refuse the whole document (voice/bxml/conference).
_CONFERENCE: frozenset[type[Verb]] = frozenset(
    {
        bxml.PauseRecording,
        bxml.PlayAudio,
        bxml.ResumeRecording,
        bxml.SpeakSentence,
        bxml.StartRecording,
        bxml.StopRecording,
    }
)
# Not for the called party of a transfer (voice/webhooks/transferAnswer). That page neither allows nor forbids the verbs
# in the last two lines of `_CALL`; here they are allowed.
_JOINING: frozenset[type[Verb]] = frozenset({bxml.Bridge, bxml.Conference, bxml.Forward, bxml.Transfer})
_CALL = (
    _CONFERENCE
    | _JOINING
    | {bxml.Gather, bxml.Hangup, bxml.Pause, bxml.Record, bxml.Redirect, bxml.Ring, bxml.SendDtmf, bxml.Tag}
    | {bxml.StartGather, bxml.StopGather}
    | {bxml.StartStream, bxml.StopStream, bxml.StartTranscription, bxml.StopTranscription}
    | {bxml.Connect, bxml.Refer}
)
_TRANSFER_ANSWER = _CALL - _JOINING

ALLOWED: Mapping[type[Event], Row] = {
    events.InitiateEvent: Row(_CALL, "voice/webhooks/initiate"),
    events.AnswerEvent: Row(_CALL, "voice/webhooks/answer"),
    events.RedirectEvent: Row(_CALL, "voice/webhooks/redirect"),
    events.GatherEvent: Row(_CALL, "voice/webhooks/gather"),
    events.RecordCompleteEvent: Row(_CALL, "voice/webhooks/recordComplete"),
    events.TransferAnswerEvent: Row(_TRANSFER_ANSWER, "voice/webhooks/transferAnswer"),
    events.TransferCompleteEvent: Row(_CALL, "voice/webhooks/transferComplete"),
    events.BridgeCompleteEvent: Row(_CALL, "voice/webhooks/bridgeComplete"),
    events.BridgeTargetCompleteEvent: Row(_CALL, "voice/webhooks/bridgeTargetComplete"),
    events.ReferCompleteEvent: Row(_CALL, "voice/programmable-voice/webhooks/referComplete"),
    events.ConferenceCreatedEvent: Row(_CONFERENCE, "voice/bxml/conference"),
    events.ConferenceMemberJoinEvent: Row(_CONFERENCE, "voice/bxml/conference"),
    events.ConferenceMemberExitEvent: Row(_CONFERENCE, "voice/bxml/conference"),
    events.ConferenceRedirectEvent: Row(_CONFERENCE, "voice/bxml/conference"),
}

ENDS: Mapping[type[Verb], str | None] = {
    bxml.Forward: None,  # always (voice/bxml/forward)
    bxml.Hangup: None,  # always (voice/bxml/hangup)
    bxml.Redirect: None,  # always (voice/bxml/redirect)
    bxml.Bridge: "bridge_complete_url",  # voice/bxml/bridge
    bxml.Gather: "gather_url",  # voice/bxml/gather
    bxml.Record: "record_complete_url",  # voice/bxml/record
    bxml.Refer: "refer_complete_url",  # voice/programmable-voice/bxml/refer
    bxml.Transfer: "transfer_complete_url",  # voice/bxml/transfer
}
"""Verbs after which no later verb runs: always, or when this attribute is set. Not Conference: a call that outlives it
goes on with the next verb (voice/bxml/conference)."""

NON_BLOCKING: frozenset[type[Verb]] = frozenset(
    {
        bxml.PauseRecording,  # voice/bxml/pauseRecording
        bxml.ResumeRecording,  # voice/bxml/resumeRecording
        bxml.StartGather,  # voice/bxml/startGather
        bxml.StartRecording,  # voice/bxml/startRecording
        bxml.StartStream,  # voice/programmable-voice/bxml/startStream, which also says what follows from it
        bxml.StartTranscription,  # voice/bxml/startTranscription
        bxml.StopGather,  # voice/bxml/stopGather
        bxml.StopRecording,  # voice/bxml/stopRecording
        bxml.StopTranscription,  # voice/bxml/stopTranscription
        bxml.Tag,  # voice/bxml/tag
    }
)
"""Verbs that only begin or end something: the next verb runs at once. After the last one the call ends."""

ANSWERING: frozenset[type[Verb]] = frozenset(
    {
        bxml.Bridge,
        bxml.Conference,
        bxml.Gather,
        bxml.PlayAudio,
        bxml.Record,
        bxml.Ring,  # unless told otherwise (voice/bxml/ring)
        bxml.SpeakSentence,
    }
)
"""Verbs for which an incoming call is answered: whoever called hears something of them, or is heard."""


class Rule(NamedTuple):
    """What a violation's code means."""

    severity: Literal["error", "warning"]
    """An error is what Bandwidth refuses, and never leaves. A warning does not do what it seems to."""
    summary: str
    source: str
    """Bandwidth's page, below dev.bandwidth.com/docs."""


RULES: Mapping[str, Rule] = {
    "verb-not-allowed": Rule(
        "error",
        "The verb may not answer the event; Bandwidth refuses the whole document.",
        "voice/bxml/conference, voice/webhooks/transferAnswer",
    ),
    "forward-answered": Rule(
        "error", "Forward is for an inbound call that nobody has answered yet.", "voice/bxml/forward"
    ),
    "forward-with-start-gather": Rule("error", "Forward and StartGather do not go together.", "voice/bxml/startGather"),
    "dead-code": Rule(
        "warning",
        "A verb stands after Hangup, Redirect, Forward, or one whose completion URL is set.",
        "voice/bxml/about",
    ),
    "ends-at-once": Rule(
        "warning",
        "The last verb only begins or ends something, so the document is over and the call with it.",
        "voice/programmable-voice/bxml/startStream",
    ),
    "two-gathers": Rule(
        "warning", "Of several Gathers, those without gather_url lose their keys.", "voice/bxml/gather"
    ),
    "ring-answered": Rule("warning", "Ring is for a call that nobody has answered yet.", "voice/bxml/ring"),
    "refer-not-sip": Rule(
        "warning", "Refer is for inbound calls that came in as SIP URI calls.", "voice/programmable-voice/bxml/refer"
    ),
}
"""Every code that `check` gives."""
