"""The checksum that S3 has of an object: its algorithm, and whether it is of the whole object or
of its parts.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol


class Algorithm(StrEnum):
    CRC64NVME = "crc64nvme"
    CRC32C = "crc32c"
    CRC32 = "crc32"
    SHA256 = "sha256"
    SHA1 = "sha1"
    MD5 = "md5"


@dataclass(frozen=True)
class FileChecksum:
    """Of all bytes of a file. `value` is lower-case hex, as long as the algorithm's checksums
    are."""

    algorithm: Algorithm
    value: str


COMBINABLE = frozenset({Algorithm.CRC64NVME, Algorithm.CRC32C, Algorithm.CRC32})


DIGEST_BYTES: Mapping[Algorithm, int] = MappingProxyType(
    {
        Algorithm.CRC64NVME: 8,
        Algorithm.CRC32C: 4,
        Algorithm.CRC32: 4,
        Algorithm.SHA256: 32,
        Algorithm.SHA1: 20,
        Algorithm.MD5: 16,
    }
)


@dataclass(frozen=True)
class ObjectChecksum:
    """A checksum of the whole object, or checksums of its parts. `value` is that of the whole
    object, in lower-case hex. `part_bytes` is the size of every part but the last; the parts'
    values are read when they are needed. `of_parts`: the value of the whole follows from those of
    the parts.
    """

    algorithm: Algorithm
    value: str | None = None
    part_bytes: int | None = None
    of_parts: bool = False

    def __post_init__(self) -> None:
        if (self.value is None) == (self.part_bytes is None):
            raise ValueError(f"{self.algorithm}: either of the whole object or of its parts")

    @property
    def by_parts(self) -> bool:
        """Whether S3 vouches for the parts, and not for the whole object."""
        return self.of_parts or self.part_bytes is not None

    @property
    def combines(self) -> bool:
        """Whether the checksum of the whole object follows from those of its chunks."""
        return self.value is not None and self.algorithm in COMBINABLE

    def unit_bytes(self, size_bytes: int) -> int | None:
        """How many bytes have to be hashed in one go. One chunk must hold them. None where a chunk
        of any size will do."""
        if self.combines:
            return None
        return self.part_bytes if self.value is None else max(1, size_bytes)


class Hasher(Protocol):
    def update(self, data: bytes | memoryview, /) -> None: ...

    def hexdigest(self) -> str: ...


class Crc(Protocol):
    """A CRC of 64 or 32 bits."""

    def update(self, crc: int, data: bytes | memoryview) -> int: ...

    def combine(self, first: int, second: int, second_length: int) -> int:
        """The CRC of the concatenation. `second_length` is in bytes."""
        ...


class CrcHasher:
    """A CRC with the interface of a hash, because parts may have either."""

    def __init__(self, crc: Crc, algorithm: Algorithm) -> None:
        self._crc, self._digits = crc, 16 if algorithm is Algorithm.CRC64NVME else 8
        self._value = 0

    def update(self, data: bytes | memoryview, /) -> None:
        self._value = self._crc.update(self._value, data)

    def hexdigest(self) -> str:
        return f"{self._value:0{self._digits}x}"


def hasher(algorithm: Algorithm, crc: Crc | None) -> Hasher:
    """`crc` is the implementation of a combinable algorithm. Raises ValueError where it is
    missing."""
    if algorithm in COMBINABLE:
        if crc is None:
            raise ValueError(f"no implementation of {algorithm}")
        return CrcHasher(crc, algorithm)
    return hashlib.new(algorithm.value, usedforsecurity=False)
