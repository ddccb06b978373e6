"""Finds out what an SFTP server is able to do, with a small file that it removes again."""

import posixpath
import secrets
import time
from dataclasses import dataclass
from datetime import datetime

from services.transfer.adapters.sftp_packets import FSYNC, POSIX_RENAME
from services.transfer.adapters.sftp_protocol import SftpProtocol
from services.transfer.adapters.sftp_refusals import Refusals
from services.transfer.domain.destination import ServerProfile
from services.transfer.domain.errors import TargetError
from services.transfer.domain.ports import PartnerSession

HALF_BYTES = 4096  # the file's two halves are written in the wrong order
ROUND_TRIPS = 3  # the quickest one counts: the others waited for something else


@dataclass(frozen=True)
class Probe:
    session: PartnerSession
    protocol: SftpProtocol
    software: str
    cipher: str

    def run(self, base_path: str, now: datetime) -> ServerProfile:
        """Raises what keeps us from creating or removing a file; all else is an ability missing."""
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
        first, second = secrets.token_bytes(HALF_BYTES), secrets.token_bytes(HALF_BYTES)
        try:
            sink = self.session.open_part(name)
            try:
                sink.write(HALF_BYTES, second)
                sink.flush(durable=False)
                sink.write(0, first)
                sink.flush(durable=False)
            finally:
                sink.close()
            if self.session.size(name) != 2 * HALF_BYTES:
                return False
        except TargetError:
            return False
        return self._holds(name, first + second)

    def _holds(self, name: str, content: bytes) -> bool:
        """True as well where reading is not permitted: then the size has to do."""
        try:
            sink = self.session.open_part(name)
            try:
                return b"".join(sink.read(0, len(content))) == content
            finally:
                sink.close()
        except TargetError:
            return True

    def _syncs(self, name: str) -> bool:
        if FSYNC not in self.protocol.extensions:
            return False
        try:
            sink = self.session.open_part(name)
            try:
                sink.flush(durable=True)
            finally:
                sink.close()
        except TargetError:
            return False
        return True

    def _replaces(self, name: str, renamed: str) -> bool:
        """Over the file that `_renames` left; where there is none, over nothing."""
        if POSIX_RENAME not in self.protocol.extensions:
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
            self.session.size(base_path)
            seconds.append(time.perf_counter() - started)
        return min(seconds)
