"""One SFTP session on a partner's server: makes, writes, reads, renames and removes files there."""

import threading
from collections.abc import Callable
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
from services.transfer.adapters.sftp_reader import SftpFileReader
from services.transfer.adapters.sftp_refusals import Refusals
from services.transfer.adapters.sftp_sink import SftpChunkSink
from services.transfer.adapters.ssh_login import end
from services.transfer.domain.errors import (
    PermissionDenied,
    TargetError,
    TargetExists,
    WriteRefused,
)
from services.transfer.domain.host_key import HostKey
from services.transfer.domain.server_profile import ServerProfile
from services.transfer.domain.words import Words


class SftpPartnerSession:
    """For one thread at a time. Only `close` may come from another."""

    def __init__(
        self,
        transport: paramiko.Transport,
        protocol: SftpProtocol,
        host_key: HostKey,
        now: Callable[[], datetime],
    ) -> None:
        self.host_key_fingerprint = host_key.fingerprint
        self.replaces_atomically = POSIX_RENAME in protocol.extensions
        self._transport = transport
        self._protocol = protocol
        self._refusals = Refusals(protocol)
        self._now = now
        self._ending = threading.Lock()

    def guard(self, fence: Callable[[], object]) -> None:
        self._transport.sock.fence = fence  # the PartnerSocket that SftpPartners gave it

    def create_part(self, path: str) -> None:
        fields = open_fields(path, Open.WRITE | Open.CREAT | Open.TRUNC)
        try:
            handle = self._protocol.call(Kind.OPEN, fields, handle_of)
            self._protocol.call(Kind.CLOSE, string(handle), check_status)
        except Status as status:
            raise self._refusals.of_create(status, path) from None

    def open_part(self, path: str) -> SftpChunkSink:
        try:
            # not READ, because a partner may let us write but not read
            handle = self._protocol.call(Kind.OPEN, open_fields(path, Open.WRITE), handle_of)
        except Status as status:
            raise self._refusals.of_open(status, path) from None
        return SftpChunkSink(self._protocol, path, handle)

    def open_reader(self, path: str) -> SftpFileReader:
        try:
            handle = self._protocol.call(Kind.OPEN, open_fields(path, Open.READ), handle_of)
        except Status as status:
            raise self._refusals.of_open(status, path, "read") from None
        return SftpFileReader(self._protocol, path, handle)

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
            if status.code != Code.NO_SUCH_FILE and not self._is_gone(path):
                raise self._refusals.of(status, path, "remove") from None

    def probe(self, base_path: str) -> ServerProfile:
        return Probe(
            session=self,
            protocol=self._protocol,
            software=Words(self._transport.remote_version),
            cipher=Words(self._transport.local_cipher),
        ).run(base_path, self._now())

    def close(self) -> None:
        """Never fails, however often and from whichever thread it is called. A call that waits for
        the server ends, because its connection ends.
        """
        self._protocol.close()
        # One at a time: otherwise one thread could shut down a socket's number that the other
        # thread has closed and that belongs to another connection by now.
        with self._ending:
            end(self._transport)

    def __enter__(self) -> "SftpPartnerSession":
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _rename(self, part: str, target: str) -> None:
        # Version 3 demands that RENAME fails when the target exists. Not every server obeys.
        if self._may_exist(target):
            raise TargetExists(target)
        try:
            self._protocol.call(Kind.RENAME, path_string(part) + path_string(target), check_status)
        except Status as status:
            refusal = self._refusals.of_rename(status, part, target)
            if isinstance(refusal, WriteRefused) and self._may_exist(target):
                raise TargetExists(target) from None
            raise refusal from None

    def _may_exist(self, path: str) -> bool:
        """False where the server does not let us look: then we rely on its RENAME to refuse. A look
        that failed for another reason raises, and is tried again."""
        try:
            return self._refusals.exists(path)
        except PermissionDenied:
            return False

    def _replace(self, part: str, target: str) -> None:
        if not self.replaces_atomically:
            raise ValueError("this server does not replace atomically: rename the target first")
        fields = path_string(part) + path_string(target)
        try:
            self._protocol.extended(POSIX_RENAME, fields, check_status)
        except Status as status:
            raise self._refusals.of_rename(status, part, target) from None

    def _is_gone(self, path: str) -> bool:
        """Some servers fail to remove a missing file, without saying that it is missing."""
        try:
            return not self._refusals.exists(path)
        except TargetError:
            return False
