"""Finds out what an SFTP server can do. It uses a small file and removes it again."""

import posixpath
import secrets
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from services.transfer.adapters.sftp_packets import FSYNC
from services.transfer.adapters.sftp_protocol import SftpProtocol
from services.transfer.adapters.sftp_refusals import Refusals
from services.transfer.domain.errors import PermissionDenied, TargetError, WriteRefused
from services.transfer.domain.ports import PartnerSession
from services.transfer.domain.server_profile import ServerProfile

HALF_BYTES = 4096  # the file's two halves are written in the wrong order
ROUND_TRIPS = 3  # the quickest one counts, because the others waited for something else


@dataclass(frozen=True)
class Probe:
    session: PartnerSession
    protocol: SftpProtocol
    software: str
    cipher: str

    def run(self, base_path: str, now: datetime) -> ServerProfile:
        """Raises when a file cannot be created or removed. Any other refusal is a missing
        ability."""
        name = posixpath.join(base_path, f".fileferry-probe-{secrets.token_hex(8)}")
        renamed, limits = f"{name}-renamed", self.protocol.limits
        self.session.create_part(name)
        try:
            write_at_offset = self._writes_at_offsets(name)
            return ServerProfile(
                software=self.software,
                cipher=self.cipher,
                write_at_offset=write_at_offset,
                fsync=self._syncs(name),
                rename=self._renames(name, renamed, replace=False),
                atomic_replace=self._replaces(name, renamed),
                max_write_bytes=limits.max_write_bytes,
                max_read_bytes=limits.max_read_bytes,
                free_bytes=Refusals(self.protocol).free_bytes(base_path),
                round_trip_seconds=self._round_trip_seconds(base_path),
                probed_at=now,
            )
        finally:
            self.session.remove(name)
            self.session.remove(renamed)

    def _writes_at_offsets(self, name: str) -> bool:
        """Writes two halves as lanes do, with a handle for each. The second must not cut the file
        off."""
        first, second = secrets.token_bytes(HALF_BYTES), secrets.token_bytes(HALF_BYTES)
        try:
            for offset, half in ((HALF_BYTES, second), (0, first)):
                with self.session.open_part(name) as sink:
                    sink.write(offset, half)
                    sink.flush(durable=False)
            return self._has_size(name, 2 * HALF_BYTES) and self._holds(name, first + second)
        except TargetError:
            return False

    def _has_size(self, name: str, size_bytes: int) -> bool:
        """True as well where the server shows no sizes."""
        try:
            return self.session.size(name) == size_bytes
        except (PermissionDenied, WriteRefused):
            return True

    def _holds(self, name: str, content: bytes) -> bool:
        """True as well where reading is not permitted. Then only the size was checked."""
        try:
            with self.session.open_reader(name) as reader:
                return b"".join(reader.read([(0, len(content))])) == content
        except (PermissionDenied, WriteRefused):
            return True

    def _syncs(self, name: str) -> bool:
        if FSYNC not in self.protocol.extensions:
            return False
        try:
            with self.session.open_part(name) as sink:
                sink.flush(durable=True)
        except TargetError:
            return False
        return True

    def _replaces(self, name: str, renamed: str) -> bool:
        """Renames over the file that `_renames` left. Where it left none, nothing is replaced."""
        if not self.session.replaces_atomically:
            return False
        try:
            self.session.create_part(name)
        except TargetError:
            return False
        return self._renames(name, renamed, replace=True)

    def _renames(self, name: str, renamed: str, *, replace: bool) -> bool:
        try:
            self.session.rename(name, renamed, replace=replace)
        except TargetError:
            return False
        return True

    def _round_trip_seconds(self, base_path: str) -> float:
        seconds = []
        for _ in range(ROUND_TRIPS):
            started = time.perf_counter()
            with suppress(PermissionDenied, WriteRefused):  # a refusal is an answer, too
                self.session.size(base_path)
            seconds.append(time.perf_counter() - started)
        return min(seconds)
