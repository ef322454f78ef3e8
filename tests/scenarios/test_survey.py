"""A survey of three questions, asked by a call of ours, updated by REST in the middle."""

from __future__ import annotations

from webhooks import AllowAll, Webhooks
from webhooks.bxml import Document, Gather, Hangup, SpeakSentence, Ssml
from webhooks.events import AnswerEvent, GatherEvent, RedirectEvent
from webhooks.simulator import Phone

hooks = Webhooks(auth=AllowAll())
QUESTIONS = ["How was it?", "Would you come again?", "Any advice?"]
answers: list[str | None] = []


def ask(number: int) -> Gather:
    words = SpeakSentence(QUESTIONS[number], Ssml("<break time='1s'/>"), " One to five.")
    return Gather(words, gather_url=f"/answer?number={number}", max_digits=1)


@hooks.on(AnswerEvent)
async def begin(call: AnswerEvent) -> Gather:
    return ask(0)


@hooks.on(GatherEvent, path="/answer")
async def answered(call: GatherEvent) -> Gather | SpeakSentence:
    answers.append(call.digits)
    return ask(len(answers)) if len(answers) < 3 else SpeakSentence("Thank you!")


@hooks.on(RedirectEvent, path="/closing")
async def closing(call: RedirectEvent) -> SpeakSentence:
    return SpeakSentence("We are closing.")


async def test_three_answers(phone: Phone) -> None:
    answers.clear()
    call = await phone.call_out(hooks)
    for key in "543":
        await call.press(key)
    call.expect(*QUESTIONS, "Thank you!")
    assert answers == ["5", "4", "3"] and call.transcript[0] == "How was it? One to five."


async def test_the_call_is_updated_from_outside(phone: Phone) -> None:
    call = await phone.call_out(hooks)
    await call.update("/closing", tag="late")
    assert call.heard("We are closing.") and call.tag == "late"
    again = await phone.call_out(hooks, tag="early")
    await again.update("/closing")
    assert again.tag == "early" and len(phone.calls) == 2
    other = await phone.call_out(hooks)
    await other.replace(Document(SpeakSentence("Bye."), Hangup()))
    assert other.heard("Bye.") and other.cause == "hangup"
