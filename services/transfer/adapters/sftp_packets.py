"""The packets of SFTP version 3 (draft-ietf-secsh-filexfer-02) that we send and understand."""

import struct
from collections.abc import Iterator
from enum import IntEnum, IntFlag
from typing import NamedTuple

from services.transfer.domain.words import Words

VERSION = 3


class Kind(IntEnum):
    """SSH_FXP_*"""

    INIT = 1
    VERSION = 2
    OPEN = 3
    CLOSE = 4
    READ = 5
    WRITE = 6
    LSTAT = 7
    FSTAT = 8
    SETSTAT = 9
    OPENDIR = 11
    READDIR = 12
    REMOVE = 13
    MKDIR = 14
    REALPATH = 16
    STAT = 17
    RENAME = 18
    STATUS = 101
    HANDLE = 102
    DATA = 103
    NAME = 104
    ATTRS = 105
    EXTENDED = 200
    EXTENDED_REPLY = 201


class Code(IntEnum):
    """SSH_FX_*. The last three belong to later versions, but some servers send them to
    everybody."""

    OK = 0
    EOF = 1
    NO_SUCH_FILE = 2
    PERMISSION_DENIED = 3
    FAILURE = 4
    OP_UNSUPPORTED = 8
    FILE_ALREADY_EXISTS = 11
    NO_SPACE = 14
    QUOTA_EXCEEDED = 15


class Open(IntFlag):
    """SSH_FXF_*"""

    READ = 1
    WRITE = 2
    CREAT = 8
    TRUNC = 16
    EXCL = 32


POSIX_RENAME = b"posix-rename@openssh.com"
FSYNC = b"fsync@openssh.com"
STATVFS = b"statvfs@openssh.com"
LIMITS = b"limits@openssh.com"

HEADER = struct.Struct(">IBI")  # length of what follows, kind, request id
WRITE_FIELDS = struct.Struct(">QI")  # offset, length of the data
LENGTH = struct.Struct(">I")
_UINT64 = struct.Struct(">Q")
_ATTRIBUTE_SIZE = 1  # SSH_FILEXFER_ATTR_SIZE
NO_ATTRIBUTES = bytes(4)
USUAL_BLOCK_BYTES = 32_768  # every server has to take it (draft-ietf-secsh-filexfer-02, section 3)
USUAL_PACKET_BYTES = 34_000  # the same section; longer replies only hold data that we asked for
MAX_BLOCK_BYTES = 1 << 20  # larger requests gain nothing, and fewer of them fit into the window
MAX_HANDLE_BYTES = 256  # draft-ietf-secsh-filexfer-02, section 7
MAX_EXTENSIONS = 64  # OpenSSH offers about ten
MAX_FILE_BYTES = (1 << 63) - 1  # no file system holds a larger one


class Malformed(Exception):
    """The server sent something that is not SFTP."""


class Status(Exception):
    """A STATUS other than OK. `text` comes from the server and is only for people."""

    def __init__(self, code: int, text: str | bytes) -> None:
        self.code = code
        self.text = Words(text)
        super().__init__(f"status {code}: {self.text}")

    @property
    def detail(self) -> str:
        return f"SFTP status {self.code}" + (f": {self.text}" if self.text else "")


class Reply(NamedTuple):
    kind: int
    body: bytes  # after the request id


class Limits(NamedTuple):
    """limits@openssh.com, between what every server has to take and what we use. A field is None
    where the server does not say."""

    max_read_bytes: int | None
    max_write_bytes: int | None

    @property
    def read_block_bytes(self) -> int:
        return self.max_read_bytes or USUAL_BLOCK_BYTES

    @property
    def write_block_bytes(self) -> int:
        return self.max_write_bytes or USUAL_BLOCK_BYTES


class Reader:
    """Takes fields off the front of a packet. Raises Malformed when there are not enough bytes."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._at = 0

    def _take(self, length: int) -> bytes:
        taken = self._body[self._at : self._at + length]
        if len(taken) != length:
            raise Malformed(f"a packet of {len(self._body)} bytes ends too early")
        self._at += length
        return taken

    def uint32(self) -> int:
        return int(LENGTH.unpack(self._take(4))[0])

    def uint64(self) -> int:
        return int(_UINT64.unpack(self._take(8))[0])

    def string(self) -> bytes:
        return self._take(self.uint32())

    def rest(self) -> bytes:
        return self._take(len(self._body) - self._at)

    @property
    def at_end(self) -> bool:
        return self._at >= len(self._body)


def string(value: bytes) -> bytes:
    return LENGTH.pack(len(value)) + value


def path_string(path: str) -> bytes:
    return string(path.encode())


def open_fields(path: str, flags: Open) -> bytes:
    return path_string(path) + LENGTH.pack(flags) + NO_ATTRIBUTES


def read_fields(handle: bytes, offset: int, length: int) -> bytes:
    return string(handle) + WRITE_FIELDS.pack(offset, length)


def extensions(reader: Reader) -> Iterator[tuple[bytes, bytes]]:
    """The (name, version) pairs that follow in a VERSION packet."""
    for _ in range(MAX_EXTENSIONS):
        if reader.at_end:
            return
        yield reader.string(), reader.string()
    if not reader.at_end:
        raise Malformed(f"more than {MAX_EXTENSIONS} extensions")


def check_status(reply: Reply) -> None:
    """Raises Status unless the reply is STATUS OK."""
    if reply.kind != Kind.STATUS:
        raise Malformed(f"packet kind {reply.kind} instead of a status")
    reader = Reader(reply.body)
    code = reader.uint32()
    if code != Code.OK:
        # Version 3 demands a text. OpenSSH always sends one, but some servers leave it out.
        text = b"" if reader.at_end else reader.string()
        raise Status(code, text)


def says_missing(reply: Reply) -> bool:
    """Whether it is STATUS NO_SUCH_FILE. Its text is not looked at."""
    return reply.kind == Kind.STATUS and Reader(reply.body).uint32() == Code.NO_SUCH_FILE


def body_of(reply: Reply, kind: Kind) -> Reader:
    """The fields of a reply of `kind`. Raises Status when the server refused."""
    if reply.kind != kind:
        check_status(reply)
        raise Malformed(f"packet kind {reply.kind} instead of {kind.name}")
    return Reader(reply.body)


def handle_of(reply: Reply) -> bytes:
    handle = body_of(reply, Kind.HANDLE).string()
    if len(handle) > MAX_HANDLE_BYTES:
        raise Malformed(f"a handle of {len(handle)} bytes")
    return handle


def data_of(reply: Reply) -> bytes:
    return body_of(reply, Kind.DATA).string()


def size_of(reply: Reply) -> int | None:
    """The size in an ATTRS reply. None when the server leaves it out, or tells one that no file can
    have (some send -1)."""
    reader = body_of(reply, Kind.ATTRS)
    size = reader.uint64() if reader.uint32() & _ATTRIBUTE_SIZE else None
    return None if size is None or size > MAX_FILE_BYTES else size


def free_bytes_of(reply: Reply) -> int | None:
    """The space for an ordinary user in a statvfs reply: f_bavail blocks of f_frsize. None where
    the reply tells nothing: a file system without any block, or with more free ones than it has."""
    reader = body_of(reply, Kind.EXTENDED_REPLY)
    block, fragment, blocks, _free, available = (reader.uint64() for _ in range(5))
    if blocks == 0 or available > blocks:
        return None
    return min(available * (fragment or block), MAX_FILE_BYTES)


def limits_of(reply: Reply) -> Limits:
    reader = body_of(reply, Kind.EXTENDED_REPLY)
    _packet, read, write = (reader.uint64() for _ in range(3))
    return Limits(_block_bytes(read), _block_bytes(write))


def _block_bytes(told: int) -> int | None:
    """A limit of one byte would be a way to keep a worker busy for years."""
    return min(max(told, USUAL_BLOCK_BYTES), MAX_BLOCK_BYTES) if told else None
