"""What a test asks of a phone that cannot be: one sentence and the call so far."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette

from webhooks import AllowAll, BasicAuth, Webhooks
from webhooks.bxml import (
    Conference,
    Document,
    Gather,
    Hangup,
    Pause,
    PhoneNumber,
    Redirect,
    SpeakSentence,
    Ssml,
    StartGather,
    Transfer,
)
from webhooks.errors import SimulationError, UsageError
from webhooks.events import DtmfEvent, InitiateEvent, RedirectEvent
from webhooks.inbox import MemoryInbox
from webhooks.simulator import Callee, Phone, Timing

hooks = Webhooks(auth=AllowAll())


@hooks.on(InitiateEvent)
async def welcome(call: InitiateEvent) -> Gather:
    return Gather(SpeakSentence("Press ", Ssml('<sub alias="one &amp; two">12</sub>'), "."), max_digits=1)


async def test_what_was_not_heard_is_told_with_the_whole_call(phone: Phone) -> None:
    call = await phone.dial(hooks)
    call.expect("press one & two.")
    with pytest.raises(
        SimulationError, match=r'(?s)"Goodbye" was not heard after "Press"\. The call so far:.*Press one & two\.'
    ) as failure:
        call.expect("Press", "Goodbye")
    assert isinstance(failure.value, AssertionError)


async def test_a_key_that_no_phone_has_is_refused(phone: Phone) -> None:
    call = await phone.dial(hooks)
    with pytest.raises(SimulationError, match='no key "x"'):
        await call.press("1x")
    assert not call.ended


async def test_keys_after_the_end_of_a_call_are_not_pressed(phone: Phone) -> None:
    call = await phone.dial(hooks)
    await call.press("12345")
    assert [entry.text for entry in call.timeline if entry.what == "presses"] == ["1"]


@pytest.mark.parametrize("step", ["press", "speak", "hang_up", "update", "replace"])
async def test_nobody_does_anything_on_a_call_that_has_ended(phone: Phone, step: str) -> None:
    call = await phone.dial(hooks)
    await call.hang_up()
    arguments = {"press": ("1",), "speak": ("Hello",), "update": ("/x",), "replace": (Document(),)}
    with pytest.raises(SimulationError, match=r"the call has ended \(hangup\)"):
        await getattr(call, step)(*arguments.get(step, ()))


async def test_a_call_that_nobody_answered_cannot_be_updated(phone: Phone) -> None:
    call = await phone.call_out(hooks, settle=False)
    with pytest.raises(SimulationError, match="nobody has answered"):
        await call.update("/x")


async def test_time_goes_forward_only(phone: Phone) -> None:
    with pytest.raises(SimulationError, match="forward only"):
        await phone.wait(-1)


async def test_there_is_no_such_call_or_conference(phone: Phone) -> None:
    with pytest.raises(SimulationError, match="no call with that id"):
        phone.call("c-1")
    with pytest.raises(SimulationError, match='no conference "x"; there were: none'):
        phone.conference("x")
    with pytest.raises(SimulationError, match="needs somebody"):
        await phone.text(hooks, "Hello", to=())


async def test_what_a_conference_cannot_do(phone: Phone) -> None:
    app = Webhooks(auth=AllowAll())

    @app.on(InitiateEvent)
    async def join(call: InitiateEvent) -> Conference:
        return Conference("room")

    inside, outside = await phone.dial(app), await phone.dial(hooks)
    room = phone.conference("room")
    with pytest.raises(SimulationError, match="is not in the conference"):
        await room.update(outside, mute=True)
    assert room.id.startswith("conf-")
    await inside.hang_up()
    with pytest.raises(SimulationError, match="the conference is over"):
        await room.end()
    assert room.events == ()  # nobody asked to be told
    assert len(room.timeline) == 0


async def test_music_on_hold_never_ends_and_a_step_does(phone: Phone) -> None:
    app = Webhooks(auth=AllowAll())

    @app.on(InitiateEvent | RedirectEvent)
    async def hold(call: InitiateEvent | RedirectEvent) -> Document:
        return Document(Pause(duration=7), Redirect(redirect_url="/"))

    call = await phone.dial(app)
    assert not call.ended
    assert phone.now == 56
    assert (await Phone(timing=Timing(patience=10)).dial(app)).answered


async def test_a_circle_without_time_is_told(phone: Phone) -> None:
    app = Webhooks(auth=AllowAll())

    @app.on(InitiateEvent | RedirectEvent)
    async def around(call: InitiateEvent | RedirectEvent) -> Redirect:
        return Redirect(redirect_url="/")

    with pytest.raises(SimulationError, match="circle"):
        await phone.dial(app)


def test_calls_say_who_and_how() -> None:
    assert repr(Callee("busy")).startswith("Callee(outcome='busy'")


def test_an_outcome_that_there_is_not_is_refused() -> None:
    told = r"Callee\('bussy'\): expected one of answer, busy, rejected, timeout\. Did you mean \"busy\"\?"
    with pytest.raises(UsageError, match=told):
        Callee("bussy")  # type: ignore[arg-type]


async def test_a_word_is_no_callee(phone: Phone) -> None:
    phone.callees["+19195550123"] = "busy"  # type: ignore[assignment]
    with pytest.raises(UsageError, match=r'phone\.callees holds str, expected a Callee, as Callee\("busy"\)'):
        await phone.call_out(hooks)


async def test_a_number_is_no_key(phone: Phone) -> None:
    call = await phone.dial(hooks)
    with pytest.raises(SimulationError, match=r'press\(1\): expected keys as a text, as press\("1"\)'):
        await call.press(1)  # type: ignore[arg-type]


async def test_that_nobody_is_connected_is_told_with_the_call(phone: Phone) -> None:
    call = await phone.dial(hooks)
    with pytest.raises(SimulationError, match=r"(?s)nobody is connected with this call\. The call so far:.*initiate"):
        await call.peer.speak("Hello?")


async def test_a_call_says_what_it_is(phone: Phone) -> None:
    call = await phone.dial(hooks)
    assert "+19195550123, up" in repr(call)
    assert (call.direction, call.party, call.connected, call.cause) == ("inbound", "+19195550123", False, "")
    assert call == phone.call(call.id)
    assert call != "a call"
    assert {call: 1}[phone.call(call.id)] == 1
    await call.hang_up()
    assert "ended: hangup" in repr(call)


async def test_a_called_party_can_be_sent_elsewhere(phone: Phone) -> None:
    app = Webhooks(auth=AllowAll())

    @app.on(InitiateEvent)
    async def transfer(call: InitiateEvent) -> list[Transfer | SpeakSentence]:
        return [Transfer(PhoneNumber("+19195550150")), SpeakSentence("Alone again.")]

    call = await phone.dial(app)
    agent = call.peer
    await agent.replace(Document(SpeakSentence("Thank you, agent.")))
    assert call.heard("Alone again.")
    assert agent.heard("Thank you")
    assert agent.ended


async def test_events_of_one_second_are_events_of_their_own_for_an_inbox(phone: Phone) -> None:
    hooks, keys = Webhooks(auth=AllowAll(), inbox=MemoryInbox()), list[str | None]()

    @hooks.on(InitiateEvent)
    async def begin(call: InitiateEvent) -> Document:
        return Document(StartGather(dtmf_url=key), Pause(duration=3600))

    @hooks.on(DtmfEvent, path="/key")
    async def key(call: DtmfEvent) -> None:
        keys.append(call.digit)

    async with phone.running(hooks):
        call = await phone.dial(hooks)
        await call.press("1122")
    assert keys == ["1", "1", "2", "2"]


async def test_the_calls_of_two_phones_are_two_calls_to_an_app_that_remembers_them() -> None:
    hooks, heard = Webhooks(auth=AllowAll()), list[str]()

    @hooks.on(InitiateEvent)
    async def begin(call: InitiateEvent) -> Hangup:
        heard.append(call.call_id)
        return Hangup()

    for _ in range(2):
        await Phone().dial(hooks)
    assert len(set(heard)) == 2


async def test_an_app_that_is_mounted_in_another_tells_its_credentials(phone: Phone) -> None:
    app = Starlette()
    for path, user in (("/voice", "one"), ("/voice/other", "two")):
        mounted = Webhooks(auth=BasicAuth(user, "s3cret"))
        mounted.on(InitiateEvent)(welcome)
        mounted.install(app, path)
    app.mount("/open", hooks)
    for path in ("/voice", "/voice/other?x=1", "/open/"):
        assert (await phone.dial(app, path)).heard("Press"), path
    assert (await phone.dial(app, "/elsewhere")).cause == "callback-error"
