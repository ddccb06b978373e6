"""One SFTP session on a partner's server: part files, their names, and the server's abilities."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

import paramiko

from services.transfer.adapters.sftp_packets import (
    POSIX_RENAME,
    Code,
    Kind,
    Open,
    Status,
    check_status,
    handle_of,
    open_fields,
    path_string,
    size_of,
    string,
)
from services.transfer.adapters.sftp_probe import Probe
from services.transfer.adapters.sftp_protocol import SftpProtocol
from services.transfer.adapters.sftp_refusals import Refusals
from services.transfer.adapters.sftp_sink import SftpChunkSink
from services.transfer.adapters.ssh_login import end
from services.transfer.domain.destination import HostKey, ServerProfile
from services.transfer.domain.errors import TargetExists, TransferError, WriteRefused


class SftpPartnerSession:
    """Not for several threads at a time."""

    def __init__(
        self,
        transport: paramiko.Transport,
        protocol: SftpProtocol,
        host_key: HostKey,
        now: Callable[[], datetime],
    ) -> None:
        self.host_key_fingerprint = host_key.fingerprint
        self._transport = transport
        self._protocol = protocol
        self._refusals = Refusals(protocol)
        self._now = now

    def create_part(self, path: str) -> None:
        # neither TRUNC nor EXCL: a part file that is there may hold what earlier lanes wrote
        fields = open_fields(path, Open.WRITE | Open.CREAT)
        try:
            handle = self._protocol.call(Kind.OPEN, fields, handle_of)
            self._protocol.call(Kind.CLOSE, string(handle), check_status)
        except Status as status:
            raise self._refusals.of_create(status, path) from None

    def open_part(self, path: str) -> SftpChunkSink:
        try:
            return self._open(path, Open.READ | Open.WRITE)
        except Status as status:
            if status.code == Code.NO_SUCH_FILE:
                raise self._refusals.of_open(status, path) from None
        try:  # drop boxes: a partner may let us write and not read
            return self._open(path, Open.WRITE)
        except Status as status:
            raise self._refusals.of_open(status, path) from None

    def size(self, path: str) -> int | None:
        try:
            size = self._protocol.call(Kind.STAT, path_string(path), size_of)
        except Status as status:
            if status.code == Code.NO_SUCH_FILE:
                return None
            raise self._refusals.of(status, path, "look at") from None
        if size is None:
            raise WriteRefused(path, "tell the size of", "the answer holds no size")
        return size

    def rename(self, part: str, target: str, *, replace: bool) -> None:
        if replace:
            self._replace(part, target)
        else:
            self._rename(part, target)

    def remove(self, path: str) -> None:
        try:
            self._protocol.call(Kind.REMOVE, path_string(path), check_status)
        except Status as status:
            if status.code != Code.NO_SUCH_FILE:
                raise self._refusals.of(status, path, "remove") from None

    def probe(self, base_path: str) -> ServerProfile:
        return Probe(
            session=self,
            protocol=self._protocol,
            software=self._transport.remote_version,
            cipher=self._transport.local_cipher,
        ).run(base_path, self._now())

    def close(self) -> None:
        """Never fails, as often as it is called."""
        self._protocol.close()
        end(self._transport)

    def __enter__(self) -> "SftpPartnerSession":
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _open(self, path: str, flags: Open) -> SftpChunkSink:
        handle = self._protocol.call(Kind.OPEN, open_fields(path, flags), handle_of)
        return SftpChunkSink(self._protocol, path, handle, bool(flags & Open.READ))

    def _rename(self, part: str, target: str) -> None:
        # version 3 demands that RENAME fails when the target exists; not every server does it
        if self._refusals.exists(target):
            raise TargetExists(target)
        try:
            self._protocol.call(Kind.RENAME, path_string(part) + path_string(target), check_status)
        except Status as status:
            refusal = self._refusals.of_rename(status, part, target)
            if isinstance(refusal, WriteRefused) and self._refusals.exists(target):
                raise TargetExists(target) from None
            raise refusal from None

    def _replace(self, part: str, target: str) -> None:
        """Without an atomic rename the old target steps aside, and comes back on a failure."""
        fields = path_string(part) + path_string(target)
        if POSIX_RENAME in self._protocol.extensions:
            try:
                self._protocol.extended(POSIX_RENAME, fields, check_status)
            except Status as status:
                raise self._refusals.of_rename(status, part, target) from None
            return
        aside = f"{part}.old"
        if self._refusals.exists(target):
            self.remove(aside)  # of a try before
            self._rename(target, aside)
        try:
            self._rename(part, target)
        except TransferError:
            with suppress(TransferError):
                self._rename(aside, target)
            raise
        self.remove(aside)
