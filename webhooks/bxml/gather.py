"""The verb that collects keys, or what the caller says."""

from dataclasses import KW_ONLY
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, TypeAlias

from webhooks.bxml._limits import METHOD, TAG, Flag, Number, OneOf, Text, Url, Whole
from webhooks.bxml._verb import Children, Link, Method, Verb
from webhooks.bxml.audio import PlayAudio, SpeakSentence
from webhooks.events import GatherEvent

__all__ = ["Gather", "Prompt"]

_Input: TypeAlias = Literal["dtmf", "speech", "dtmf_speech"]

Prompt: TypeAlias = SpeakSentence | PlayAudio
"""What a Gather may play while it waits."""


class Gather(Verb):
    """Play prompts and collect keys; a `gather` event follows, also when none was pressed (voice/bxml/gather).

    With `gather_url`, later verbs never run; without it, the keys are lost and they do.

    What makes it listen to speech is in bandwidth-sdk 23.3.1, and on no page yet. What Bandwidth then sends, besides
    the fields of `GatherEvent`, is in that event's `model_extra`; partial results come as `UnknownEvent`.

    Args:
        prompts: at most 20, `repeat_count` times counted.
        gather_url: URL or handler of the gather event.
        terminating_digits: any of these keys ends the gather; none does by default.
        max_digits: 1 to 50, Bandwidth's default is 50.
        inter_digit_timeout: seconds after a key, 1 to 60, default 5.
        first_digit_timeout: seconds after the prompts, 0 to 60, default 5.
        repeat_count: how often the prompts are played, default 1.
        input: default "dtmf", keys only. What follows is only read when speech is in it.
        hints: words that the caller may say.
        language: of the caller, such as "en-US".
        partial_result_callback: URL that is told what was understood so far.
        profanity_filter: leave out what is profane; default True.
        speech_model: of Bandwidth's recognizer.
        speech_timeout: seconds to begin to speak, default 5.
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
    input: Annotated[_Input | None, OneOf.of("dtmf", "speech", "dtmf_speech")]
    hints: Annotated[str | None, Text()]
    language: Annotated[str | None, Text()]
    partial_result_callback: Annotated[str | None, Url()]
    partial_result_callback_method: Annotated[Method | None, METHOD]
    profanity_filter: Annotated[bool | None, Flag()]
    speech_model: Annotated[str | None, Text()]
    speech_timeout: Annotated[int | None, Whole(0)]

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
            input: _Input | None = None,
            hints: str | None = None,
            language: str | None = None,
            partial_result_callback: str | None = None,
            partial_result_callback_method: Method | None = None,
            profanity_filter: bool | None = None,
            speech_model: str | None = None,
            speech_timeout: int | None = None,
        ) -> None: ...
