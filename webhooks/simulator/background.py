"""What goes on beside the verbs of a call: recordings and streams."""

from __future__ import annotations

from dataclasses import dataclass, field

from webhooks.simulator.addresses import Address

__all__ = ["Recording", "Stream"]


@dataclass(slots=True, eq=False)
class Recording:
    """Of a call or a conference, by Record or StartRecording."""

    id: str
    started_at: float
    file_format: str
    channels: int
    available: Address | None
    """Where it is told that the recording can be fetched."""
    transcribed: Address | None = None
    transcribe: bool = False
    tag: str | None = None
    ended_at: float | None = None
    paused_at: float | None = None
    left_out: float = 0.0
    """Seconds that were paused, which do not count (voice/bxml/pauseRecording)."""
    said: list[str] = field(default_factory=list[str])
    """What was said meanwhile, for its transcription."""

    def seconds(self, now: float) -> float:
        """How long it is."""
        end = now if self.ended_at is None else self.ended_at
        paused = 0.0 if self.paused_at is None else end - self.paused_at
        return end - self.started_at - self.left_out - paused

    def hears(self, text: str) -> None:
        """Something is said."""
        if self.paused_at is None:
            self.said.append(text)


@dataclass(slots=True, eq=False)
class Stream:
    """A media stream or a live transcription."""

    id: str
    name: str
    destination: str | None
    tracks: tuple[str, ...]
    started_at: float
    events: Address | None
    stabilized: bool | None = None
    said: list[str] = field(default_factory=list[str])
