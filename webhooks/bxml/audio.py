"""Verbs that are heard: SpeakSentence and PlayAudio."""

from collections.abc import Iterable, Iterator
from dataclasses import KW_ONLY
from itertools import groupby
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from webhooks.bxml._escape import character_data
from webhooks.bxml._limits import OneOf, Text, Url
from webhooks.bxml._verb import ConferenceVerb
from webhooks.bxml.ssml import Ssml
from webhooks.errors import BxmlError

__all__ = ["PlayAudio", "SpeakSentence"]


class SpeakSentence(ConferenceVerb):
    """Text to speech (voice/bxml/speakSentence).

    Args:
        parts: what is said, one after the other; not blank. Text is text: no part of it becomes markup. For pauses,
            emphasis and the like stands `Ssml` between the texts.
        voice: a named voice, "julie"; wins over gender and locale. The list is open.
        gender: Bandwidth's default is "female".
        locale: "en_US" and others; the list is open.
    """

    __slots__ = ()

    page: ClassVar[str] = "voice/bxml/speakSentence"
    content_name: ClassVar[str] = "parts"
    text: ClassVar[Literal["", "token", "prose"]] = "prose"

    parts: tuple[str | Ssml, ...]
    _: KW_ONLY
    voice: Annotated[str | None, Text()]
    gender: Annotated[Literal["male", "female"] | None, OneOf.of("male", "female")]
    locale: Annotated[str | None, Text()]

    if TYPE_CHECKING:

        def __init__(
            self,
            *parts: str | Ssml,
            voice: str | None = None,
            gender: Literal["male", "female"] | None = None,
            locale: str | None = None,
        ) -> None: ...

    def spoken(self, parts: tuple[str | Ssml, ...]) -> tuple[tuple[str | Ssml, ...], str]:
        """What `_made` does not do itself, which is all but one plain text: the parts, and how they are written.

        Raises:
            BxmlError: a part is neither text nor Ssml, or there is nothing to say.
        """
        for part in parts:
            if not isinstance(part, (str, Ssml)):
                self.refuse("what is said", part, "text or Ssml")
        joined = tuple(_joined(parts))
        if not joined or (len(joined) == 1 and isinstance(joined[0], str) and not joined[0].strip()):
            raise BxmlError(f"SpeakSentence: there is nothing to say; give it text ({self.page}).")
        return joined, "".join(character_data(part) if isinstance(part, str) else part.markup for part in joined)


def _joined(parts: Iterable[str | Ssml]) -> Iterator[str | Ssml]:
    """As a reader would see them: single tags, and between two of them at most one text."""
    pieces = (piece for part in parts for piece in ((part,) if isinstance(part, str) else part.pieces or (part,)))
    for kind, run in groupby(pieces, key=lambda piece: isinstance(piece, str)):
        if not kind:
            yield from run
        elif text := "".join(map(str, run)):
            yield text


class PlayAudio(ConferenceVerb):
    """Play a wav or mp3 file (voice/bxml/playAudio).

    Args:
        url: http(s), or relative to the URL that answered with this document.
        username: for the file; with `password` or not at all.
    """

    __slots__ = ()

    page: ClassVar[str] = "voice/bxml/playAudio"
    content_name: ClassVar[str] = "url"
    text: ClassVar[Literal["", "token", "prose"]] = "token"

    url: Annotated[str, Url()]
    _: KW_ONLY
    username: Annotated[str | None, Text()] = None
    password: Annotated[str | None, Text()] = None
