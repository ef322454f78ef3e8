"""The pytest plugin, in a pytest of its own, as users have it."""

from __future__ import annotations

import pytest

pytest_plugins = ["pytester"]

APP = """
    import pytest
    from webhooks import AllowAll, Webhooks
    from webhooks.bxml import Gather, SpeakSentence
    from webhooks.events import GatherEvent, InitiateEvent

    hooks = Webhooks(auth=AllowAll())

    @hooks.on(InitiateEvent)
    async def welcome(call: InitiateEvent) -> Gather:
        return Gather(SpeakSentence("Press 1."), gather_url="/menu")

    @hooks.on(GatherEvent)
    async def menu(call: GatherEvent) -> SpeakSentence:
        return SpeakSentence(f"You pressed {call.digits}.")
"""


def ran(pytester: pytest.Pytester, tests: str, *options: str) -> pytest.RunResult:
    pytester.makepyfile(APP + tests)
    return pytester.runpytest_inprocess("-W", "ignore", *options)


def test_a_coroutine_test_needs_no_marker(pytester: pytest.Pytester) -> None:
    result = ran(
        pytester,
        """
    async def test_menu(phone):
        call = await phone.dial(hooks)
        assert call.heard("Press 1.")

    async def test_events(harness, make_event):
        answer = await harness(hooks).send(make_event(GatherEvent, digits="1"), path="/menu")
        assert "You pressed 1." in str(answer.document)

    class TestMenu:
        async def test_in_a_class(self, phone):
            assert (await phone.dial(hooks)).heard("Press")

    def test_without_a_loop(phone, make_event):
        assert make_event(GatherEvent, digits="7").digits == "7"
    """,
    )
    result.assert_outcomes(passed=4)


@pytest.mark.parametrize("mark", ["asyncio", "anyio", "trio"])
def test_a_test_that_another_plugin_has_is_left_to_it(pytester: pytest.Pytester, mark: str) -> None:
    result = ran(
        pytester,
        f"""
    @pytest.mark.{mark}
    async def test_theirs(phone): ...

    pytestmark = []
    """,
        "--collect-only",
    )
    assert "test_theirs[asyncio]" not in result.stdout.str() or mark == "anyio"


def test_a_backend_that_the_test_names_is_taken(pytester: pytest.Pytester) -> None:
    result = ran(
        pytester,
        """
    @pytest.fixture
    def anyio_backend():
        return "asyncio"

    async def test_theirs(phone, anyio_backend):
        assert anyio_backend == "asyncio"
    """,
    )
    result.assert_outcomes(passed=1)


def test_a_mode_that_takes_all_tests_is_left_alone(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nanyio_mode = auto")
    result = ran(
        pytester,
        """
    @pytest.fixture
    def anyio_backend():
        return "asyncio"

    async def test_all(phone): ...
    """,
    )
    result.assert_outcomes(passed=1)


def test_a_failure_shows_the_call(pytester: pytest.Pytester) -> None:
    result = ran(
        pytester,
        """
    async def test_menu(phone):
        call = await phone.dial(hooks)
        assert call.heard("Goodbye")

    def test_without_a_phone():
        assert False

    def test_with_a_phone_that_nobody_used(phone):
        assert False
    """,
    )
    result.assert_outcomes(failed=3)
    result.stdout.fnmatch_lines(["*- phone -*", "*hears*Press 1.*"])


def test_documents_that_differ_are_shown_as_bxml(pytester: pytest.Pytester) -> None:
    result = ran(
        pytester,
        """
    from webhooks.bxml import Document, Hangup, Pause

    def test_documents():
        assert Document(Pause(duration=2), Hangup()) == Document(Pause(duration=3), Hangup())

    def test_others():
        assert Document() == 1
    """,
    )
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(['*- *<Pause duration="3"/>*', '*+ *<Pause duration="2"/>*'])


def test_pytest_finds_it_by_itself(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("async def test_it(phone):\n    assert phone.calls == []")
    pytester.runpytest_subprocess("-W", "ignore").assert_outcomes(passed=1)
