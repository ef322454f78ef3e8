from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.apps import answer, app, conference, delivered, payload
from tests.servers import REDIS, postgres_schema, redis_prefix
from webhooks import Reply, Webhooks
from webhooks.bxml import Document, Redirect, SpeakSentence
from webhooks.events import ConferenceMemberJoinEvent, DisconnectEvent, GatherEvent, InitiateEvent, RedirectEvent
from webhooks.state import Entry, MemoryState, PostgresState, RedisState, SqliteState, StateKey, StateStore

GATHER = payload("gather", eventTime="2026-11-20T10:00:00.435Z")
NEXT = payload("gather", eventTime="2026-11-20T10:00:03.120Z")


@pytest.fixture(params=["memory", "store"])
def store(request: pytest.FixtureRequest) -> StateStore | None:
    """None, and a store that other processes could look into."""
    return MemoryState() if request.param == "store" else None


class Counter:
    """An app whose handler says how often it ran, and waits where it is told to."""

    def __init__(self, event: Any = GatherEvent, **settings: Any) -> None:
        self.hooks = app(**settings)
        self.runs = 0
        self.go_on = asyncio.Event()
        self.go_on.set()
        self.begun = asyncio.Event()
        self.hooks.on(event)(self.handler)

    async def handler(self, event: Any) -> Document[SpeakSentence]:
        self.runs += 1
        said = f"Run {self.runs}."
        self.begun.set()
        await self.go_on.wait()
        return Document(SpeakSentence(said))


async def test_a_repeated_question_gets_the_same_bytes_and_its_handler_runs_once() -> None:
    counter = Counter()
    replies = [await answer(counter.hooks, GATHER, path) for path in ("/", "/fallback", "/")]
    assert counter.runs == 1
    assert replies[0] == replies[1] == replies[2]
    assert b"Run 1." in replies[0].body


async def test_a_question_that_differs_is_another() -> None:
    counter = Counter()
    for sent in (GATHER, NEXT, {**GATHER, "callId": "c-2"}, {**GATHER, "digits": "1"}):
        await answer(counter.hooks, sent)
    assert counter.runs == 4


async def test_a_question_in_a_query_is_remembered_too() -> None:
    counter = Counter()
    query = "eventType=gather&callId=c-1&eventTime=2026-11-20T10%3A00%3A00.435Z"
    for asked in (query, query, query + "&digits=1"):
        await answer(counter.hooks, b"", method="GET", query=asked)
    assert counter.runs == 2


@pytest.mark.parametrize("time", ["10:00:00.000Z", "10:00:00.0Z"])
async def test_a_time_that_says_that_its_milliseconds_are_none_is_precise(time: str) -> None:
    counter, query = Counter(), f"eventType=gather&callId=c-1&eventTime=2026-11-20T{time}".replace(":", "%3A")
    for _ in range(2):
        await answer(counter.hooks, payload("gather", eventTime=f"2026-11-20T{time}"))
        await answer(counter.hooks, b"", method="GET", query=query)
    assert counter.runs == 2


async def test_a_question_by_another_mount_is_another_since_its_urls_are() -> None:
    store = MemoryState()
    hooks, other = app(state=store), app(state=store)

    async def menu(call: RedirectEvent) -> None: ...
    async def welcome(call: InitiateEvent) -> Redirect:
        return Redirect(redirect_url=menu)

    for each in (hooks, other):
        each.on(RedirectEvent, path="/menu")(menu)
        each.on(InitiateEvent)(welcome)
    asked = payload("initiate", eventTime="2026-11-20T10:00:00.435Z")
    for asks in (hooks, other):
        for root in ("/voice", "/backup"):
            assert f'"{root}/menu"'.encode() in (await answer(asks, asked, root_path=root)).body


async def test_what_follows_the_path_of_a_question_with_a_body_is_no_part_of_it() -> None:
    store = MemoryState()
    one, other = Counter(state=store), Counter(state=store)
    replies = [await answer(counter.hooks, GATHER, query=query) for counter, query in ((one, ""), (one, "try=2"))]
    replies.append(await answer(other.hooks, GATHER, query="try=3"))
    assert replies[0] == replies[1] == replies[2]
    assert (one.runs, other.runs) == (1, 0)


@pytest.mark.parametrize("time", ["2026-11-20T10:00:00Z", "2026-11-20T10:00Z", "soon", None])
async def test_an_event_whose_time_is_vague_is_never_a_repeat(time: str | None) -> None:
    counter = Counter()
    for _ in range(2):
        await answer(counter.hooks, {**GATHER, "eventTime": time})
    assert counter.runs == 2


@pytest.mark.parametrize("end", ["", "/"])
async def test_a_path_with_routes_of_its_own_asks_those(store: StateStore | None, end: str) -> None:
    counter = Counter(state=store)

    @counter.hooks.on(GatherEvent, path="/fallback")
    async def fallback(call: GatherEvent) -> SpeakSentence:
        return SpeakSentence("Sorry.")

    replies = [await answer(counter.hooks, GATHER, path) for path in ("/", "/fallback" + end)]
    assert b"Sorry." in replies[1].body


async def test_the_url_of_the_app_may_have_routes_of_its_own() -> None:
    counter = Counter()

    @counter.hooks.on(GatherEvent, path="/")
    async def welcome(call: GatherEvent) -> SpeakSentence:
        return SpeakSentence("Welcome.")

    replies = [await answer(counter.hooks, GATHER, path) for path in ("/fallback", "/", "")]
    assert [b"Welcome." in reply.body for reply in replies] == [False, True, True]


async def test_a_path_with_a_slash_at_its_end_is_the_same_path() -> None:
    counter = Counter()
    counter.hooks.on(GatherEvent, path="/menu")(counter.handler)
    for path in ("/menu", "/menu/"):
        await answer(counter.hooks, GATHER, path)
    assert counter.runs == 1


async def test_an_event_that_waits_for_nothing_runs_each_time() -> None:
    hooks, runs = app(), list[DisconnectEvent]()

    @hooks.on(DisconnectEvent)
    async def handler(event: DisconnectEvent) -> None:
        runs.append(event)

    for _ in range(2):
        await answer(hooks, payload("disconnect", eventTime="2026-11-20T10:00:00.435Z"))
    assert len(runs) == 2


async def test_a_conference_is_asked_once_too() -> None:
    hooks, runs = app(), list[ConferenceMemberJoinEvent]()

    @hooks.on(ConferenceMemberJoinEvent)
    async def handler(event: ConferenceMemberJoinEvent) -> None:
        runs.append(event)

    for _ in range(2):
        await answer(hooks, conference("conferenceMemberJoin", eventTime="2026-11-20T10:00:00.435Z"))
    assert len(runs) == 1


async def test_questions_that_overlap_in_one_conference_are_asked_once_each(store: StateStore | None) -> None:
    counter = Counter(ConferenceMemberJoinEvent, state=store)
    joins = [
        conference("conferenceMemberJoin", eventTime=f"2026-11-20T10:00:0{number}.435Z", callId=f"c-{number}")
        for number in (1, 2)
    ]
    counter.go_on.clear()
    asked = [asyncio.create_task(answer(counter.hooks, joins[which])) for which in (0, 1, 0, 1)]
    await counter.begun.wait()
    counter.go_on.set()
    replies = [*await asyncio.gather(*asked), *[await answer(counter.hooks, join) for join in joins]]
    assert counter.runs == 2
    assert replies[:2] == replies[2:4] == replies[4:]


async def test_an_earlier_question_of_a_call_is_remembered_beside_a_later_one() -> None:
    counter = Counter()
    replies = [await answer(counter.hooks, sent) for sent in (GATHER, NEXT, GATHER, NEXT)]
    assert counter.runs == 2
    assert replies[:2] == replies[2:]


async def test_a_question_is_remembered_at_each_path_that_has_routes() -> None:
    counter = Counter()
    counter.hooks.on(GatherEvent, path="/fallback")(counter.handler)
    replies = [await answer(counter.hooks, GATHER, path) for path in ("/", "/fallback", "/", "/fallback")]
    assert counter.runs == 2
    assert replies[:2] == replies[2:]


async def test_it_can_be_switched_off() -> None:
    counter = Counter(once=False)
    for _ in range(2):
        await answer(counter.hooks, GATHER)
    assert counter.runs == 2


async def test_what_failed_is_tried_again() -> None:
    hooks, runs = app(), list[str]()

    @hooks.on(GatherEvent)
    async def handler(call: GatherEvent) -> Reply | None:
        runs.append(call.call_id)
        if len(runs) == 1:
            raise LookupError
        return Reply(202)

    assert [(await answer(hooks, GATHER)).status for _ in range(3)] == [500, 202, 202]
    assert len(runs) == 2


async def test_who_asks_while_the_first_is_answered_waits_for_it() -> None:
    counter = Counter()
    counter.go_on.clear()
    asked = [asyncio.create_task(answer(counter.hooks, GATHER)) for _ in range(3)]
    await counter.begun.wait()
    assert not any(one.done() for one in asked)
    counter.go_on.set()
    replies = await asyncio.gather(*asked)
    assert (counter.runs, replies[0] == replies[1] == replies[2]) == (1, True)


async def test_who_waits_for_one_that_was_interrupted_asks_anew() -> None:
    counter = Counter()
    counter.go_on.clear()
    first = asyncio.create_task(answer(counter.hooks, GATHER))
    await counter.begun.wait()
    others = [asyncio.create_task(answer(counter.hooks, GATHER)) for _ in range(2)]
    await asyncio.sleep(0)
    others[0].cancel()  # which is nobody else's affair
    await asyncio.sleep(0)
    first.cancel()
    counter.go_on.set()
    assert b"Run 2." in (await others[1]).body
    assert counter.runs == 2


@pytest.mark.parametrize(("length", "runs"), [(64 * 1024, 1), (64 * 1024 + 1, 2)])
async def test_an_answer_is_remembered_that_is_as_long_as_a_document_may_be(
    store: StateStore | None, length: int, runs: int
) -> None:
    ran: list[GatherEvent] = []
    hooks = app(state=store)

    @hooks.on(GatherEvent)
    async def story(call: GatherEvent) -> Reply:
        ran.append(call)
        return Reply(200, b"." * length)

    for _ in range(2):
        assert len((await answer(hooks, GATHER)).body) == length
    assert len(ran) == runs


async def test_memory_is_bounded_and_the_last_thousand_are_in_it() -> None:
    counter = Counter()
    asked = [{**GATHER, "callId": f"c-{number}"} for number in range(3000)]
    for sent in asked:
        await answer(counter.hooks, sent)
    for sent in asked[-1024:]:
        await answer(counter.hooks, sent)
    assert counter.runs == 3000
    repeats = repeats_of(counter.hooks)
    assert len(repeats._answers) + len(repeats._older) <= 2 * 1024


async def test_long_answers_take_no_more_than_8_mebibytes() -> None:
    hooks = app()

    @hooks.on(GatherEvent)
    async def story(call: GatherEvent) -> Reply:
        return Reply(200, bytes(60 * 1024))

    for number in range(1000):
        await answer(hooks, {**GATHER, "callId": f"c-{number}"})
    repeats = repeats_of(hooks)
    kept = [len(reply.body) for replies in (repeats._answers, repeats._older) for reply in replies.values()]
    assert 3 * 1024**2 < sum(kept) <= 8 * 1024**2


async def test_nobody_waits_for_one_that_failed_long_after_it_began() -> None:
    counter = Counter()
    counter.go_on.clear()
    first = asyncio.create_task(answer(counter.hooks, GATHER))
    await counter.begun.wait()
    counter.go_on.set()
    for number in range(8200):  # as many as make what is recent old
        await counter.hooks.receive(delivered({**GATHER, "callId": f"c-other-{number}"}))
    counter.go_on.clear()
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    counter.go_on.set()
    async with asyncio.timeout(5):
        assert (await answer(counter.hooks, GATHER)).status == 200


@pytest.fixture(params=["sqlite", "postgres", "redis"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """Makes stores that share what they keep, as processes do."""
    if request.param == "sqlite":
        yield lambda: SqliteState(tmp_path / "state.db")
    elif request.param == "postgres":
        with postgres_schema() as dsn:
            yield lambda: PostgresState(dsn)
    else:
        with redis_prefix() as prefix:
            yield lambda: RedisState(REDIS, prefix=prefix)


async def test_other_processes_know_the_answer(make: Callable[[], StateStore]) -> None:
    one, other = Counter(state=make()), Counter(state=make())
    one.go_on.clear()
    first = asyncio.create_task(answer(one.hooks, GATHER))
    await one.begun.wait()
    second = asyncio.create_task(answer(other.hooks, GATHER))
    one.go_on.set()
    assert await first == await second
    assert await answer(other.hooks, GATHER) == await first
    assert (one.runs, other.runs) == (1, 0)
    await answer(other.hooks, NEXT)
    assert other.runs == 1
    await one.hooks._stop()
    await other.hooks._stop()


async def test_what_failed_elsewhere_is_tried_here() -> None:
    store = MemoryState()
    one, other = Counter(state=store), Counter(state=store)
    one.hooks.on_error(LookupError)(lambda error: Reply(503))

    @one.hooks.on(ConferenceMemberJoinEvent)
    async def handler(event: ConferenceMemberJoinEvent) -> None:
        raise LookupError

    @other.hooks.on(ConferenceMemberJoinEvent)
    async def other_handler(event: ConferenceMemberJoinEvent) -> Reply:
        return Reply(200, b"<Response/>", "application/xml", (("x-a", "b"),))

    sent = conference("conferenceMemberJoin", eventTime="2026-11-20T10:00:00.435Z")
    assert (await answer(one.hooks, sent)).status == 503
    await one.hooks._stop()
    assert (await answer(other.hooks, sent)).body == b"<Response/>"
    await other.hooks._stop()
    assert (await answer(one.hooks, sent)).headers == (("x-a", "b"),)


class Fails(MemoryState):
    """A store that hangs, or fails in a way it must not."""

    def __init__(self, how: str, operation: str) -> None:
        super().__init__()
        self.how, self.operation, self.asked = how, operation, 0

    async def _perhaps(self, operation: str) -> None:
        if operation == self.operation:
            self.asked += 1
            if self.how == "hangs":
                await asyncio.Event().wait()
            raise RuntimeError

    async def get(self, key: StateKey) -> Entry | None:
        await self._perhaps("get")
        return await super().get(key)

    async def set(self, key: StateKey, *, value: bytes, version: str | None, ttl: float) -> str | None:
        await self._perhaps("claim" if version is None else "tell")
        return await super().set(key, value=value, version=version, ttl=ttl)


@pytest.mark.parametrize("how", ["hangs", "breaks"])
@pytest.mark.parametrize("operation", ["claim", "get", "tell"])
async def test_no_caller_waits_for_a_store_that_fails(
    how: str, operation: str, caplog: pytest.LogCaptureFixture
) -> None:
    store = Fails(how, operation)
    counter = Counter(state=store)
    repeats = repeats_of(counter.hooks)
    repeats._patience = 0.02
    if operation == "get":
        await store.set(repeats._key(delivered(GATHER)), value=b"", version=None, ttl=60)
    for sent in (GATHER, NEXT, GATHER):
        assert b"Run" in (await answer(counter.hooks, sent)).body
    assert store.asked == 1  # and then it is left alone for a while
    assert "Other processes are not asked about repeated deliveries for a while" in caplog.text


async def test_a_store_that_fails_costs_no_answer_however_short_the_deadline() -> None:
    counter = Counter(state=Fails("hangs", "claim"), deadline=0.01)
    repeats_of(counter.hooks)._patience = 0.02
    assert b"Run 1." in (await answer(counter.hooks, GATHER)).body


def test_other_processes_know_of_an_answer_when_the_loop_stands_still_after_it() -> None:
    """As on AWS Lambda."""
    store = MemoryState()
    one, other = Counter(state=store), Counter(state=store)
    with asyncio.Runner() as first, asyncio.Runner() as second:
        replies = [runner.run(answer(counter.hooks, GATHER)) for runner, counter in ((first, one), (second, other))]
    assert replies[0] == replies[1]
    assert (one.runs, other.runs) == (1, 0)


def wait_until(condition: Callable[[], bool]) -> None:
    for _ in range(5000):
        if condition():
            return
        time.sleep(0.001)
    raise AssertionError("it never came so far")


def test_who_asks_in_another_thread_waits_for_the_same_answer() -> None:
    runs, go_on = list[str](), threading.Event()
    hooks = app()

    @hooks.on(GatherEvent)
    async def waits(call: GatherEvent) -> SpeakSentence:
        runs.append(call.call_id)
        await asyncio.to_thread(go_on.wait, 5)
        return SpeakSentence("Hello.")

    hooks.freeze()
    being_answered = repeats_of(hooks)._open
    with ThreadPoolExecutor(3) as pool:
        asked = [pool.submit(asyncio.run, answer(hooks, GATHER))]
        wait_until(lambda: len(being_answered) == 1)
        asked += [pool.submit(asyncio.run, answer(hooks, GATHER)) for _ in range(2)]
        wait_until(lambda: all(being_answered.values()))
        go_on.set()
        replies = [one.result(5) for one in asked]
    assert replies[0] == replies[1] == replies[2]
    assert runs == ["c-1"]


@pytest.mark.parametrize("value", [b'{"status": 200}', b"[200", b'["a", "b", []]\n'])
async def test_what_another_version_left_in_a_store_costs_no_answer(value: bytes) -> None:
    store = MemoryState()
    counter = Counter(state=store)
    await store.set(repeats_of(counter.hooks)._key(delivered(GATHER)), value=value, version=None, ttl=60)
    assert b"Run 1." in (await answer(counter.hooks, GATHER)).body


def repeats_of(hooks: Webhooks) -> Any:
    return hooks._ready()._repeats


async def test_a_process_that_died_while_it_answered_holds_nobody_up_for_long() -> None:
    store = MemoryState()
    counter = Counter(state=store)
    await store.set(repeats_of(counter.hooks)._key(delivered(GATHER)), value=b"", version=None, ttl=0.01)
    assert b"Run 1." in (await answer(counter.hooks, GATHER)).body


class Renewed(MemoryState):
    """A store whose clock goes on by two seconds when a claim of six is renewed."""

    def __init__(self) -> None:
        super().__init__(clock=lambda: self.now)
        self.now = 0.0
        self.is_long_ago = asyncio.Event()

    async def set(self, key: StateKey, *, value: bytes, version: str | None, ttl: float) -> str | None:
        given = await super().set(key, value=value, version=version, ttl=ttl)
        if given is not None and version is not None:
            self.now += ttl / 3
        if self.now > 10 * ttl:
            self.is_long_ago.set()
        return given


async def test_nobody_takes_over_from_a_process_that_takes_long_to_answer() -> None:
    store = Renewed()
    one, other = Counter(state=store), Counter(state=store)
    repeats_of(one.hooks)._renewal = 0.001
    one.go_on.clear()
    first = asyncio.create_task(answer(one.hooks, GATHER))
    async with asyncio.timeout(5):
        await store.is_long_ago.wait()
        second = asyncio.create_task(answer(other.hooks, GATHER))
        await asyncio.wait({second}, timeout=0.1)
        one.go_on.set()
        assert await first == await second
    assert (one.runs, other.runs) == (1, 0)


async def taken(**settings: Any) -> Counter:
    """An app that is asked what another process answers, which never comes to an end."""
    store = MemoryState()
    counter = Counter(state=store, deadline=0.1, **settings)
    await store.set(repeats_of(counter.hooks)._key(delivered(GATHER)), value=b"", version=None, ttl=60)
    return counter


async def test_who_waits_for_another_process_fails_at_his_deadline(caplog: pytest.LogCaptureFixture) -> None:
    counter = await taken()
    async with asyncio.timeout(5):
        replies = await asyncio.gather(*[answer(counter.hooks, GATHER) for _ in range(2)])
    assert ([reply.status for reply in replies], counter.runs) == ([500, 500], 0)
    assert "another process, which was asked the same, has not answered in time" in caplog.text


async def test_who_waits_for_another_process_hears_the_fallback_at_his_deadline() -> None:
    counter = await taken(fallback=Document(SpeakSentence("Sorry.")))
    async with asyncio.timeout(5):
        assert b"Sorry." in (await answer(counter.hooks, GATHER)).body
    assert repeats_of(counter.hooks)._answers == {}  # it may be answered after all


async def test_a_delivery_that_is_interrupted_while_the_store_is_asked_is_no_answer() -> None:
    store = Fails("hangs", "claim")
    counter = Counter(state=store)
    first = asyncio.create_task(answer(counter.hooks, GATHER))
    while not store.asked:
        await asyncio.sleep(0)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    repeats_of(counter.hooks)._patience = 0.02
    assert b"Run 1." in (await answer(counter.hooks, GATHER)).body


class Slow(MemoryState):
    """A store that has made a claim before it says so, and in which none runs out."""

    def __init__(self) -> None:
        super().__init__(clock=lambda: 0.0)
        self.has_claim, self.go_on = asyncio.Event(), asyncio.Event()

    async def set(self, key: StateKey, *, value: bytes, version: str | None, ttl: float) -> str | None:
        given = await super().set(key, value=value, version=version, ttl=ttl)
        self.has_claim.set()
        await self.go_on.wait()
        return given


async def test_a_claim_is_given_back_when_its_delivery_is_interrupted_meanwhile() -> None:
    store = Slow()
    one, other = Counter(state=store), Counter(state=store)
    first = asyncio.create_task(answer(one.hooks, GATHER))
    await store.has_claim.wait()
    first.cancel()
    await asyncio.wait({first})
    store.go_on.set()
    async with asyncio.timeout(1):
        assert b"Run 1." in (await answer(other.hooks, GATHER)).body
    assert one.runs == 0
