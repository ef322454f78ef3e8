from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.apps import answer, app, payload
from webhooks import BasicAuth, Deadline, Delivery, UsageError, Webhooks


@given(st.dictionaries(st.text(), st.text()), st.text())
def test_any_text_is_a_header_or_a_query(headers: dict[str, str], query: str) -> None:
    delivery = Delivery.of(b"", headers=headers, query=query)
    assert delivery.header(b"authorization") is None or "authorization" in {name.lower() for name in headers}


async def test_a_header_outside_of_latin_1_is_refused_and_no_failure() -> None:
    hooks = Webhooks(auth=BasicAuth("bandwidth", "s3cret"))
    reply = await answer(hooks, payload("gather"), headers={"Authorization": "Basic \u20ac", "X-Name": "\u6f22"})
    assert reply.status == 401


@pytest.mark.parametrize("body", ["{}", None, bytearray(b"{}")])
def test_a_body_that_is_no_bytes_is_told_where_it_is_given(body: Any) -> None:
    with pytest.raises(UsageError, match="expected bytes"):
        Delivery.of(body)


@pytest.mark.parametrize("seconds", [math.inf, math.nan, -math.inf])
def test_a_deadline_has_an_end(seconds: float) -> None:
    with pytest.raises(UsageError, match="expected seconds above 0"):
        Deadline(messaging=seconds)
    with pytest.raises(UsageError, match="expected seconds above 0"):
        app(deadline=seconds)
