"""One SFTP session on a partner's server: makes, writes, reads, renames and removes files there."""

import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from posixpath import dirname

from services.transfer.adapters.hash_time import more_seconds_for
from services.transfer.adapters.sftp_attributes import first_name_of, size_field, times_fields
from services.transfer.adapters.sftp_checksum import SftpChecksums
from services.transfer.adapters.sftp_files import SftpQuickFiles
from services.transfer.adapters.sftp_packets import (
    FSYNC,
    NO_ATTRIBUTES,
    POSIX_RENAME,
    Code,
    Kind,
    Open,
    Status,
    check_status,
    handle_of,
    open_fields,
    path_string,
)
from services.transfer.adapters.sftp_probe import Offers, Probe
from services.transfer.adapters.sftp_probe_files import ProbeFiles
from services.transfer.adapters.sftp_protocol import SftpProtocol
from services.transfer.adapters.sftp_reader import SftpFileReader
from services.transfer.adapters.sftp_refusals import Refusals
from services.transfer.adapters.sftp_sink import SftpChunkSink
from services.transfer.adapters.ssh_login import LoggedIn, end
from services.transfer.domain.checksums import Algorithm, FileChecksum
from services.transfer.domain.errors import FolderMissing, TargetError
from services.transfer.domain.ports import FileKind, LoginFacts, QuickFiles, Seen
from services.transfer.domain.server_profile import ServerProfile
from services.transfer.domain.strategy import UNKNOWN, Strategy
from services.transfer.domain.words import Words


class SftpPartnerSession:
    """For one thread at a time. Only `close` may come from another."""

    def __init__(
        self,
        logged_in: LoggedIn,
        protocol: SftpProtocol,
        now: Callable[[], datetime],
        tells_space: bool | None = None,
        large_writes: bool = True,
    ) -> None:
        """`large_writes` is what a probe found: whether the server takes what it offers."""
        self.host_key_fingerprint = logged_in.host_key.fingerprint
        self.replaces_atomically = POSIX_RENAME in protocol.extensions
        self._transport = logged_in.transport
        self._banner = logged_in.banner
        self._protocol = protocol
        self._refusals = Refusals(protocol, tells_space)
        self._now = now
        self._offered = protocol.limits
        self._limit_writes(large_writes)
        self.quick_files: QuickFiles | None = SftpQuickFiles(protocol, self._refusals.remove)
        self._ending = threading.Lock()

    def guard(self, fence: Callable[[], object]) -> None:
        self._transport.sock.fence = fence  # the PartnerSocket that SftpPartners gave it

    def create_file(
        self, path: str, strategy: Strategy = UNKNOWN, *, exclusive: bool = False
    ) -> SftpChunkSink:
        flags = Open.WRITE | Open.CREAT | (Open.EXCL if exclusive else Open.TRUNC)
        self._learn_space(path)
        try:
            handle = self._protocol.call(Kind.OPEN, open_fields(path, flags), handle_of)
        except Status as status:
            refused = self._refusals.of_exclusive if exclusive else self._refusals.of_create
            raise refused(status, path) from None
        return SftpChunkSink(self._protocol, path, handle, self._refusals, strategy)

    def open_part(self, path: str, strategy: Strategy = UNKNOWN) -> SftpChunkSink:
        self._learn_space(path)
        try:
            # not READ, because a partner may let us write but not read
            handle = self._protocol.call(Kind.OPEN, open_fields(path, Open.WRITE), handle_of)
        except Status as status:
            raise self._refusals.of_open(status, path) from None
        return SftpChunkSink(self._protocol, path, handle, self._refusals, strategy)

    def open_reader(self, path: str) -> SftpFileReader:
        try:
            handle = self._protocol.call(Kind.OPEN, open_fields(path, Open.READ), handle_of)
        except Status as status:
            raise self._refusals.of_open(status, path, "read") from None
        return SftpFileReader(self._protocol, path, handle)

    def look(self, path: str) -> Seen | None:
        return self._refusals.look(path)

    def file_checksum(
        self,
        path: str,
        wanted: Sequence[Algorithm],
        size_bytes: int,
        within_seconds: float | None = None,
    ) -> FileChecksum | None:
        seconds = more_seconds_for(size_bytes, within_seconds, self._protocol.timeout_seconds)
        return self._checksums.of_file(path, wanted, seconds)

    @property
    def _checksums(self) -> SftpChecksums:
        software = str(self._transport.remote_version)
        return SftpChecksums(self._protocol, self._refusals, software)

    def free_bytes(self, folder: str) -> int | None:
        return self._refusals.free_bytes(folder)

    def make_folder(self, path: str) -> None:
        fields = path_string(path) + NO_ATTRIBUTES
        try:
            self._protocol.call(Kind.MKDIR, fields, check_status)
        except Status as status:
            if status.code == Code.NO_SUCH_FILE:
                raise FolderMissing(dirname(path) or ".") from None
            if not self._is_folder(path):
                raise self._refusals.of(status, path, "make the folder") from None

    def set_modified(self, path: str, at: datetime) -> None:
        fields = path_string(path) + times_fields(at)
        try:
            self._protocol.call(Kind.SETSTAT, fields, check_status)
        except Status as status:
            raise self._refusals.of(status, path, "set the time of") from None

    def rename(self, part: str, target: str, *, replace: bool) -> None:
        names = path_string(part) + path_string(target)
        try:
            if replace:
                self._protocol.extended(POSIX_RENAME, names, check_status)
            else:
                self._protocol.call(Kind.RENAME, names, check_status)
        except Status as status:
            raise self._refusals.of_rename(status, part, target, replace=replace) from None

    def remove(self, path: str) -> None:
        self._refusals.remove(path)

    def login_facts(self) -> LoginFacts:
        return LoginFacts(
            software=Words(self._transport.remote_version),
            cipher=Words(self._transport.local_cipher),
            home=self._home(),
            banner=self._banner,
        )

    def probe(self, base_path: str, name: str | None = None) -> ServerProfile:
        fsync = FSYNC in self._protocol.extensions
        offers = Offers(self._offered, fsync, self._checksums.are_offered)
        self._limit_writes(True)
        profile = Probe(ProbeFiles(self, self._cut, name), offers).run(base_path, self._now())
        self._limit_writes(profile.large_writes)
        return profile

    def close(self) -> None:
        """Never fails, however often and from whichever thread it is called. A call that waits for
        the server ends, because its connection ends.
        """
        self._protocol.close()
        # One at a time: otherwise one thread could shut down a socket's number that the other
        # thread has closed and that belongs to another connection by now.
        with self._ending:
            end(self._transport)
            # Who fences it holds the session, too. Such a circle would keep megabytes of buffers
            # until Python looks for circles, which may be several sessions later.
            self._transport.sock.fence = None

    def __enter__(self) -> "SftpPartnerSession":
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _limit_writes(self, large: bool) -> None:
        told = self._offered
        self._protocol.limits = told if large else told._replace(max_write_bytes=None)

    def _cut(self, path: str, size_bytes: int) -> None:
        try:
            self._protocol.call(
                Kind.SETSTAT, path_string(path) + size_field(size_bytes), check_status
            )
        except Status as status:
            raise self._refusals.of(status, path, "set the size of") from None

    def _is_folder(self, path: str) -> bool:
        try:
            seen = self._refusals.look(path)
        except TargetError:
            return False
        return seen is not None and seen.kind is FileKind.FOLDER

    def _learn_space(self, path: str) -> None:
        """A server that says 0 before the first byte means that it does not know."""
        if self._refusals.tells_space is None:
            self._refusals.free_bytes(dirname(path) or ".")

    def _home(self) -> str | None:
        try:
            return Words(self._protocol.call(Kind.REALPATH, path_string("."), first_name_of))
        except Status:
            return None
