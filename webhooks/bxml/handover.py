"""Verbs that hand a call over, besides Transfer: Bridge, Connect with its Endpoint, Forward, Refer."""

from dataclasses import KW_ONLY
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from webhooks.bxml._limits import CALLER_ID, DESTINATION, METHOD, TAG, WORD, Flag, Number, OneOf, Text, Url
from webhooks.bxml._verb import Children, Element, Link, Method, Verb
from webhooks.bxml.connect import DISPLAY_NAME, REASONS, DiversionReason, SipUri
from webhooks.errors import BxmlError
from webhooks.events import BridgeCompleteEvent, BridgeTargetCompleteEvent, ReferCompleteEvent

__all__ = ["Bridge", "Connect", "Endpoint", "Forward", "Refer"]

_HIDDEN = ("Restricted", "Anonymous", "Private", "Unavailable")
_HIDDEN_NAMES = ", ".join(f'"{name}"' for name in _HIDDEN)


class Bridge(Verb):
    """Join this call with another that is up (voice/bxml/bridge).

    Exactly one of two events follows: bridgeComplete for this call when the other one leaves first or cannot be
    joined, else bridgeTargetComplete for the other. With `bridge_complete_url`, later verbs never run.

    Args:
        call_id: of the other call; its BXML is cancelled.
        bridge_complete_url: URL or handler of the bridgeComplete event.
        bridge_target_complete_url: URL or handler of the bridgeTargetComplete event; without it, the other call is
            hung up.
        tag: at most 256 characters, in this and later events of the call; "" clears.
    """

    __slots__ = ()

    page: ClassVar[str] = "voice/bxml/bridge"
    content_name: ClassVar[str] = "call_id"
    text: ClassVar[Literal["", "token", "prose"]] = "token"

    call_id: Annotated[str, WORD]
    _: KW_ONLY
    bridge_complete_url: Annotated[Link[BridgeCompleteEvent] | None, Url("bridgeComplete")] = None
    bridge_complete_method: Annotated[Method | None, METHOD] = None
    bridge_complete_fallback_url: Annotated[Link[BridgeCompleteEvent] | None, Url("bridgeComplete")] = None
    bridge_complete_fallback_method: Annotated[Method | None, METHOD] = None
    bridge_target_complete_url: Annotated[Link[BridgeTargetCompleteEvent] | None, Url("bridgeTargetComplete")] = None
    bridge_target_complete_method: Annotated[Method | None, METHOD] = None
    bridge_target_complete_fallback_url: Annotated[
        Link[BridgeTargetCompleteEvent] | None, Url("bridgeTargetComplete")
    ] = None
    bridge_target_complete_fallback_method: Annotated[Method | None, METHOD] = None
    username: Annotated[str | None, Text()] = None
    password: Annotated[str | None, Text()] = None
    fallback_username: Annotated[str | None, Text()] = None
    fallback_password: Annotated[str | None, Text()] = None
    tag: Annotated[str | None, TAG] = None


class Endpoint(Element):
    """Where a Connect goes (voice/programmable-voice/bxml/connect).

    Args:
        endpoint_id: Bandwidth's.
    """

    __slots__ = ()

    page: ClassVar[str] = "voice/programmable-voice/bxml/connect"
    content_name: ClassVar[str] = "endpoint_id"
    text: ClassVar[Literal["", "token", "prose"]] = "token"

    endpoint_id: Annotated[str, WORD]


class Connect(Verb):
    """Connect the call with an endpoint of Bandwidth's WebRTC (voice/programmable-voice/bxml/connect).

    A beta of Bandwidth's. Its events are not voice events, so no handler stands for their URL.

    Args:
        endpoints: one; Bandwidth does not say how many more.
        event_callback_url: URL that is told how the connection goes.
        event_fallback_url: URL that is told when the first cannot be reached.
    """

    __slots__ = ()

    page: ClassVar[str] = "voice/programmable-voice/bxml/connect"
    content_name: ClassVar[str] = "endpoints"
    children: ClassVar[Children | None] = Children("an endpoint", "endpoints", (Endpoint,), least=1)

    endpoints: tuple[Endpoint, ...]
    _: KW_ONLY
    event_callback_url: Annotated[str | None, Url()]
    event_fallback_url: Annotated[str | None, Url()]

    if TYPE_CHECKING:

        def __init__(
            self,
            *endpoints: Endpoint,
            event_callback_url: str | None = None,
            event_fallback_url: str | None = None,
        ) -> None: ...


class Forward(Verb):
    """Send an incoming call that is not answered yet elsewhere, and let go of it (voice/bxml/forward).

    No later verb runs, and no event but the disconnect follows. It does not go with StartGather.

    Args:
        to: E.164 or a SIP URI.
        from_: E.164, "Restricted", "Anonymous", "Private" or "Unavailable"; default: the number that was called.
        call_timeout: seconds to answer, 1 to 300, Bandwidth's default is 30.
        diversion_treatment: default "none".
        diversion_reason: only read with "stack".
        uui: one User-To-User value, base64 or jwt, at most 256 characters; for a SIP URI.
        privacy: hide the number of the caller; default False (bandwidth-sdk 23.3.1).
        caller_display_name: at most 256 characters, no control characters; with `privacy`, only "Restricted",
            "Anonymous", "Private" or "Unavailable" (bandwidth-sdk 23.3.1).
    """

    __slots__ = ()

    page: ClassVar[str] = "voice/bxml/forward"

    _: KW_ONLY
    to: Annotated[str, DESTINATION]
    from_: Annotated[str | None, CALLER_ID] = None
    call_timeout: Annotated[float | None, Number(1, 300)] = None
    diversion_treatment: Annotated[
        Literal["none", "propagate", "stack"] | None, OneOf.of("none", "propagate", "stack")
    ] = None
    diversion_reason: Annotated[DiversionReason | None, REASONS] = None
    uui: Annotated[str | None, Text(256)] = None
    privacy: Annotated[bool | None, Flag()] = None
    caller_display_name: Annotated[str | None, DISPLAY_NAME] = None

    def agree(self) -> None:
        """Raise where the name gives away a caller who is hidden."""
        if self.privacy and self.caller_display_name not in (None, *_HIDDEN):
            self.refuse("caller_display_name", self.caller_display_name, f"one of {_HIDDEN_NAMES}, with privacy")


class Refer(Verb):
    """Ask the caller's SIP side to call elsewhere instead (voice/programmable-voice/bxml/refer).

    Only for incoming calls of a SIP URI. When it works, the call is over. When it does not, the answer to
    referComplete runs; without `refer_complete_url`, later verbs do.

    Args:
        target: `SipUri("sip:...")` without attributes: those are for Transfer.
        refer_complete_url: URL or handler of the referComplete event.
        tag: at most 256 characters, in this and later events of the call; "" clears.
    """

    __slots__ = ()

    page: ClassVar[str] = "voice/programmable-voice/bxml/refer"
    content_name: ClassVar[str] = "targets"
    children: ClassVar[Children | None] = Children("the target", "targets", (SipUri,), least=1, most=1)

    targets: tuple[SipUri]
    _: KW_ONLY
    refer_complete_url: Annotated[Link[ReferCompleteEvent] | None, Url("referComplete")]
    refer_complete_method: Annotated[Method | None, METHOD]
    tag: Annotated[str | None, TAG]

    if TYPE_CHECKING:

        def __init__(
            self,
            target: SipUri,
            /,
            *,
            refer_complete_url: Link[ReferCompleteEvent] | None = None,
            refer_complete_method: Method | None = None,
            tag: str | None = None,
        ) -> None: ...

    def agree(self) -> None:
        """Raise where the SipUri has what only one of Transfer may have."""
        [target] = self.targets
        if not target.uri.lower().startswith("sip:"):
            self.refuse("the target", target.uri, "a URI that begins with sip:")
        for attribute in target.attributes:
            if getattr(target, attribute.name) is not None:
                raise BxmlError(f"Refer: its SipUri has {attribute.name}; inside of Refer it has none ({self.page}).")
