"""A small SFTP server in memory that does as it is told. Doubles answer by it where they have no
answer of their own."""

import hashlib
import struct
import zlib
from collections.abc import Callable, Mapping

INIT, VERSION, OPEN, READ, WRITE, LSTAT, FSTAT = 1, 2, 3, 5, 6, 7, 8
OPENDIR, REMOVE, REALPATH, STAT, RENAME = 11, 13, 16, 17, 18
STATUS, HANDLE, DATA, NAME, ATTRS = 101, 102, 103, 104, 105
EXTENDED, EXTENDED_REPLY = 200, 201
OK, EOF, NO_SUCH_FILE, FAILURE = 0, 1, 2, 4
EXTENSIONS = (
    b"limits@openssh.com",
    b"statvfs@openssh.com",
    b"posix-rename@openssh.com",
    b"check-file",
)
CHECK_FILE_NAME = b"check-file-name"  # how a request of "check-file" is called
CHECKSUMS: dict[bytes, Callable[[bytes], bytes]] = {
    b"crc32": lambda content: struct.pack(">I", zlib.crc32(content)),
    b"sha256": lambda content: hashlib.sha256(content).digest(),
}


def string(value: bytes) -> bytes:
    return struct.pack(">I", len(value)) + value


def packet(kind: int, request: int, body: bytes) -> bytes:
    return struct.pack(">IBI", 5 + len(body), kind, request) + body


def version(pairs: bytes) -> bytes:
    return packet(VERSION, 3, pairs)


def status(request: int, code: int, text: bytes = b"") -> bytes:
    return packet(STATUS, request, struct.pack(">I", code) + string(text) + string(b"en"))


def numbers(request: int, *told: int) -> bytes:
    return packet(EXTENDED_REPLY, request, struct.pack(f">{len(told)}Q", *told))


def attributes(request: int, size: int) -> bytes:
    return packet(ATTRS, request, struct.pack(">IQ", 1, size))


def cut(body: bytes) -> tuple[bytes, bytes]:
    """The string at the front, and the rest."""
    (length,) = struct.unpack_from(">I", body)
    return body[4 : 4 + length], body[4 + length :]


class GoodSftp:
    """A handle is its file's path. The only folder is '/'."""

    def __init__(self) -> None:
        self.files: dict[bytes, bytearray] = {}
        self._acts: Mapping[int, Callable[[int, bytes, bytes], bytes]] = {
            OPEN: self._open,
            READ: self._read,
            WRITE: self._write,
            REMOVE: self._remove,
            RENAME: self._rename,
            EXTENDED: self._extended,
            LSTAT: self._look,
            FSTAT: self._look,
            STAT: self._look,
            OPENDIR: self._open_folder,
            REALPATH: self._home,
        }

    def answer(self, kind: int, request: int, body: bytes) -> bytes:
        if kind == INIT:
            return version(b"".join(string(name) + string(b"1") for name in EXTENSIONS))
        act = self._acts.get(kind)
        return act(request, *cut(body)) if act else status(request, OK)

    def _open(self, request: int, name: bytes, _fields: bytes) -> bytes:
        self.files.setdefault(name, bytearray())
        return packet(HANDLE, request, string(name))

    def _open_folder(self, request: int, name: bytes, _fields: bytes) -> bytes:
        if name != b"/":
            return status(request, FAILURE)
        return packet(HANDLE, request, string(name))

    def _home(self, request: int, _name: bytes, _fields: bytes) -> bytes:
        names = struct.pack(">I", 1) + string(b"/") + string(b"/") + bytes(4)
        return packet(NAME, request, names)

    def _read(self, request: int, name: bytes, fields: bytes) -> bytes:
        offset, size = struct.unpack_from(">QI", fields)
        found = bytes(self.files.get(name, b"")[offset : offset + size])
        return packet(DATA, request, string(found)) if found else status(request, EOF)

    def _write(self, request: int, name: bytes, fields: bytes) -> bytes:
        offset, size = struct.unpack_from(">QI", fields)
        file = self.files.setdefault(name, bytearray())
        file.extend(bytes(max(0, offset - len(file))))
        file[offset : offset + size] = fields[12:]
        return status(request, OK)

    def _look(self, request: int, name: bytes, _fields: bytes) -> bytes:
        if name not in self.files and name != b"/":
            return status(request, NO_SUCH_FILE)
        return attributes(request, len(self.files.get(name, b"")))

    def _remove(self, request: int, name: bytes, _fields: bytes) -> bytes:
        return status(request, NO_SUCH_FILE if self.files.pop(name, None) is None else OK)

    def _rename(self, request: int, name: bytes, fields: bytes) -> bytes:
        self.files[cut(fields)[0]] = self.files.pop(name, bytearray())
        return status(request, OK)

    def _extended(self, request: int, name: bytes, fields: bytes) -> bytes:
        if name == EXTENSIONS[0]:
            return numbers(request, 262_144, 261_120, 261_120, 0)
        if name == EXTENSIONS[1]:
            return numbers(request, *[4096] * 11)
        if name == CHECK_FILE_NAME:
            return self._check_file(request, *cut(fields))
        return self._rename(request, *cut(fields))

    def _check_file(self, request: int, name: bytes, fields: bytes) -> bytes:
        known = [each for each in cut(fields)[0].split(b",") if each in CHECKSUMS]
        if name not in self.files or not known:
            return status(request, FAILURE if name in self.files else NO_SUCH_FILE)
        value = CHECKSUMS[known[0]](bytes(self.files[name]))
        return packet(EXTENDED_REPLY, request, string(known[0]) + value)
