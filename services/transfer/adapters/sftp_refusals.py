"""Turns an SFTP server's few status codes into domain errors. Where a code says little, it asks
the server for more.
"""

from contextlib import suppress
from dataclasses import dataclass, field
from posixpath import dirname

from services.transfer.adapters.sftp_attributes import seen_of
from services.transfer.adapters.sftp_packets import (
    MAX_BLOCK_BYTES,
    STATVFS,
    Code,
    Kind,
    Reply,
    Status,
    check_status,
    free_bytes_of,
    handle_of,
    path_string,
    string,
)
from services.transfer.adapters.sftp_protocol import SftpProtocol
from services.transfer.domain.errors import (
    FolderMissing,
    NoSpace,
    PartMissing,
    PermissionDenied,
    TargetError,
    TargetExists,
    TargetNotAFile,
    WriteRefused,
)
from services.transfer.domain.ports import FileKind, Seen

NO_FILES = (FileKind.FOLDER, FileKind.OTHER)
# A full disk often keeps a few blocks that nobody gets. Less than this counts as full.
LITTLE_SPACE_BYTES = 1 << 20


@dataclass
class Refusals:
    """For one session. `tells_space`: the server said once that something is free. One that says 0
    from the start means that it does not know."""

    protocol: SftpProtocol
    tells_space: bool | None = field(default=None)

    def of_create(self, status: Status, path: str) -> TargetError:
        if status.code == Code.NO_SUCH_FILE:
            return FolderMissing(dirname(path) or ".")
        return (
            self._of_kind(path)
            or self._of_space(status, path, 0)
            or self.of(status, path, "create")
        )

    def of_exclusive(self, status: Status, path: str) -> TargetError:
        """Version 3 has no code for a name that is taken. Where the server does not show it, a
        failure most probably means that."""
        if status.code == Code.FILE_ALREADY_EXISTS:
            return TargetExists(path)
        try:
            taken = self.look(path) is not None
        except TargetError:
            taken = status.code == Code.FAILURE
        return TargetExists(path) if taken else self.of_create(status, path)

    def of_open(self, status: Status, path: str, action: str = "open") -> TargetError:
        if status.code == Code.NO_SUCH_FILE:
            return PartMissing(path)
        return self.of(status, path, action)

    def of_write(self, status: Status, path: str, wanted_bytes: int) -> TargetError:
        return self._of_space(status, path, wanted_bytes) or self.of(status, path, "write to")

    def of_rename(self, status: Status, part: str, target: str, *, replace: bool) -> TargetError:
        if status.code == Code.NO_SUCH_FILE:
            return (
                PartMissing(part) if self._is_gone(part) else FolderMissing(dirname(target) or ".")
            )
        if (refusal := self._of_kind(target)) is not None:
            return refusal
        if not replace and status.code != Code.OP_UNSUPPORTED and self._seen(target) is not None:
            return TargetExists(target)
        return self.of(status, target, "rename the part file to")

    def of(self, status: Status, path: str, action: str) -> TargetError:
        if status.code == Code.PERMISSION_DENIED:
            return PermissionDenied(path, action)
        return WriteRefused(path, action, status.detail)

    def look(self, path: str) -> Seen | None:
        """See PartnerSession.look."""
        try:
            seen = self._attributes(path)
        except Status as status:
            if status.code == Code.NO_SUCH_FILE:
                return None
            raise self.of(status, path, "look at") from None
        if seen.kind is None and self._lists_as_folder(path):
            return Seen(FileKind.FOLDER, None)
        return seen

    def remove(self, path: str) -> None:
        """See PartnerSession.remove. Some servers fail to remove a missing file, without saying
        that it is missing."""
        try:
            self.protocol.call(Kind.REMOVE, path_string(path), check_status)
        except Status as status:
            if status.code != Code.NO_SUCH_FILE and not self._is_gone(path):
                raise self.of(status, path, "remove") from None

    def free_bytes(self, folder: str) -> int | None:
        """None where the server does not say."""
        try:
            free = self.protocol.extended(STATVFS, path_string(folder), free_bytes_of)
        except Status:
            return None
        self.tells_space = self.tells_space or bool(free)
        return free if self.tells_space else None

    def _attributes(self, path: str) -> Seen:
        try:
            return self.protocol.call(Kind.LSTAT, path_string(path), seen_of)
        except Status as status:
            if status.code != Code.OP_UNSUPPORTED:
                raise
        return self.protocol.call(Kind.STAT, path_string(path), seen_of)

    def _lists_as_folder(self, path: str) -> bool:
        """Some servers open anything as a folder, and say only at the first READDIR what it is."""
        try:
            handle = self.protocol.call(Kind.OPENDIR, path_string(path), handle_of)
        except Status:
            return False
        replies: list[Reply] = []
        self.protocol.submit(Kind.READDIR, string(handle), replies.append, weight=MAX_BLOCK_BYTES)
        while not replies:
            self.protocol.receive()
        with suppress(Status):
            self.protocol.call(Kind.CLOSE, string(handle), check_status)
        return replies[0].kind == Kind.NAME

    def _seen(self, path: str) -> Seen | None:
        """None also where the server does not show it."""
        try:
            return self.look(path)
        except TargetError:
            return None

    def _is_gone(self, path: str) -> bool:
        """False where the server does not show it."""
        try:
            return self.look(path) is None
        except TargetError:
            return False

    def _of_kind(self, path: str) -> TargetNotAFile | None:
        seen = self._seen(path)
        kind = None if seen is None else seen.kind
        if seen is None and self._lists_as_folder(path):  # from a server that shows nothing else
            kind = FileKind.FOLDER
        return TargetNotAFile(path, kind.value) if kind in NO_FILES else None

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
