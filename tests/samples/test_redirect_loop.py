"""A caller goes round and round, until the owner ends the call."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

from tests.samples.conftest import Owner
from webhooks.simulator import Phone


async def test_a_call_goes_round_until_it_is_ended(phone: Phone, sample: Callable[[str], ModuleType]) -> None:
    app = sample("redirect_loop").app
    call = await phone.dial(app, "/callbacks/loop")
    await phone.wait(60)
    assert list(call.transcript).count("This goes on and on.") > 3 and not call.ended
    owner = Owner(app)
    assert (await owner.ask("GET", "/activeCalls")).json() == [call.id]
    assert (await owner.ask("DELETE", f"/calls/{call.id}")).status_code == 204
    await phone.wait(10)
    assert call.heard("Your call was ended.") and call.ended
    assert (await owner.ask("GET", "/activeCalls")).json() == []


async def test_who_hangs_up_is_no_longer_listed(phone: Phone, sample: Callable[[str], ModuleType]) -> None:
    app = sample("redirect_loop").app
    call = await phone.dial(app, "/callbacks/loop")
    await call.hang_up()
    assert (await Owner(app).ask("GET", "/activeCalls")).json() == []


async def test_nobody_else_sees_or_ends_calls(phone: Phone, sample: Callable[[str], ModuleType]) -> None:
    app = sample("redirect_loop").app
    call = await phone.dial(app, "/callbacks/loop", settle=False)
    for method, path in (("GET", "/activeCalls"), ("DELETE", f"/calls/{call.id}")):
        assert (await Owner(app).ask(method, path, auth=None)).status_code == 401
    assert not call.ended
