"""A way to a server that can be cut, without touching the server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

from psycopg.conninfo import conninfo_to_dict, make_conninfo


class Relay:
    """Hands on what comes to its port."""

    def __init__(self, host: str, port: int) -> None:
        self._to = host, port
        self._flows = asyncio.Event()
        self._flows.set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self.port = 0

    async def mend(self) -> None:
        """Take connections, on the same port as before."""
        self._flows.set()
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """Break all connections, and refuse new ones."""
        if self._server is not None:
            self._server.close()
        for writer in self._writers:
            writer.transport.abort()

    def hush(self) -> None:
        """Hand on nothing, and tell nobody, as a firewall does that forgot a connection."""
        self._flows.clear()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(*self._to)
        self._writers |= {writer, back}
        await asyncio.gather(self._pump(reader, back), self._pump(there, writer))
        self._writers -= {writer, back}

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while chunk := await reader.read(65536):
                await self._flows.wait()
                writer.write(chunk)
                await writer.drain()
        writer.transport.abort()


@asynccontextmanager
async def relayed(dsn: str) -> AsyncGenerator[tuple[Relay, str]]:
    """A relay to the server of a DSN, and the DSN that goes through it."""
    there = conninfo_to_dict(dsn)
    relay = Relay(str(there["host"]), int(str(there["port"])))
    await relay.mend()
    try:
        yield relay, make_conninfo(dsn, host="127.0.0.1", port=relay.port)
    finally:
        await relay.cut()
