"""Delivers small files over SFTP with many requests on their way at once.

A file goes through three rounds: its name is looked at and its part file opened; its bytes are
written, synced, counted and closed; it is renamed. Where it is to be read back, that takes two more
before the last one: it is opened again; its bytes are read and compared. A round begins when every
reply of the one before was good. So a file that lost bytes never gets its name. What a round waits
for, the rounds of other files fill.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping

from services.transfer.adapters.sftp_attributes import seen_of, times_fields
from services.transfer.adapters.sftp_packets import (
    FSYNC,
    POSIX_RENAME,
    WRITE_FIELDS,
    Kind,
    Open,
    Reply,
    Status,
    check_status,
    data_of,
    handle_of,
    open_fields,
    path_string,
    read_fields,
    says_missing,
    size_of,
    string,
)
from services.transfer.adapters.sftp_protocol import NOTHING, SftpProtocol
from services.transfer.domain.errors import TargetError
from services.transfer.domain.ports import FileKind, SmallFile
from services.transfer.domain.strategy import Strategy

FILES_AT_ONCE = 32  # two or three requests of each are on their way, of 64 at most
BYTES_AT_ONCE = 16 << 20  # held in memory; at least one file


class Passage:
    """One file on its way. `good` until a reply says otherwise. `next` is the round that follows
    when nothing is waited for any more."""

    def __init__(self, file: SmallFile, first: "Callable[[Passage], None]") -> None:
        self.file = file
        self.next: Callable[[Passage], None] | None = first
        self.waiting = 0
        self.good = True
        self.named = False
        self.handle: bytes | None = None


class SftpQuickFiles:
    """Implements QuickFiles. `remove_one` is the session's careful way."""

    def __init__(self, protocol: SftpProtocol, remove_one: Callable[[str], None]) -> None:
        self._protocol, self._remove_one = protocol, remove_one

    def put(
        self,
        files: Iterable[SmallFile],
        strategy: Strategy,
        *,
        replace: bool = False,
        reads_back: bool = False,
    ) -> Iterator[tuple[int, bool]]:
        coming = iter(files)
        rounds = Rounds(self._protocol, strategy, replace=replace, reads_back=reads_back)
        more = True
        while more or rounds.files:
            while rounds.ready:
                each = rounds.ready.popleft()
                if rounds.ended(each):
                    yield each.file.place, each.named
            if more and rounds.has_room:
                self._protocol.send_held()  # the next file may have to be waited for
                file = next(coming, None)
                if file is None:
                    more = False
                else:
                    rounds.begin(file)
            elif rounds.files and not rounds.ready:
                self._protocol.receive()

    def remove(self, paths: Iterable[str]) -> Mapping[str, TargetError]:
        refused: dict[str, TargetError] = {}
        for path in [path for path, status in self._removed(paths) if status is not None]:
            try:
                self._remove_one(path)
            except TargetError as told:
                refused[path] = told
        return refused

    def _removed(self, paths: Iterable[str]) -> list[tuple[str, Status | None]]:
        told: list[tuple[str, Status | None]] = []
        asked = 0
        for path in paths:
            self._protocol.submit(Kind.REMOVE, path_string(path), _teller(path, told), held=True)
            asked += 1
        while len(told) < asked:
            self._protocol.receive()
        return told


class Rounds:
    """`ready` are files whose round is over. `files` are begun and not ended."""

    def __init__(
        self, protocol: SftpProtocol, strategy: Strategy, *, replace: bool, reads_back: bool
    ) -> None:
        self._protocol, self._replace, self._reads_back = protocol, replace, reads_back
        self._syncs = strategy.fsync and FSYNC in protocol.extensions
        self._sets_times = strategy.sets_times
        self._block_bytes = protocol.limits.write_block_bytes
        self._read_bytes = protocol.limits.read_block_bytes
        self.ready: deque[Passage] = deque()
        self.files = 0
        self._bytes = 0

    @property
    def has_room(self) -> bool:
        return self.files < FILES_AT_ONCE and self._bytes < BYTES_AT_ONCE

    def begin(self, file: SmallFile) -> None:
        each = Passage(file, self._write)
        self.files += 1
        self._bytes += len(file.body)

        def looked(reply: Reply) -> None:
            if not says_missing(reply):
                there = seen_of(reply)  # raises Status for any other refusal
                each.good = each.good and self._replace and there.kind is FileKind.FILE

        def ask(_: Passage) -> None:
            self._ask(each, Kind.LSTAT, path_string(file.target), looked)
            self._open(each, Open.WRITE | Open.CREAT | Open.EXCL)

        self._begin_round(each, ask)

    def ended(self, each: Passage) -> bool:
        """Begins the next round. True when there is none."""
        if each.next is None:
            self.files -= 1
            self._bytes -= len(each.file.body)
            return True
        self._begin_round(each, each.next if each.good else self._give_up)
        return False

    def _begin_round(self, each: Passage, ask: Callable[[Passage], None]) -> None:
        """A reply may come while the round's later requests are still to be sent."""
        each.waiting += 1
        ask(each)
        self._answered(each)

    def _answered(self, each: Passage) -> None:
        each.waiting -= 1
        if not each.waiting:
            self.ready.append(each)

    def _open(self, each: Passage, flags: Open) -> None:
        def opened(reply: Reply) -> None:
            each.handle = handle_of(reply)

        self._ask(each, Kind.OPEN, open_fields(each.file.part, flags), opened)

    def _write(self, each: Passage) -> None:
        handle, view = string(each.handle or b""), memoryview(each.file.body)
        for start in range(0, len(view), self._block_bytes):
            block = view[start : start + self._block_bytes]
            fields = handle + WRITE_FIELDS.pack(start, len(block))
            self._ask(each, Kind.WRITE, fields, check_status, block)
        if self._syncs:
            self._ask(each, Kind.EXTENDED, string(FSYNC) + handle, check_status)

        def counted(reply: Reply) -> None:
            each.good = each.good and size_of(reply) == len(view)

        self._ask(each, Kind.FSTAT, handle, counted)
        self._ask(each, Kind.CLOSE, handle, check_status)
        each.handle, each.next = None, self._open_again if self._reads_back else self._rename
        if self._sets_times:
            fields = path_string(each.file.part) + times_fields(each.file.modified)
            self._ask(each, Kind.SETSTAT, fields, _ignored)

    def _open_again(self, each: Passage) -> None:
        each.next = self._read
        self._open(each, Open.READ)

    def _read(self, each: Passage) -> None:
        handle, view = each.handle or b"", memoryview(each.file.body)
        for start in range(0, len(view), self._read_bytes):
            self._compare(each, handle, start, view[start : start + self._read_bytes])
        self._ask(each, Kind.CLOSE, string(handle), _ignored)
        each.handle, each.next = None, self._rename

    def _compare(self, each: Passage, handle: bytes, start: int, sent: memoryview) -> None:
        """A reply with fewer bytes than were asked for is left to the careful way."""

        def found(reply: Reply) -> None:
            each.good = each.good and data_of(reply) == sent

        fields = read_fields(handle, start, len(sent))
        self._ask(each, Kind.READ, fields, found, weight=len(sent))

    def _rename(self, each: Passage) -> None:
        names = path_string(each.file.part) + path_string(each.file.target)
        each.next = self._has_name
        if self._replace:
            self._ask(each, Kind.EXTENDED, string(POSIX_RENAME) + names, check_status)
        else:
            self._ask(each, Kind.RENAME, names, check_status)

    def _has_name(self, each: Passage) -> None:
        each.named, each.next = True, None

    def _give_up(self, each: Passage) -> None:
        """The part file is ours, and nobody needs it."""
        each.next = None
        if each.handle is not None:
            self._ask(each, Kind.CLOSE, string(each.handle), _ignored)
        self._ask(each, Kind.REMOVE, path_string(each.file.part), _ignored)

    def _ask(
        self,
        each: Passage,
        kind: Kind,
        fields: bytes,
        parse: Callable[[Reply], object],
        payload: memoryview = NOTHING,
        weight: int = 0,
    ) -> None:
        def answered(reply: Reply) -> None:
            try:
                parse(reply)
            except Status:
                each.good = False
            self._answered(each)

        each.waiting += 1
        self._protocol.submit(kind, fields, answered, payload, weight, held=True)


def _ignored(reply: Reply) -> None:
    """A courtesy, or something that will be found out later."""


def _teller(path: str, told: list[tuple[str, Status | None]]) -> Callable[[Reply], None]:
    def answered(reply: Reply) -> None:
        try:
            if not says_missing(reply):
                check_status(reply)
        except Status as status:
            told.append((path, status))
        else:
            told.append((path, None))

    return answered
