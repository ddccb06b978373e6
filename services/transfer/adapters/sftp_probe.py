"""Finds out what an SFTP server can do, by doing what a transfer does, with small files.

Each finding says what happened. A refusal is a finding, too. Only a server on which no file can
be created at all makes the probe fail.
"""

import posixpath
import secrets
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypedDict

from services.transfer.adapters.offered_checksums import offered_checksums
from services.transfer.adapters.sftp_packets import Limits
from services.transfer.domain.checksums import Algorithm
from services.transfer.domain.errors import PartMissing, TargetError
from services.transfer.domain.ports import PartnerSession
from services.transfer.domain.server_profile import ServerProfile
from services.transfer.domain.strategy import UNKNOWN, Strategy

BLOCK_BYTES = 4096  # four of them make the file
ROUND_TRIPS = 3  # the quickest one counts, because the others waited for something else
LONG_AGO = datetime(2001, 2, 3, 4, 5, 6, tzinfo=UTC)
PLAIN = Strategy(fsync=False)  # what else is tried must not depend on fsync


class OneFile(TypedDict):
    fsync: bool
    shows_files: bool
    tells_missing: bool
    keeps_files: bool
    read: bool
    reopen: bool
    write_at_offset: bool
    exclusive: bool
    overwrite: bool
    set_times: bool
    rename: bool
    checksums: tuple[Algorithm, ...]


class Names(TypedDict):
    rename_overwrites: bool
    atomic_replace: bool


@dataclass
class Probe:
    """For one run. `name` begins the names of its files."""

    session: PartnerSession
    limits: Limits
    offers_fsync: bool
    name: str | None = None
    _made: list[str] = field(default_factory=list)
    _renamed: set[str] = field(default_factory=set)

    def run(self, base_path: str, now: datetime) -> ServerProfile:
        """Raises when no file can be created. Where files cannot be removed, it makes one
        only, and a second one where the server does not show which names are taken."""
        facts, left = self.session.login_facts(), list[str]()
        renamed = self._new_path(base_path)
        try:
            one_file = self._try_one_file(self._new_path(base_path), renamed)
            left = self._clean_up()
            names = self._try_names(renamed, one_file, removes=not left)
        finally:
            left = sorted({*left, *self._clean_up()})
        return ServerProfile(
            software=facts.software,
            cipher=facts.cipher,
            max_write_bytes=self.limits.max_write_bytes,
            max_read_bytes=self.limits.max_read_bytes,
            free_bytes=self.session.free_bytes(base_path) or None,
            round_trip_seconds=self._round_trip_seconds(base_path),
            probed_at=now,
            remove=not left,
            left_behind=tuple(left),
            home=facts.home,
            banner=facts.banner,
            **one_file,
            **names,
        )

    def _try_one_file(self, first: str, second: str) -> OneFile:
        """What a file can do, from its creation under the first name to the second one."""
        blocks = [secrets.token_bytes(BLOCK_BYTES) for _ in range(4)]
        fsync = self._writes_durably(first, blocks[0])
        shows, tells = self._shows(first, BLOCK_BYTES), self._tells_missing(second)
        keeps = self._is_kept(first, shows=shows)
        checksums = offered_checksums(self.session, first, blocks[0]) if keeps else ()
        read = keeps and self._holds(first, blocks[:1])
        reopen = read and self._reopens(first, blocks)
        return OneFile(
            fsync=fsync,
            shows_files=shows,
            tells_missing=tells,
            keeps_files=keeps,
            read=read,
            reopen=reopen,
            write_at_offset=reopen and self._writes_at_offsets(first, blocks),
            exclusive=keeps and self._is_exclusive(first),
            overwrite=keeps and self._overwrites(first),
            set_times=keeps and self._sets_times(first),
            rename=keeps and self._renames(first, second, replace=False),
            checksums=checksums,
        )

    def _try_names(self, taken: str, one_file: OneFile, *, removes: bool) -> Names:
        """Whether a file can take the name of another one, which is still there where nothing can
        be removed. What cannot be tried counts as the server offers it."""
        rename, replaces = one_file["rename"], self.session.replaces_atomically
        shown = one_file["shows_files"] and one_file["tells_missing"]
        if not rename or (shown and not removes):
            return Names(rename_overwrites=False, atomic_replace=rename and replaces)
        folder = posixpath.dirname(taken)
        if removes:
            self._write(taken, [b"old"])
        covers = self._takes_name(self._new_path(folder), taken, replace=False)
        if removes and replaces:
            replaces = self._takes_name(self._new_path(folder), taken, replace=True)
        return Names(rename_overwrites=covers, atomic_replace=replaces)

    def _new_path(self, folder: str) -> str:
        name = self.name or ".fileferry-probe"
        return posixpath.join(folder, f"{name}-{secrets.token_hex(6)}")

    # --- what a transfer does, in its order ------------------------------------------------------

    def _writes_durably(self, path: str, block: bytes) -> bool:
        """Creates the file with the first block. Whether fsync works."""
        with self.session.create_file(path, Strategy()) as sink:
            self._made.append(path)
            sink.write(0, block)
            sink.flush(durable=False)
            try:
                sink.flush(durable=True)
            except TargetError:
                return False
        return self.offers_fsync

    def _write(self, path: str, blocks: Sequence[bytes]) -> None:
        """Creates the file and writes it to its end, through one handle."""
        with self.session.create_file(path, PLAIN) as sink:
            self._made.append(path)
            for number, block in enumerate(blocks):
                sink.write(number * BLOCK_BYTES, block)

    def _shows(self, path: str, size_bytes: int) -> bool:
        try:
            seen = self.session.look(path)
        except TargetError:
            return False
        return seen is not None and seen.size_bytes == size_bytes

    def _tells_missing(self, path: str) -> bool:
        try:
            return self.session.look(path) is None
        except TargetError:
            return False

    def _is_kept(self, path: str, *, shows: bool) -> bool:
        """False when the file is gone after its close. A server that shows no files may still open
        it, or say that it is missing."""
        if shows:
            return True
        missing = False
        for act in (self.session.open_reader, lambda each: self.session.open_part(each, UNKNOWN)):
            try:
                act(path).close()
            except TargetError as error:  # without PartMissing, it exists or the server is silent
                missing = isinstance(error, PartMissing)
                continue
            return True
        return not missing

    def _holds(self, path: str, blocks: Sequence[bytes]) -> bool:
        """Whether it reads back as that."""
        content = b"".join(blocks)
        try:
            with self.session.open_reader(path) as reader:
                return b"".join(reader.read([(0, len(content))])) == content
        except TargetError:
            return False

    def _reopens(self, path: str, blocks: Sequence[bytes]) -> bool:
        """Goes on with the second block, as a lane's next turn does."""
        try:
            with self.session.open_part(path, PLAIN) as sink:
                sink.write(BLOCK_BYTES, blocks[1])
        except TargetError:
            return False
        return self._holds(path, blocks[:2])

    def _writes_at_offsets(self, path: str, blocks: Sequence[bytes]) -> bool:
        """Writes the other two blocks as two lanes do, the last one first."""
        try:
            with (
                self.session.open_part(path, PLAIN) as one,
                self.session.open_part(path, PLAIN) as other,
            ):
                one.write(3 * BLOCK_BYTES, blocks[3])
                one.flush(durable=False)
                other.write(2 * BLOCK_BYTES, blocks[2])
                other.flush(durable=False)
        except TargetError:
            return False
        return self._holds(path, blocks)

    def _is_exclusive(self, path: str) -> bool:
        """Whether creating it once more as a new file is refused."""
        try:
            self.session.create_file(path, PLAIN, exclusive=True).close()
        except TargetError:
            return True
        return False

    def _overwrites(self, path: str) -> bool:
        """Opens the file anew, which has to empty it."""
        try:
            self._write(path, [b"new"])
        except TargetError:
            return False
        return self._shows(path, 3) or not self._shows(path, 4 * BLOCK_BYTES)

    def _renames(self, name: str, renamed: str, *, replace: bool) -> bool:
        try:
            self.session.rename(name, renamed, replace=replace)
        except TargetError:
            return False
        self._made.append(renamed)
        self._renamed.add(name)
        return True

    def _takes_name(self, path: str, taken: str, *, replace: bool) -> bool:
        """Whether a new file can take the name of another one."""
        try:
            self._write(path, [b"new"])
        except TargetError:
            return False
        return self._renames(path, taken, replace=replace)

    def _sets_times(self, path: str) -> bool:
        try:
            self.session.set_modified(path, LONG_AGO)
        except TargetError:
            return False
        return True

    # --- its end ---------------------------------------------------------------------------------

    def _clean_up(self) -> list[str]:
        """Removes the files that were made. The paths that may still be there. A server with a
        cache may write a file that was renamed under its old name, too, so that is removed as
        well."""
        left, self._made = [], list(dict.fromkeys(self._made))
        while self._made:
            path = self._made.pop()
            try:
                self.session.remove(path)
            except TargetError:
                if path not in self._renamed:
                    left.append(path)
        return left

    def _round_trip_seconds(self, base_path: str) -> float:
        seconds = []
        for _ in range(ROUND_TRIPS):
            started = time.perf_counter()
            with suppress(TargetError):  # a refusal is an answer, too
                self.session.look(base_path)
            seconds.append(time.perf_counter() - started)
        return min(seconds)
