"""One FTP session on a partner's server: makes, writes, reads, renames and removes files there."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from posixpath import dirname

from services.transfer.adapters.ftp_checksums import FtpChecksums
from services.transfer.adapters.ftp_login import LoggedIn
from services.transfer.adapters.ftp_names import FtpNames, shown_home
from services.transfer.adapters.ftp_probe import ftp_probe
from services.transfer.adapters.ftp_reader import FtpFileReader
from services.transfer.adapters.ftp_refusals import FtpRefusals
from services.transfer.adapters.ftp_sink import FtpChunkSink
from services.transfer.adapters.hash_time import more_seconds_for
from services.transfer.domain.checksums import Algorithm, FileChecksum
from services.transfer.domain.errors import (
    FolderMissing,
    PartMissing,
    PartnerError,
    TargetExists,
    WriteRefused,
)
from services.transfer.domain.ports import FileKind, LoginFacts, QuickFiles, Seen
from services.transfer.domain.server_profile import ServerProfile
from services.transfer.domain.strategy import UNKNOWN, Strategy

TIME = "%Y%m%d%H%M%S"  # UTC (RFC 3659, section 2.3)
SIZE_IS, GO_ON = 213, 350
MAX_DIGITS = 19


class FtpPartnerSession:
    """For one thread at a time. Only `close` may come from another."""

    replaces_atomically: bool = False  # FTP has one rename, and the server decides what it replaces
    quick_files: QuickFiles | None = None  # each command waits for its reply

    def __init__(self, logged_in: LoggedIn, now: Callable[[], datetime]) -> None:
        self.host_key_fingerprint = logged_in.proof
        self._logged_in = logged_in
        self._channel = logged_in.channel
        self._names = FtpNames(self._channel)
        self._refusals = FtpRefusals(self._names)
        self._now = now

    def guard(self, fence: Callable[[], object]) -> None:
        self._channel.guard(fence)

    def create_file(
        self, path: str, strategy: Strategy = UNKNOWN, *, exclusive: bool = False
    ) -> FtpChunkSink:
        """FTP cannot create a file only where there is none, so an exclusive one is looked for. A
        server that does not show it may still refuse to overwrite: the probe finds out."""
        if exclusive and self._names.seen(path) is not None:
            raise TargetExists(path)
        return FtpChunkSink(self._channel, path, self._refusals, strategy).create()

    def open_part(self, path: str, strategy: Strategy = UNKNOWN) -> FtpChunkSink:
        if self._names.is_gone(path):  # STOR would create it
            raise PartMissing(path)
        return FtpChunkSink(self._channel, path, self._refusals, strategy)

    def open_reader(self, path: str) -> FtpFileReader:
        return FtpFileReader(self._channel, path, self._names, self._refusals)

    def look(self, path: str) -> Seen | None:
        return self._names.look(path)

    def file_checksum(
        self,
        path: str,
        wanted: Sequence[Algorithm],
        size_bytes: int,
        within_seconds: float | None = None,
    ) -> FileChecksum | None:
        timeout = self._channel.timeout_seconds
        more_seconds = more_seconds_for(size_bytes, within_seconds, timeout)
        return FtpChecksums(self._channel, self._refusals).of_file(path, wanted, more_seconds)

    def free_bytes(self, folder: str) -> int | None:
        if "AVBL" not in self._channel.features:
            return None
        reply = self._channel.call("AVBL", folder)
        text = " ".join(reply.lines).strip()
        known = reply.code == SIZE_IS and text.isdecimal() and len(text) <= MAX_DIGITS
        return int(text) if known else None

    def make_folder(self, path: str) -> None:
        reply = self._channel.call("MKD", path)
        if reply.is_done:
            return
        seen = self._names.seen(path)
        if seen is not None and seen.kind is FileKind.FOLDER:
            return
        folder = dirname(path) or "."
        if self._names.is_gone(folder):
            raise FolderMissing(folder)
        raise self._refusals.of(reply, path, "make the folder")

    def set_modified(self, path: str, at: datetime) -> None:
        """By MFMT, else by MDTM with a time in front of the name, which some servers know."""
        verb = "MFMT" if "MFMT" in self._channel.features else "MDTM"
        reply = self._channel.call(verb, f"{at.astimezone(UTC).strftime(TIME)} {path}")
        if not reply.is_done:
            raise self._refusals.of(reply, path, "set the time of")

    def rename(self, part: str, target: str, *, replace: bool) -> None:
        if replace:
            raise WriteRefused(target, "rename the part file to", "posix-rename is not offered")
        begun = self._channel.call("RNFR", part)
        if begun.code != GO_ON:
            raise self._refusals.of_rename(begun, part, target, part_seen=False)
        reply = self._channel.call("RNTO", target)
        if not reply.is_done:
            raise self._refusals.of_rename(reply, part, target, part_seen=True)

    def remove(self, path: str) -> None:
        reply = self._channel.call("DELE", path)
        if not reply.is_done and not self._names.is_gone(path):
            raise self._refusals.of(reply, path, "remove")

    def login_facts(self) -> LoginFacts:
        told = self._logged_in
        home = shown_home(self._names.home())
        return LoginFacts(software=told.software, cipher=told.cipher, home=home, banner=told.banner)

    def probe(self, base_path: str, name: str | None = None) -> ServerProfile:
        return ftp_probe(self, self._channel.features, name).run(base_path, self._now())

    def close(self) -> None:
        """Never fails, however often and from whichever thread it is called. A call that waits for
        the server ends, because its connection ends."""
        self._channel.close()

    def __enter__(self) -> "FtpPartnerSession":
        return self

    def __exit__(self, *exc: object) -> None:
        """Says goodbye, so that the server has the session free at once."""
        if not any(exc):
            with suppress(PartnerError):
                self._channel.call("QUIT")
        self.close()
