"""Reads ranges of a partner's file over FTP: one download for each, as far as they lie apart."""

from collections.abc import Iterable, Iterator
from contextlib import suppress

from services.transfer.adapters.ftp_channel import FtpChannel
from services.transfer.adapters.ftp_names import FtpNames
from services.transfer.adapters.ftp_refusals import FtpRefusals
from services.transfer.adapters.ftp_replies import Refused
from services.transfer.adapters.ftp_transfers import FtpDownload
from services.transfer.domain.errors import PartnerError, SizeMismatch, TargetError

SKIP_BYTES = 256 << 10  # read and thrown away, which is cheaper than another data connection


class FtpFileReader:
    def __init__(
        self, channel: FtpChannel, path: str, names: FtpNames, refusals: FtpRefusals
    ) -> None:
        """Opens the file at its beginning. Raises what PartnerSession.open_reader raises."""
        self._channel, self._path = channel, path
        self._names, self._refusals = names, refusals
        self._closed = False
        self._download: FtpDownload | None = None
        try:
            self._download = FtpDownload(channel, path, 0, self)
        except Refused as refused:
            raise refusals.of_open(refused, path, "read") from None

    def read(self, ranges: Iterable[tuple[int, int]]) -> Iterator[bytes]:
        for offset, length in ranges:
            at, end = offset, offset + length
            while at < end:
                block = self._read(at, end)
                at += len(block)
                yield block

    def interrupt(self) -> None:
        """Something else is asked of the server. The next read opens the file again."""
        with suppress(PartnerError):
            self._give_up()

    def close(self) -> None:
        self._closed = True
        with suppress(PartnerError):
            self._give_up()

    def __enter__(self) -> "FtpFileReader":
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _read(self, at: int, end: int) -> bytes:
        if self._closed:
            raise ValueError("the reader is closed")
        try:
            download = self._download_at(at)
            block = download.receive(end - at) if download is not None else b""
        except Refused as refused:
            self._download = None
            self._require_long_enough(at, end)
            raise self._refusals.of_open(refused, self._path, "read") from None
        if block:
            return block
        self._download = None
        raise SizeMismatch(self._path, end, self._size_below(at))

    def _download_at(self, at: int) -> FtpDownload | None:
        """None where the file ends before `at`."""
        download = self._download
        if download is None or not 0 <= at - download.position <= SKIP_BYTES:
            self._give_up()
            self._download = download = FtpDownload(self._channel, self._path, at, self)
        while download.position < at:
            if not download.receive(at - download.position):
                return None
        return download

    def _give_up(self) -> None:
        download, self._download = self._download, None
        if download is not None:
            download.give_up()

    def _require_long_enough(self, at: int, end: int) -> None:
        """Some servers refuse an offset at the end of the file or behind it."""
        size = self._size()
        if size is not None and size <= at:
            raise SizeMismatch(self._path, end, size)

    def _size_below(self, at: int) -> int:
        size = self._size()
        return at if size is None else min(size, at)

    def _size(self) -> int | None:
        try:
            seen = self._names.look(self._path)
        except TargetError:
            return None
        return None if seen is None else seen.size_bytes
