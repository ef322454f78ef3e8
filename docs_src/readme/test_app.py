from app import hooks


async def test_one_is_sales(phone):
    call = await phone.dial(hooks)
    assert call.heard("Press 1 for sales.")
    await call.press("1")
    assert call.heard("One moment.")
    assert call.peer.party == "+19195550101"
