"""Which verbs may answer which event, and after which verbs nothing runs. Data, each row with its source.

1. A verb that no row names for an event is an error: Bandwidth refuses the whole document.
2. Notifications have no row: the body of their answer is ignored.
3. The static marker `ConferenceVerb` and the conference rows are the same set; a test holds them together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from webhooks import bxml, events
from webhooks.bxml import Verb
from webhooks.events import Event

__all__ = ["ALLOWED", "ENDS", "Row"]


@dataclass(frozen=True, slots=True)
class Row:
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
