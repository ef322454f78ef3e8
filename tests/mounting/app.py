"""One app, mounted in every way that there is: handlers at paths, links between them, one that fails, messages."""

from __future__ import annotations

from webhooks import AllowAll, BasicAuth, Context, Router, Webhooks, text
from webhooks.bxml import Document, Gather, Hangup, Redirect, SpeakSentence, Verb
from webhooks.events import AnswerEvent, GatherEvent, MessageReceivedEvent, RedirectEvent

MAX_BODY = 2000


def make_hooks() -> Webhooks:
    """A new app each time: one that has served takes no more routes."""
    hooks = Webhooks(auth=BasicAuth("bandwidth", "s3cret"), max_body=MAX_BODY)

    @hooks.on(AnswerEvent)
    async def welcome(call: AnswerEvent) -> Gather:
        return Gather(SpeakSentence("Press 1."), gather_url=menu, max_digits=1)

    @hooks.on(GatherEvent, path="/menu")
    async def menu(call: GatherEvent, context: Context) -> Document[Verb]:
        return Document(SpeakSentence(f"You pressed {call.digits}."), Redirect(redirect_url=goodbye))

    @hooks.on(RedirectEvent, path="/goodbye")
    def goodbye(call: RedirectEvent) -> list[SpeakSentence | Hangup]:
        return [SpeakSentence("Goodbye."), Hangup()]

    @hooks.on(GatherEvent, path="/broken")
    async def broken(call: GatherEvent) -> None:
        raise LookupError(call.digits)

    @hooks.on(MessageReceivedEvent, text("STOP"))
    async def stopped(event: MessageReceivedEvent) -> None: ...

    return hooks


def make_unreachable() -> Webhooks:
    """An app with a mistake that only its start can find: a router that was included has got a route that is taken."""
    hooks, router = Webhooks(auth=AllowAll()), Router()

    @hooks.on(AnswerEvent)
    async def first(call: AnswerEvent) -> None: ...

    hooks.include(router)

    @router.on(AnswerEvent)
    async def never(call: AnswerEvent) -> None: ...

    return hooks
