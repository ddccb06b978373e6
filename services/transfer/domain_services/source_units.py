"""Compares the bytes read from S3 with S3's checksums of the object or of its parts."""

from services.transfer.domain.checksums import Algorithm, Crc, Hasher, hasher
from services.transfer.domain.errors import SourceCorrupted
from services.transfer.domain.ledger import Mark
from services.transfer.domain.ports import ObjectSource, Ports
from services.transfer.domain.proof import Verify
from services.transfer.domain.transfer import Transfer

READ_BYTES = 1 << 20


def own_crc(transfer: Transfer, ports: Ports) -> Crc | None:
    """The CRC in the object's own algorithm. None where that algorithm does not combine, or where
    it is CRC64NVME, which every chunk has anyway."""
    checksum = transfer.known_source.checksum
    if checksum is None or not checksum.combines or checksum.algorithm is Algorithm.CRC64NVME:
        return None
    return ports.crcs[checksum.algorithm]


class SourceUnits:
    """Hashes the parts that lie in one chunk. `chunk` is its (offset, length). The plan makes sure
    that no part lies in two chunks. It does nothing where S3 has no such checksums, or for
    Verify.SIZE."""

    def __init__(
        self, transfer: Transfer, source: ObjectSource, chunk: tuple[int, int], ports: Ports
    ) -> None:
        self._pinned, self._source, self._ports = transfer.known_source, source, ports
        self._offset, self._length = chunk
        unit = None if transfer.verify is Verify.SIZE else self._pinned.unit_bytes
        self._unit = unit
        self._expected: list[str] = []
        self._hasher: Hasher | None = None

    def begin(self, mark: Mark) -> None:
        """Begins at the mark. If an earlier lease stopped inside a part, that part is read again up
        to the mark. Raises SourceCorrupted when it differs from what that lease had read."""
        if self._unit is None or not self._length:
            return
        self._expected = self._expected_values(self._unit)
        self._hasher = self._new_hasher()
        begun = mark.done_bytes % self._unit
        if not begun or mark.done_bytes == self._length:
            return
        crc, at = 0, self._offset + mark.done_bytes - begun
        for block in self._source.read(self._pinned, at, begun, READ_BYTES):
            self._hasher.update(block)
            crc = self._ports.crc64.update(crc, block)
        if crc != mark.unit_crc64:
            raise self._corrupted("crc64nvme", f"{mark.unit_crc64:016x}", f"{crc:016x}")

    def feed(self, mark: Mark, block: memoryview) -> int:
        """The new `unit_crc64`, after the block that comes behind `mark`. Raises SourceCorrupted at
        the end of a part that has another checksum."""
        if self._unit is None or self._hasher is None:
            return 0
        at, crc = mark.done_bytes, mark.unit_crc64
        while block:
            end = min((at // self._unit + 1) * self._unit, self._length)
            piece, block = block[: end - at], block[end - at :]
            self._hasher.update(piece)
            crc = self._ports.crc64.update(crc, piece)
            at += len(piece)
            if at == end:
                self._compare((at - 1) // self._unit)
                crc, self._hasher = 0, self._new_hasher()
        return crc

    def _compare(self, index: int) -> None:
        found = self._hasher.hexdigest() if self._hasher else ""
        if found != self._expected[index]:
            checksum = self._pinned.checksum
            algorithm = checksum.algorithm.value if checksum else ""
            raise self._corrupted(algorithm, self._expected[index], found)

    def _expected_values(self, unit: int) -> list[str]:
        checksum = self._pinned.checksum
        if checksum is not None and checksum.value is not None:
            return [checksum.value]
        count = -(-self._length // unit)
        return list(self._source.part_checksums(self._pinned, self._offset // unit, count))

    def _new_hasher(self) -> Hasher:
        checksum = self._pinned.checksum
        if checksum is None:
            raise ValueError("no checksum to compare with")
        return hasher(checksum.algorithm, self._ports.crcs.get(checksum.algorithm))

    def _corrupted(self, algorithm: str, expected: str, found: str) -> SourceCorrupted:
        return SourceCorrupted(self._pinned.ref.key, algorithm, expected, found)
