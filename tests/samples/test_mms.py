"""A picture goes out by a request, and one that comes in is saved."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

from tests.samples.conftest import MEDIA, Owner
from webhooks.simulator import Phone

FILES = "https://messaging.bandwidth.com/api/v2/users/9900417/media/1"


async def test_a_picture_goes_out(phone: Phone, sample: Callable[[str], ModuleType]) -> None:
    app = sample("mms").app
    chat = phone.conversation(app, "/callbacks")
    await Owner(app).ask("POST", "/sendMessage", json={"to": "+19195550123", "text": "Look!"})
    await phone.wait(10)
    (message,) = chat.messages
    assert message.text == "Look!" and message.media[0].endswith(".jpg")


async def test_pictures_that_come_in_are_saved_and_nothing_else(
    phone: Phone, sample: Callable[[str], ModuleType], tmp_path: Path
) -> None:
    chat = phone.conversation(sample("mms").app, "/callbacks")
    message = await chat.text("Here.", media=[f"{FILES}/0/layout.smil", f"{FILES}/1/cat.png"])
    (saved,) = tmp_path.iterdir()
    assert saved.name == f"{message.id}-cat.png" and saved.read_bytes() == MEDIA


async def test_another_host_does_not_get_the_token(
    phone: Phone, sample: Callable[[str], ModuleType], tmp_path: Path
) -> None:
    chat = phone.conversation(sample("mms").app, "/callbacks")
    await chat.text("Here.", media=["https://bandwidth.com.example/cat.png"])
    assert not list(tmp_path.iterdir())
