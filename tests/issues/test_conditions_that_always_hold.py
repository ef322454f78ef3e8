from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from tests.apps import app
from webhooks import UsageError
from webhooks.events import InitiateEvent


async def never(call: InitiateEvent) -> bool:
    return False


class Never:
    async def __call__(self, call: InitiateEvent) -> bool:
        return False


@pytest.mark.parametrize("condition", [Never(), partial(never)], ids=["object", "partial"])
def test_a_condition_that_gives_an_awaitable_is_refused(condition: Any) -> None:
    with pytest.raises(UsageError):
        app().on(InitiateEvent, condition)
