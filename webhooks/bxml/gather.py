"""The verb that collects keys."""

from dataclasses import KW_ONLY
from typing import TYPE_CHECKING, Annotated, ClassVar, TypeAlias

from webhooks.bxml._limits import METHOD, TAG, Number, Text, Url, Whole
from webhooks.bxml._verb import Children, Link, Method, Verb
from webhooks.bxml.audio import PlayAudio, SpeakSentence
from webhooks.events import GatherEvent

__all__ = ["Gather", "Prompt"]

Prompt: TypeAlias = SpeakSentence | PlayAudio
"""What a Gather may play while it waits."""


class Gather(Verb):
    """Play prompts and collect keys; a `gather` event follows, also when none was pressed (voice/bxml/gather).

    With `gather_url`, later verbs never run; without it, the keys are lost and they do.

    Args:
        prompts: at most 20, `repeat_count` times counted.
        gather_url: URL or handler of the gather event.
        terminating_digits: any of these keys ends the gather; none does by default.
        max_digits: 1 to 50, Bandwidth's default is 50.
        inter_digit_timeout: seconds after a key, 1 to 60, default 5.
        first_digit_timeout: seconds after the prompts, 0 to 60, default 5.
        repeat_count: how often the prompts are played, default 1.
        tag: at most 256 characters, in this and later events of the call; "" clears.
    """

    __slots__ = ()

    page: ClassVar[str] = "voice/bxml/gather"
    content_name: ClassVar[str] = "prompts"
    children: ClassVar[Children | None] = Children(
        "a prompt", "prompts", (SpeakSentence, PlayAudio), most=20, times="repeat_count"
    )

    prompts: tuple[Prompt, ...]
    _: KW_ONLY
    gather_url: Annotated[Link[GatherEvent] | None, Url("gather")]
    gather_method: Annotated[Method | None, METHOD]
    gather_fallback_url: Annotated[Link[GatherEvent] | None, Url("gather")]
    gather_fallback_method: Annotated[Method | None, METHOD]
    username: Annotated[str | None, Text()]
    password: Annotated[str | None, Text()]
    fallback_username: Annotated[str | None, Text()]
    fallback_password: Annotated[str | None, Text()]
    tag: Annotated[str | None, TAG]
    terminating_digits: Annotated[str | None, Text()]
    max_digits: Annotated[int | None, Whole(1, 50)]
    inter_digit_timeout: Annotated[float | None, Number(1, 60)]
    first_digit_timeout: Annotated[float | None, Number(0, 60)]
    repeat_count: Annotated[int | None, Whole(1)]

    if TYPE_CHECKING:

        def __init__(
            self,
            *prompts: Prompt,
            gather_url: Link[GatherEvent] | None = None,
            gather_method: Method | None = None,
            gather_fallback_url: Link[GatherEvent] | None = None,
            gather_fallback_method: Method | None = None,
            username: str | None = None,
            password: str | None = None,
            fallback_username: str | None = None,
            fallback_password: str | None = None,
            tag: str | None = None,
            terminating_digits: str | None = None,
            max_digits: int | None = None,
            inter_digit_timeout: float | None = None,
            first_digit_timeout: float | None = None,
            repeat_count: int | None = None,
        ) -> None: ...
