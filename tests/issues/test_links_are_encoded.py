from __future__ import annotations

from typing import Any
from urllib.parse import quote, unquote, urlsplit

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette

from tests.apps import app, delivered, payload
from webhooks import UsageError, Webhooks
from webhooks.bxml import Gather, Hangup, parse
from webhooks.events import GatherEvent, InitiateEvent
from webhooks.routing.route import path_of


def linking(path: str) -> Webhooks:
    hooks = app()

    @hooks.on(GatherEvent, path=path)
    async def menu(call: GatherEvent) -> Hangup:
        return Hangup()

    @hooks.on(InitiateEvent)
    async def welcome(call: InitiateEvent) -> Gather:
        return Gather(gather_url=menu)

    return hooks


def link_in(body: bytes) -> Any:
    (gather,) = parse(body).verbs
    return gather.gather_url  # type: ignore[attr-defined]


@pytest.mark.parametrize("path", ["/menü", '/say"hi"', "/a+b&c=d;e", "/~x'y,(z)!*$@:", "/\u6f22\u5b57/1", "/a\\b|c^d`"])
@pytest.mark.parametrize("mounted_at", ["/bänd width", "/100%", "/a%20b"])
async def test_a_link_leads_back_to_its_handler(path: str, mounted_at: str) -> None:
    host = Starlette()
    linking(path).install(host, mounted_at)
    transport = httpx2.ASGITransport(app=host)
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
        first = await client.post(quote(mounted_at), json=payload("initiate"))
        link = link_in(first.content)
        assert link.isascii()
        assert unquote(link) == mounted_at + path
        assert b"<Hangup/>" in (await client.post(link, json=payload("gather"))).content


@given(st.text().map(lambda text: "/" + text), st.text().map(lambda text: "/" + text))
def test_a_link_is_always_one_path_that_means_what_was_registered(path: str, root_path: str) -> None:
    try:
        own = path_of(path)
    except UsageError:
        return
    hooks = linking(path)
    link = hooks.url_for(next(iter(hooks.routes())).plan.handler)
    parts = urlsplit(link)
    assert (parts.query, parts.fragment, parts.netloc) == ("", "", "")
    assert unquote(link) == (own or "/")


async def test_a_root_path_that_no_text_can_carry_costs_no_call() -> None:
    reply = await linking("/menu").receive(delivered(payload("initiate"), root_path="/\udcff"))
    assert link_in(reply.body) == "/%3F/menu"


@pytest.mark.parametrize("path", ["/a%20b", "/a\tb", "/a\nb", "/a\x00", "/a/../b", "/./a", "/..", "/\ud800", "/a b"])
def test_a_path_that_no_url_could_lead_to_is_refused(path: str) -> None:
    with pytest.raises(UsageError, match="a path is plain text"):
        linking(path)
