"""What attacking servers answer to requests of SFTP, by the attack's name."""

from collections.abc import Callable

from tests.doubles import good_sftp as sftp
from tests.doubles.good_sftp import packet, string

Replies = Callable[[int, int, bytes], bytes | None]  # of kind, request, body; None: the good answer

BLOCK = bytes(32_000)
MOST = 0xFFFF_FFFF_FFFF_FFFF
# Escape sequences, HTML, a change of direction, and characters that show nothing
HOSTILE = "\x1b]0;owned\x07\x1b[2J<script>alert(1)</script>\u202egnp.exe\u3164\ufe0f\U000e0041"


def reply(asked: int | bytes, answer: Callable[[int], bytes]) -> Replies:
    """To requests of this kind, or of this extension."""

    def answers(kind: int, request: int, body: bytes) -> bytes | None:
        name = sftp.cut(body)[0] if kind == sftp.EXTENDED else b""
        return answer(request) if asked in (kind, name) else None

    return answers


PAIR = string(b"x@y") + string(b"1")
LIMITS, STATVFS, *_ = sftp.EXTENSIONS


def checksum(algorithm: bytes, value: bytes) -> Replies:
    told = string(algorithm) + value
    return reply(sftp.CHECK_FILE_NAME, lambda to: packet(sftp.EXTENDED_REPLY, to, told))


REPLIES: dict[str, Replies] = {
    "good": reply(-1, lambda _: b""),
    "packet_of_2_gb_in_sftp": reply(sftp.OPEN, lambda _: b"\x7f\xff\xff\xff" + BLOCK),
    "extensions_by_the_thousand": reply(sftp.INIT, lambda _: sftp.version(1_400 * PAIR)),
    "version_of_1_mb": reply(
        sftp.INIT, lambda _: sftp.version(string(b"x") + string(bytes(1 << 20)))
    ),
    "long_handle": reply(sftp.OPEN, lambda to: packet(sftp.HANDLE, to, string(bytes(10_000)))),
    "unasked_replies": reply(sftp.OPEN, lambda to: 10_000 * sftp.status(to ^ 0xFF_0000, 0)),
    "status_of_1_mb": reply(sftp.OPEN, lambda to: sftp.status(to, 4, b"x" * (1 << 20))),
    "hostile_status": reply(sftp.OPEN, lambda to: sftp.status(to, 4, HOSTILE.encode())),
    "statvfs_of_2_64": reply(STATVFS, lambda to: sftp.numbers(to, *[MOST] * 11)),
    "limits_of_1": reply(LIMITS, lambda to: sftp.numbers(to, 1, 1, 1, 1)),
    "limits_of_2_64": reply(LIMITS, lambda to: sftp.numbers(to, *[MOST] * 4)),
    "size_of_2_64": reply(sftp.LSTAT, lambda to: sftp.attributes(to, MOST)),
    "more_data_than_asked": reply(
        sftp.READ, lambda to: packet(sftp.DATA, to, string(bytes(200_000)))
    ),
    "ends_read_with_nothing": reply(sftp.READ, lambda to: packet(sftp.DATA, to, string(b""))),
    "checksum_that_is_wrong": checksum(b"sha256", bytes(32)),
    "checksum_nobody_asked_for": checksum(b"sha512", bytes(64)),
    "checksum_of_30_kb": checksum(b"sha256", bytes(30_000)),
    "checksum_of_1_mb": checksum(b"sha256", bytes(1 << 20)),
    "checksum_that_never_comes": reply(sftp.CHECK_FILE_NAME, lambda _: b""),
    "never_acknowledges": reply(sftp.WRITE, lambda _: b""),
    "acknowledges_others": reply(sftp.WRITE, lambda to: b"" if to % 8 == 4 else sftp.status(to, 0)),
}
