"""BXML: verbs that cannot be written wrong, documents that cannot be injected into."""

from webhooks.bxml._builder import ELEMENTS
from webhooks.bxml._document import Document
from webhooks.bxml._limits import MAX_BYTES
from webhooks.bxml._verb import ConferenceVerb, Element, Handler, Link, LinkTo, Method, Verb
from webhooks.bxml.audio import PlayAudio, SpeakSentence
from webhooks.bxml.conference import Conference
from webhooks.bxml.connect import PhoneNumber, SipUri, Target, Transfer
from webhooks.bxml.digits import SendDtmf, StartGather, StopGather
from webhooks.bxml.flow import Hangup, Pause, Redirect, Ring, Tag
from webhooks.bxml.foreign import Foreign
from webhooks.bxml.gather import Gather, Prompt
from webhooks.bxml.handover import Bridge, Connect, Endpoint, Forward, Refer
from webhooks.bxml.reader import parse, verb_names
from webhooks.bxml.record import Record
from webhooks.bxml.recording import PauseRecording, ResumeRecording, StartRecording, StopRecording
from webhooks.bxml.ssml import Ssml
from webhooks.bxml.stream import (
    CustomParam,
    StartStream,
    StartTranscription,
    StopStream,
    StopTranscription,
    StreamParam,
)

__all__ = [
    "ELEMENTS",
    "MAX_BYTES",
    "Bridge",
    "Conference",
    "ConferenceVerb",
    "Connect",
    "CustomParam",
    "Document",
    "Element",
    "Endpoint",
    "Foreign",
    "Forward",
    "Gather",
    "Handler",
    "Hangup",
    "Link",
    "LinkTo",
    "Method",
    "Pause",
    "PauseRecording",
    "PhoneNumber",
    "PlayAudio",
    "Prompt",
    "Record",
    "Redirect",
    "Refer",
    "ResumeRecording",
    "Ring",
    "SendDtmf",
    "SipUri",
    "SpeakSentence",
    "Ssml",
    "StartGather",
    "StartRecording",
    "StartStream",
    "StartTranscription",
    "StopGather",
    "StopRecording",
    "StopStream",
    "StopTranscription",
    "StreamParam",
    "Tag",
    "Target",
    "Transfer",
    "Verb",
    "parse",
    "verb_names",
]
