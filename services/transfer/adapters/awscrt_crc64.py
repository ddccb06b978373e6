"""CRC64NVME by awscrt: C speed, and checksums that combine without reading again."""

from awscrt import checksums


class AwscrtCrc64:
    """Implements Crc64."""

    def update(self, crc: int, data: bytes | memoryview) -> int:
        return int(checksums.crc64nvme(data, crc))

    def combine(self, first: int, second: int, second_length: int) -> int:
        return int(checksums.combine_crc64nvme(first, second, second_length))
