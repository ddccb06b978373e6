"""Writes chunks into a part file over SFTP. Writes are pipelined, and each status is checked."""

from contextlib import suppress

from services.transfer.adapters.breakable_sink import BreakableSink
from services.transfer.adapters.sftp_packets import (
    FSYNC,
    WRITE_FIELDS,
    Code,
    Kind,
    Open,
    Reply,
    Status,
    check_status,
    handle_of,
    open_fields,
    string,
)
from services.transfer.adapters.sftp_protocol import SftpProtocol, Write
from services.transfer.adapters.sftp_refusals import Refusals
from services.transfer.adapters.sftp_written_run import SftpSettling, WrittenRun
from services.transfer.domain.errors import PartnerError, TransferError
from services.transfer.domain.strategy import UNKNOWN, Strategy


class SftpChunkSink(BreakableSink):
    """Writes through `handle`. After a flush that had to close it, the next write opens the file
    again."""

    def __init__(
        self,
        protocol: SftpProtocol,
        path: str,
        handle: bytes,
        refusals: Refusals,
        strategy: Strategy = UNKNOWN,
    ) -> None:
        super().__init__()
        self.block_bytes = protocol.limits.write_block_bytes
        self._protocol = protocol
        self._refusals = refusals
        self._strategy = strategy
        self._path = path
        self._handle: bytes | None = handle
        self._unacknowledged = 0  # writes, and the fsync of what settles aside
        self._run = WrittenRun()
        self._aside: SftpSettling | None = None
        self._refusal: tuple[Status, int] | None = None  # the first one, and its bytes

    def write(self, offset: int, data: bytes | memoryview) -> None:
        """`data` is sent before this returns, so the caller may use its buffer again."""
        with self._unbroken():
            handle, view = self._opened(), memoryview(data)
            self._protocol.submit_writes(
                self._write(handle, offset + start, view[start : start + self.block_bytes])
                for start in range(0, len(view), self.block_bytes)
            )
            self._check()

    def flush(self, *, durable: bool) -> None:
        with self._unbroken():
            while self._unacknowledged:
                self._protocol.receive()
            self._check()
            if durable:
                self._make_durable()
                if self._aside is not None:
                    self._aside.durable, self._aside = True, None
            self._run = WrittenRun()

    def settle_aside(self) -> SftpSettling | None:
        offered = self._strategy.fsync and FSYNC in self._protocol.extensions
        if not offered or self._handle is None or self._aside is not None:
            return None
        self._aside = SftpSettling(self._run, self._look_aside)
        self._run = WrittenRun()
        return self._aside

    def acknowledged_until(self) -> int | None:
        return self._run.acknowledged_until

    def close(self) -> None:
        """Raises an error that no call has raised yet. Quiet when the sink is broken."""
        handle, self._handle, self._closed = self._handle, None, True
        if handle is None:
            return
        if self._broken is not None:
            with suppress(PartnerError):
                self._refusal_of_close(handle)
            return
        while self._unacknowledged:
            self._protocol.receive()
        refusal = self._refusal_of_close(handle)
        self._check()
        if refusal is not None:
            raise refusal

    def _write(self, handle: bytes, offset: int, block: memoryview) -> Write:
        run, end = self._run, offset + len(block)
        belongs = run.sent(offset, end)

        def answered(reply: Reply) -> None:
            self._unacknowledged -= 1
            run.unacknowledged -= 1
            try:
                check_status(reply)
            except Status as status:
                self._refusal = self._refusal or (status, end - offset)
            else:
                if belongs:
                    run.acknowledged(offset, end)

        self._unacknowledged += 1
        run.unacknowledged += 1
        fields = string(handle) + WRITE_FIELDS.pack(offset, len(block))
        return fields, block, answered

    def _check(self) -> None:
        if self._refusal is not None:
            status, wanted = self._refusal
            raise self._refusals.of_write(status, self._path, wanted)

    def _make_durable(self) -> None:
        """Without fsync, only a close without an error tells that nothing was lost."""
        if self._handle is None or (self._strategy.fsync and self._synced(self._handle)):
            return
        if self._strategy.reopens:
            handle, self._handle = self._handle, None
            refusal = self._refusal_of_close(handle)
            if refusal is not None:
                raise refusal

    def _synced(self, handle: bytes) -> bool:
        try:
            self._protocol.extended(FSYNC, string(handle), check_status)
        except Status as status:
            if status.code == Code.OP_UNSUPPORTED:
                return False
            self._distrust()
            raise self._refusals.of_write(status, self._path, 0) from None
        return True

    def _look_aside(self, aside: SftpSettling) -> None:
        with self._unbroken():
            self._protocol.receive_what_came()
            self._check()
            if aside.unsupported:
                self.flush(durable=True)
            elif not aside.asked and not aside.run.unacknowledged:
                aside.asked = True
                self._sync_aside(aside)

    def _sync_aside(self, aside: SftpSettling) -> None:
        def answered(reply: Reply) -> None:
            self._unacknowledged -= 1
            try:
                check_status(reply)
            except Status as status:
                aside.unsupported = status.code == Code.OP_UNSUPPORTED
                if not aside.unsupported:
                    self._distrust()
                    self._refusal = self._refusal or (status, 0)
            else:
                aside.durable, self._aside = True, None

        fields = string(FSYNC) + string(self._opened())
        self._unacknowledged += 1
        self._protocol.submit(Kind.EXTENDED, fields, answered)
        self._check()

    def _distrust(self) -> None:
        self._run.distrust()
        if self._aside is not None:
            self._aside.run.distrust()

    def _opened(self) -> bytes:
        if self._handle is None:
            try:
                fields = open_fields(self._path, Open.WRITE)
                self._handle = self._protocol.call(Kind.OPEN, fields, handle_of)
            except Status as status:
                raise self._refusals.of_open(status, self._path) from None
        return self._handle

    def _refusal_of_close(self, handle: bytes) -> TransferError | None:
        """Some file systems (NFS, quotas) report lost writes only at the close."""
        try:
            self._protocol.call(Kind.CLOSE, string(handle), check_status)
        except Status as status:
            self._distrust()
            return self._refusals.of_write(status, self._path, 0)
        return None
