"""The verb that puts a call into a conference."""

from dataclasses import KW_ONLY
from typing import Annotated, ClassVar, Literal, TypeAlias

from webhooks.bxml._limits import METHOD, TAG, Flag, Number, Text, Url
from webhooks.bxml._verb import Link, Method, Verb
from webhooks.events import (
    ConferenceCompletedEvent,
    ConferenceCreatedEvent,
    ConferenceMemberExitEvent,
    ConferenceMemberJoinEvent,
)

__all__ = ["Conference"]

_NAME = Text(100, r"[A-Za-z0-9_.-]+", "a name of letters, digits, hyphens, underscores and dots")
_Link: TypeAlias = Link[ConferenceCreatedEvent] | Link[ConferenceMemberJoinEvent] | Link[ConferenceMemberExitEvent]


class Conference(Verb):
    """Put the call into a conference, which is made for its first member (voice/bxml/conference).

    The call stays until the conference ends; then later verbs run. URL, method, credentials and tag of the document
    that made the conference count, those of later members do not.

    Args:
        name: at most 100 letters, digits, hyphens, underscores and dots.
        mute: nobody hears this member.
        hold: nobody hears this member, and this member nobody.
        call_ids_to_coach: calls that this member coaches, with commas between them; nobody else hears it.
        conference_event_url: URL or handler of the conference's events: conferenceCreated, conferenceMemberJoin,
            conferenceMemberExit, conferenceCompleted. One URL gets all, so the handler of any will do.
        tag: at most 256 characters, in this and later events of the call; "" clears.
        callback_timeout: seconds for an answer to an event, 1 to 25; default: that of the first member's call.
    """

    __slots__ = ()

    page: ClassVar[str] = "voice/bxml/conference"
    content_name: ClassVar[str] = "name"
    text: ClassVar[Literal["", "token", "prose"]] = "token"

    name: Annotated[str, _NAME]
    _: KW_ONLY
    mute: Annotated[bool | None, Flag()] = None
    hold: Annotated[bool | None, Flag()] = None
    call_ids_to_coach: Annotated[str | None, Text()] = None
    conference_event_url: Annotated[
        _Link | Link[ConferenceCompletedEvent] | None,
        Url("conferenceCreated", "conferenceMemberJoin", "conferenceMemberExit", "conferenceCompleted"),
    ] = None
    conference_event_method: Annotated[Method | None, METHOD] = None
    conference_event_fallback_url: Annotated[
        _Link | None, Url("conferenceCreated", "conferenceMemberJoin", "conferenceMemberExit")
    ] = None
    conference_event_fallback_method: Annotated[Method | None, METHOD] = None
    username: Annotated[str | None, Text()] = None
    password: Annotated[str | None, Text()] = None
    fallback_username: Annotated[str | None, Text()] = None
    fallback_password: Annotated[str | None, Text()] = None
    tag: Annotated[str | None, TAG] = None
    # The page leaves out an "l"; every SDK that has it writes callbackTimeout.
    callback_timeout: Annotated[float | None, Number(1, 25)] = None
