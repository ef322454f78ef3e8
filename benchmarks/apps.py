"""Our own contestants."""

from __future__ import annotations

from deliveries import PASSWORD, USER

from webhooks import BasicAuth, Webhooks
from webhooks.bxml import Document, Gather, SpeakSentence
from webhooks.events import AnswerEvent, DisconnectEvent, MessageDeliveredEvent

hooks = Webhooks(auth=BasicAuth(USER, PASSWORD))


@hooks.on(AnswerEvent)
async def answered(call: AnswerEvent) -> Document:
    return Document(
        SpeakSentence("Thank you for calling."),
        Gather(SpeakSentence("Press 1 for sales, 2 for support."), gather_url="/menu", max_digits=1),
    )


@hooks.on(DisconnectEvent)
async def ended(call: DisconnectEvent) -> None: ...


@hooks.on(MessageDeliveredEvent)
async def delivered(event: MessageDeliveredEvent) -> None: ...


quiet = Webhooks(auth=BasicAuth(USER, PASSWORD))
"""One whose handler has nothing to say."""


@quiet.on(AnswerEvent)
async def heard(call: AnswerEvent) -> None: ...


observed = Webhooks(auth=BasicAuth(USER, PASSWORD), hooks=[lambda details: None])
"""One whose hook does nothing with what it is told."""
observed.on(AnswerEvent)(answered)
