"""Cuts the bytes that an SFTP server sends into packets. It keeps no more than one packet and what
came with it."""

from collections.abc import Callable

from services.transfer.adapters.sftp_packets import LENGTH, Malformed
from services.transfer.domain.words import Words

ID_END = LENGTH.size + 1 + LENGTH.size  # behind length, kind and id
TEXT_BYTES = 800  # enough for Words of characters of four bytes
BEGIN_BYTES = 8  # two characters of four bytes
CONTROLS = "\t\n\r\x1b"  # escape sequences begin with the last one


class PrintedText(Exception):
    """The server's first bytes are text for people."""

    def __init__(self, text: Words) -> None:
        super().__init__(text)
        self.text = text


class PacketStream:
    def __init__(self) -> None:
        self._received = bytearray()
        self._begun = False

    def feed(self, received: bytes) -> None:
        self._received += received

    def next(self, room: Callable[[int], int]) -> bytes | None:
        """Kind, id and body of the next packet, once it is complete. `room` says of a request's id
        how long its reply may be. Raises Malformed before a longer one is there; raises
        PrintedText."""
        if len(self._received) < LENGTH.size:
            return None
        length = LENGTH.unpack_from(self._received)[0]
        if not self._begun and _is_text(self._received):
            raise PrintedText(self._text())
        if length == 0:
            raise Malformed("an empty packet; is this an SFTP server?")
        if len(self._received) < min(LENGTH.size + length, ID_END):
            return None
        asked = LENGTH.unpack_from(self._received, 5)[0] if LENGTH.size + length >= ID_END else 0
        most = room(asked)
        if length > most:
            raise Malformed(self._too_long(length, most))
        end = LENGTH.size + length
        if len(self._received) < end:
            return None
        packet = bytes(memoryview(self._received)[LENGTH.size : end])
        del self._received[:end]
        self._begun = True
        return packet

    def _too_long(self, length: int, most: int) -> str:
        """A program that crashes may print where a packet should begin."""
        if _is_text(self._received):
            return f"text instead of a packet: {self._text()}"
        return f"a packet of {length} bytes where {most} are the most; is this an SFTP server?"

    def _text(self) -> Words:
        return Words(b" ".join(self._received[:TEXT_BYTES].split()))


def _is_text(received: bytearray) -> bool:
    """A packet that we take begins with a byte of 0, which is no character of a text."""
    begin = bytes(received[:BEGIN_BYTES]).decode(errors="replace")[:2]
    return all(each.isprintable() or each in CONTROLS for each in begin) and "\ufffd" not in begin
