"""Writes chunks into a part file over SFTP: pipelined, with the status of every write checked."""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from services.transfer.adapters.sftp_packets import (
    FSYNC,
    WRITE_FIELDS,
    Code,
    Kind,
    Open,
    Reply,
    Status,
    check_status,
    data_of,
    handle_of,
    open_fields,
    read_fields,
    string,
)
from services.transfer.adapters.sftp_protocol import SftpProtocol
from services.transfer.adapters.sftp_refusals import Refusals
from services.transfer.domain.errors import PartnerError, SizeMismatch, TransferError

USUAL_BLOCK_BYTES = 32_768  # what every server must take (draft-ietf-secsh-filexfer-02, section 3)
MAX_BLOCK_BYTES = 1 << 20  # larger requests gain nothing and make the window of requests coarse
READ_AHEAD_BYTES = 8 << 20  # 1 Gbit/s at 65 ms, held in memory


class SftpChunkSink:
    def __init__(self, protocol: SftpProtocol, path: str, handle: bytes, readable: bool) -> None:
        read, write = protocol.limits
        self.block_bytes = min(write or USUAL_BLOCK_BYTES, MAX_BLOCK_BYTES)
        self._read_bytes = min(read or USUAL_BLOCK_BYTES, MAX_BLOCK_BYTES)
        self._protocol = protocol
        self._refusals = Refusals(protocol)
        self._path = path
        self._handles = [handle]
        self._readable = readable
        self._unacknowledged = 0
        self._refusal: tuple[Status, int] | None = None  # the first one, and the bytes it concerns
        self._broken: TransferError | None = None

    def write(self, offset: int, data: bytes | memoryview) -> None:
        """`data` is sent before this returns: the caller may use its buffer again."""
        with self._unbroken():
            view = memoryview(data)
            for start in range(0, len(view), self.block_bytes):
                self._submit(offset + start, view[start : start + self.block_bytes])
            self._check()

    def flush(self, *, durable: bool, beat: Callable[[], object] | None = None) -> None:
        with self._unbroken():
            self._drain(beat)
            if durable and not self._synced():
                self._reopen()

    def read(self, offset: int, length: int) -> Iterator[bytes]:
        with self._unbroken():
            self._drain()  # some servers answer out of order: no read may pass a write
            yield from self._read(self._handle_for_reading(), offset, length)

    def close(self) -> None:
        """Raises what no call told before; quiet when sink or connection is broken.

        Some file systems (NFS, quotas) tell of lost writes only now.
        """
        handles, self._handles = self._handles, []
        untold = self._broken is None
        refusal: Status | None = None
        with suppress(PartnerError):
            while self._unacknowledged and untold:
                self._protocol.receive()
            for handle in handles:
                try:
                    self._protocol.call(Kind.CLOSE, string(handle), check_status)
                except Status as status:
                    refusal = refusal or status
            if untold:
                self._check()
                if refusal is not None:
                    raise self._refusals.of_write(refusal, self._path, 0)

    @contextmanager
    def _unbroken(self) -> Iterator[None]:
        if self._broken is not None:
            raise self._broken
        if not self._handles:
            raise ValueError("the sink is closed")
        try:
            yield
        except TransferError as error:
            self._broken = error
            raise

    def _submit(self, offset: int, block: memoryview) -> None:
        def acknowledged(reply: Reply) -> None:
            self._unacknowledged -= 1
            try:
                check_status(reply)
            except Status as status:
                self._refusal = self._refusal or (status, len(block))

        self._unacknowledged += 1
        fields = string(self._handles[0]) + WRITE_FIELDS.pack(offset, len(block))
        self._protocol.submit(Kind.WRITE, fields, acknowledged, block)

    def _drain(self, beat: Callable[[], object] | None = None) -> None:
        while self._unacknowledged:
            self._protocol.receive()
            if beat is not None:
                beat()
        self._check()

    def _check(self) -> None:
        if self._refusal is not None:
            status, wanted = self._refusal
            raise self._refusals.of_write(status, self._path, wanted)

    def _synced(self) -> bool:
        if FSYNC not in self._protocol.extensions:
            return False
        try:
            self._protocol.extended(FSYNC, string(self._handles[0]), check_status)
        except Status as status:
            if status.code == Code.OP_UNSUPPORTED:
                return False
            raise self._refusals.of_write(status, self._path, 0) from None
        return True

    def _reopen(self) -> None:
        """Without fsync only a close that went well tells that nothing was lost (NFS, quotas)."""
        handles, self._handles = self._handles, []
        both = self._readable and len(handles) == 1
        try:
            for handle in handles:
                self._protocol.call(Kind.CLOSE, string(handle), check_status)
        except Status as status:
            raise self._refusals.of_write(status, self._path, 0) from None
        fields = open_fields(self._path, Open.WRITE | Open.READ if both else Open.WRITE)
        try:
            self._handles = [self._protocol.call(Kind.OPEN, fields, handle_of)]
        except Status as status:
            raise self._refusals.of_open(status, self._path) from None
        self._readable = both

    def _handle_for_reading(self) -> bytes:
        if not self._readable:
            fields = open_fields(self._path, Open.READ)
            try:
                handle = self._protocol.call(Kind.OPEN, fields, handle_of)
            except Status as status:
                raise self._refusals.of_open(status, self._path) from None
            self._handles.append(handle)
            self._readable = True
        return self._handles[-1]

    def _read(self, handle: bytes, offset: int, length: int) -> Iterator[bytes]:
        at, asked, end = offset, offset, offset + length
        wanted: deque[tuple[int, list[Reply]]] = deque()  # in order: size asked for, its reply
        while at < end:
            while asked < end and (asked - at < READ_AHEAD_BYTES or not wanted):
                size = min(self._read_bytes, end - asked)
                wanted.append((size, self._ask(handle, asked, size)))
                asked += size
            size, replies = wanted.popleft()
            while not replies:
                self._protocol.receive()
            block = self._block(replies[0], at, end)
            yield block
            at += len(block)
            if len(block) < size:  # allowed to every server: ask for the rest, in its place
                wanted.appendleft((size - len(block), self._ask(handle, at, size - len(block))))

    def _ask(self, handle: bytes, offset: int, size: int) -> list[Reply]:
        replies: list[Reply] = []
        fields = read_fields(handle, offset, size)
        self._protocol.submit(Kind.READ, fields, replies.append, weight=size)
        return replies

    def _block(self, reply: Reply, at: int, end: int) -> bytes:
        try:
            block = self._protocol.parsed(reply, data_of)
        except Status as status:
            if status.code == Code.EOF:
                raise SizeMismatch(self._path, end, at) from None
            raise self._refusals.of(status, self._path, "read") from None
        if not block:
            raise SizeMismatch(self._path, end, at)
        return block
