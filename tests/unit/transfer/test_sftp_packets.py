"""SFTP's packets, and a client that believes nothing of what a server sends."""

import struct
from collections.abc import Callable

import pytest

from services.transfer.adapters.sftp_in_flight import MAX_REQUESTS
from services.transfer.adapters.sftp_packets import (
    MAX_EXTENSIONS,
    Code,
    Kind,
    Limits,
    Malformed,
    Open,
    Reader,
    Reply,
    Status,
    check_status,
    data_of,
    extensions,
    free_bytes_of,
    handle_of,
    limits_of,
    open_fields,
    read_fields,
    size_of,
    string,
)
from services.transfer.adapters.sftp_protocol import SftpProtocol
from services.transfer.adapters.sftp_refusals import Refusals
from services.transfer.adapters.sftp_sink import SftpChunkSink
from services.transfer.domain.errors import (
    ConnectionTimedOut,
    ProtocolViolation,
    ServerPrintsText,
)
from tests.unit.transfer.channels import Unexplained

Answer = Callable[[bytes], bytes]


def status(code: int, text: bytes = b"") -> Reply:
    return Reply(Kind.STATUS, struct.pack(">I", code) + string(text) + string(b"en"))


def test_a_path_is_sent_as_utf_8() -> None:
    assert open_fields("/ü", Open.WRITE | Open.CREAT) == bytes.fromhex(
        "00000003 2fc3bc 0000000a 00000000"
    )


def test_a_read_names_handle_offset_and_length() -> None:
    assert read_fields(b"h", 1 << 40, 5) == bytes.fromhex("00000001 68 0000010000000000 00000005")


def test_status_ok_is_silent_and_all_others_raise() -> None:
    check_status(status(Code.OK))
    with pytest.raises(Status) as caught:
        check_status(status(Code.FAILURE, b"disk on fire"))
    assert caught.value.code == Code.FAILURE
    assert caught.value.detail == "SFTP status 4: disk on fire"


def test_a_status_without_text_is_understood() -> None:
    with pytest.raises(Status, match="status 4"):
        check_status(Reply(Kind.STATUS, struct.pack(">I", 4)))


def test_a_servers_text_is_short_and_harmless() -> None:
    with pytest.raises(Status) as caught:
        check_status(status(4, b"\x1b[31m\r\n\xff" + b"x" * 10_000))
    assert caught.value.text.isprintable()
    assert len(caught.value.text) == 200


@pytest.mark.parametrize(
    ("parse", "kind"),
    [
        (check_status, Kind.STATUS),
        (handle_of, Kind.HANDLE),
        (data_of, Kind.DATA),
        (size_of, Kind.ATTRS),
        (limits_of, Kind.EXTENDED_REPLY),
        (free_bytes_of, Kind.EXTENDED_REPLY),
        (check_status, Kind.DATA),
        (data_of, Kind.HANDLE),
    ],
)
@pytest.mark.parametrize("body", [b"", b"\x00", b"\xff\xff\xff\xff", b"\x00\x00\x00\x09abc"])
def test_garbage_is_malformed(parse: Callable[[Reply], object], kind: Kind, body: bytes) -> None:
    with pytest.raises((Malformed, Status)):
        parse(Reply(kind, body))


def test_size_limits_and_space_are_read() -> None:
    assert size_of(Reply(Kind.ATTRS, struct.pack(">IQ", 1, 1 << 40))) == 1 << 40
    assert size_of(Reply(Kind.ATTRS, struct.pack(">I", 0))) is None
    assert limits(0, 261_120) == (None, 261_120)
    assert free_bytes(4096, 512, 100, 50, 7) == 7 * 512
    assert free_bytes(4096, 0, 100, 50, 0) == 0


def limits(read: int, write: int) -> Limits:
    told = struct.pack(">4Q", 262_144, read, write, 0)
    return limits_of(Reply(Kind.EXTENDED_REPLY, told))


def free_bytes(*told: int) -> int | None:
    return free_bytes_of(Reply(Kind.EXTENDED_REPLY, struct.pack(">11Q", *told, *6 * [0])))


def test_absurd_numbers_are_capped_or_taken_for_not_told() -> None:
    most = (1 << 64) - 1
    assert size_of(Reply(Kind.ATTRS, struct.pack(">IQ", 1, most))) is None
    assert size_of(Reply(Kind.ATTRS, struct.pack(">IQ", 1, most >> 1))) == most >> 1
    assert limits(1, most) == (32_768, 1 << 20)
    assert free_bytes(most, most, most, most, most) == most >> 1
    assert free_bytes(4096, 4096, 0, 0, 0) is None
    assert free_bytes(4096, 4096, 10, 10, 11) is None


def test_handles_and_extensions_have_their_bounds() -> None:
    assert handle_of(Reply(Kind.HANDLE, string(bytes(256)))) == bytes(256)
    with pytest.raises(Malformed):
        handle_of(Reply(Kind.HANDLE, string(bytes(257))))
    assert len(list(extensions(Reader(2 * MAX_EXTENSIONS * string(b"x"))))) == MAX_EXTENSIONS
    with pytest.raises(Malformed):
        list(extensions(Reader(2 * (MAX_EXTENSIONS + 1) * string(b"x"))))


def test_extensions_come_in_pairs() -> None:
    pairs = string(b"a@b") + string(b"1") + string(b"c@d") + string(b"2")
    assert list(extensions(Reader(pairs))) == [(b"a@b", b"1"), (b"c@d", b"2")]
    with pytest.raises(Malformed):
        list(extensions(Reader(string(b"a@b"))))


class ScriptedChannel(Unexplained):
    """A paramiko channel whose server sends `answer(packet)` for each packet."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._sent = bytearray()
        self._received = bytearray()
        self.requests = 0
        self.closed = False

    def settimeout(self, seconds: float) -> None: ...

    def send(self, data: memoryview) -> int:
        taken = min(len(data), 1000)  # a small window: callers must send the rest themselves
        self._sent += data[:taken]
        while len(self._sent) >= 4 and len(self._sent) >= 4 + int.from_bytes(self._sent[:4], "big"):
            end = 4 + int.from_bytes(self._sent[:4], "big")
            packet = bytes(self._sent[4:end])
            del self._sent[:end]
            self.requests += 1
            self._received += self._answer(packet)
        return taken

    def recv_ready(self) -> bool:
        return bool(self._received)

    def recv(self, size: int) -> bytes:
        if not self._received:
            raise TimeoutError
        taken = bytes(self._received[:7])  # replies arrive in pieces
        del self._received[:7]
        return taken

    def close(self) -> None:
        self.closed = True


def framed(kind: int, body: bytes) -> bytes:
    return struct.pack(">IB", 1 + len(body), kind) + body


SOON = 0.02


def protocol(answer: Answer, timeout_seconds: float = 1.0) -> tuple[SftpProtocol, ScriptedChannel]:
    channel = ScriptedChannel(answer)
    return SftpProtocol(channel, "partner.example", 22, timeout_seconds), channel


def test_a_reply_to_what_was_never_asked_ends_the_connection() -> None:
    spoken, channel = protocol(lambda _packet: framed(Kind.STATUS, struct.pack(">II", 999, 0)))
    with pytest.raises(ProtocolViolation, match="never asked"):
        spoken.call(Kind.STAT, string(b"/"), size_of)
    assert channel.closed


def test_a_second_reply_to_one_request_ends_the_connection() -> None:
    spoken, _ = protocol(lambda packet: 2 * framed(Kind.STATUS, packet[1:5] + bytes(4)))
    with pytest.raises(ProtocolViolation, match="never asked"):
        spoken.call(Kind.REMOVE, string(b"/x"), check_status)


def test_what_is_not_sftp_ends_the_connection() -> None:
    spoken, _ = protocol(lambda _packet: bytes(100))
    with pytest.raises(ProtocolViolation, match="SFTP server"):
        spoken.negotiate()


@pytest.mark.parametrize(
    "noise",
    [
        b"Last login: today from somewhere\r\n",
        b"\nhi",
        "\x1b[1mGrüße".encode(),
        "Übrigens".encode(),
    ],
)
def test_a_login_shell_that_prints_is_told_with_its_text(noise: bytes) -> None:
    version = framed(Kind.VERSION, struct.pack(">I", 3))
    spoken, channel = protocol(lambda _packet: noise + version)
    with pytest.raises(ServerPrintsText) as caught:
        spoken.negotiate()
    assert noise.decode()[1:3] in caught.value.text
    assert caught.value.text.isprintable()
    assert channel.closed


def test_a_program_that_crashes_in_the_middle_may_be_tried_again() -> None:
    answers = iter([framed(Kind.VERSION, struct.pack(">I", 3)), b"terminate called\n"])
    spoken, _ = protocol(lambda _packet: next(answers))
    spoken.negotiate()
    with pytest.raises(ProtocolViolation, match="text instead of a packet: termin") as caught:
        spoken.call(Kind.STAT, string(b"/"), size_of)
    assert caught.value.retryable


def test_a_reply_longer_than_asked_is_refused_before_it_is_there() -> None:
    spoken, channel = protocol(lambda packet: struct.pack(">IB", 1 << 20, 103) + packet[1:5])
    replies: list[Reply] = []
    with pytest.raises(ProtocolViolation, match="1048576 bytes where 34010"):
        spoken.submit(Kind.READ, string(b"h"), replies.append, weight=10)
    assert channel.closed


def test_silence_is_a_timeout_and_stays_one() -> None:
    spoken, _ = protocol(lambda _packet: b"", SOON)
    for _ in range(2):
        with pytest.raises(ConnectionTimedOut):
            spoken.call(Kind.STAT, string(b"/"), size_of)


def test_requests_in_flight_are_bounded() -> None:
    spoken, channel = protocol(lambda _packet: b"", SOON)
    for _ in range(MAX_REQUESTS):
        spoken.submit(Kind.STAT, string(b"/"), check_status)
    with pytest.raises(ConnectionTimedOut):
        spoken.submit(Kind.STAT, string(b"/"), check_status)
    assert channel.requests == MAX_REQUESTS


def test_a_server_without_limits_gets_blocks_of_32_kib() -> None:
    spoken, _ = protocol(lambda _packet: framed(Kind.VERSION, struct.pack(">I", 3)))
    spoken.negotiate()
    assert SftpChunkSink(spoken, "/part", b"h", Refusals(spoken)).block_bytes == 32_768
