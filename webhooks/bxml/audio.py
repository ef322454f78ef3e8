"""Verbs that are heard: SpeakSentence and PlayAudio."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import Annotated, ClassVar, Literal

from webhooks.bxml._limits import OneOf, Text, Url
from webhooks.bxml._verb import ConferenceVerb
from webhooks.errors import BxmlError

__all__ = ["PlayAudio", "SpeakSentence"]


@dataclass(slots=True, init=False)
class SpeakSentence(ConferenceVerb):
    """Text to speech (voice/bxml/speakSentence).

    Args:
        parts: what is said, one text after the other; not blank. Text is text: no part of it becomes markup.
        voice: a named voice, "julie"; wins over gender and locale. The list is open.
        gender: Bandwidth's default is "female".
        locale: "en_US" and others; the list is open.
    """

    page: ClassVar[str] = "voice/bxml/speakSentence"
    content_name: ClassVar[str] = "parts"
    text: ClassVar[Literal["", "token", "prose"]] = "prose"

    parts: tuple[str, ...]
    voice: Annotated[str | None, Text()] = None
    gender: Annotated[Literal["male", "female"] | None, OneOf.of("male", "female")] = None
    locale: Annotated[str | None, Text()] = None

    def __init__(
        self,
        *parts: str,
        voice: str | None = None,
        gender: Literal["male", "female"] | None = None,
        locale: str | None = None,
    ) -> None:
        for part in parts:
            if part.__class__ is not str and not isinstance(part, str):
                self.refuse("what is said", part, "text")
        # One text, as a reader would see it.
        spoken = parts[0] if len(parts) == 1 else "".join(parts)
        if not spoken or spoken.isspace():
            raise BxmlError(f"SpeakSentence: there is nothing to say; give it text ({self.page}).")
        self.parts = (spoken,)
        self.voice = voice
        self.gender = gender
        self.locale = locale
        self._check()


@dataclass(slots=True)
class PlayAudio(ConferenceVerb):
    """Play a wav or mp3 file (voice/bxml/playAudio).

    Args:
        url: http(s), or relative to the URL that answered with this document.
        username: for the file; with `password` or not at all.
    """

    page: ClassVar[str] = "voice/bxml/playAudio"
    content_name: ClassVar[str] = "url"
    text: ClassVar[Literal["", "token", "prose"]] = "token"

    url: Annotated[str, Url()]
    _: KW_ONLY
    username: Annotated[str | None, Text()] = None
    password: Annotated[str | None, Text()] = None
