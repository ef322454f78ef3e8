"""pytest fixtures `phone`, `harness` and `make_event`: there as soon as the package is installed.

1. A coroutine test that uses `phone` or `harness` runs without a marker, by anyio's plugin, which comes with Starlette.
2. A test that another plugin runs already, by a marker or because that plugin takes all, is left to it.
3. When a test fails, the timeline of its `phone` is part of the report.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Generator
from contextlib import suppress
from difflib import ndiff
from typing import Any, TypeVar, cast

import pytest

from webhooks.app import Webhooks
from webhooks.bxml import Document
from webhooks.events import Event
from webhooks.simulator import Phone
from webhooks.testing import Harness, make

__all__ = ["harness", "make_event", "phone"]

E = TypeVar("E", bound=Event)

_OURS = frozenset({"phone", "harness"})
_OTHERS = frozenset({"anyio", "asyncio", "trio", "tornado"})


@pytest.fixture
def phone() -> Phone:
    """The phone network of one test, which dials with `await phone.dial(hooks)`."""
    return Phone()


@pytest.fixture
def harness() -> Callable[[Webhooks], Harness]:
    """Delivers single events to an app, as `webhooks.testing.Harness` does."""

    def made(hooks: Webhooks, *, credentials: tuple[str, str] | None = None) -> Harness:
        return Harness(hooks, credentials=credentials)

    return made


@pytest.fixture
def make_event() -> Callable[..., Event]:
    """Valid events of any class: what `webhooks.testing.make` gives."""
    return make


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makeitem(collector: pytest.Module | pytest.Class, name: str, obj: object) -> None:
    """Mark coroutine tests that use our fixtures, before anyio's plugin looks at them."""
    if not inspect.iscoroutinefunction(obj) or not collector.istestfunction(obj, name):
        return
    if _OURS.isdisjoint(inspect.signature(obj).parameters) or _taken(collector, obj):
        return
    pytest.mark.anyio(obj)
    # Our apps run on asyncio alone; anyio's plugin would try others, too. It may have looked before us.
    if "anyio_backend" not in inspect.signature(obj).parameters:
        pytest.mark.usefixtures("anyio_backend")(obj)
        pytest.mark.parametrize("anyio_backend", ["asyncio"])(obj)


def _taken(collector: pytest.Module | pytest.Class, function: Any) -> bool:
    """Whether another plugin runs this test."""
    if "auto" in (_setting(collector.config, "asyncio_mode"), _setting(collector.config, "anyio_mode")):
        return True
    marks = {mark.name for mark in getattr(function, "pytestmark", ())}
    return not _OTHERS.isdisjoint(marks) or any(collector.get_closest_marker(name) for name in _OTHERS)


def _setting(config: pytest.Config, name: str) -> object:
    with suppress(ValueError):  # the plugin that it belongs to is not installed
        return config.getini(name)
    return None


def pytest_assertrepr_compare(op: str, left: object, right: object) -> list[str] | None:
    """Show two documents that should be equal line by line, as BXML."""
    if op != "==" or not isinstance(left, Document) or not isinstance(right, Document):
        return None
    expected, found = str(cast("object", right)), str(cast("object", left))
    return ["the documents differ: - expected, + what is", *ndiff(expected.splitlines(), found.splitlines())]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show what happened on the phone of a test that fails."""
    report = yield
    used = getattr(item, "funcargs", {}).get("phone")
    if report.failed and isinstance(used, Phone) and used.timeline:
        report.sections.append(("phone", str(used.timeline)))
    return report
