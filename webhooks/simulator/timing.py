"""How long things take that no document tells. All in seconds, all here."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Timing"]


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds. `Phone(timing=Timing(answer=10))` gives others."""

    letter: float = 1 / 15
    """One character of speech: some 150 words a minute."""
    audio: float = 5.0
    """A file that is played; its real length is not looked up."""
    answer: float = 3.0
    """Until a called party picks up who is not told to do otherwise."""
    key: float = 0.25
    """From one pressed key to the next."""
    detection: float = 2.0
    """Until machine detection knows who answered."""
    media: float = 2.0
    """From the end of a recording until it can be fetched."""
    transcription: float = 5.0
    """From the end of a recording until its transcription can be fetched."""
    stream: float = 0.1
    """Until a media stream has begun or ended."""
    refer: float = 1.0
    """Until a SIP REFER is answered."""
    carrier: float = 1.0
    """From one status of a message to the next."""
    patience: float = 60.0
    """Most time that passes after a step of a script while the app alone is at work: music on hold never ends."""
