"""Bandwidth's side of the wire: dial an app from a test, hear what the caller hears, press keys, hang up."""

from webhooks.simulator.call import Call
from webhooks.simulator.conference import Conference
from webhooks.simulator.conversation import Conversation
from webhooks.simulator.message import Message
from webhooks.simulator.phone import Phone
from webhooks.simulator.platform import Callee
from webhooks.simulator.timeline import Entry, Timeline
from webhooks.simulator.timing import Timing

__all__ = ["Call", "Callee", "Conference", "Conversation", "Entry", "Message", "Phone", "Timeline", "Timing"]
