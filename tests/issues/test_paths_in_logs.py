from __future__ import annotations

import logging

import pytest

from tests.apps import answer, app, payload
from webhooks import BasicAuth, Webhooks
from webhooks.events import DisconnectEvent, GatherEvent

STRANGE = ["/menu/919-555-0123", "/919.555.0123", "/Jane/Doe", "/menuJane", "/call/me/back", "/91/95/55/01/23"]
SECRETS = ("919", "0123", "Jane", "Doe", "back", "/91")


@pytest.mark.parametrize("path", STRANGE)
async def test_of_a_path_only_what_routes_have_is_logged(path: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for hooks in (app(), Webhooks(auth=BasicAuth("bandwidth", "s3cret"))):
        hooks.on(GatherEvent, path="/menu")(lambda call: None)
        hooks.on(DisconnectEvent)(lambda event: None)
        await answer(hooks, payload("gather"), path)
        await answer(hooks, payload("disconnect"), path)
        await answer(hooks, b"no JSON", path)
        await answer(hooks, b"", path, headers={"authorization": "Basic x"})
    assert "No route has the path " in caplog.text
    assert "was refused with 401" in caplog.text
    assert [secret for secret in SECRETS if secret in caplog.text] == []
