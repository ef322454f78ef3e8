from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from tests.apps import app
from webhooks import Context, Router, UsageError, digits, tag, text
from webhooks.bxml import Document, Gather, Hangup, SpeakSentence
from webhooks.events import (
    EVENTS,
    AnswerEvent,
    CallEvent,
    ConferenceCreatedEvent,
    DisconnectEvent,
    DtmfEvent,
    Event,
    GatherEvent,
    InitiateEvent,
    InvalidEvent,
    MessageEvent,
    MessageReceivedEvent,
    NotificationEvent,
    RedirectEvent,
    UnknownEvent,
)
from webhooks.routing import name_of, plan_of


async def silent(event: Any) -> None: ...
async def other(event: Any) -> None: ...


def test_the_decorator_returns_the_function_itself() -> None:
    assert app().on(GatherEvent)(silent) is silent


@pytest.mark.parametrize(
    ("event", "message"),
    [
        (Event, r"on\(Event\): what a handler may return depends on the kind"),
        (GatherEvent | DisconnectEvent, r"^on\(GatherEvent \| DisconnectEvent\) mixes CallEvent and NotificationEvent"),
        (GatherEvent | ConferenceCreatedEvent, "mixes CallEvent and ConferenceEvent"),
        (CallEvent | MessageEvent, "mixes CallEvent and NotificationEvent"),
        (str, r"on\(str\): expected an event class"),
        ("gather", r"on\('gather'\): expected an event class"),
        (GatherEvent | None, r"on\(NoneType\): expected an event class"),
        (silent, r"on\(silent\): name the event first: @on\(GatherEvent\) above silent\."),
        (digits("1"), r"on\(digits\('1'\)\): the event comes first, as on\(GatherEvent, digits\('1'\)\)\."),
    ],
)
def test_what_is_no_event_or_of_several_kinds_is_refused(event: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        app().on(event)


def test_a_base_class_that_no_event_has_is_refused() -> None:
    class Mine(CallEvent):
        pass

    with pytest.raises(UsageError, match=r"on\(Mine\): no event of the catalogue is one"):
        app().on(Mine)


def routed(hooks: Router) -> set[type[Event]]:
    return {event for route in hooks.routes() for event in route.events}


def test_a_base_class_means_all_its_events() -> None:
    hooks = app()
    hooks.on(CallEvent)(silent)
    assert routed(hooks) == {event for event in EVENTS if issubclass(event, CallEvent)}


def test_notification_event_means_no_raw_event() -> None:
    hooks = app()
    hooks.on(NotificationEvent)(silent)
    assert {DisconnectEvent, MessageReceivedEvent} <= routed(hooks)
    assert not any(issubclass(event, (CallEvent, UnknownEvent, InvalidEvent)) for event in routed(hooks))


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("menu", 'a path starts with "/". Did you mean "/menu"?'),
        ("https://a.example.com/menu?x=1", 'Did you mean "/menu"?'),
        ("https://a.example.com", 'Did you mean "/"?'),
        ("/menu?x=1", "has a query"),
        ("/menu#x", "has a fragment"),
        ("/{id}", "has a placeholder, and every path is one path. What tells calls apart goes into the verb's tag"),
        ("/menu%20", "has an encoded character"),
        ("/menu/../x", "dots between slashes"),
        ("/a b", "blank"),
        ("//a", "plain text"),
        (5, "expected text"),
    ],
)
def test_a_path_that_cannot_be_is_refused(path: Any, message: str) -> None:
    with pytest.raises(UsageError) as error:
        app().on(GatherEvent, path=path)
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("event", "condition", "message"),
    [
        (InitiateEvent, digits("1"), 'needs "digits", which InitiateEvent does not have'),
        (GatherEvent | RedirectEvent, digits("1"), 'needs "digits", which RedirectEvent does not have'),
        (GatherEvent, tag("a") & text("STOP"), 'needs "text", which GatherEvent does not have'),
        (UnknownEvent, tag("a"), 'needs "tag", which UnknownEvent does not have'),
        (GatherEvent, "menu", "a condition is 'menu', expected"),
    ],
)
def test_a_condition_that_cannot_hold_is_refused(event: Any, condition: Any, message: str) -> None:
    with pytest.raises(UsageError) as error:
        app().on(event, condition)
    assert message in str(error.value)


def test_a_route_that_can_never_be_reached_is_refused() -> None:
    hooks = app()
    hooks.on(GatherEvent)(silent)
    for conditions in ((), (digits("1"),)):
        with pytest.raises(UsageError, match=r"can never be reached: on\(GatherEvent\) -> .*silent comes first"):
            hooks.on(GatherEvent, *conditions)(other)


def test_two_handlers_with_the_same_conditions_are_refused() -> None:
    hooks = app()
    hooks.on(GatherEvent, digits("1"), tag("a"), path="/menu")(silent)
    hooks.on(GatherEvent, digits("1"), path="/menu")(other)
    with pytest.raises(UsageError, match="can never be reached"):
        hooks.on(GatherEvent, tag("a"), digits("1"), path="/menu/")(other)


def test_a_union_is_refused_only_when_all_of_it_is_taken() -> None:
    hooks = app()
    hooks.on(GatherEvent)(silent)
    hooks.on(GatherEvent | RedirectEvent)(other)
    with pytest.raises(UsageError, match="can never be reached"):
        hooks.on(RedirectEvent)(other)
    with pytest.raises(UsageError, match="can never be reached"):
        hooks.on(GatherEvent | RedirectEvent)(other)


def test_routes_at_other_paths_and_without_one_do_not_shadow_each_other() -> None:
    hooks = app()
    hooks.on(GatherEvent)(silent)
    hooks.on(GatherEvent, path="/menu")(silent)
    hooks.on(GatherEvent, path="/other")(silent)
    hooks.on(GatherEvent, path="/")(silent)
    assert len(list(hooks.routes())) == 4


def test_a_union_or_several_decorators_give_one_function_several_events() -> None:
    hooks = app()
    hooks.on(AnswerEvent)(hooks.on(InitiateEvent)(silent))
    assert routed(hooks) == {AnswerEvent, InitiateEvent}


def no_event() -> None: ...
def needs_more(event: Any, context: Context, third: int) -> None: ...
def needs_keyword(event: Any, *, name: str) -> None: ...
def wrong_second(event: Any, request: int) -> None: ...
def bare_second(event: Any, context) -> None: ...  # type: ignore[no-untyped-def]
def wrong_event(event: GatherEvent) -> None: ...
def returns_text(event: Any) -> str: ...
def returns_mapping(event: Any) -> dict[str, str] | None: ...
def returns_verb(event: Any) -> Gather: ...
def returns_document(event: Any) -> Document[Any] | None: ...


@pytest.mark.parametrize(
    ("event", "handler", "message"),
    [
        (DisconnectEvent, no_event, "takes no event: write `async def no_event(event: ...)`"),
        (DisconnectEvent, needs_more, "needs third: a handler gets the event"),
        (DisconnectEvent, needs_keyword, "needs name: a handler gets the event"),
        (DisconnectEvent, wrong_second, 'its second parameter "request" must be annotated `Context`'),
        (DisconnectEvent, bare_second, 'its second parameter "context" must be annotated `Context`'),
        (DisconnectEvent, wrong_event, "is registered for DisconnectEvent, but its first parameter is annotated Gath"),
        (
            GatherEvent,
            returns_text,
            "returns str, expected a Document, a verb, a list of verbs, a Reply or None. To sp",
        ),
        (ConferenceCreatedEvent, returns_mapping, "returns dict, expected a Document"),
        (DisconnectEvent, returns_verb, "returns Gather, but DisconnectEvent is a notification"),
        (MessageReceivedEvent, returns_document, "returns Document, but MessageReceivedEvent is a notification"),
        (ConferenceCreatedEvent, returns_verb, "returns Gather, which may not answer ConferenceCreatedEvent"),
        (GatherEvent, "menu", "'menu' is no handler"),
        (GatherEvent, dict, "its signature cannot be read"),
    ],
)
def test_a_handler_that_cannot_be_called_is_refused(event: Any, handler: Any, message: str) -> None:
    with pytest.raises(UsageError) as error:
        app().on(event)(handler)
    assert message in str(error.value)


class Callable:
    async def __call__(self, event: GatherEvent, context: Context) -> None: ...


class Methods:
    async def handle(self, event: GatherEvent) -> SpeakSentence:
        return SpeakSentence("Hello.")

    @staticmethod
    def plain(event: GatherEvent) -> None: ...


def optional_second(event: GatherEvent, limit: int = 5) -> None: ...
def unresolvable(event: NotThere, context: Context) -> NotThere: ...  # type: ignore[name-defined]  # noqa: F821
async def base(event: CallEvent, context: Context | None = None) -> Hangup: ...
async def bound(prefix: str, event: GatherEvent) -> None: ...


@pytest.mark.parametrize(
    ("handler", "is_async", "takes_context"),
    [
        (Callable(), True, True),
        (Methods().handle, True, False),
        (Methods.plain, False, False),
        (optional_second, False, False),
        (unresolvable, False, True),
        (base, True, True),
        (partial(bound, "x"), True, False),
    ],
)
def test_a_signature_is_read_once(handler: Any, is_async: bool, takes_context: bool) -> None:
    plan = plan_of(handler, [GatherEvent])
    assert (plan.is_async, plan.takes_context) == (is_async, takes_context)


def test_names_say_where_a_handler_is() -> None:
    assert name_of(silent).endswith("test_registration.silent")
    assert name_of(partial(bound, "x")).endswith("test_registration.bound")
    assert name_of(Callable()).endswith("test_registration.Callable")


def test_a_router_is_live_until_the_app_is_frozen() -> None:
    hooks, router = app(), Router()
    hooks.include(router, prefix="/sales")
    router.on(GatherEvent, path="/menu")(silent)
    router.on(DtmfEvent)(silent)
    assert [route.path for route in hooks.routes()] == ["/sales/menu", None]
    hooks.freeze()
    for late in (hooks, router):
        with pytest.raises(UsageError, match="comes too late"):
            late.on(AnswerEvent)(silent)
        with pytest.raises(UsageError, match="comes too late"):
            late.include(Router())
    with pytest.raises(UsageError, match=r"on_error\(ValueError\) comes too late"):
        hooks.on_error(ValueError)(other)


def test_included_routes_stand_where_they_were_included() -> None:
    hooks, first, second = app(), Router(), Router()
    first.on(GatherEvent, digits("1"))(silent)
    second.on(GatherEvent, digits("2"))(silent)
    hooks.include(second)
    hooks.on(GatherEvent, digits("3"))(silent)
    hooks.include(first)
    assert [str(route.conditions[0]) for route in hooks.routes()] == ["digits('2')", "digits('3')", "digits('1')"]


def test_prefixes_add_up_and_a_root_path_is_the_prefix() -> None:
    hooks, outer, inner = app(), Router(), Router()
    inner.on(GatherEvent, path="/menu/")(silent)
    inner.on(GatherEvent, path="/")(silent)
    outer.include(inner, prefix="/b/")
    hooks.include(outer, prefix="/a")
    assert [route.path for route in hooks.routes()] == ["/a/b/menu", "/a/b"]


def test_a_route_that_an_included_router_shadows_is_refused_at_include_or_when_frozen() -> None:
    hooks, router = app(), Router()
    router.on(GatherEvent)(silent)
    hooks.on(GatherEvent)(silent)
    with pytest.raises(UsageError, match="can never be reached"):
        hooks.include(router)

    late, live = app(), Router()
    late.include(live)
    late.on(GatherEvent)(silent)
    live.on(GatherEvent)(other)
    with pytest.raises(UsageError, match="can never be reached"):
        late.freeze()


def test_routers_cannot_include_each_other_or_something_else() -> None:
    one, two = Router(), Router()
    one.include(two)
    with pytest.raises(UsageError, match="include each other"):
        two.include(one)
    with pytest.raises(UsageError, match="include each other"):
        one.include(one)
    with pytest.raises(UsageError, match="takes a Router, not str"):
        one.include("router")  # type: ignore[arg-type]


def test_a_route_says_what_it_is() -> None:
    hooks = app()
    hooks.on(GatherEvent | RedirectEvent, tag("a"), path="/menu")(silent)
    hooks.on(GatherEvent, path="/")(silent)
    first, second = hooks.routes()
    assert str(first) == f"on(GatherEvent | RedirectEvent, tag('a'), path=\"/menu\") -> {name_of(silent)}"
    assert str(second) == f'on(GatherEvent, path="/") -> {name_of(silent)}'
