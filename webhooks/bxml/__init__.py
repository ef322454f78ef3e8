"""BXML: verbs that cannot be written wrong, documents that cannot be injected into."""

from webhooks.bxml._document import MAX_BYTES, Document
from webhooks.bxml._verb import ConferenceVerb, Element, Handler, Link, LinkTo, Method, Verb
from webhooks.bxml.audio import PlayAudio, SpeakSentence
from webhooks.bxml.connect import PhoneNumber, SipUri, Target, Transfer
from webhooks.bxml.flow import Hangup, Pause, Redirect
from webhooks.bxml.gather import Gather, Prompt
from webhooks.bxml.reader import ELEMENTS, parse
from webhooks.bxml.record import Record

__all__ = [
    "ELEMENTS",
    "MAX_BYTES",
    "ConferenceVerb",
    "Document",
    "Element",
    "Gather",
    "Handler",
    "Hangup",
    "Link",
    "LinkTo",
    "Method",
    "Pause",
    "PhoneNumber",
    "PlayAudio",
    "Prompt",
    "Record",
    "Redirect",
    "SipUri",
    "SpeakSentence",
    "Target",
    "Transfer",
    "Verb",
    "parse",
]
