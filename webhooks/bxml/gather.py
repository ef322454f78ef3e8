"""The verb that collects keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, TypeAlias

from webhooks.bxml._limits import METHOD, TAG, Number, Text, Url, Whole
from webhooks.bxml._verb import Link, Method, Verb
from webhooks.bxml.audio import PlayAudio, SpeakSentence
from webhooks.errors import BxmlError
from webhooks.events import GatherEvent

__all__ = ["Gather", "Prompt"]

Prompt: TypeAlias = SpeakSentence | PlayAudio
"""What a Gather may play while it waits."""

_MAX_PROMPTS = 20  # prompts times repeat_count, too (voice/bxml/gather)


@dataclass(slots=True, init=False)
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

    page: ClassVar[str] = "voice/bxml/gather"
    content_name: ClassVar[str] = "prompts"

    prompts: tuple[Prompt, ...]
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
    ) -> None:
        self.prompts = prompts
        self.gather_url = gather_url
        self.gather_method = gather_method
        self.gather_fallback_url = gather_fallback_url
        self.gather_fallback_method = gather_fallback_method
        self.username = username
        self.password = password
        self.fallback_username = fallback_username
        self.fallback_password = fallback_password
        self.tag = tag
        self.terminating_digits = terminating_digits
        self.max_digits = max_digits
        self.inter_digit_timeout = inter_digit_timeout
        self.first_digit_timeout = first_digit_timeout
        self.repeat_count = repeat_count
        self._check()
        for prompt in prompts:
            if not isinstance(prompt, (SpeakSentence, PlayAudio)):
                self.refuse("a prompt", prompt, "SpeakSentence or PlayAudio")
        if len(prompts) * (repeat_count or 1) > _MAX_PROMPTS:
            played = len(prompts) * (repeat_count or 1)
            raise BxmlError(
                f"Gather: {len(self.prompts)} prompts played {self.repeat_count or 1} times are {played}; at most "
                f"{_MAX_PROMPTS} are allowed ({self.page})."
            )
