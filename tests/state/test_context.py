from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict, computed_field

from tests.apps import answer, app, conference, message, payload
from tests.servers import Ticking
from webhooks import Context, StateConflict, StateError, UsageError, Webhooks
from webhooks.bxml import Document, Hangup, SpeakSentence
from webhooks.events import (
    AnswerEvent,
    ConferenceCompletedEvent,
    ConferenceMemberJoinEvent,
    DisconnectEvent,
    GatherEvent,
    MessageDeliveredEvent,
    MessageReceivedEvent,
    RecordingAvailableEvent,
    TransferAnswerEvent,
    UnknownEvent,
)
from webhooks.state import Entry, MemoryState, SqliteState, StateKey
from webhooks.state.holding import GRACE, TTL, States

GATHER = payload("gather")


class Cart(BaseModel):
    """What the tests remember."""

    items: list[str] = []
    count: int = 0


def counting(event: Any = GatherEvent, *, key: str | None = None, **settings: Any) -> tuple[Webhooks, list[int]]:
    """An app that counts its events in `Cart.count`, and what it counted."""
    hooks, counts = app(**{"state": MemoryState(), **settings}), list[int]()

    @hooks.on(event)
    async def handler(event: Any, context: Context) -> None:
        async with context.state(Cart, key=key) as cart:
            cart.count += 1
            counts.append(cart.count)

    return hooks, counts


async def test_a_handler_remembers_what_happened_earlier_in_the_call(tmp_path: Path) -> None:
    for expected in (1, 2):  # the second with another process's app
        hooks, counts = counting(state=SqliteState(tmp_path / "state.db"))
        await answer(hooks, GATHER)
        await answer(hooks, payload("gather", callId=f"c-other-{expected}"))
        assert counts == [expected, 1]
        await hooks._stop()


async def test_nothing_is_saved_when_the_body_raises() -> None:
    store = MemoryState()
    hooks = app(state=store)

    @hooks.on(GatherEvent)
    async def handler(event: GatherEvent, context: Context) -> None:
        async with context.state(Cart) as cart:
            cart.count += 1
            raise LookupError

    assert (await answer(hooks, GATHER)).status == 500
    other, counts = counting(state=store)
    await answer(other, GATHER)
    assert counts == [1]


async def test_state_that_nobody_changed_is_not_written() -> None:
    class Writes(MemoryState):
        async def set(self, key: StateKey, **others: Any) -> str | None:
            assert key.namespace.startswith("lease:")
            return await super().set(key, **others)

    hooks = app(state=Writes())

    @hooks.on(GatherEvent)
    async def handler(event: GatherEvent, context: Context) -> None:
        async with context.state(Cart) as cart:
            assert cart == Cart()

    assert (await answer(hooks, GATHER)).status == 200


async def test_handlers_of_one_call_wait_for_each_other() -> None:
    hooks, seen = app(state=MemoryState()), list[str]()

    @hooks.on(GatherEvent)
    async def handler(event: GatherEvent, context: Context) -> None:
        async with context.state(Cart) as cart:
            before = cart.count
            seen.append("in")
            await asyncio.sleep(0)
            seen.append("out")
            cart.count = before + 1

    replies = await asyncio.gather(*(answer(hooks, GATHER) for _ in range(20)))
    assert [reply.status for reply in replies] == [200] * 20
    assert seen == ["in", "out"] * 20


class Other(BaseModel):
    """Another model."""

    count: int = 0


async def test_two_models_of_a_call_are_two_states() -> None:
    hooks = app(state=MemoryState())

    @hooks.on(GatherEvent)
    async def handler(event: GatherEvent, context: Context) -> None:
        async with context.state(Cart) as cart, context.state(Other) as other:
            cart.count += 1
            other.count += 2
            assert (cart.count, other.count) in ((1, 2), (2, 4))

    assert [(await answer(hooks, GATHER)).status for _ in range(2)] == [200, 200]


async def test_two_models_of_a_call_are_opened_in_any_order() -> None:
    store, done = MemoryState(), list[type[BaseModel]]()
    event = GatherEvent.model_validate(GATHER)

    async def hold(states: States, first: type[Cart | Other], second: type[Cart | Other]) -> None:
        async with states.hold(event, first, None, TTL) as one:
            await asyncio.sleep(0)
            async with states.hold(event, second, None, TTL) as other:
                one.count += 1
                other.count += 1
        done.append(first)

    same, elsewhere = States(store), States(store)
    async with asyncio.timeout(2):
        await asyncio.gather(hold(same, Cart, Other), hold(same, Other, Cart), hold(elsewhere, Other, Cart))
    assert len(done) == 3
    async with same.hold(event, Cart, None, TTL) as cart:
        assert cart.count == 3


async def test_a_state_that_is_open_is_not_opened_again_inside() -> None:
    event, states = GatherEvent.model_validate(GATHER), States(MemoryState())
    async with asyncio.timeout(2):
        async with states.hold(event, Cart, None, TTL) as cart:
            cart.count += 1
            with pytest.raises(UsageError, match='Cart" is open already in this handler'):
                await states.hold(event, Cart, None, TTL).__aenter__()
            async with states.hold(event, Cart, "account 7", TTL) as other:  # another one's
                other.count += 5
        for expected in (1, 2):
            async with states.hold(event, Cart, None, TTL) as cart:
                assert cart.count == expected
                cart.count += 1
    assert not states._open


async def test_a_handler_waits_for_as_long_as_its_deadline_allows() -> None:
    clock = Ticking()
    event, states = GatherEvent.model_validate(GATHER), States(MemoryState(clock=clock), clock=clock)
    begun, enough = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        async with states.hold(event, Cart, None, TTL) as cart:
            begun.set()
            await enough.wait()
            cart.count += 1

    async def other() -> None:
        async with States(states._store, clock=clock).hold(event, Cart, None, TTL) as cart:
            cart.count += 1

    first = asyncio.create_task(slow())
    await begun.wait()
    second = asyncio.create_task(other())
    for _ in range(13):  # the deadline of voice is 14 seconds
        clock.now += 1
        await asyncio.sleep(0.001)
    assert not second.done()
    enough.set()
    await asyncio.gather(first, second)
    async with states.hold(event, Cart, None, TTL) as cart:
        assert cart.count == 2


async def test_each_event_has_the_state_of_what_it_is_about() -> None:
    store, counts = MemoryState(), list[int]()
    for event in (
        TransferAnswerEvent,
        ConferenceMemberJoinEvent,
        MessageReceivedEvent | MessageDeliveredEvent,
        GatherEvent,
    ):
        hooks, counted = counting(event, state=store)
        about = {
            TransferAnswerEvent: [payload("transferAnswer", callId="c-leg", parentCallId="c-1")],
            ConferenceMemberJoinEvent: [conference("conferenceMemberJoin", callId=call) for call in ("c-1", "c-2")],
            GatherEvent: [GATHER, payload("gather", callId="c-2"), payload("gather", callId="c-\x00 " + "é" * 300)],
        }.get(event) or [
            [message(**{"from": "+19195550199", "to": ["+19195550100"]})],
            [{**message("message-delivered", **{"from": "+19195550100"}), "to": "+19195550199"}],
            [{**message("message-delivered", **{"from": "+19195550100"}), "to": "+19195550198"}],
        ]
        for one in about:
            await answer(hooks, one)
        counts += counted
    #       the leg's call  the conference  the conversation, and another  the leg's call, others
    assert counts == [1, *(1, 2), *(1, 2, 1), *(2, 1, 1)]
    assert "1919555" not in repr(list(store._namespaces))


async def test_a_key_says_what_else_it_belongs_to() -> None:
    hooks, counts = counting(UnknownEvent, key="account 7")
    for _ in range(2):
        await answer(hooks, {"eventType": "news"})
    assert counts == [1, 2]


@pytest.mark.parametrize("sent", [{"eventType": "news"}, [message()], [message(**{"from": "+19195550100"})]])
async def test_an_event_about_nobody_needs_a_key(sent: Any, caplog: pytest.LogCaptureFixture) -> None:
    hooks, counts = counting(UnknownEvent if isinstance(sent, dict) else MessageReceivedEvent)
    assert (await answer(hooks, sent)).status == 500
    assert 'context.state(Model, key="...")' in caplog.text
    assert not counts


class Needs(BaseModel):
    """No new call can begin with this."""

    name: str


@pytest.mark.parametrize(
    ("model", "ttl", "expected"),
    [
        (Needs, TTL, "Needs() cannot be made: give name a default"),
        (dict, TTL, "expected a class of yours, derived from pydantic.BaseModel"),
        (Cart(), TTL, "expected a class of yours"),
        (Cart, 0, "expected seconds above 0"),
    ],
)
async def test_a_state_that_cannot_be_is_a_mistake(
    model: Any, ttl: float, expected: str, caplog: pytest.LogCaptureFixture
) -> None:
    hooks = app(state=MemoryState())

    @hooks.on(GatherEvent)
    async def handler(event: GatherEvent, context: Context) -> None:
        async with context.state(model, ttl=ttl):
            raise AssertionError

    assert (await answer(hooks, GATHER)).status == 500
    assert expected in caplog.text


@pytest.mark.parametrize("state", ["state.db", SqliteState, 5])
def test_a_store_is_made_by_whoever_wants_it(state: Any) -> None:
    with pytest.raises(UsageError, match=r'expected a store, as SqliteState\("state.db"\)'):
        app(state=state)


async def test_without_a_store_state_is_in_memory_and_that_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    hooks, counts = counting(state=None)
    assert caplog.text.count("not shared between workers") == 0
    for _ in range(3):
        await answer(hooks, GATHER)
    assert counts == [1, 2, 3]
    assert caplog.text.count("not shared between workers") == 1


@pytest.mark.parametrize("given", [True, False])
async def test_a_call_that_ended_is_forgotten_after_a_while(given: bool) -> None:
    clock = Ticking()
    store = MemoryState(clock=clock)
    hooks, counts = counting(RecordingAvailableEvent, state=store if given else None)
    hooks._states._store = store
    await answer(hooks, payload("disconnect", callId="c-0"))
    await answer(hooks, payload("recordingAvailable"))
    await answer(hooks, payload("transferDisconnect", callId="c-leg", parentCallId="c-1"))
    clock.now += GRACE + 1
    await answer(hooks, payload("disconnect"))
    for seconds in (GRACE - 1, 2):
        clock.now += seconds
        await answer(hooks, payload("recordingAvailable"))
    assert counts == [1, 2, 1]


@pytest.mark.parametrize("given", [True, False])
@pytest.mark.parametrize("wrote", ["nothing", "at the end", "after it"])
async def test_what_is_first_written_when_a_call_has_ended_is_forgotten_with_it(given: bool, wrote: str) -> None:
    clock = Ticking()
    store = MemoryState(clock=clock)
    handled = DisconnectEvent | RecordingAvailableEvent if wrote == "at the end" else RecordingAvailableEvent
    hooks, counts = counting(handled, state=store if given else None)
    hooks._states._store = store
    if wrote == "after it":  # the app is known to use state
        await answer(hooks, payload("recordingAvailable", callId="c-0"))
        counts.clear()
    await answer(hooks, payload("disconnect"))
    hours = (GRACE - 10,) if wrote == "after it" else ()
    for seconds in (*hours, 20 if hours else GRACE + 1):
        clock.now += seconds
        await answer(hooks, payload("recordingAvailable"))
    assert counts == ([1] if wrote == "nothing" else [1, 1])


async def test_the_end_of_a_call_is_told_twice() -> None:
    clock = Ticking()
    hooks, counts = counting(RecordingAvailableEvent, state=MemoryState(clock=clock))
    for seconds in (0, GRACE - 10):
        clock.now += seconds
        await answer(hooks, payload("disconnect"))
    await answer(hooks, payload("recordingAvailable"))
    clock.now += 11
    await answer(hooks, payload("recordingAvailable"))
    assert counts == [1, 1]


async def test_a_conference_that_ended_is_forgotten_too() -> None:
    clock = Ticking()
    hooks, counts = counting(ConferenceMemberJoinEvent, state=MemoryState(clock=clock))
    hooks.on(ConferenceCompletedEvent)(ended)
    await answer(hooks, conference("conferenceMemberJoin"))
    await answer(hooks, conference("conferenceCompleted"))
    clock.now += GRACE + 1
    await answer(hooks, conference("conferenceMemberJoin"))
    assert counts == [1, 1]


async def ended(event: ConferenceCompletedEvent) -> None: ...


async def test_a_call_whose_end_nobody_told_is_forgotten_in_the_end() -> None:
    clock = Ticking()
    hooks, counts = counting(state=MemoryState(clock=clock))
    for seconds in (0, TTL - 1, TTL + 1):
        clock.now += seconds
        await answer(hooks, GATHER)
    assert counts == [1, 2, 1]


class Wire(BaseModel):
    """Names of the wire are not the names that are kept; a computed value is not kept either."""

    model_config = ConfigDict(alias_generator=str.upper, extra="ignore")
    count: int = 0

    @computed_field
    def double(self) -> int:
        """Of the count."""
        return 2 * self.count


async def test_a_model_is_kept_by_the_names_of_its_fields_beside_those_it_does_not_know() -> None:
    store, states, event = MemoryState(), States(None), GatherEvent.model_validate(GATHER)
    states._store = store
    async with states.hold(event, Wire, None, TTL) as wire:
        wire.count = 1
    where = StateKey("call:c-1", f"{__name__}.Wire")
    kept = await store.get(where)
    assert kept is not None
    assert kept.value == b'{"count":1}'
    await store.set(where, value=b'{"count":1,"later":[2]}', version=kept.version, ttl=TTL)
    async with states.hold(event, Wire, None, TTL) as wire:
        wire.count += 1
    assert (await store.get(where) or Entry(b"", "")).value == b'{"later":[2],"count":2}'


@pytest.mark.parametrize("value", [b'{"count":"many"}', b"[]", b"{"])
async def test_what_does_not_fit_the_model_any_more_is_said_without_the_value(
    value: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    store = MemoryState()
    await store.set(StateKey("call:c-1", f"{__name__}.Cart"), value=value, version=None, ttl=TTL)
    hooks, counts = counting(state=store)
    assert (await answer(hooks, GATHER)).status == 500
    assert "does not fit Cart any more" in caplog.text
    assert "many" not in caplog.text
    assert not counts


async def test_a_value_of_another_type_is_not_saved(caplog: pytest.LogCaptureFixture) -> None:
    hooks = app(state=MemoryState())

    @hooks.on(GatherEvent)
    async def handler(event: GatherEvent, context: Context) -> None:
        async with context.state(Cart) as cart:
            assert cart.count == 0
            cart.count = "+19195550123"  # type: ignore[assignment]

    assert [(await answer(hooks, GATHER)).status for _ in range(2)] == [500, 500]
    assert "Cart holds a value that its field does not take" in caplog.text
    assert "1919" not in caplog.text


class Fails(MemoryState):
    """A store that fails, hangs, or breaks its promises, for the operations that it is told to."""

    def __init__(self, how: str, *operations: str) -> None:
        super().__init__()
        self.how, self.operations = how, operations

    async def _perhaps(self, operation: str) -> None:
        if operation in self.operations:
            if self.how == "hangs":
                await asyncio.Event().wait()
            raise (RuntimeError if self.how == "breaks" else StateError)("the disk is full")

    async def open(self) -> None:
        await self._perhaps("open")

    async def get(self, key: StateKey) -> Entry | None:
        await self._perhaps("get")
        return await super().get(key)

    async def set(self, key: StateKey, *, value: bytes, version: str | None, ttl: float) -> str | None:
        await self._perhaps("release" if ttl == 0 else "lease" if key.namespace.startswith("lease:") else "set")
        return await super().set(key, value=value, version=version, ttl=ttl)

    async def forget(self, namespace: str, *, after: float) -> None:
        await self._perhaps("forget")
        await super().forget(namespace, after=after)

    async def prune(self) -> None:
        await self._perhaps("prune")


SORRY = Document(SpeakSentence("Sorry."), Hangup())


@pytest.mark.parametrize("how", ["fails", "breaks", "hangs"])
@pytest.mark.parametrize("operation", ["lease", "get", "set"])
async def test_the_caller_is_answered_when_the_store_fails(
    how: str, operation: str, caplog: pytest.LogCaptureFixture
) -> None:
    hooks, _ = counting(fallback=SORRY)
    hooks._states = States(Fails(how, operation), patience=0.05)
    assert b"Sorry." in (await answer(hooks, GATHER)).body
    assert {"fails": "StateError", "breaks": "RuntimeError", "hangs": "gave no answer"}[how] in caplog.text


async def test_a_handler_may_answer_for_a_store_that_fails() -> None:
    hooks, _ = counting(state=Fails("fails", "get"))

    @hooks.on_error(StateError)
    async def sorry(error: StateError) -> Document:
        return SORRY

    assert b"Sorry." in (await answer(hooks, GATHER)).body


@pytest.mark.parametrize("how", ["fails", "breaks"])
async def test_a_call_whose_state_cannot_be_forgotten_is_handled(how: str, caplog: pytest.LogCaptureFixture) -> None:
    hooks, counts = counting(DisconnectEvent, state=Fails(how, "forget"))
    assert (await answer(hooks, payload("disconnect"))).status == 200
    assert counts == [1]
    assert "State is not forgotten before its time" in caplog.text


async def test_a_server_starts_without_its_store_and_says_so(caplog: pytest.LogCaptureFixture) -> None:
    hooks, counts = counting(state=Fails("fails", "open"))
    await hooks._start()
    assert "the disk is full" in caplog.text
    await answer(hooks, GATHER)
    assert counts == [1]
    await hooks._stop()


async def test_what_was_done_is_not_lost_to_a_lease_that_cannot_be_given_back(caplog: pytest.LogCaptureFixture) -> None:
    hooks, counts = counting(state=Fails("fails", "release"))
    assert (await answer(hooks, GATHER)).status == 200
    assert counts == [1]
    assert "A lease could not be given back" in caplog.text


async def test_who_waited_long_enough_goes_on_and_who_saves_last_is_told() -> None:
    store, event = MemoryState(), GatherEvent.model_validate(GATHER)
    begun, enough = asyncio.Event(), asyncio.Event()
    one, other = States(store, wait=0.05), States(store, wait=0.05)

    async def slow() -> None:
        async with one.hold(event, Cart, None, TTL) as cart:
            cart.count += 1
            begun.set()
            await enough.wait()

    task = asyncio.create_task(slow())
    await begun.wait()
    for states in (one, other):  # in the same process, and in another
        async with states.hold(event, Cart, None, TTL) as cart:
            cart.count += 10
    enough.set()
    with pytest.raises(StateConflict, match="saved by another handler of the same call meanwhile"):
        await task
    async with one.hold(event, Cart, None, TTL) as cart:
        assert cart.count == 20


async def test_a_store_is_pruned_now_and_then(caplog: pytest.LogCaptureFixture) -> None:
    clock, event = Ticking(), GatherEvent.model_validate(GATHER)
    pruned = list[float]()

    class Pruned(MemoryState):
        async def prune(self) -> None:
            pruned.append(clock.now)
            await super().prune()
            raise StateError("the disk is full")

    states = States(Pruned(clock=clock), clock=clock)
    for _ in range(12):
        clock.now += 100
        async with states.hold(event, Cart, None, 50) as cart:
            cart.count += 1
    assert len(pruned) == 2
    assert "Old state could not be removed" in caplog.text


async def test_a_handler_that_is_cancelled_holds_nothing_up() -> None:
    hooks = app(state=MemoryState(), deadline=0.05)

    @hooks.on(AnswerEvent)
    async def slow(event: AnswerEvent, context: Context) -> None:
        async with context.state(Cart) as cart:
            cart.count += 1
            await asyncio.Event().wait()

    @hooks.on(GatherEvent)
    async def quick(event: GatherEvent, context: Context) -> None:
        async with context.state(Cart) as cart:
            assert cart.count == 0

    assert [(await answer(hooks, payload(kind))).status for kind in ("answer", "gather")] == [500, 200]
    await hooks._stop()


async def test_closing_waits_for_what_the_store_still_does() -> None:
    go_on, done = asyncio.Event(), list[str]()
    states = States(MemoryState())

    async def write() -> None:
        await go_on.wait()
        done.append("written")

    asking = asyncio.create_task(states.ask(write()))
    await asyncio.sleep(0)
    asking.cancel()
    asyncio.get_running_loop().call_soon(go_on.set)
    await states.close()
    assert done == ["written"]


class Slow(MemoryState):
    """A store that says only when it is told to what it did, or that it failed."""

    def __init__(self, error: Exception | None = None) -> None:
        super().__init__()
        self.asked, self.may_tell, self.error = asyncio.Event(), asyncio.Event(), error

    async def set(self, key: StateKey, *, value: bytes, version: str | None, ttl: float) -> str | None:
        new = await super().set(key, value=value, version=version, ttl=ttl)
        self.asked.set()
        await self.may_tell.wait()
        if self.error is not None:
            raise self.error
        return new


@pytest.mark.parametrize("is_told", [False, True])
async def test_a_lease_whose_asker_was_cancelled_is_given_back(is_told: bool) -> None:
    event, store = GatherEvent.model_validate(GATHER), Slow()
    states = States(store)
    asking = asyncio.create_task(states.hold(event, Cart, None, TTL).__aenter__())
    await store.asked.wait()
    if is_told:  # just before it is cancelled
        store.may_tell.set()
        await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    store.may_tell.set()
    await states.close()
    async with asyncio.timeout(2):
        async with States(store).hold(event, Cart, None, TTL) as cart:
            cart.count += 1


async def test_a_lease_that_came_too_late_is_given_back(caplog: pytest.LogCaptureFixture) -> None:
    event, store = GatherEvent.model_validate(GATHER), Slow()
    states = States(store, patience=0.05)
    with pytest.raises(StateError, match="gave no answer"):
        await states.hold(event, Cart, None, TTL).__aenter__()
    store.may_tell.set()
    async with asyncio.timeout(2):
        async with States(store).hold(event, Cart, None, TTL) as cart:
            cart.count += 1
    await states.close()


@pytest.mark.parametrize("error", [None, StateError("the disk is full")])
async def test_nothing_is_given_back_of_an_answer_that_never_came(error: Exception | None) -> None:
    event, store = GatherEvent.model_validate(GATHER), Slow(error)
    states = States(store, patience=0.01)
    with pytest.raises(StateError, match="gave no answer"):
        await states.hold(event, Cart, None, TTL).__aenter__()
    if error is not None:
        store.may_tell.set()
    await asyncio.gather(*states._left, return_exceptions=True)
    assert await store.get(StateKey("lease:call:c-1", "lease")) is not None


async def test_there_is_nothing_to_give_back_where_there_was_nothing_to_have() -> None:
    event, store = GatherEvent.model_validate(GATHER), Slow()
    lease = StateKey("lease:call:c-1", "lease")
    version = await MemoryState.set(store, lease, value=b"", version=None, ttl=TTL)
    asking = asyncio.create_task(States(store).hold(event, Cart, None, TTL).__aenter__())
    await store.asked.wait()
    asking.cancel()
    store.may_tell.set()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await asyncio.sleep(0)
    assert await store.get(lease) == Entry(b"", version or "")


async def test_a_handler_in_a_thread_is_told_that_it_has_no_state(caplog: pytest.LogCaptureFixture) -> None:
    hooks = app()

    @hooks.on(GatherEvent)
    def handler(call: GatherEvent, context: Context) -> None:
        context.state(Cart)

    assert (await answer(hooks, GATHER)).status == 500
    assert "context.state(...) is for `async def` handlers: `async with context.state(Cart) as cart:`" in caplog.text


async def test_a_handler_that_was_left_behind_with_a_state_is_not_taken_for_the_next_one() -> None:
    """The messages of an array are handled in one task."""
    hooks, may_end, had = app(deadline=0.02), asyncio.Event(), list[str]()

    @hooks.on(MessageReceivedEvent)
    async def handler(event: MessageReceivedEvent, context: Context) -> None:
        try:
            async with context.state(Cart):
                while event.message.id == "m-1" and not may_end.is_set():
                    with suppress(asyncio.CancelledError):
                        await may_end.wait()
        except UsageError as error:
            had.append(str(error))
            raise

    many = [message(id=name, direction="in", **{"from": "+2"}) for name in ("m-1", "m-2")]
    assert (await answer(hooks, many)).status == 500
    may_end.set()
    assert had == []
