"""Checksums that an SFTP server computes itself, by the extensions that some servers offer.

`check-file` is in draft-ietf-secsh-filexfer-13, section 9.1.2, `md5-hash` in its section 9.1.1.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from services.transfer.adapters.sftp_packets import (
    LENGTH,
    Code,
    Kind,
    Malformed,
    Reader,
    Reply,
    Status,
    body_of,
    path_string,
    string,
)
from services.transfer.adapters.sftp_protocol import SftpProtocol
from services.transfer.adapters.sftp_refusals import Refusals
from services.transfer.domain.checksums import DIGEST_BYTES, Algorithm, FileChecksum
from services.transfer.domain.errors import WriteRefused

CHECK_FILE_NAME = b"check-file-name"
CHECK_FILE = b"check-file"
MD5_HASH = b"md5-hash"
CHECK_FILE_OFFERED = (CHECK_FILE, CHECK_FILE_NAME)  # either is how servers list it
# Version 3 of ProFTPD's mod_sftp answers check-file and does not list it.
ANSWERS_UNLISTED = "mod_sftp"
WHOLE_FILE = bytes(8) + bytes(8)  # from the offset 0, to the end
ONE_CHECKSUM = bytes(4)  # of everything, and not of each block
NO_QUICK_CHECK = string(b"")
MAX_NAME_BYTES = 64  # of an algorithm in an answer
NAMES: Mapping[Algorithm, bytes] = MappingProxyType(
    {
        Algorithm.CRC32: b"crc32",
        Algorithm.SHA256: b"sha256",
        Algorithm.SHA1: b"sha1",
        Algorithm.MD5: b"md5",
    }
)


class NoChecksum(Exception):
    """The answer is well-formed and no checksum that was asked for."""


class SftpChecksums:
    def __init__(self, protocol: SftpProtocol, refusals: Refusals, software: str) -> None:
        self._protocol, self._refusals = protocol, refusals
        listed = any(each in protocol.extensions for each in CHECK_FILE_OFFERED)
        self._checks_files = listed or ANSWERS_UNLISTED in software
        self._hashes_md5 = MD5_HASH in protocol.extensions

    @property
    def are_offered(self) -> bool:
        return self._checks_files or self._hashes_md5

    def of_file(
        self, path: str, wanted: Sequence[Algorithm], seconds: float
    ) -> FileChecksum | None:
        """See PartnerSession.file_checksum. The server gets `seconds` more than for others."""
        named = [each for each in wanted if each in NAMES]
        try:
            if self._checks_files and named:
                return self._check_file(path, named, seconds)
            if self._hashes_md5 and Algorithm.MD5 in wanted:
                return self._md5_hash(path, seconds)
        except Status as status:
            if status.code == Code.OP_UNSUPPORTED:
                return None
            raise self._refusals.of_open(status, path, "give a checksum of") from None
        except NoChecksum as answer:
            raise WriteRefused(path, "give a checksum of", str(answer)) from None
        return None

    def _check_file(self, path: str, wanted: Sequence[Algorithm], seconds: float) -> FileChecksum:
        names = string(b",".join(NAMES[each] for each in wanted))
        body = string(CHECK_FILE_NAME) + path_string(path) + names + WHOLE_FILE + ONE_CHECKSUM
        reply = self._ask(body, seconds)
        return self._protocol.parsed(reply, lambda told: checked_of(told, wanted))

    def _md5_hash(self, path: str, seconds: float) -> FileChecksum:
        body = string(MD5_HASH) + path_string(path) + WHOLE_FILE + NO_QUICK_CHECK
        return self._protocol.parsed(self._ask(body, seconds), md5_of)

    def _ask(self, body: bytes, seconds: float) -> Reply:
        with self._protocol.patient(seconds):
            return self._protocol.call(Kind.EXTENDED, body, lambda reply: reply)


def checked_of(reply: Reply, wanted: Sequence[Algorithm]) -> FileChecksum:
    """The name of the algorithm, then its checksum. Some servers repeat the extension's name before
    them, and some send the checksum as a string. Raises NoChecksum."""
    reader = body_of(reply, Kind.EXTENDED_REPLY)
    name = _name(reader)
    if name in (CHECK_FILE, CHECK_FILE_NAME):
        name = _name(reader)
    algorithm = next((each for each in wanted if NAMES[each] == name.lower()), None)
    if algorithm is None:
        raise NoChecksum("another algorithm than one that was asked for")
    return FileChecksum(algorithm, _digest(algorithm, reader.rest()))


def md5_of(reply: Reply) -> FileChecksum:
    """`md5-hash` and the hash. It is empty where the server could not compute it."""
    reader = body_of(reply, Kind.EXTENDED_REPLY)
    _name(reader)
    return FileChecksum(Algorithm.MD5, _digest(Algorithm.MD5, reader.rest()))


def _name(reader: Reader) -> bytes:
    name = reader.string()
    if len(name) > MAX_NAME_BYTES:
        raise Malformed(f"a name of {len(name)} bytes in an answer")
    return name


def _digest(algorithm: Algorithm, told: bytes) -> str:
    length = DIGEST_BYTES[algorithm]
    if told[: LENGTH.size] == LENGTH.pack(length) and len(told) == LENGTH.size + length:
        told = told[LENGTH.size :]
    if len(told) != length:
        raise NoChecksum(f"{len(told)} bytes instead of a {algorithm} of {length}")
    return told.hex()
