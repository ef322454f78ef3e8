"""What each verb does on a call. A function for each: it returns when the next verb may run, or tells what is next."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from webhooks import bxml
from webhooks.bxml import Verb
from webhooks.simulator.leg import Leg, Step
from webhooks.simulator.platform import Platform
from webhooks.simulator.verbs import (
    bridging,
    conference,
    flow,
    handover,
    keys,
    recording,
    speaking,
    streaming,
    transfer,
)

__all__ = ["VERBS"]

VERBS: Mapping[type[Verb], Callable[[Platform, Leg, Any], Awaitable[Step | None]]] = {
    bxml.Bridge: bridging.bridge,
    bxml.Conference: conference.conference,
    bxml.Connect: handover.connect,
    bxml.Forward: handover.forward,
    bxml.Gather: keys.gather,
    bxml.Hangup: flow.hangup,
    bxml.Pause: flow.pause,
    bxml.PauseRecording: recording.pause,
    bxml.PlayAudio: speaking.play,
    bxml.Record: recording.record,
    bxml.Redirect: flow.redirect,
    bxml.Refer: handover.refer,
    bxml.ResumeRecording: recording.resume,
    bxml.Ring: flow.ring,
    bxml.SendDtmf: keys.send_dtmf,
    bxml.SpeakSentence: speaking.play,
    bxml.StartGather: keys.start_gather,
    bxml.StartRecording: recording.start,
    bxml.StartStream: streaming.start_stream,
    bxml.StartTranscription: streaming.start_transcription,
    bxml.StopGather: keys.stop_gather,
    bxml.StopRecording: recording.stop,
    bxml.StopStream: streaming.stop_stream,
    bxml.StopTranscription: streaming.stop_transcription,
    bxml.Tag: flow.tag,
    bxml.Transfer: transfer.transfer,
}
"""Every verb of `webhooks.bxml`."""
