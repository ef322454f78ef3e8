"""Verbs about keys besides Gather: SendDtmf presses them, StartGather and StopGather report them in the background."""

from dataclasses import KW_ONLY
from typing import Annotated, ClassVar, Literal

from webhooks.bxml._limits import METHOD, TAG, Number, Text, Url
from webhooks.bxml._verb import Link, Method, Verb
from webhooks.events import DtmfEvent

__all__ = ["SendDtmf", "StartGather", "StopGather"]

_KEYS = Text(50, r"[0-9*#A-Da-d,wW]+", "keys (0-9, *, #, A-D) and pauses (w or a comma, and W)")


class SendDtmf(Verb):
    """Send the tones of keys (voice/bxml/sendDtmf).

    Args:
        keys: 1 to 50 of 0-9, *, #, A-D; "w" and "," wait half a second, "W" a whole one.
        tone_duration: milliseconds, 50 to 5000; Bandwidth's default is 200.
        tone_interval: milliseconds after each tone, 50 to 5000; default 400.
    """

    __slots__ = ()

    page: ClassVar[str] = "voice/bxml/sendDtmf"
    content_name: ClassVar[str] = "keys"
    text: ClassVar[Literal["", "token", "prose"]] = "token"

    keys: Annotated[str, _KEYS]
    _: KW_ONLY
    tone_duration: Annotated[float | None, Number(50, 5000)] = None
    tone_interval: Annotated[float | None, Number(50, 5000)] = None


class StartGather(Verb):
    """Report each key with a `dtmf` event while the next verbs run, until StopGather (voice/bxml/startGather).

    While a Gather runs there are none, and it does not go with Forward.

    Args:
        dtmf_url: URL or handler of the dtmf event.
        tag: at most 256 characters, in this and later events of the call; "" clears.
    """

    __slots__ = ()

    page: ClassVar[str] = "voice/bxml/startGather"

    _: KW_ONLY
    dtmf_url: Annotated[Link[DtmfEvent], Url("dtmf")]
    dtmf_method: Annotated[Method | None, METHOD] = None
    username: Annotated[str | None, Text()] = None
    password: Annotated[str | None, Text()] = None
    tag: Annotated[str | None, TAG] = None


class StopGather(Verb):
    """End what StartGather began (voice/bxml/stopGather)."""

    __slots__ = ()

    page: ClassVar[str] = "voice/bxml/stopGather"
