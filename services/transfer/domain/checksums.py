"""What S3 knows of an object's content: which checksum, of the whole object or of its parts."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Algorithm(StrEnum):
    CRC64NVME = "crc64nvme"
    CRC32C = "crc32c"
    CRC32 = "crc32"
    SHA256 = "sha256"
    SHA1 = "sha1"
    MD5 = "md5"


COMBINABLE = frozenset({Algorithm.CRC64NVME, Algorithm.CRC32C, Algorithm.CRC32})


@dataclass(frozen=True)
class ObjectChecksum:
    """Of the whole object (`value`, lower-case hex), or of each part (`part_bytes`, the size of
    every part but the last; the values are read when they are needed).
    """

    algorithm: Algorithm
    value: str | None = None
    part_bytes: int | None = None

    def __post_init__(self) -> None:
        if (self.value is None) == (self.part_bytes is None):
            raise ValueError(f"{self.algorithm}: either of the whole object or of its parts")

    @property
    def combines(self) -> bool:
        """The whole object's follows from those of its chunks."""
        return self.value is not None and self.algorithm in COMBINABLE

    def unit_bytes(self, size_bytes: int) -> int | None:
        """How many bytes have to be hashed in one go, so that one chunk must hold them; None where
        any chunk will do."""
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
        """Of the concatenation, from both checksums and the second's length in bytes."""
        ...


class CrcHasher:
    """A CRC that looks like a hash: parts may have either."""

    def __init__(self, crc: Crc, algorithm: Algorithm) -> None:
        self._crc, self._digits = crc, 16 if algorithm is Algorithm.CRC64NVME else 8
        self._value = 0

    def update(self, data: bytes | memoryview, /) -> None:
        self._value = self._crc.update(self._value, data)

    def hexdigest(self) -> str:
        return f"{self._value:0{self._digits}x}"


def hasher(algorithm: Algorithm, crc: Crc | None) -> Hasher:
    """`crc`: the implementation of a combinable algorithm. Raises ValueError without it."""
    if algorithm in COMBINABLE:
        if crc is None:
            raise ValueError(f"no implementation of {algorithm}")
        return CrcHasher(crc, algorithm)
    return hashlib.new(algorithm.value, usedforsecurity=False)
