"""CRCs by awscrt. They have the speed of C, and combine without reading the bytes again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from awscrt import checksums

from services.transfer.domain.checksums import Algorithm, Crc


@dataclass(frozen=True)
class AwscrtCrc:
    """Implements Crc."""

    _compute: Callable[[bytes | memoryview, int], int]
    _combine: Callable[[int, int, int], int]

    def update(self, crc: int, data: bytes | memoryview) -> int:
        return int(self._compute(data, crc))

    def combine(self, first: int, second: int, second_length: int) -> int:
        return int(self._combine(first, second, second_length))


CRCS: Mapping[Algorithm, Crc] = MappingProxyType(
    {
        Algorithm.CRC64NVME: AwscrtCrc(checksums.crc64nvme, checksums.combine_crc64nvme),
        Algorithm.CRC32C: AwscrtCrc(checksums.crc32c, checksums.combine_crc32c),
        Algorithm.CRC32: AwscrtCrc(checksums.crc32, checksums.combine_crc32),
    }
)
