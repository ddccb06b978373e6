"""Turns an FTP server's few reply codes into domain errors. Where a code says little, it looks."""

from posixpath import dirname

from services.transfer.adapters.ftp_names import FtpNames
from services.transfer.adapters.ftp_replies import Refused, Reply
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
from services.transfer.domain.ports import FileKind

NO_SPACE = (452, 552)  # of the disk, of a quota
# 550 is for anything: missing, forbidden, taken. Some servers say 553 instead, or ask to log in.
NOT_ALLOWED = (530, 532, 533, 534, 550, 553)
NO_FILES = (FileKind.FOLDER, FileKind.OTHER)


class FtpRefusals:
    """For one session."""

    def __init__(self, names: FtpNames) -> None:
        self._names = names

    def of_create(self, refused: Refused, path: str) -> TargetError:
        reply = refused.reply
        if reply.code in NO_SPACE:
            return self.of(reply, path, "create")
        return self._of_kind(path) or self._of_folder(path) or self.of(reply, path, "create")

    def of_open(self, refused: Refused, path: str, action: str) -> TargetError:
        if self._names.is_gone(path):
            return PartMissing(path)
        return self.of(refused.reply, path, action)

    def of_rename(self, reply: Reply, part: str, target: str, *, part_seen: bool) -> TargetError:
        """`part_seen`: the server found the part file, so the refusal is about the target."""
        if not part_seen and self._names.is_gone(part):
            return PartMissing(part)
        refusal = self._of_kind(target) or self._of_folder(target)
        if refusal is not None:
            return refusal
        if part_seen and self._names.seen(target) is not None:
            return TargetExists(target)
        return self.of(reply, target, "rename the part file to")

    def of(self, reply: Reply, path: str, action: str) -> TargetError:
        if reply.code in NO_SPACE:
            return NoSpace(path, 0)
        if reply.code in NOT_ALLOWED:
            return PermissionDenied(path, action)
        return WriteRefused(path, action, reply.words)

    def _of_kind(self, path: str) -> TargetNotAFile | None:
        seen = self._names.seen(path)
        if seen is not None and seen.kind in NO_FILES:
            return TargetNotAFile(path, seen.kind.value)
        return None

    def _of_folder(self, path: str) -> FolderMissing | None:
        folder = dirname(path) or "."
        return FolderMissing(folder) if self._names.is_gone(folder) else None
