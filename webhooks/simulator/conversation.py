"""Texts back and forth, as a test sees them: one person, one number of the app's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from webhooks.simulator.addresses import Application
from webhooks.simulator.message import Message
from webhooks.simulator.platform import Platform
from webhooks.simulator.texts import News, arrive, deliver, tell
from webhooks.simulator.timeline import Timeline

__all__ = ["Conversation"]


class Conversation:
    """What two numbers write to each other. Made by `Phone.conversation`."""

    def __init__(self, platform: Platform, application: Application, *, theirs: str, ours: str) -> None:
        self._platform = platform
        self._application = application
        self._theirs = theirs
        self._ours = ours

    @property
    def messages(self) -> Sequence[Message]:
        """All messages between the two, in both directions, in order."""
        return [
            one
            for one in self._platform.messages
            if (one.from_ == self._theirs and self._ours in one.to)
            or (one.from_ == self._ours and self._theirs in one.to)
        ]

    def heard(self, text: str) -> bool:
        """Whether the app has written it to the person, as a part of a text; capitals do not matter."""
        mine = (one.text for one in self.messages if one.direction == "out")
        return any(text.casefold() in written.casefold() for written in mine)

    @property
    def timeline(self) -> Timeline:
        """All that happened, deliveries included; printable as a table."""
        return self._platform.timeline.of(*(message.id for message in self.messages))

    async def text(self, text: str, *, media: Sequence[str] = ()) -> Message:
        """The person writes to the app."""
        message = arrive(
            self._platform, self._application, from_=self._theirs, to=(self._ours,), text=text, media=media
        )
        return await self._settled(message)

    async def send(
        self,
        text: str,
        *,
        media: Sequence[str] = (),
        tag: str = "",
        statuses: Sequence[Literal["message-sending", "message-sent"]] = (),
    ) -> Message:
        """The app writes to the person, as by the REST call `createMessage`; its statuses follow."""
        message = deliver(
            self._platform,
            self._application,
            from_=self._ours,
            to=(self._theirs,),
            text=text,
            media=media,
            tag=tag,
            statuses=statuses,
        )
        return await self._settled(message)

    async def read(self, message: Message) -> None:
        """The person reads a message of the app's (message-read, RBM only)."""
        await self._tell(message, News("message-read", self._theirs, "Message read"))

    async def tap(self, message: Message, suggestion: str, *, postback_data: str = "") -> None:
        """The person taps a suggestion of a message of the app's (suggestion-response, RBM only)."""
        response = {"text": suggestion, "postbackData": postback_data, "pairedMessageId": message.id}
        inside = {"suggestionResponse": response, "direction": "in", "channel": "RBM"}
        await self._tell(message, News("suggestion-response", self._ours, "Suggestion response", inside=inside))

    async def share_location(self, message: Message, latitude: float, longitude: float) -> None:
        """The person answers a request for a location (requested-location-response, RBM only)."""
        place = {"latitude": latitude, "longitude": longitude}
        inside = {"locationResponse": place, "direction": "in", "channel": "RBM"}
        news = News("requested-location-response", self._ours, "Location response", inside=inside)
        await self._tell(message, news)

    async def _tell(self, message: Message, news: News) -> None:
        tell(self._platform, self._application, message, news)
        await self._platform.settle()

    async def _settled(self, message: Message) -> Message:
        await self._platform.settle()
        return message
