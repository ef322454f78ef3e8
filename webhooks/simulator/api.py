"""Bandwidth's REST API, as far as a simulation needs it: what an app asks for, happens on the same phone network.

An ASGI app: give it to the HTTP client that your app uses, or serve it. Nothing is checked that the simulation does not
need; credentials are not. What is asked for begins as soon as the test goes on.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from webhooks.bxml import parse
from webhooks.errors import BxmlError
from webhooks.simulator.addresses import Address, Application, Ask
from webhooks.simulator.leg import Ended, Leg, Replaced
from webhooks.simulator.outbound import Detection, place
from webhooks.simulator.platform import Platform
from webhooks.simulator.running import perform
from webhooks.simulator.texts import deliver
from webhooks.simulator.verbs.conference import close, redirect

if TYPE_CHECKING:
    from webhooks.simulator.room import Room

__all__ = ["rest_api"]

Numbers = Callable[[str], Application | None]
"""The app that a number belongs to."""


class _Refused(Exception):
    """What is asked for cannot be."""

    def __init__(self, status: int, description: str) -> None:
        super().__init__(description)
        self.status = status


def rest_api(platform: Platform, application_of: Numbers) -> Starlette:
    """The API of one phone network."""
    api = _Api(platform, application_of)
    routes = (
        ("/api/v2/users/{account}/messages", "POST", api.create_message),
        ("/api/v2/accounts/{account}/calls", "POST", api.create_call),
        ("/api/v2/accounts/{account}/calls/{id}", "POST", api.update_call),
        ("/api/v2/accounts/{account}/calls/{id}/bxml", "PUT", api.update_call_bxml),
        ("/api/v2/accounts/{account}/conferences/{id}", "POST", api.update_conference),
        ("/api/v2/accounts/{account}/conferences/{id}/members/{member}", "PUT", api.update_member),
    )
    return Starlette(routes=[Route(path, _told(answer), methods=[method]) for path, method, answer in routes])


def _told(answer: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    async def told(request: Request) -> Response:
        try:
            return await answer(request)
        except _Refused as refused:
            # As the voice API words its errors (operations, error shapes).
            body = {"type": "validation", "description": str(refused), "id": ""}
            return JSONResponse(body, status_code=refused.status)

    return told


async def _fields(request: Request) -> dict[str, Any]:
    try:
        fields = json.loads(await request.body())
    except ValueError:
        fields = None
    if not isinstance(fields, dict):
        raise _Refused(400, "the body is no JSON object")
    return cast("dict[str, Any]", fields)


def _needed(fields: dict[str, Any], name: str) -> Any:
    if not fields.get(name):
        raise _Refused(400, f"{name} is missing")
    return fields[name]


class _Api:
    def __init__(self, platform: Platform, application_of: Numbers) -> None:
        self._platform = platform
        self._application_of = application_of

    async def create_message(self, request: Request) -> Response:
        fields = await _fields(request)
        sender, to = str(_needed(fields, "from")), _needed(fields, "to")
        application = self._application_of(sender)
        if application is None:
            raise _Refused(400, f"from: {sender} belongs to no app; a call or text of the test makes it somebody's")
        recipients = [to] if isinstance(to, str) else [str(one) for one in to]
        message = deliver(
            self._platform,
            application,
            from_=sender,
            to=recipients,
            text=str(fields.get("text") or ""),
            media=[str(one) for one in fields.get("media") or ()],
            tag=str(fields.get("tag") or ""),
            statuses=(),
        )
        body = {"id": message.id, "owner": sender, "from": sender, "to": recipients, "text": message.text}
        return JSONResponse({**body, "direction": "out", "segmentCount": 1}, status_code=202)

    async def create_call(self, request: Request) -> Response:
        fields = await _fields(request)
        sender, to, url = (str(_needed(fields, name)) for name in ("from", "to", "answerUrl"))
        if urlsplit(url).scheme not in ("http", "https"):
            raise _Refused(400, "answerUrl is no http or https URL")
        leg = self._platform.leg("outbound", sender, to, self._application(fields, sender, url))
        leg.tag = str(fields.get("tag") or "")
        detection = fields.get("machineDetection")
        mode: Detection | None = None
        if isinstance(detection, dict):
            mode = "sync" if cast("dict[str, Any]", detection).get("mode") == "sync" else "async"
        seconds = float(fields.get("callTimeout") or 30)
        self._platform.begin(leg, partial(place, self._platform, leg, seconds, mode))
        return JSONResponse({"callId": leg.id, "from": sender, "to": to, "answerUrl": url}, status_code=201)

    def _application(self, fields: dict[str, Any], sender: str, url: str) -> Application:
        """The URLs of a call that the app places are its own."""
        known = self._application_of(sender)
        credentials = known.main.credentials if known else None
        if fields.get("username") and fields.get("password"):
            credentials = (str(fields["username"]), str(fields["password"]))

        def address(name: str) -> Address | None:
            given = fields.get(f"{name}Url")
            return Address(str(given), str(fields.get(f"{name}Method") or "POST"), credentials) if given else None

        main = Address(url, str(fields.get("answerMethod") or "POST"), credentials)
        return Application(main, address("answerFallback"), address("disconnect"))

    def _leg(self, request: Request) -> Leg:
        leg = self._platform.legs.get(request.path_params["id"])
        if leg is None or leg.ended:
            raise _Refused(404, "there is no such call")
        return leg

    async def update_call(self, request: Request) -> Response:
        leg, fields = self._leg(request), await _fields(request)
        if fields.get("state") == "completed":
            leg.process.interrupt(Ended("hangup"))
            return Response()
        url = str(_needed(fields, "redirectUrl"))
        if "tag" in fields:
            leg.tag = str(fields["tag"] or "")
        address = self._platform.address_of(leg, url, str(fields.get("redirectMethod") or "POST"))
        leg.process.interrupt(Replaced(Ask(self._platform.payload(leg, "redirect"), address)))
        return Response()

    async def update_call_bxml(self, request: Request) -> Response:
        leg = self._leg(request)
        try:
            document = parse(await request.body())
        except BxmlError as error:
            raise _Refused(400, str(error)) from None
        leg.process.interrupt(Replaced(partial(perform, self._platform, leg, document.verbs)))
        return Response(status_code=204)

    def _room(self, request: Request) -> Room:
        rooms = (one for one in self._platform.rooms if one.id == request.path_params["id"] and not one.over)
        room = next(rooms, None)
        if room is None:
            raise _Refused(404, "there is no such conference")
        return room

    async def update_conference(self, request: Request) -> Response:
        room, fields = self._room(request), await _fields(request)
        if fields.get("status") == "completed":
            close(self._platform, room)
        else:
            method = str(fields.get("redirectMethod") or "POST")
            url = str(_needed(fields, "redirectUrl"))
            redirect(self._platform, room, self._platform.address_of(room, url, method))
        return Response(status_code=204)

    async def update_member(self, request: Request) -> Response:
        room, fields = self._room(request), await _fields(request)
        member = room.members.get(request.path_params["member"])
        if member is None:
            raise _Refused(404, "there is no such member")
        member.mute = bool(fields.get("mute", member.mute))
        member.hold = bool(fields.get("hold", member.hold))
        return Response(status_code=204)
