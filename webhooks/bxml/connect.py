"""The verb that dials others: Transfer, with its destinations PhoneNumber and SipUri."""

from dataclasses import KW_ONLY
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, TypeAlias

from webhooks.bxml._limits import CALLER_ID, E164, METHOD, SIP_URI, TAG, Flag, Number, OneOf, Text, Url
from webhooks.bxml._verb import Children, Element, Link, Method, Verb
from webhooks.events import TransferAnswerEvent, TransferCompleteEvent, TransferDisconnectEvent

__all__ = ["DISPLAY_NAME", "REASONS", "DiversionReason", "PhoneNumber", "SipUri", "Target", "Transfer"]

DiversionReason: TypeAlias = Literal[
    "unknown",
    "user-busy",
    "no-answer",
    "unavailable",
    "unconditional",
    "time-of-day",
    "do-not-disturb",
    "deflection",
    "follow-me",
    "out-of-service",
    "away",
]

REASONS = OneOf.of(
    "unknown",
    "user-busy",
    "no-answer",
    "unavailable",
    "unconditional",
    "time-of-day",
    "do-not-disturb",
    "deflection",
    "follow-me",
    "out-of-service",
    "away",
)
DISPLAY_NAME = Text(256, r"[^\x00-\x1f\x7f-\x9f]*", "text without control characters")


class _Leg(Element):
    """What both kinds of destination share."""

    __slots__ = ()

    element: ClassVar[str] = ""
    page: ClassVar[str] = "voice/bxml/transfer"

    _: KW_ONLY
    transfer_answer_url: Annotated[Link[TransferAnswerEvent] | None, Url("transferAnswer")] = None
    transfer_answer_method: Annotated[Method | None, METHOD] = None
    transfer_answer_fallback_url: Annotated[Link[TransferAnswerEvent] | None, Url("transferAnswer")] = None
    transfer_answer_fallback_method: Annotated[Method | None, METHOD] = None
    transfer_disconnect_url: Annotated[Link[TransferDisconnectEvent] | None, Url("transferDisconnect")] = None
    transfer_disconnect_method: Annotated[Method | None, METHOD] = None
    username: Annotated[str | None, Text()] = None
    password: Annotated[str | None, Text()] = None
    fallback_username: Annotated[str | None, Text()] = None
    fallback_password: Annotated[str | None, Text()] = None
    tag: Annotated[str | None, TAG] = None


class PhoneNumber(_Leg):
    """A phone that Transfer dials (voice/bxml/transfer).

    Args:
        number: E.164.
        transfer_answer_url: URL or handler of the transferAnswer event; its BXML runs for this leg only.
        transfer_disconnect_url: URL or handler of the transferDisconnect event.
        uui: User-To-User values, comma-separated, at most 350 characters.
    """

    __slots__ = ()

    content_name: ClassVar[str] = "number"
    text: ClassVar[Literal["", "token", "prose"]] = "token"

    number: Annotated[str, E164]
    _: KW_ONLY
    uui: Annotated[str | None, Text(350)] = None


class SipUri(_Leg):
    """A SIP endpoint that Transfer dials (voice/bxml/transfer).

    Args:
        uri: `sip:` and what follows.
        transfer_answer_url: URL or handler of the transferAnswer event; its BXML runs for this leg only.
        transfer_disconnect_url: URL or handler of the transferDisconnect event.
        uui: one User-To-User value, base64 or jwt, at most 256 characters.
    """

    __slots__ = ()

    content_name: ClassVar[str] = "uri"
    text: ClassVar[Literal["", "token", "prose"]] = "token"

    uri: Annotated[str, SIP_URI]
    _: KW_ONLY
    uui: Annotated[str | None, Text(256)] = None


Target: TypeAlias = PhoneNumber | SipUri
"""Where a Transfer may go."""


class Transfer(Verb):
    """Dial up to eight destinations at once and bridge the first that answers (voice/bxml/transfer).

    With `transfer_complete_url`, later verbs never run, and the event comes only while this call is up.

    Args:
        targets: one to eight.
        transfer_caller_id: E.164, "Restricted", "Anonymous", "Private" or "Unavailable"; default: the caller's own.
        transfer_caller_display_name: at most 256 characters, no control characters.
        call_timeout: seconds to answer, 1 to 300, Bandwidth's default is 30.
        transfer_complete_url: URL or handler of the transferComplete event.
        diversion_treatment: default "none"; not for the transfer of an outbound call.
        diversion_reason: only read with "stack".
        tag: at most 256 characters, in this and later events of the call; "" clears.
        privacy: hide the number of the caller; default False (bandwidth-sdk 23.3.1).
    """

    __slots__ = ()

    page: ClassVar[str] = "voice/bxml/transfer"
    content_name: ClassVar[str] = "targets"
    # At most eight: voice/bxml/transfer, "simultaneous ringing".
    children: ClassVar[Children | None] = Children(
        "a destination", "destinations", (PhoneNumber, SipUri), least=1, most=8
    )

    targets: tuple[Target, ...]
    _: KW_ONLY
    transfer_caller_id: Annotated[str | None, CALLER_ID]
    transfer_caller_display_name: Annotated[str | None, DISPLAY_NAME]
    call_timeout: Annotated[float | None, Number(1, 300)]
    transfer_complete_url: Annotated[Link[TransferCompleteEvent] | None, Url("transferComplete")]
    transfer_complete_method: Annotated[Method | None, METHOD]
    transfer_complete_fallback_url: Annotated[Link[TransferCompleteEvent] | None, Url("transferComplete")]
    transfer_complete_fallback_method: Annotated[Method | None, METHOD]
    username: Annotated[str | None, Text()]
    password: Annotated[str | None, Text()]
    fallback_username: Annotated[str | None, Text()]
    fallback_password: Annotated[str | None, Text()]
    tag: Annotated[str | None, TAG]
    diversion_treatment: Annotated[Literal["none", "propagate", "stack"] | None, OneOf.of("none", "propagate", "stack")]
    diversion_reason: Annotated[DiversionReason | None, REASONS]
    privacy: Annotated[bool | None, Flag()]

    if TYPE_CHECKING:

        def __init__(
            self,
            *targets: Target,
            transfer_caller_id: str | None = None,
            transfer_caller_display_name: str | None = None,
            call_timeout: float | None = None,
            transfer_complete_url: Link[TransferCompleteEvent] | None = None,
            transfer_complete_method: Method | None = None,
            transfer_complete_fallback_url: Link[TransferCompleteEvent] | None = None,
            transfer_complete_fallback_method: Method | None = None,
            username: str | None = None,
            password: str | None = None,
            fallback_username: str | None = None,
            fallback_password: str | None = None,
            tag: str | None = None,
            diversion_treatment: Literal["none", "propagate", "stack"] | None = None,
            diversion_reason: DiversionReason | None = None,
            privacy: bool | None = None,
        ) -> None: ...
