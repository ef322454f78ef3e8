"""The phone network and Bandwidth in front of an app under test: calls, conferences and messages."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from itertools import count
from typing import Any, Literal
from urllib.parse import SplitResult, urljoin, urlsplit

from starlette.applications import Starlette

from webhooks.errors import SimulationError, UsageError
from webhooks.mounting import credentials_at, hooks_in
from webhooks.simulator.addresses import Address, Application, Ask
from webhooks.simulator.api import rest_api
from webhooks.simulator.call import Call
from webhooks.simulator.clock import Clock
from webhooks.simulator.conference import Conference
from webhooks.simulator.conversation import Conversation
from webhooks.simulator.faults import Faults
from webhooks.simulator.ids import Ids
from webhooks.simulator.kept import UntilHandled
from webhooks.simulator.lifespan import Lifespan
from webhooks.simulator.message import Message
from webhooks.simulator.outbound import Detection, place
from webhooks.simulator.platform import Callee, Platform
from webhooks.simulator.running import live, run
from webhooks.simulator.sender import Sender
from webhooks.simulator.texts import arrive, deliver
from webhooks.simulator.timeline import Timeline
from webhooks.simulator.timing import Timing
from webhooks.simulator.transport import Answer, Asgi, ConnectionFailed, Http, Transport

__all__ = ["Phone"]

_THEIRS = "+19195550123"
_OURS = "+19195550100"
_seeds = count()


class Phone:
    """Dials, calls and texts an app: `call = await Phone().dial(hooks)`.

    An app is an ASGI app in memory, or the URL of one in any language. Time is virtual: what takes ten minutes on the
    line takes milliseconds, and the same in each run. One `Phone` is one network; its calls can meet in conferences.
    What an app in memory keeps in an inbox is handled before a step ends, unless it failed and waits for its next try.

    Args:
        credentials: user name and password of the Bandwidth application, sent when the app asks for them. An app of
            this package tells its own, by itself or mounted in a Starlette or FastAPI app.
        seed: ids come from it. Without one, each `Phone` of a process has its own, the same in each run of the program:
            the calls of two tests are then two calls to an app that remembers them.
        timeout: real seconds that the app has for an answer, and its inbox for what it keeps; Bandwidth waits 15
            (voice/webhooks/about).
        timing: how long things take, in virtual seconds.
    """

    def __init__(
        self,
        *,
        credentials: tuple[str, str] | None = None,
        seed: int | None = None,
        timeout: float = 15.0,
        timing: Timing | None = None,
    ) -> None:
        self.credentials = credentials
        """May be set later, too: of the fixture `phone`, say."""
        self._hosts: dict[str, Transport] = {}
        self._timeout = timeout
        self._apps: list[tuple[Any, str]] = []
        self._http: Http | None = None
        self._home = ""
        self._clock = Clock()
        sender = Sender(self._clock, transport=self._transport, shown=self._shown, seconds=timeout)
        ids = Ids(next(_seeds) if seed is None else seed)
        self._platform = Platform(self._clock, ids, sender, Timing() if timing is None else timing, run, live)
        self._numbers: dict[str, Application] = {}
        self.api: Starlette = rest_api(self._platform, self._numbers.get)
        """Bandwidth's REST API for the app under test, an ASGI app: messages, calls, conferences. Hand it to the app's
        HTTP client, as `httpx2.AsyncClient(transport=httpx2.ASGITransport(phone.api), base_url="https://api.test")`."""
        self.callees: dict[str, Callee] = self._platform.callees
        """What happens when a number is called or texted: `phone.callees["+19195550150"] = Callee("busy")`."""

    @property
    def timeline(self) -> Timeline:
        """All that happened, in order."""
        return self._platform.timeline

    @property
    def now(self) -> float:
        """Virtual seconds since the beginning."""
        return self._clock.now

    @property
    def calls(self) -> Sequence[Call]:
        """All calls there were, in the order in which they began."""
        return [self.call(identity) for identity in self._platform.legs]

    def call(self, call_id: str) -> Call:
        """The call with this id."""
        leg = self._platform.legs.get(call_id)
        if leg is None:
            raise SimulationError("there is no call with that id")
        return Call(self._platform, leg)

    def conference(self, name: str) -> Conference:
        """The conference that goes by this name now, or went last."""
        rooms = [room for room in self._platform.rooms if room.name == name]
        if not rooms:
            names = ", ".join(dict.fromkeys(room.name for room in self._platform.rooms)) or "none"
            raise SimulationError(f'there was no conference "{name}"; there were: {names}')
        room = rooms[-1]
        return Conference(self._platform, room)

    def faults(
        self,
        *,
        duplicate: float = 0.0,
        reorder: float = 0.0,
        drop_connection: float = 0.0,
        slow: float = 0.0,
        malformed: float = 0.0,
        seed: int = 0,
    ) -> None:
        """Let things go wrong on the way from now on, each at a rate from 0 to 1, the same with the same seed.

        Args:
            duplicate: a delivery comes twice, the second time right after the first.
            reorder: a notification comes up to a minute late, so that later ones overtake it.
            drop_connection: the app answers, but the answer is lost.
            slow: a notification comes up to ten seconds late.
            malformed: half of the delivery comes first, as from a sender that broke off.
            seed: decides which.
        """
        self._platform.sender.faults = Faults(
            duplicate=duplicate,
            reorder=reorder,
            drop_connection=drop_connection,
            slow=slow,
            malformed=malformed,
            seed=seed,
        )

    def serve(self, host: str, app: Any) -> None:
        """Let an ASGI app answer for a host, as "https://other.example", that documents name."""
        self._serve(host, app, app)

    @asynccontextmanager
    async def running(self, app: Any) -> AsyncGenerator[None]:
        """Start an ASGI app in memory as a server does, and stop it afterwards: `async with phone.running(app):`.

        Whatever its lifespan makes is there meanwhile. Without this, an app is called as it is, and an inbox starts
        with the first delivery.

        Args:
            app: what is dialled or texted inside.

        Raises:
            UsageError: a URL, whose server starts its app.
            SimulationError: it does not start.
        """
        if isinstance(app, str):
            raise UsageError("running() takes an ASGI app; what a URL leads to has a server that starts it.")
        lifespan = Lifespan(app)
        await lifespan.start()
        url = self._here(app)
        self._serve(url, lifespan, app)
        try:
            yield
        finally:
            await lifespan.stop()
            self.serve(url, app)

    def _serve(self, host: str, called: Any, app: Any) -> None:
        apps = (mounted.hooks for mounted in hooks_in(app))
        self._hosts[urlsplit(host).netloc] = UntilHandled(Asgi(called), apps, seconds=self._timeout)

    async def dial(
        self,
        app: Any,
        path: str = "/",
        *,
        from_: str = _THEIRS,
        to: str = _OURS,
        fallback: str | None = None,
        status: str | None = None,
        settle: bool = True,
    ) -> Call:
        """Call the app's number: `initiate` goes to `path`, and the call runs until the app waits for the caller.

        Args:
            app: an ASGI app, or a URL.
            path: below the app, where its calls are announced.
            from_: who calls; a number, a SIP URI, or a word such as Anonymous.
            to: the app's number.
            fallback: path or URL that is asked when the first fails.
            status: path or URL that is told of the end; `path`, when None.
            settle: False to come back at once, before any time has passed; `call.wait` lets it.
        """
        application = self._numbers[to] = self._application(app, path, fallback=fallback, status=status)
        leg = self._platform.leg("inbound", from_, to, application)
        ask = Ask(self._platform.payload(leg, "initiate"), application.main, application.fallback)
        self._platform.log(leg, "note", f"dials {to}")
        self._platform.begin(leg, partial(run, self._platform, leg, ask))
        await self._platform.clock.settle(self._platform.timing.patience if settle else 0)
        return self.call(leg.id)

    async def call_out(
        self,
        app: Any,
        path: str = "/",
        *,
        to: str = _THEIRS,
        from_: str = _OURS,
        fallback: str | None = None,
        status: str | None = None,
        tag: str = "",
        call_timeout: float = 30,
        machine_detection: Detection | None = None,
        settle: bool = True,
    ) -> Call:
        """What the REST call `createCall` does: call somebody for the app, whose `answer` goes to `path`.

        `callees` tells whether and when they answer, and what machine detection finds.

        Args:
            app: an ASGI app, or a URL.
            path: the `answerUrl`, below the app.
            to: who is called.
            from_: the app's number.
            fallback: the `answerFallbackUrl`.
            status: the `disconnectUrl`, and where asynchronous machine detection tells; `path`, when None.
            tag: in all events of the call.
            call_timeout: seconds to answer, default 30.
            machine_detection: in `sync` mode the answer waits for its verdict, in `async` mode an event tells it.
            settle: False to come back at once, before any time has passed; `call.wait` lets it.
        """
        application = self._application(app, path, fallback=fallback, status=status)
        leg = self._platform.leg("outbound", from_, to, application)
        leg.tag = tag
        life = partial(place, self._platform, leg, call_timeout, machine_detection)
        self._platform.begin(leg, life)
        await self._platform.clock.settle(self._platform.timing.patience if settle else 0)
        return self.call(leg.id)

    def conversation(self, app: Any, path: str = "/", *, theirs: str = _THEIRS, ours: str = _OURS) -> Conversation:
        """Texts between a person and the app: `await phone.conversation(hooks).text("STOP")`.

        Args:
            app: an ASGI app, or a URL.
            path: below the app, where its messages are announced.
            theirs: the person's number.
            ours: the app's.
        """
        application = self._numbers[ours] = self._application(app, path)
        return Conversation(self._platform, application, theirs=theirs, ours=ours)

    async def text(
        self,
        app: Any,
        text: str,
        path: str = "/",
        *,
        from_: str = _THEIRS,
        to: str | Sequence[str] = _OURS,
        media: Sequence[str] = (),
    ) -> Message:
        """Text the app's number once. It is delivered until the app takes it, for 24 virtual hours.

        Args:
            app: an ASGI app, or a URL.
            text: what is written.
            path: below the app, where its messages are announced.
            from_: who writes.
            to: the app's number; with more, a group, of which the first number is the app's.
            media: URLs of pictures and the like.
        """
        application = self._application(app, path)
        self._numbers.update(dict.fromkeys(_listed(to)[:1], application))
        message = arrive(self._platform, application, from_=from_, to=_listed(to), text=text, media=media)
        await self._platform.settle()
        return message

    async def send(
        self,
        app: Any,
        text: str,
        path: str = "/",
        *,
        to: str | Sequence[str] = _THEIRS,
        from_: str = _OURS,
        media: Sequence[str] = (),
        tag: str = "",
        statuses: Sequence[Literal["message-sending", "message-sent"]] = (),
    ) -> Message:
        """What the REST call `createMessage` does: a text goes out, and the app is told what becomes of it.

        Each recipient's message-delivered or message-failed follows: `callees[...].error` is the code of a failure.

        Args:
            app: an ASGI app, or a URL.
            text: what is written.
            path: below the app, where its messages are announced.
            to: who gets it; several make a group message.
            from_: the app's number.
            media: URLs of pictures and the like.
            tag: in all events of the message.
            statuses: those that are told besides, for accounts that asked for them.
        """
        application = self._application(app, path)
        message = deliver(
            self._platform,
            application,
            from_=from_,
            to=_listed(to),
            text=text,
            media=media,
            tag=tag,
            statuses=statuses,
        )
        await self._platform.settle()
        return message

    async def wait(self, seconds: float) -> None:
        """Let exactly so much time pass, for everybody on the network."""
        await self._platform.wait(seconds)

    def _application(
        self, app: Any, path: str, *, fallback: str | None = None, status: str | None = None
    ) -> Application:
        base = self._there(app) if isinstance(app, str) else self._here(app)
        credentials = self.credentials or credentials_at(app, path)
        parts = urlsplit(base)
        self._home = self._home or f"{parts.scheme}://{parts.netloc}"
        # A URL names a path already; "/" is no wish for another one.
        main = base if path == "/" else urljoin(base, path)
        spare = None if fallback is None else Address(urljoin(main, fallback), "POST", credentials)
        end = None if status is None else Address(urljoin(main, status), "POST", credentials)
        return Application(Address(main, "POST", credentials), spare, end)

    def _there(self, url: str) -> str:
        """The URL of an app on the network, once somebody can be called there."""
        try:
            parts = urlsplit(url)
        except ValueError:  # brackets that do not fit
            parts = SplitResult("", "", "", "", "")
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise UsageError(f'"{url}" is no URL; expected one as http://127.0.0.1:8000/, or an ASGI app.')
        if self._http is None:
            self._http = Http()
        return url if parts.path else f"{url}/"

    def _here(self, app: Any) -> str:
        """The URL under which an app in memory is found."""
        for known, url in self._apps:
            if known is app:
                return url
        url = f"https://app{len(self._apps) + 1 if self._apps else ''}.example/"
        self._apps.append((app, url))
        self.serve(url, app)
        return url

    def _shown(self, url: str) -> str:
        """A URL as it stands in the timeline: the host of the app under test says nothing, any other does."""
        return url.removeprefix(self._home) if self._home and url.startswith(f"{self._home}/") else url

    def _transport(self, url: str) -> Transport:
        known = self._hosts.get(urlsplit(url).netloc)
        if known is not None:
            return known
        if self._http is None:
            return _nobody
        return self._http


async def _nobody(method: str, url: str, headers: Mapping[str, str], body: bytes, *, seconds: float) -> Answer:
    """A test of an app in memory reaches nobody else by accident."""
    raise ConnectionFailed("nobody answers for that host; Phone.serve(host, app) gives it an app")


def _listed(one_or_more: str | Sequence[str]) -> Sequence[str]:
    return (one_or_more,) if isinstance(one_or_more, str) else tuple(one_or_more)
