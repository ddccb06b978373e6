"""Turns an SFTP server's few status codes into domain errors. Where a code says little, it asks
the server for more.
"""

from dataclasses import dataclass
from posixpath import dirname

from services.transfer.adapters.sftp_packets import (
    STATVFS,
    Code,
    Kind,
    Status,
    free_bytes_of,
    path_string,
    size_of,
)
from services.transfer.adapters.sftp_protocol import SftpProtocol
from services.transfer.domain.errors import (
    FolderMissing,
    NoSpace,
    PartMissing,
    PermissionDenied,
    TargetError,
    WriteRefused,
)

# A full disk often keeps a few blocks that nobody gets. Less than this counts as full.
LITTLE_SPACE_BYTES = 1 << 20


@dataclass(frozen=True)
class Refusals:
    protocol: SftpProtocol

    def of_create(self, status: Status, path: str) -> TargetError:
        if status.code == Code.NO_SUCH_FILE:
            return FolderMissing(path)
        return self._of_space(status, path, 0) or self.of(status, path, "create")

    def of_open(self, status: Status, path: str, action: str = "open") -> TargetError:
        if status.code == Code.NO_SUCH_FILE:
            return PartMissing(path)
        return self.of(status, path, action)

    def of_write(self, status: Status, path: str, wanted_bytes: int) -> TargetError:
        return self._of_space(status, path, wanted_bytes) or self.of(status, path, "write to")

    def of_rename(self, status: Status, part: str, target: str) -> TargetError:
        if status.code == Code.NO_SUCH_FILE:
            return FolderMissing(target) if self.exists(part) else PartMissing(part)
        return self.of(status, target, "rename the part file to")

    def of(self, status: Status, path: str, action: str) -> TargetError:
        if status.code == Code.PERMISSION_DENIED:
            return PermissionDenied(path, action)
        return WriteRefused(path, action, status.detail)

    def exists(self, path: str) -> bool:
        """Also true for a folder and for a link that leads nowhere, because their names are
        taken."""
        try:
            self.protocol.call(Kind.LSTAT, path_string(path), size_of)
        except Status as status:
            if status.code == Code.NO_SUCH_FILE:
                return False
            raise self.of(status, path, "look at") from None
        return True

    def free_bytes(self, folder: str) -> int | None:
        """None where the server does not say."""
        try:
            return self.protocol.extended(STATVFS, path_string(folder), free_bytes_of)
        except Status:
            return None

    def _of_space(self, status: Status, path: str, wanted_bytes: int) -> NoSpace | None:
        """Version 3 has no code for a full disk but FAILURE, so this asks how much is free."""
        if status.code not in (Code.FAILURE, Code.NO_SPACE, Code.QUOTA_EXCEEDED):
            return None
        free = self.free_bytes(dirname(path) or ".")
        if status.code != Code.FAILURE:
            return NoSpace(path, free or 0)
        if free is not None and free < max(LITTLE_SPACE_BYTES, wanted_bytes):
            return NoSpace(path, free)
        return None
