from __future__ import annotations

from enum import StrEnum

from tests.apps import answer, app, payload
from webhooks.bxml import Document, SpeakSentence, parse
from webhooks.events import InitiateEvent


class Says(StrEnum):
    SORRY = "Sorry & goodbye."


def test_a_text_of_a_subclass_of_str_is_spoken() -> None:
    assert parse(Document(SpeakSentence(Says.SORRY)).to_bytes()) == Document(SpeakSentence("Sorry & goodbye."))


async def test_a_fallback_that_cannot_be_written_is_no_exception() -> None:
    class Broken(Document):
        def to_bytes(self, link: object = None) -> bytes:
            raise RuntimeError

    hooks = app(fallback=Broken(SpeakSentence("Sorry.")))

    @hooks.on(InitiateEvent)
    async def fails(call: InitiateEvent) -> None:
        raise ValueError

    assert (await answer(hooks, payload("initiate"))).status == 500
