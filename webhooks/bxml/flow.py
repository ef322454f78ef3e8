"""Verbs that steer a call or mark it: Hangup, Pause, Redirect, Ring, Tag."""

from dataclasses import KW_ONLY
from typing import Annotated, ClassVar, Literal

from webhooks.bxml._limits import METHOD, TAG, Flag, Number, Text, Url
from webhooks.bxml._verb import Link, Method, Verb
from webhooks.events import RedirectEvent

__all__ = ["Hangup", "Pause", "Redirect", "Ring", "Tag"]


class Hangup(Verb):
    """End the call, or reject one that is not answered yet, unbilled. No later verb runs (voice/bxml/hangup)."""

    __slots__ = ()

    page: ClassVar[str] = "voice/bxml/hangup"


class Pause(Verb):
    """Silence (voice/bxml/pause).

    Args:
        duration: seconds, 0.1 to 86400; Bandwidth's default is 1.
    """

    __slots__ = ()

    page: ClassVar[str] = "voice/bxml/pause"

    _: KW_ONLY
    duration: Annotated[float | None, Number(0.1, 86400)] = None


class Redirect(Verb):
    """Fetch new BXML from another URL with a `redirect` event. No later verb runs (voice/bxml/redirect).

    Args:
        redirect_url: URL or handler of the redirect event.
        tag: at most 256 characters, in this and later events of the call; "" clears.
    """

    __slots__ = ()

    page: ClassVar[str] = "voice/bxml/redirect"

    _: KW_ONLY
    redirect_url: Annotated[Link[RedirectEvent], Url("redirect")]
    redirect_method: Annotated[Method | None, METHOD] = None
    redirect_fallback_url: Annotated[Link[RedirectEvent] | None, Url("redirect")] = None
    redirect_fallback_method: Annotated[Method | None, METHOD] = None
    username: Annotated[str | None, Text()] = None
    password: Annotated[str | None, Text()] = None
    fallback_username: Annotated[str | None, Text()] = None
    fallback_password: Annotated[str | None, Text()] = None
    tag: Annotated[str | None, TAG] = None


class Ring(Verb):
    """Play the sound of a ringing phone (voice/bxml/ring).

    Args:
        duration: seconds, 0.1 to 86400; Bandwidth's default is 5.
        answer_call: answer an incoming call that is not answered yet; default True.
    """

    __slots__ = ()

    page: ClassVar[str] = "voice/bxml/ring"

    _: KW_ONLY
    duration: Annotated[float | None, Number(0.1, 86400)] = None
    answer_call: Annotated[bool | None, Flag()] = None


class Tag(Verb):
    """Set the tag of the call's later events, without an event of its own (voice/bxml/tag).

    Args:
        value: at most 256 characters, as everywhere; blanks around it are dropped, and nothing clears the tag.
    """

    __slots__ = ()

    page: ClassVar[str] = "voice/bxml/tag"
    content_name: ClassVar[str] = "value"
    text: ClassVar[Literal["", "token", "prose"]] = "token"

    value: Annotated[str, TAG] = ""

    def __init__(self, value: str = "") -> None:
        self._make(value.strip() if isinstance(value, str) else value)
