from app import hooks

from webhooks.simulator import Callee


async def test_a_wrong_key_is_asked_again(phone):
    call = await phone.dial(hooks)
    assert call.heard("Press 1 for sales")
    await call.press("7")
    assert call.heard("Please press 1 or 2.")


async def test_sales_answers(phone):
    call = await phone.dial(hooks)
    await call.press("1")
    await call.peer.speak("Sales, hello?")
    assert call.heard("Sales, hello?")
    await call.peer.hang_up()
    call.expect("One moment.", "Goodbye.")


async def test_sales_is_busy(phone):
    phone.callees["+19195550150"] = Callee("busy")
    call = await phone.dial(hooks)
    await call.press("1")
    assert call.heard("Nobody is free.")


async def test_silence_is_asked_again_after_five_seconds(phone):
    call = await phone.dial(hooks)
    await call.wait(5)
    assert call.heard("Please press 1 or 2.")


async def test_a_message_is_left(phone):
    call = await phone.dial(hooks)
    await call.press("2")
    await call.speak("Please call me back.")
    await call.press("#")
    assert call.heard("Thank you.") and call.cause == "hangup"
