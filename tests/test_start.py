"""What an app imports and makes before its first delivery: what it has, and nothing else."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

import webhooks.inbox
import webhooks.state
from webhooks import AllowAll, Webhooks, parsing
from webhooks.events import CallEvent, MessageEvent

# Each takes milliseconds to import, and most apps need none of them.
LATER = {"difflib", "lxml", "sqlite3", "starlette", "webhooks.hooks", "webhooks.inbox", "webhooks.worker", "xml"}
APP = """
import sys
before = set(sys.modules)
from webhooks import AllowAll, Webhooks
from webhooks.bxml import Hangup
from webhooks.events import InitiateEvent
hooks = Webhooks(auth=AllowAll())
@hooks.on(InitiateEvent)
async def welcome(call: InitiateEvent) -> Hangup:
    return Hangup()
hooks.freeze()
print(*(set(sys.modules) - before))
"""


@pytest.fixture
def readers(monkeypatch: pytest.MonkeyPatch) -> parsing._Readers:
    """Those of a process in which no app was frozen."""
    fresh = parsing._Readers()
    monkeypatch.setattr(parsing, "_readers", fresh)
    return fresh


def test_an_app_imports_nothing_that_it_does_not_have() -> None:
    told = subprocess.run([sys.executable, "-W", "ignore", "-c", APP], capture_output=True, text=True, check=True)
    imported = set(told.stdout.split())
    assert {"webhooks.app", "webhooks.bxml", "pydantic"} <= imported
    assert not LATER & imported


@pytest.mark.parametrize(("event", "made"), [(CallEvent, "voice"), (MessageEvent, "messages")])
def test_only_the_families_that_have_routes_are_made_ready(readers: parsing._Readers, event: type, made: str) -> None:
    async def handler(event: Any) -> None: ...

    hooks = Webhooks(auth=AllowAll())
    hooks.on(event)(handler)
    hooks.freeze()
    assert set(vars(readers)) == {made}


@pytest.mark.parametrize("package", [webhooks.inbox, webhooks.state], ids=["inbox", "state"])
def test_a_store_is_imported_when_it_is_asked_for(package: object) -> None:
    for name in package.__all__:  # type: ignore[attr-defined]
        assert getattr(package, name) is not None
    assert set(package.__all__) <= set(dir(package))  # type: ignore[attr-defined]
    with pytest.raises(AttributeError, match="has no attribute 'OracleStore'"):
        getattr(package, "OracleStore")  # noqa: B009 - type checkers know that there is none
