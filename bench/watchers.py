"""Connections to the WebSocket API that watch transfers and note when they were told what."""

import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus

SERVER_ERROR = 500
AT_ONCE = 20  # connections that are opened at the same time
PATIENCE_SECONDS = 180.0  # a thousand connections are slow on a busy machine


@dataclass
class Watcher:
    """`told` has (when, bytes_done) of each message about its transfer. `behind` counts how often
    it had missed something and asked again."""

    transfer_id: str
    socket: ClientConnection
    told: list[tuple[float, int]] = field(default_factory=list)
    messages: int = 0
    behind: int = 0
    seq: int = -1
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def subscribe(self) -> None:
        question = {"action": "subscribe", "transfers": [self.transfer_id]}
        await self.socket.send(json.dumps(question))

    async def listen(self) -> None:
        async for frame in self.socket:
            at, message = time.monotonic(), json.loads(frame)
            self.messages += 1
            if message["type"] == "error":
                raise RuntimeError(f"{message['code']}: {message['message']}")
            for transfer in message.get("transfers", ()):
                if transfer["seq"] >= self.seq:
                    self._take(at, transfer["seq"], transfer)
            for change in message.get("changes", ()):
                if change["base"] > self.seq:
                    self.behind += 1
                    await self.subscribe()
                elif change["seq"] > self.seq:
                    self._take(at, change["seq"], change["set"])
        raise ConnectionError("the service ended a connection")

    def _take(self, at: float, seq: int, fields: Mapping[str, Any]) -> None:
        self.seq = seq
        if "bytes_done" in fields:
            self.told.append((at, fields["bytes_done"]))
        self.changed.set()

    async def knows(self, bytes_done: int) -> None:
        """Returns when it was told of so many bytes."""
        while not self.told or self.told[-1][1] < bytes_done:
            self.changed.clear()
            await self.changed.wait()

    def heard_at(self, bytes_done: int) -> float:
        """When it was told of so many bytes, or of more: reports that come fast are merged."""
        return next(at for at, so_far in self.told if so_far >= bytes_done)


class Crowd:
    """Opens the connections when it is entered, and closes them at the end."""

    def __init__(self, url: str, tokens: Sequence[str], transfers: Sequence[str]) -> None:
        """One connection for each of `transfers`, with the tokens in turns."""
        self._url, self._tokens, self._transfers = url, tokens, transfers
        self._open = AsyncExitStack()
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._listening: list[asyncio.Task[None]] = []
        self.watchers: list[Watcher] = []
        self.refused = 0

    async def __aenter__(self) -> "Crowd":
        async with asyncio.timeout(PATIENCE_SECONDS + len(self._transfers)):
            await asyncio.gather(
                *(self._join(number, each) for number, each in enumerate(self._transfers))
            )
        return self

    async def __aexit__(self, *exc: object) -> None:
        for task in self._listening:
            task.cancel()
        await asyncio.gather(*self._listening, return_exceptions=True)
        await self._open.aclose()

    @property
    def messages(self) -> int:
        return sum(each.messages for each in self.watchers)

    @property
    def behind(self) -> int:
        return sum(each.behind for each in self.watchers)

    async def all_know(self, bytes_done: Mapping[str, int]) -> None:
        """Returns when everybody was told of so many bytes of these transfers. Raises TimeoutError,
        or what went wrong with a connection."""
        known = (each.knows(bytes_done.get(each.transfer_id, 0)) for each in self.watchers)
        waiting: list[asyncio.Future[Any]] = [asyncio.gather(*known), *self._listening]
        async with asyncio.timeout(PATIENCE_SECONDS):
            done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for each in done:
            await each

    async def _join(self, number: int, transfer_id: str) -> None:
        token = self._tokens[number % len(self._tokens)]
        async with self._turns:
            socket = await self._open.enter_async_context(await self._connected(token))
            watcher = Watcher(transfer_id, socket)
            self.watchers.append(watcher)
            self._listening.append(asyncio.create_task(watcher.listen()))
            await watcher.subscribe()
            await watcher.knows(0)

    async def _connected(self, token: str) -> ClientConnection:
        """Tries again while the service is too busy, as every client does."""
        while True:
            try:
                return await connect(
                    self._url,
                    additional_headers={"Authorization": f"Bearer {token}"},
                    compression=None,
                    open_timeout=PATIENCE_SECONDS,
                    ping_interval=None,
                    proxy=None,
                )
            except InvalidStatus as refused:
                if refused.response.status_code < SERVER_ERROR:
                    raise
                self.refused += 1
            await asyncio.sleep(1)
