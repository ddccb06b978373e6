"""The checksums of one large file of many, and what is proved with them."""

from services.transfer.domain.checksums import Algorithm, Hasher, hasher
from services.transfer.domain.destination import Delivery
from services.transfer.domain.errors import (
    ChecksumMismatch,
    DeliveryUnclear,
    PartMissing,
    SizeMismatch,
    TargetDamaged,
)
from services.transfer.domain.file_outcomes import FileOutcome, FileResult
from services.transfer.domain.ledger import ChunkLease, Mark
from services.transfer.domain.proof import Proven, Verify
from services.transfer.domain.samples import sample_ranges, sampled
from services.transfer.domain.source import SourceObject
from services.transfer.domain_services.compare_samples import UNSEEN
from services.transfer.domain_services.deliver_file import names_taken, same_size
from services.transfer.domain_services.look_at_target import look_at
from services.transfer.domain_services.page_ends import PageEnds

NOT_READ = frozenset(Verify) - {Verify.READBACK}  # not as a whole


class LargeFile:
    """`found` is the object as it is read."""

    def __init__(self, found: SourceObject, lease: ChunkLease, ends: PageEnds) -> None:
        self.found, self._ends = found, ends
        size, secret = found.size_bytes, ends.transfer.sample_secret
        self._samples = sample_ranges(lease.ledger, lease.number, size, 1, secret)
        self._crcs, self._crc64 = ends.ports.crcs, ends.ports.crc64
        self._hasher: Hasher | None = None

    @property
    def size_bytes(self) -> int:
        return self.found.size_bytes

    def begin(self, mark: Mark) -> None:
        """A checksum that does not combine needs every byte from the first one on. So a file that
        goes on at a mark is not compared with it."""
        told = self.found.checksum
        wanted = self._ends.transfer.verify is not Verify.SIZE
        whole = told is not None and told.value is not None and not told.combines
        if told is not None and whole and wanted and not mark.done_bytes:
            self._hasher = hasher(told.algorithm, None)

    def after(self, mark: Mark, block: memoryview) -> Mark:
        told, sample, own = self.found.checksum, mark.sample_crc64, mark.source_crc
        for piece in sampled(self._samples, mark.done_bytes, block):
            sample = self._crc64.update(sample, piece)
        if told is not None and told.combines and told.algorithm is not Algorithm.CRC64NVME:
            own = self._crcs[told.algorithm].update(own, block)
        if self._hasher is not None:
            self._hasher.update(block)
        crc64 = self._crc64.update(mark.crc64, block)
        return Mark(mark.done_bytes + len(block), crc64, sample, own)

    def outcome(
        self, mark: Mark, result: FileResult = FileResult.DONE, name: str = ""
    ) -> FileOutcome:
        compared = self._value(mark) is not None
        return FileOutcome(result, self.size_bytes, mark.crc64, name, compared=compared)

    def require_source(self, path: str, mark: Mark) -> None:
        """What was read is what S3 has. Raises ChecksumMismatch."""
        value, told = self._value(mark), self.found.checksum
        if told is not None and value is not None and value != told.value:
            raise ChecksumMismatch(path, told.algorithm.value, told.value or "", value)

    def require_proved(self, path: str, mark: Mark) -> Proven:
        """What was seen, but for READBACK, which may take several turns. Raises ChecksumMismatch,
        SizeMismatch, PartMissing, TargetDamaged."""
        ends = self._ends
        self.require_source(path, mark)
        seen = look_at(ends.session, path, ends.strategy)
        if seen.there is False:
            if ends.strategy.delivery is Delivery.DIRECT and ends.transfer.verify in NOT_READ:
                return Proven.ACKNOWLEDGED  # a partner may take it away at once
            raise PartMissing(path)
        if not same_size(seen, self.size_bytes) and seen.size_bytes is not None:
            raise SizeMismatch(path, self.size_bytes, seen.size_bytes)
        if ends.transfer.verify not in (Verify.SIZE, Verify.READBACK):
            equal = self.sampled(path, mark)
            if equal is False:
                raise TargetDamaged(path, "A sample", f"{mark.sample_crc64:016x}", "something else")
            if equal:
                return Proven.SAMPLED
        return Proven.ACKNOWLEDGED if seen.size_bytes is None else Proven.SIZE

    def given_name(self, part: str, target: str, mark: Mark) -> str | None:
        """The name that an earlier attempt gave it. Raises PartMissing where it has none,
        DeliveryUnclear where the server does not let us tell."""
        ends = self._ends
        if look_at(ends.session, part, ends.strategy).there is not False:
            return None
        for name in names_taken(target, self.size_bytes, ends):
            equal = self.sampled(name, mark)
            if equal is None:
                raise DeliveryUnclear(part, name)
            if equal:
                return name
        raise PartMissing(part)

    def _value(self, mark: Mark) -> str | None:
        """As S3 writes it. None where nothing is compared."""
        told = self.found.checksum
        if told is None or self._ends.transfer.verify is Verify.SIZE:
            return None
        if told.combines:
            long = told.algorithm is Algorithm.CRC64NVME
            return f"{mark.crc64:016x}" if long else f"{mark.source_crc:08x}"
        return self._hasher.hexdigest() if self._hasher is not None else None

    def sampled(self, path: str, mark: Mark) -> bool | None:
        """Whether the sampled ranges are equal. None where the server does not show them."""
        if not self._ends.strategy.reads:
            return None
        found = 0
        try:
            with self._ends.session.open_reader(path) as reader:
                for block in reader.read((begin, end - begin) for begin, end in self._samples):
                    found = self._crc64.update(found, block)
        except SizeMismatch:
            return False
        except UNSEEN:
            return None
        return found == mark.sample_crc64
