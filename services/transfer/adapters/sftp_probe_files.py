"""The files of a probe, and each act that a transfer does with a file. A refusal is an answer."""

import posixpath
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from services.transfer.domain.errors import PartMissing, PartnerError, TargetError
from services.transfer.domain.ports import PartnerSession
from services.transfer.domain.strategy import UNKNOWN, Strategy

BLOCK_BYTES = 4096  # four of them make the file
LONG_AGO = datetime(2001, 2, 3, 4, 5, 6, tzinfo=UTC)
PLAIN = Strategy(fsync=False)  # what else is tried must not depend on fsync
Cut = Callable[[str, int], object]


@dataclass
class ProbeFiles:
    """For one run. `name` begins the names of its files. `cut` sets the size of a file."""

    session: PartnerSession
    cut: Cut
    name: str | None = None
    _made: list[str] = field(default_factory=list)
    _renamed: set[str] = field(default_factory=set)

    def new_path(self, folder: str) -> str:
        name = self.name or ".fileferry-probe"
        return posixpath.join(folder, f"{name}-{secrets.token_hex(6)}")

    # --- what a transfer does, in its order ------------------------------------------------------

    def writes_durably(self, path: str, block: bytes) -> bool:
        """Creates the file with the first block. Whether fsync works."""
        with self.session.create_file(path, Strategy()) as sink:
            self._made.append(path)
            sink.write(0, block)
            sink.flush(durable=False)
            try:
                sink.flush(durable=True)
            except TargetError:
                return False
        return True

    def write(self, path: str, blocks: Sequence[bytes]) -> None:
        """Creates the file and writes it to its end, through one handle."""
        with self.session.create_file(path, PLAIN) as sink:
            self._made.append(path)
            for number, block in enumerate(blocks):
                sink.write(number * BLOCK_BYTES, block)

    def shows(self, path: str, size_bytes: int) -> bool:
        try:
            seen = self.session.look(path)
        except TargetError:
            return False
        return seen is not None and seen.size_bytes == size_bytes

    def tells_missing(self, path: str) -> bool:
        try:
            return self.session.look(path) is None
        except TargetError:
            return False

    def is_kept(self, path: str, *, shows: bool) -> bool:
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

    def beginning(self, path: str, size_bytes: int) -> bytes | None:
        """None where it cannot be read, or is shorter."""
        try:
            with self.session.open_reader(path) as reader:
                return b"".join(reader.read([(0, size_bytes)]))
        except TargetError:
            return None

    def holds(self, path: str, blocks: Sequence[bytes]) -> bool:
        """Whether it reads back as that."""
        content = b"".join(blocks)
        return self.beginning(path, len(content)) == content

    def content(self, path: str) -> bytes | None:
        """What it holds now. None where nobody can read it, or see how much there is."""
        try:
            seen = self.session.look(path)
            if seen is None or not 0 < (seen.size_bytes or 0) <= 4 * BLOCK_BYTES:
                return None
            with self.session.open_reader(path) as reader:
                return b"".join(reader.read([(0, seen.size_bytes or 0)]))
        except TargetError:
            return None

    def reopens(self, path: str, blocks: Sequence[bytes]) -> bool:
        """Goes on with the second block, as a lane's next turn does."""
        try:
            with self.session.open_part(path, PLAIN) as sink:
                sink.write(BLOCK_BYTES, blocks[1])
        except TargetError:
            return False
        return self.holds(path, blocks[:2])

    def writes_at_offsets(self, path: str, blocks: Sequence[bytes]) -> bool:
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
        return self.holds(path, blocks)

    def is_exclusive(self, path: str) -> bool:
        """Whether creating it once more as a new file is refused."""
        try:
            self.session.create_file(path, PLAIN, exclusive=True).close()
        except TargetError:
            return True
        return False

    def overwrites(self, path: str) -> bool:
        """Opens the file anew, which has to empty it."""
        try:
            self.write(path, [b"new"])
        except TargetError:
            return False
        return self.shows(path, 3) or not self.shows(path, 4 * BLOCK_BYTES)

    def renames(self, name: str, renamed: str, *, replace: bool) -> bool:
        try:
            self.session.rename(name, renamed, replace=replace)
        except TargetError:
            return False
        self._made.append(renamed)
        self._renamed.add(name)
        return True

    def takes_name(self, path: str, taken: str, *, replace: bool) -> bool:
        """Whether a new file can take the name of another one."""
        try:
            self.write(path, [b"new"])
        except TargetError:
            return False
        return self.renames(path, taken, replace=replace)

    def is_cut(self, path: str, *, shows: bool) -> bool | None:
        """Whether its size can be set. None where nobody sees what became of it."""
        try:
            self.cut(path, 1)
        except TargetError:
            return False
        return self.shows(path, 1) if shows else None

    def takes_at_once(self, path: str, size_bytes: int) -> bool:
        """Whether one write may be that large. A server may end the connection instead."""
        try:
            with self.session.create_file(path, PLAIN) as sink:
                self._made.append(path)
                sink.write(0, secrets.token_bytes(size_bytes))
                sink.flush(durable=False)
        except TargetError:
            return False
        return self.shows(path, size_bytes) or not self.shows(path, 0)

    def sets_times(self, path: str) -> bool:
        try:
            self.session.set_modified(path, LONG_AGO)
        except TargetError:
            return False
        return True

    # --- its end ---------------------------------------------------------------------------------

    def clean_up(self) -> list[str]:
        """Removes the files that were made. The paths that may still be there. A server with a
        cache may write a file that was renamed under its old name, too, so that is removed as
        well."""
        left, self._made = [], list(dict.fromkeys(self._made))
        while self._made:
            path = self._made.pop()
            try:
                self.session.remove(path)
            except (PartnerError, TargetError):
                if path not in self._renamed:
                    left.append(path)
        return left
