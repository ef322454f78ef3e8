"""State in Redis, for any number of machines. Needs the extra `redis`.

A namespace is one hash, which Redis removes by itself. Its fields, for each name: `v:` version, `d:` value, `x:` when
it is gone; and `end`, when all of it is. Times are seconds since 1970, by the server's clock.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from webhooks.errors import StateError, UsageError
from webhooks.state.base import Clock, Entry, StateKey, new_version

if TYPE_CHECKING:
    from redis.asyncio import Redis

__all__ = ["RedisState"]

# Each script is one round trip, and Redis runs nothing else meanwhile.
_START = """
    local hash, name = KEYS[1], ARGV[2]
    local now = tonumber(ARGV[1])
    if not now then
        local time = redis.call('TIME')
        now = tonumber(time[1]) + tonumber(time[2]) / 1000000
    end
    local ending = tonumber(redis.call('HGET', hash, 'end'))
    if ending and ending <= now then
        redis.call('DEL', hash)
        ending = nil
    end
    local function version()
        local gone = tonumber(redis.call('HGET', hash, 'x:' .. name))
        return gone and gone > now and redis.call('HGET', hash, 'v:' .. name)
    end
"""
_GET = (
    _START
    + """
    local there = version()
    return there and {redis.call('HGET', hash, 'd:' .. name), there}
"""
)
_SET = (
    _START
    + """
    local old, new, value, ttl = ARGV[3], ARGV[4], ARGV[5], tonumber(ARGV[6])
    if (version() or '') ~= old then return 0 end
    local gone = math.min(now + ttl, ending or math.huge)
    local left = math.ceil((gone - now) * 1000)
    if left <= 0 then
        redis.call('HDEL', hash, 'v:' .. name, 'd:' .. name, 'x:' .. name)
        return 1
    end
    redis.call('HSET', hash, 'v:' .. name, new, 'd:' .. name, value, 'x:' .. name, string.format('%.6f', gone))
    if redis.call('PTTL', hash) < left then redis.call('PEXPIRE', hash, left) end
    return 1
"""
)
_FORGET = (
    _START
    + """
    local after = tonumber(ARGV[3])
    local left = math.ceil(after * 1000)
    if redis.call('EXISTS', hash) == 0 or (ending and ending <= now + after) then return end
    if left <= 0 then
        redis.call('DEL', hash)
        return
    end
    redis.call('HSET', hash, 'end', string.format('%.6f', now + after))
    if redis.call('PTTL', hash) > left then redis.call('PEXPIRE', hash, left) end
"""
)


class RedisState:
    """A `StateStore` in Redis 6 or later, or what speaks its protocol.

    What Redis loses is forgotten: set it up to write to disk, and not to evict keys that expire.

    Args:
        url: how to connect: "redis://host:6379/0", "rediss://...", "unix://...".
        prefix: what the names of its keys begin with.
        timeout: seconds to wait for a connection, and again for an answer.
        clock: seconds since 1970; the server's own when None.

    Raises:
        UsageError: the extra is not installed.
    """

    def __init__(
        self, url: str, *, prefix: str = "webhooks:state:", timeout: float = 3.0, clock: Clock | None = None
    ) -> None:
        try:
            from redis.asyncio import Redis
        except ImportError as error:
            raise UsageError(
                'RedisState needs redis: install the extra, as in `pip install "bandwidth-webhooks[redis]"`.'
            ) from error
        # Parts of its own signatures have no types.
        self._connect = cast("Callable[..., Redis]", getattr(Redis, "from_url"))  # noqa: B009
        self._url = url
        self._prefix = prefix
        self._timeout = timeout
        self._clock = clock
        # One for each loop: connections belong to the loop that made them.
        self._clients: dict[asyncio.AbstractEventLoop, Redis] = {}

    async def open(self) -> None:
        """Connect.

        Raises:
            StateError: the server cannot be reached.
        """
        await self.get(StateKey("open", "open"))

    async def close(self) -> None:
        """Close the running loop's connections. Those of a loop that ended before, Python closes, with a warning."""
        client = self._clients.pop(asyncio.get_running_loop(), None)
        if client is not None:
            await client.aclose()

    async def get(self, key: StateKey) -> Entry | None:
        """What is kept under a key."""
        answer = cast("tuple[bytes, bytes] | None", await self._run(_GET, key.namespace, key.name))
        return None if answer is None else Entry(answer[0], answer[1].decode())

    async def set(self, key: StateKey, *, value: bytes, version: str | None, ttl: float) -> str | None:
        """Keep a value for `ttl` seconds if nobody set another since `version`; its new version, or None."""
        new = new_version()
        return new if await self._run(_SET, key.namespace, key.name, version or "", new, value, ttl) else None

    async def forget(self, namespace: str, *, after: float) -> None:
        """Let go of a namespace's values in `after` seconds."""
        await self._run(_FORGET, namespace, "", after)

    async def prune(self) -> None:
        """Nothing to do: Redis removes what is gone."""

    async def _run(self, script: str, namespace: str, *values: str | bytes | float) -> object:
        """What a script answers."""
        # In braces, so that a cluster keeps all of a namespace on one machine.
        key, now = f"{self._prefix}{{{namespace}}}", self._clock() if self._clock else ""
        try:
            run = self._connected().register_script(script)
            return cast("object", await run(keys=[key], args=[now, *values]))
        except Exception as error:  # promise 8: a URL or a loop may be what is wrong
            raise _failed(error) from error

    def _connected(self) -> Redis:
        loop = asyncio.get_running_loop()
        client = self._clients.get(loop)
        if client is None:
            client = self._connect(self._url, socket_timeout=self._timeout, socket_connect_timeout=self._timeout)
            # Nobody can close what belongs to a loop that is closed.
            kept = {one: theirs for one, theirs in self._clients.items() if not one.is_closed()}
            self._clients = {**kept, loop: client}
        return client


def _failed(error: Exception) -> StateError:
    return StateError(
        f"The state in Redis cannot be used: {type(error).__name__}. Expected a server that can be reached and that "
        "takes writes and scripts (EVALSHA)."
    )
