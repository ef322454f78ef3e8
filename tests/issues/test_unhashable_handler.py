from __future__ import annotations

from dataclasses import dataclass

from tests.apps import answer, app, payload
from webhooks.bxml import Hangup
from webhooks.events import InitiateEvent


@dataclass
class Menu:
    language: str = "en"

    async def __call__(self, call: InitiateEvent) -> Hangup:
        return Hangup()


async def test_a_dataclass_may_be_a_handler() -> None:
    hooks = app()
    hooks.on(InitiateEvent)(Menu())
    assert b"<Hangup/>" in (await answer(hooks, payload("initiate"))).body
