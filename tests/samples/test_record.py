"""A caller leaves a message, which is saved."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

from tests.samples.conftest import MEDIA
from webhooks.events import RecordingAvailableEvent
from webhooks.simulator import Phone


async def test_a_message_is_left_and_saved(phone: Phone, sample: Callable[[str], ModuleType], tmp_path: Path) -> None:
    call = await phone.dial(sample("record").hooks)
    assert call.heard("after the beep") and call.tones == "1"
    await call.speak("Please call me back.")
    await call.press("#")
    assert call.heard("Thank you.")
    await phone.wait(5)
    (told,) = (event for event in call.events if isinstance(event, RecordingAvailableEvent))
    (saved,) = tmp_path.iterdir()
    assert saved.name == f"{told.recording_id}.wav" and saved.read_bytes() == MEDIA


async def test_who_hangs_up_has_left_a_message_too(
    phone: Phone, sample: Callable[[str], ModuleType], tmp_path: Path
) -> None:
    call = await phone.dial(sample("record").hooks)
    await call.speak("Please call me back.")
    await call.hang_up()
    await phone.wait(5)
    assert [path.suffix for path in tmp_path.iterdir()] == [".wav"]
