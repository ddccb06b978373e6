"""Files of the partner in memory, open for writing and for reading."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Protocol

from services.transfer.domain.errors import (
    PartnerError,
    SizeMismatch,
    TargetError,
    TransferError,
)
from services.transfer.domain.strategy import UNKNOWN, Strategy

BLOCK_BYTES = 32_768
READ_AHEAD_RANGES = 64  # that are taken before the first one is read


class Session(Protocol):
    """The session that the file was opened in."""

    closed: bool

    def called(self, name: str) -> None: ...

    def wrote(self, content: bytearray) -> None: ...

    def synced(self) -> None: ...


class InMemorySettling:
    """Durable at the second look after the fsync was asked for, which is at the first one."""

    def __init__(self, sink: "InMemoryChunkSink", until: int | None, begin: int | None) -> None:
        self.durable = False
        self._sink, self._until, self._begin = sink, until, begin
        self._asked = False

    def is_durable(self) -> bool:
        self._sink.require_unbroken()
        if self._asked and not self.durable:
            self._sink.settled(self)
        elif not self.durable:
            self._asked = True
            self._sink.sync(self)
        return self.durable

    def distrust(self) -> None:
        self._until = self._begin

    def acknowledged_until(self) -> int | None:
        return self._until


class InMemoryChunkSink:
    """Each write is acknowledged when it returns. A write that fails is not. A flush or close that
    is refused (TargetError) takes acknowledgements back. One that loses the connection does not.
    """

    block_bytes = BLOCK_BYTES

    def __init__(
        self, session: Session, path: str, content: bytearray, strategy: Strategy = UNKNOWN
    ) -> None:
        self._session = session
        self._path = path
        self._strategy = strategy
        self._content = content  # still writable after a rename, as with a real handle
        self._begin: int | None = None  # of what was written since the flush
        self._acknowledged_until: int | None = None
        self._in_line = True  # each write since the flush began where the one before ended
        self._broken: TransferError | None = None
        self._aside: InMemorySettling | None = None
        self._closed = False
        self.was_closed = False  # and the server knows it

    def writes(self, content: bytearray) -> bool:
        return content is self._content

    def require_unbroken(self) -> None:
        if self._broken is not None:
            raise self._broken
        if self._closed:
            raise ValueError("the sink is closed")

    @contextmanager
    def _call(self, name: str) -> Iterator[None]:
        self.require_unbroken()
        try:
            self._session.called(name)
            yield
        except TransferError as error:
            self._broken = error
            if name != "write" and isinstance(error, TargetError):
                self._acknowledged_until = self._begin
                if self._aside is not None:
                    self._aside.distrust()
            raise

    def write(self, offset: int, data: bytes | memoryview) -> None:
        if data and self._begin is None and self._broken is None and not self._closed:
            self._begin = self._acknowledged_until = offset
        with self._call("write"):
            if not data:
                return
            gap = offset - len(self._content)
            if gap > 0:
                self._content.extend(bytes(gap))
            self._content[offset : offset + len(data)] = data
            self._session.wrote(self._content)
            self._in_line = self._in_line and offset == self._acknowledged_until
            if self._in_line:
                self._acknowledged_until = offset + len(data)

    def flush(self, *, durable: bool) -> None:
        with self._call("flush"):
            if durable:
                self._session.synced()
                if self._aside is not None:
                    self.settled(self._aside)
            self._begin = self._acknowledged_until = None
            self._in_line = True

    def settle_aside(self) -> InMemorySettling | None:
        if self._aside is not None or not self._strategy.fsync:
            return None
        self._aside = InMemorySettling(self, self._acknowledged_until, self._begin)
        self._begin = self._acknowledged_until = None
        self._in_line = True
        return self._aside

    def sync(self, aside: InMemorySettling) -> None:
        with self._call("flush"):
            self._session.synced()

    def settled(self, aside: InMemorySettling) -> None:
        aside.durable, self._aside = True, None

    def acknowledged_until(self) -> int | None:
        return self._acknowledged_until

    def close(self) -> None:
        """Raises what was planned for it, unless the sink is broken already."""
        if not self._closed and self._broken is None:
            with self._call("close"):
                self._closed = self.was_closed = True
        self._closed = True

    def __enter__(self) -> "InMemoryChunkSink":
        return self

    def __exit__(self, *exc: object) -> None:
        try:
            self.close()
        except PartnerError:
            pass
        except TransferError:
            if not any(exc):
                raise


class InMemoryFileReader:
    def __init__(self, session: Session, path: str, content: bytearray) -> None:
        self._session = session
        self._path = path
        self._content = content
        self._closed = False

    def read(self, ranges: Iterable[tuple[int, int]]) -> Iterator[bytes]:
        coming = iter(ranges)
        while ahead := list(islice(coming, READ_AHEAD_RANGES)):
            for offset, length in ahead:
                if length:
                    yield from self._range(offset, offset + length)

    def _range(self, offset: int, end: int) -> Iterator[bytes]:
        if self._closed:
            raise ValueError("the reader is closed")
        self._session.called("read")
        for start in range(offset, min(end, len(self._content)), BLOCK_BYTES):
            yield bytes(self._content[start : min(start + BLOCK_BYTES, end)])
        if len(self._content) < end:
            raise SizeMismatch(self._path, end, len(self._content))

    def close(self) -> None:
        self._closed = True

    def __enter__(self) -> "InMemoryFileReader":
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()
