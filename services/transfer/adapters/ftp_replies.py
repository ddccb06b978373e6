"""Cuts what an FTP server says into replies (RFC 959, section 4.2). It keeps no more than one reply
and what came with it."""

from dataclasses import dataclass

from services.transfer.domain.words import Words

MAX_LINE_BYTES = 8 << 10
MAX_REPLY_BYTES = 64 << 10  # far more than FEAT, MLST or a greeting of many lines
MAX_REPLY_LINES = 4096  # an empty one takes far more memory than what was received
CODE_DIGITS = 3
MORE, LAST = b"-", b" "


class Malformed(Exception):
    """What came is no reply, or has no end."""


class Refused(Exception):
    """The server answered an act with an error."""

    def __init__(self, reply: "Reply") -> None:
        super().__init__(reply.words)
        self.reply = reply


@dataclass(frozen=True)
class Reply:
    """`lines` are without the codes in front of them."""

    code: int
    lines: tuple[str, ...]

    @property
    def is_preliminary(self) -> bool:
        return self.code < 200

    @property
    def is_done(self) -> bool:
        return 200 <= self.code < 300

    @property
    def is_error(self) -> bool:
        return self.code >= 400

    @property
    def words(self) -> Words:
        return Words(f"{self.code} {' '.join(line.strip() for line in self.lines)}".strip())


class ReplyStream:
    def __init__(self) -> None:
        self._received = bytearray()
        self._lines: list[bytes] = []
        self._size = 0

    @property
    def is_empty(self) -> bool:
        return not self._received and not self._lines

    def feed(self, received: bytes) -> None:
        self._received += received

    def next(self) -> Reply | None:
        """The next reply, once it is complete. Raises Malformed before a longer one is there."""
        while (line := self._next_line()) is not None:
            self._lines.append(line)
            if self._size > MAX_REPLY_BYTES or len(self._lines) > MAX_REPLY_LINES:
                raise Malformed(
                    f"a reply of more than {MAX_REPLY_BYTES} bytes or {MAX_REPLY_LINES} lines"
                )
            if self._is_whole():
                return self._take()
        return None

    def _next_line(self) -> bytes | None:
        end = self._received.find(b"\n")
        if end > MAX_LINE_BYTES or (end < 0 and len(self._received) > MAX_LINE_BYTES):
            raise Malformed(f"a line of more than {MAX_LINE_BYTES} bytes; is this an FTP server?")
        if end < 0:
            return None
        line = bytes(self._received[:end]).removesuffix(b"\r")
        del self._received[: end + 1]
        self._size += end + 1
        return line

    def _is_whole(self) -> bool:
        first, line = self._lines[0], self._lines[-1]
        code, mark = first[:CODE_DIGITS], first[CODE_DIGITS : CODE_DIGITS + 1]
        if not code.isdigit() or not 100 <= int(code) < 700 or mark not in (MORE, LAST, b""):
            raise Malformed(f"{Words(first)!r} where a reply should begin; is this an FTP server?")
        if mark != MORE:
            return True
        ends = line[CODE_DIGITS : CODE_DIGITS + 1] in (LAST, b"")
        return len(self._lines) > 1 and line[:CODE_DIGITS] == code and ends

    def _take(self) -> Reply:
        lines, self._lines, self._size = self._lines, [], 0
        code = lines[0][:CODE_DIGITS]
        return Reply(int(code), tuple(_text(line, code) for line in lines))


def _text(line: bytes, code: bytes) -> str:
    marked = line[:CODE_DIGITS] == code and line[CODE_DIGITS : CODE_DIGITS + 1] in (MORE, LAST, b"")
    return (
        line[CODE_DIGITS + 1 :].decode(errors="replace")
        if marked
        else line.decode(errors="replace")
    )
