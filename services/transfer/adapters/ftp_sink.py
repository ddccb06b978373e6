"""Writes chunks into a part file over FTP, in order.

FTP acknowledges a whole upload, and nothing before. So a flush ends the upload and waits for the
server's word, and the next write begins another one at its offset, by REST. Where the strategy has
one handle only, there is one upload, whose end is the sink's.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from services.transfer.adapters.breakable_sink import BreakableSink
from services.transfer.adapters.ftp_channel import FtpChannel
from services.transfer.adapters.ftp_refusals import FtpRefusals
from services.transfer.adapters.ftp_replies import Refused
from services.transfer.adapters.ftp_transfers import FtpUpload
from services.transfer.domain.errors import TransferError, WriteRefused
from services.transfer.domain.strategy import UNKNOWN, Strategy

BLOCK_BYTES = 1 << 20  # ftplib's 8 KiB were measured at two thirds of the speed


class FtpChunkSink(BreakableSink):
    """A write at offset 0 begins the file anew, because FTP has no word for anything else."""

    block_bytes = BLOCK_BYTES

    def __init__(
        self,
        channel: FtpChannel,
        path: str,
        refusals: FtpRefusals,
        strategy: Strategy = UNKNOWN,
    ) -> None:
        super().__init__()
        self._channel, self._path = channel, path
        self._refusals, self._strategy = refusals, strategy
        self._upload: FtpUpload | None = None
        self._begun = False  # with one handle there is no second upload
        self._run: tuple[int, int] | None = None  # written since the flush, one behind the other
        self._in_a_row = True
        self._acknowledged = False  # the run

    def create(self) -> "FtpChunkSink":
        """Makes the empty file. Raises what PartnerSession.create_file raises."""
        try:
            self._upload, self._begun = FtpUpload(self._channel, self._path, 0, self), True
        except Refused as refused:
            raise self._refusals.of_create(refused, self._path) from None
        return self

    def write(self, offset: int, data: bytes | memoryview) -> None:
        with self._unbroken():
            view = memoryview(data)
            if not view:
                return
            self._count(offset, offset + len(view))
            upload = self._upload_at(offset)
            for start in range(0, len(view), BLOCK_BYTES):
                with self._telling("write to"):
                    upload.send(view[start : start + BLOCK_BYTES])

    def flush(self, *, durable: bool) -> None:
        with self._unbroken():
            if self._strategy.reopens:
                self._finish()
            self._run, self._in_a_row, self._acknowledged = None, True, False

    def acknowledged_until(self) -> int | None:
        if self._run is None:
            return None
        return self._run[1] if self._acknowledged else self._run[0]

    def interrupt(self) -> None:
        """Something else is asked of the server."""
        try:
            with self._unbroken():
                self._finish()
        except TransferError as error:
            self._broken = error

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        if self._broken is None:
            self._finish()

    @contextmanager
    def _telling(self, action: str) -> Iterator[None]:
        try:
            yield
        except Refused as refused:
            self._upload = None
            raise self._refusals.of(refused.reply, self._path, action) from None
        except TransferError:
            self._upload = None
            raise

    def _count(self, begin: int, end: int) -> None:
        if self._run is None:
            self._run = begin, begin
        self._in_a_row = self._in_a_row and begin == self._run[1]
        if self._in_a_row:
            self._run, self._acknowledged = (self._run[0], end), False

    def _upload_at(self, offset: int) -> FtpUpload:
        if self._upload is not None and self._upload.position == offset:
            return self._upload
        self._finish()
        if self._begun and not self._strategy.reopens:
            raise WriteRefused(self._path, "write to", "one upload only, and it is over")
        if offset and not self._channel.features.restarts:
            raise WriteRefused(self._path, "go on with", "REST STREAM is not offered")
        try:
            upload = FtpUpload(self._channel, self._path, offset, self)
        except Refused as refused:
            raise self._refusals.of_open(refused, self._path, "open") from None
        self._upload, self._begun = upload, True
        return upload

    def _finish(self) -> None:
        """Waits for the server's word. A refusal takes everything since the flush back."""
        upload, self._upload = self._upload, None
        if upload is not None:
            with self._telling("write to"):
                upload.finish()
            self._acknowledged = True
