"""Reads ranges of a partner's file over SFTP, with many requests in flight and answers in order."""

from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import NamedTuple

from services.transfer.adapters.sftp_in_flight import MAX_REQUESTS
from services.transfer.adapters.sftp_packets import (
    Code,
    Kind,
    Malformed,
    Reply,
    Status,
    data_of,
    read_fields,
    size_of,
    string,
)
from services.transfer.adapters.sftp_protocol import SftpProtocol
from services.transfer.adapters.sftp_refusals import Refusals
from services.transfer.domain.errors import PartnerError, SizeMismatch, TargetError

READ_AHEAD_BYTES = 8 << 20  # 1 Gbit/s at 65 ms, held in memory
READ_AHEAD_REQUESTS = MAX_REQUESTS  # including answered ones that wait for their turn


class Asked(NamedTuple):
    """A request and its answer, once that came."""

    offset: int
    size: int
    end: int  # of the range that it is part of
    answers: list[bytes | Status]


class SftpFileReader:
    def __init__(self, protocol: SftpProtocol, path: str, handle: bytes) -> None:
        self._protocol = protocol
        self._refusals = Refusals(protocol)
        self._path = path
        self._handle: bytes | None = handle
        self._block_bytes = protocol.limits.read_block_bytes

    def read(self, ranges: Iterable[tuple[int, int]]) -> Iterator[bytes]:
        asked: deque[Asked] = deque()  # in the order of the ranges
        pieces = self._pieces(ranges)
        while True:
            self._ask_ahead(pieces, asked)
            if not asked:
                return
            first = asked.popleft()
            block = self._block(first)
            if len(block) < first.size:  # servers may send less: ask for the rest, in its place
                at = first.offset + len(block)
                asked.appendleft(self._ask(at, first.size - len(block), first.end))
            yield block

    def close(self) -> None:
        """Raises nothing and waits for nothing: a failed close loses nothing that was read."""
        handle, self._handle = self._handle, None
        if handle is not None:
            with suppress(PartnerError):
                self._protocol.submit(Kind.CLOSE, string(handle), None)

    def __enter__(self) -> "SftpFileReader":
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _pieces(self, ranges: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int, int]]:
        """(offset, size, end of its range) of each request."""
        for offset, length in ranges:
            end = offset + length
            for at in range(offset, end, self._block_bytes):
                yield at, min(self._block_bytes, end - at), end

    def _ask_ahead(self, pieces: Iterator[tuple[int, int, int]], asked: deque[Asked]) -> None:
        room = READ_AHEAD_BYTES - sum(each.size for each in asked)
        while len(asked) < READ_AHEAD_REQUESTS and room >= self._block_bytes:
            piece = next(pieces, None)
            if piece is None:
                return
            asked.append(self._ask(*piece))
            room -= asked[-1].size

    def _ask(self, offset: int, size: int, end: int) -> Asked:
        answers: list[bytes | Status] = []

        def answered(reply: Reply) -> None:
            try:
                block = data_of(reply)
            except Status as status:
                answers.append(status)
                return
            if len(block) > size:  # noticed at once, before we hold any more of them
                raise Malformed(f"{len(block)} bytes where {size} were asked for")
            answers.append(block)

        fields = read_fields(self._open_handle(), offset, size)
        self._protocol.submit(Kind.READ, fields, answered, weight=size)
        return Asked(offset, size, end, answers)

    def _block(self, asked: Asked) -> bytes:
        while not asked.answers:
            self._protocol.receive()
        answer = asked.answers[0]
        if isinstance(answer, Status) and answer.code != Code.EOF:
            raise self._refusals.of(answer, self._path, "read")
        if isinstance(answer, Status) or not answer:
            raise self._ends_early(asked)
        return answer

    def _ends_early(self, asked: Asked) -> TargetError:
        """The range may begin far behind the end of the file, so this asks the server for the
        size."""
        try:
            size = self._protocol.call(Kind.FSTAT, string(self._open_handle()), size_of)
        except Status:
            size = None
        found = asked.offset if size is None else min(size, asked.offset)
        return SizeMismatch(self._path, asked.end, found)

    def _open_handle(self) -> bytes:
        if self._handle is None:
            raise ValueError("the reader is closed")
        return self._handle
