"""One SFTP session with the habits that its user asked for."""

import asyncio
import os
from collections import Counter
from pathlib import Path
from typing import Any

import asyncssh
from asyncssh import FXF_WRITE, SFTPAttrs, SFTPVFSAttrs

from infra.local.sftp_server import Channel, RootedSftpServer
from tests.doubles.habits import Habit

IN, PROCESSED = "in", "processed"  # folders of each user
FAILING_OFFSET = 1_000_000
SLOW_SECONDS = 0.02
LATE_SECONDS = 0.5
REAL_LIMIT_BYTES = 32_768


class AwkwardSftpServer(RootedSftpServer):
    """`counts` is shared by all sessions of its user: calls by kind."""

    def __init__(
        self, channel: Channel, root: Path, habits: frozenset[Habit], counts: Counter[str]
    ) -> None:
        super().__init__(channel, root)
        self._root, self._habits, self._counts = root, habits, counts
        self._one_at_a_time = asyncio.Lock()
        counts["login"] += 1

    def open(self, path: bytes, pflags: int, attrs: SFTPAttrs) -> object:
        writing = bool(pflags & FXF_WRITE)
        self._counts["open to write" if writing else "open to read"] += 1
        self._refuse(Habit.NO_READ, not writing)
        local = self.map_path(path)
        self._refuse(Habit.NO_REOPEN, writing and os.path.lexists(local))
        opened = super().open(path, pflags, attrs)
        if writing and Habit.TRUNCATES in self._habits:
            os.truncate(local, 0)
        return opened

    async def write(self, file_obj: Any, offset: int, data: bytes) -> int:  # noqa: ANN401
        self._counts["write"] += 1
        if Habit.SLOW in self._habits:
            async with self._one_at_a_time:
                await asyncio.sleep(SLOW_SECONDS)
        end = os.fstat(file_obj.fileno()).st_size
        self._keep_limit(len(data))
        fails = Habit.ONE_WRITE_FAILS in self._habits and not self._counts["write failed"]
        if fails and offset >= FAILING_OFFSET:
            self._counts["write failed"] += 1
            raise asyncssh.SFTPFailure("Failure")
        if Habit.APPENDS in self._habits:
            offset = end
        elif Habit.ZEROS in self._habits and offset != end:
            data = bytes(len(data))
        elif Habit.CODE_PAGE in self._habits:
            data = bytes(data).decode("latin-1").encode("cp037")
        written = super().write(file_obj, offset, data)
        assert isinstance(written, int)
        return written

    def _keep_limit(self, size: int) -> None:
        """The real one, which is not the one that it tells."""
        if size <= REAL_LIMIT_BYTES:
            return
        if Habit.LIMITS_LIE in self._habits:
            raise asyncssh.SFTPFailure("Failure")
        if Habit.LIMITS_CUT in self._habits:
            self.channel.get_connection().abort()

    def close(self, file_obj: Any) -> None:  # noqa: ANN401
        self._counts["close"] += 1
        written = file_obj.writable()
        super().close(file_obj)
        if written and Habit.TAKES_AWAY in self._habits:
            self._take_away(Path(os.fsdecode(file_obj.name)))

    def _take_away(self, file: Path) -> None:
        taken = self._root / PROCESSED / file.name
        while taken.exists():
            taken = taken.with_name(taken.name + "~")
        if file.exists():
            file.rename(taken)

    # --- looks -----------------------------------------------------------------------------------

    def stat(self, path: bytes) -> SFTPAttrs:
        return self._look("stat", path, follow=True)

    def lstat(self, path: bytes) -> SFTPAttrs:
        if Habit.NO_LSTAT in self._habits:
            raise asyncssh.SFTPOpUnsupported("no LSTAT here")
        return self._look("lstat", path, follow=False)

    def fstat(self, file_obj: Any) -> SFTPAttrs:  # noqa: ANN401
        self._counts["fstat"] += 1
        return self._attributes(os.fstat(file_obj.fileno()))

    def _look(self, kind: str, path: bytes, *, follow: bool) -> SFTPAttrs:
        self._counts[kind] += 1
        try:
            found = os.stat(self.map_path(path), follow_symlinks=follow)
        except FileNotFoundError:
            self._refuse(Habit.STAT_DENIED)
            self._refuse(Habit.MISSING_DENIED)
            if Habit.MISSING_FAILS in self._habits:
                raise asyncssh.SFTPFailure("Failure") from None
            raise
        return self._attributes(found)

    def _attributes(self, found: os.stat_result) -> SFTPAttrs:
        self._refuse(Habit.STAT_DENIED)
        if Habit.NOTHING_THERE in self._habits:
            raise asyncssh.SFTPNoSuchFile("No such file")
        if Habit.UNTYPED in self._habits:
            return SFTPAttrs(size=found.st_size)
        return SFTPAttrs.from_local(found)

    def statvfs(self, path: bytes) -> SFTPVFSAttrs:
        self._counts["statvfs"] += 1
        told = SFTPVFSAttrs.from_local(os.statvfs(self.map_path(path)))
        if Habit.NO_FREE_BLOCKS in self._habits:
            told.bfree = told.bavail = 0
        if Habit.STATVFS_NONSENSE in self._habits:
            told.blocks, told.bavail = 7, 2**60
        return told

    # --- changes of names and attributes ---------------------------------------------------------

    async def rename(  # type: ignore[override]  # asyncssh takes both
        self, oldpath: bytes, newpath: bytes
    ) -> None:
        self._counts["rename"] += 1
        await self._answer_late()
        self._refuse(Habit.NO_RENAME)
        if Habit.RENAME_REPLACES in self._habits:
            os.replace(self.map_path(oldpath), self.map_path(newpath))
        else:
            super().rename(oldpath, newpath)
        self._counts["write failed"] = 0

    async def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
        self._counts["posix_rename"] += 1
        await self._answer_late()
        self._refuse(Habit.NO_RENAME)
        if Habit.POSIX_RENAME_FAILS in self._habits:
            raise asyncssh.SFTPFailure("Failure")
        super().posix_rename(oldpath, newpath)
        self._counts["write failed"] = 0

    async def _answer_late(self) -> None:
        if Habit.RENAME_SLOW in self._habits:
            await asyncio.sleep(LATE_SECONDS)

    def remove(self, path: bytes) -> None:
        self._counts["remove"] += 1
        self._refuse(Habit.NO_REMOVE)
        super().remove(path)

    def mkdir(self, path: bytes, attrs: SFTPAttrs) -> None:
        self._counts["mkdir"] += 1
        self._refuse(Habit.NO_MKDIR)
        super().mkdir(path, attrs)

    def setstat(self, path: bytes, attrs: SFTPAttrs) -> None:
        self._counts["setstat"] += 1
        self._refuse(Habit.NO_SETSTAT)
        super().setstat(path, attrs)

    def fsetstat(self, file_obj: object, attrs: SFTPAttrs) -> None:
        self._counts["fsetstat"] += 1
        self._refuse(Habit.NO_SETSTAT)
        super().fsetstat(file_obj, attrs)

    def fsync(self, file_obj: object) -> None:
        self._counts["fsync"] += 1
        if Habit.FSYNC_FAILS in self._habits:
            raise asyncssh.SFTPFailure("Failure")
        if Habit.FSYNC_LIES not in self._habits:
            super().fsync(file_obj)

    def _refuse(self, habit: Habit, concerned: bool = True) -> None:
        if concerned and habit in self._habits:
            raise asyncssh.SFTPPermissionDenied("Permission denied")
