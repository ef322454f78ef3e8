from long_work import hooks


async def test_a_message_is_filed_when_its_recording_is_there(phone, capsys):
    async with phone.running(hooks):
        call = await phone.dial(hooks)
        await call.speak("Please call me back.")
        await call.hang_up()
        await phone.wait(5)
        assert "Attempt 1 for recording" in capsys.readouterr().out
