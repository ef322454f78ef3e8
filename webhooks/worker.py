"""Runs kept deliveries: the same parsing, routes and handlers as for a delivery that comes in, later.

A handler that returns has handled its event. One that raises, outlives its deadline or answers with an error has
failed, unless an `on_error` handler answers for it; it is run again when the inbox says. A `def` handler cannot be
stopped: at its deadline that is told, and what it returns in the end counts.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Sequence
from contextlib import suppress

from webhooks.bxml import LinkTo
from webhooks.context import Attempt
from webhooks.delivery import Delivery, Reply
from webhooks.dispatch import Dispatcher
from webhooks.errors import DeliveryError, InboxError, UsageError
from webhooks.events import Event
from webhooks.hints import Hints
from webhooks.inbox import Background, Inbox, Kept, delivery_of, when
from webhooks.inbox.spool import Spool
from webhooks.parsing import parse
from webhooks.routing import ErrorPlan, Links, Plan, Table

__all__ = ["Unhurried", "Worker"]

_log = logging.getLogger("webhooks.worker")

# Seconds between two looks at the spool, and at an inbox that could not be opened; for a thread; and between two
# prunings.
_ROUND = 5.0
_MOMENT = 0.05
_PRUNING = 3600.0


class Unhurried(Dispatcher):
    """Runs handlers of what an inbox keeps. Nobody waits for their answer."""

    _turns: tuple[asyncio.AbstractEventLoop, asyncio.Semaphore] | None = None

    async def _in_thread(self, plan: Plan | ErrorPlan, arguments: tuple[object, ...], when: float) -> object:
        """When there is a thread, and then with all of its time."""
        async with self._turn():
            # One that is left from before the app was stopped last has its slot, and no turn.
            while not self._slots.acquire(blocking=False):  # noqa: ASYNC110 - its thread may outlive any event loop
                await asyncio.sleep(_MOMENT)
            self._slots.release()
            return await super()._in_thread(plan, arguments, self.clock() + self._deadline.voice)

    def _turn(self) -> asyncio.Semaphore:
        """As many as there are threads, on each event loop that comes after another."""
        loop = asyncio.get_running_loop()
        if self._turns is None or self._turns[0] is not loop:
            self._turns = loop, asyncio.Semaphore(self._threads)
        return self._turns[1]

    async def _of_thread(self, coming: asyncio.Future[object], name: str, when: float) -> object:
        """To its end, whatever its deadline: a thread cannot be stopped, and what was given up would run beside it."""
        late = asyncio.get_running_loop().call_later(when - self.clock(), _tell_late, name)
        try:
            return await coming
        finally:
            late.cancel()

    async def _recover(self, error: Exception, event: Event, link: LinkTo, when: float) -> Reply:
        """Of a thread that was late, too."""
        return await super()._recover(error, event, link, max(when, self.clock()))


def _tell_late(name: str) -> None:
    _log.warning('Handler "%s" runs on past its deadline, since no thread can be stopped: it is waited for.', name)


class Worker:
    """Handles what one app's inbox keeps."""

    def __init__(
        self,
        inbox: Inbox,
        *,
        background: Background,
        spool: Spool,
        table: Table,
        dispatcher: Dispatcher,
        hints: Hints,
        every: float = _ROUND,
    ) -> None:
        self.inbox = inbox
        """Where deliveries wait."""
        self._background = background
        self._spool = spool
        self._table = table
        self._dispatcher = dispatcher
        self._hints = hints
        self._every = every
        self._loop: asyncio.AbstractEventLoop | None = None
        self._starting: asyncio.Task[None] | None = None
        self._stopped = False
        self._tasks: list[asyncio.Task[None]] = []
        self._taking = asyncio.Lock()
        self._last_link = Links(table, "")
        self._has_told = False
        self._trouble = ""

    @property
    def is_running(self) -> bool:
        """Whether this process handles what the inbox keeps."""
        return len(self._tasks) > 1  # the first keeps house

    async def start(self, *, here: bool | None = None) -> None:
        """Open the inbox, and begin to handle what it keeps, unless that is done elsewhere.

        Args:
            here: whether this process handles; what `Background` says, when None.

        Raises:
            UsageError: the inbox can never be opened as it is set up. While it cannot be opened for another reason,
                that is logged and tried again: calls are answered meanwhile.
        """
        self._loop = asyncio.get_running_loop()
        await self._start(InboxError, here=self._background.here if here is None else here)

    async def _start(self, bearable: type[Exception], *, here: bool) -> None:
        self._stopped, self._trouble = False, ""
        self._taking = asyncio.Lock()  # of this event loop
        self._spool.look()
        try:
            await self.inbox.open()
        except bearable as error:
            self._tell_trouble(error)
        finally:
            self._loop = asyncio.get_running_loop()
        self._tasks = [asyncio.create_task(self._keep_house())]
        if here:
            self._tasks.append(asyncio.create_task(self._run()))

    def begin(self) -> Awaitable[None] | None:
        """Start with the first delivery, where no lifespan did; and again where its event loop has ended since. Those
        that come meanwhile wait, too.

        Returns:
            None when it has been started.
        """
        loop = asyncio.get_running_loop()
        if self._loop is loop or self._stopped:
            return None
        if self._starting is None or self._starting.get_loop() is not loop:
            _log.warning(
                "No lifespan started the inbox: it starts with this delivery. What it kept before waited until now. "
                "Let the server run the app's lifespan, or run `webhooks worker`."
            )
            # The app serves already: whatever is wrong with its inbox, calls are answered, and it is tried again.
            self._starting = loop.create_task(self._start(Exception, here=self._background.here))
        return _until(self._starting)

    async def stop(self) -> None:
        """Let handlers end, as long as `Background.drain` says, and close the inbox."""
        self._stopped, self._loop = True, None
        if self._starting is not None and not self._starting.done():
            self._starting.cancel()
        tasks, self._tasks = self._tasks, []
        if tasks:
            tasks[0].cancel()
        await self.inbox.close(drain=self._background.drain)
        await asyncio.gather(*tasks, return_exceptions=True)
        self._dispatcher.close()

    async def handle(self, kept: Kept) -> str | None:
        """Run the handler of a kept delivery; None when it is done, else why not."""
        delivery = delivery_of(kept.envelope)
        attempt = Attempt(kept.attempts, when(kept.first_seen))
        try:
            events = self._read(kept, delivery)
        except DeliveryError as error:
            return error.detail
        for event in events:
            arrived = self._dispatcher.clock()
            coming = self._dispatcher.dispatch(event, delivery, self._links(delivery), arrived, attempt)
            reply = coming if coming is None or isinstance(coming, Reply) else await coming
            if reply is None:
                self._hints.no_route(event, delivery.path, known=self._table.paths, near=())
                self._tell_strange(kept)
                return "no route of the app takes it"
            if reply.status >= 400:
                return attempt.failure or f"its handler answered {reply.status}"
        return None

    def _tell_strange(self, kept: Kept) -> None:
        if not self._has_told:
            self._has_told = True
            _log.warning(
                'The inbox keeps "%s", which no route of this app takes. An inbox belongs to one app: where another '
                "shares it, give each its own. Where a route is gone, bring it back, and `webhooks inbox replay`.",
                kept.envelope.event_type,
            )

    def _read(self, kept: Kept, delivery: Delivery) -> Sequence[Event]:
        """What was delivered, which the process that has just accepted it has read."""
        event = kept.envelope.event
        return parse(delivery, self._hints.unreadable) if event is None else (event,)

    async def _run(self) -> None:
        background = self._background
        while not self._stopped:
            try:
                await self.inbox.run(self.handle, concurrency=background.concurrency, retry=background.retry)
                return
            except Exception as error:  # noqa: BLE001 - whatever an inbox does, the next delivery is due
                _log.error("Handling from the inbox broke down with %s; it begins again.", type(error).__name__)
            await asyncio.sleep(self._every)

    def _links(self, delivery: Delivery) -> Links:
        # One mount has one root path, so the next delivery nearly always wants the same.
        if self._last_link.root_path != delivery.root_path:
            self._last_link = Links(self._table, delivery.root_path)
        return self._last_link

    async def _keep_house(self) -> None:
        """Open what could not be opened, take up what was spooled, remove what nobody needs."""
        loop = asyncio.get_running_loop()
        prune_at = loop.time()
        while True:
            try:
                with suppress(InboxError):  # told by whoever needed it
                    await self.inbox.open()
                    await self.take_up()
                    if loop.time() >= prune_at:
                        await self.inbox.prune(self._background.keep)
                        prune_at = loop.time() + _PRUNING
                    self._trouble = ""
            except Exception as error:  # noqa: BLE001 - whatever it is now, it may be mended by the next time
                self._tell_trouble(error)
            await asyncio.sleep(self._every)

    def _tell_trouble(self, error: Exception) -> None:
        """Each once, however long it lasts."""
        told = str(error) if isinstance(error, (InboxError, UsageError)) else f"The inbox: {type(error).__name__}."
        if told != self._trouble:
            _log.error("%s Calls are answered; what would be kept goes to the spool or is sent again.", told)
        self._trouble = told

    async def take_up(self) -> None:
        """Move what was spooled into the inbox; whatever is there already is a duplicate.

        Raises:
            InboxError: the inbox still fails. The spool keeps everything.
        """
        async with self._taking:
            try:
                await self._take_up()
            except OSError as error:
                _log.error('The spool "%s" cannot be taken up: %s.', self._spool.path, error.strerror)

    async def _take_up(self) -> None:
        # What comes meanwhile may have to wait behind it, in the next file.
        while (taken := await asyncio.to_thread(self._spool.take)).files:
            for envelope in taken.envelopes:
                await self.inbox.accept(envelope)
            _log.warning("%d deliveries of the spool are in the inbox now.", len(taken.envelopes))
            await asyncio.to_thread(self._spool.forget, taken)


async def _until(starting: asyncio.Task[None]) -> None:
    """For one of many who wait for it: who does not wait any longer ends it for nobody."""
    try:
        await asyncio.shield(starting)
    except asyncio.CancelledError:
        if starting.cancelled():
            raise InboxError("the app has stopped.") from None
        raise
