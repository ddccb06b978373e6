"""The smaller systems outside, in memory: source, vault, queue, bus, buckets."""

import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from kernel.outbox import OutboxEvent
from kernel.pages import CURSOR_ADVICE, read_cursor, write_cursor
from services.transfer.adapters.awscrt_crcs import CRCS
from services.transfer.domain.checksums import Algorithm, ObjectChecksum, hasher
from services.transfer.domain.credential import Credential
from services.transfer.domain.errors import (
    BucketNotFound,
    CredentialMissing,
    FieldInvalid,
    ObjectNotFound,
    SourceChanged,
    SourceUnavailable,
)
from services.transfer.domain.lane import LaneMessage
from services.transfer.domain.ports import ListedObject, Listing
from services.transfer.domain.source import ObjectRef, SourceObject
from tests.fakes.many_files import InMemoryFolderSource

MODIFIED = datetime(2026, 1, 1, tzinfo=UTC)
NAME = re.compile(r".+")  # of the last entry on the page before
NEVER_BY_PART = frozenset({Algorithm.CRC64NVME, Algorithm.MD5})  # S3: only of whole objects


@dataclass
class InMemoryBuckets:
    """Objects by bucket and key. Replacing an object changes its ETag. Implements SourceReaders and
    BucketCatalogue.

    `flips` tells for the offset of a byte how often that byte is still read wrongly.
    """

    objects_by_bucket: dict[str, dict[str, bytes]] = field(default_factory=dict)
    checksums: dict[tuple[str, str], ObjectChecksum | None] = field(default_factory=dict)
    flips: dict[int, int] = field(default_factory=dict)
    refusing: dict[str, Callable[[], object]] = field(default_factory=dict)  # by key; raises
    bytes_read: int = 0
    open_readers: int = 0

    def put(
        self,
        bucket: str,
        key: str,
        body: bytes,
        checksum: Algorithm | None = Algorithm.CRC64NVME,
        part_bytes: int | None = None,
    ) -> None:
        """With `part_bytes` the object is uploaded in parts of that size, with a checksum of
        each."""
        known = None
        if part_bytes is not None:
            if checksum is None or checksum in NEVER_BY_PART:
                raise ValueError(f"S3 has no {checksum} by part")
            known = ObjectChecksum(checksum, part_bytes=part_bytes)
        elif checksum is not None:
            known = ObjectChecksum(checksum, digest(checksum, body))
        self.objects_by_bucket.setdefault(bucket, {})[key] = body
        self.checksums[bucket, key] = known

    def flip_next_read(self, at: int, times: int = 1) -> None:
        """The next reads that cover byte `at` of an object read that byte wrongly."""
        self.flips[at] = self.flips.get(at, 0) + times

    def flipped(self, start: int, block: bytes) -> bytes:
        """The block as it is read. It begins at byte `start`."""
        changed = bytearray(block)
        for at in [each for each in self.flips if start <= each < start + len(block)]:
            changed[at - start] ^= 0xFF
            self.flips[at] -= 1
            if not self.flips[at]:
                del self.flips[at]
        return bytes(changed)

    def authorize(self, ref: ObjectRef, session_name: str) -> "InMemoryObjectSource":
        return InMemoryObjectSource(self, ref)

    def authorize_many(self, bucket: str, root: str, session_name: str) -> InMemoryFolderSource:
        return InMemoryFolderSource(self, bucket, root)

    def buckets(self) -> Sequence[tuple[str, datetime]]:
        return [(name, MODIFIED) for name in sorted(self.objects_by_bucket)]

    def objects(
        self, bucket: str, prefix: str, delimiter: str, limit: int, cursor: str | None
    ) -> Listing:
        if bucket not in self.objects_by_bucket:
            raise BucketNotFound(bucket)
        asked, last = f"files/{bucket}/{delimiter}/{prefix}", ""
        if cursor is not None:
            refusal = FieldInvalid("cursor", cursor, CURSOR_ADVICE)
            last = read_cursor(asked, cursor, NAME, refusal)
        found: dict[str, ListedObject | None] = {}  # None: a folder
        for key, body in self.objects_by_bucket[bucket].items():
            if key.startswith(prefix):
                end = key.find(delimiter, len(prefix)) if delimiter else -1
                listed = ListedObject(key, len(body), MODIFIED, etag_of(body))
                found |= {key: listed} if end < 0 else {key[: end + len(delimiter)]: None}
        left = sorted((name for name in found if name > last), key=str.encode)
        page = [found[name] for name in left[:limit]]
        return Listing(
            [each for each in page if each is not None],
            [name for name in left[:limit] if found[name] is None],
            write_cursor(asked, left[limit - 1]) if len(left) > limit else None,
        )


def digest(algorithm: Algorithm, body: bytes) -> str:
    made = hasher(algorithm, CRCS.get(algorithm))
    made.update(body)
    return made.hexdigest()


def etag_of(body: bytes) -> str:
    return f'"{digest(Algorithm.CRC64NVME, body)}-{len(body)}"'


class InMemoryObjectSource:
    def __init__(self, buckets: InMemoryBuckets, ref: ObjectRef) -> None:
        self._buckets, self._ref = buckets, ref
        buckets.open_readers += 1

    def close(self) -> None:
        self._buckets.open_readers -= 1

    def __enter__(self) -> "InMemoryObjectSource":
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def look(self) -> None:
        self._body()

    def inspect(self) -> SourceObject:
        body = self._body()
        checksum = self._buckets.checksums.get((self._ref.bucket, self._ref.key))
        return SourceObject(self._ref, len(body), etag_of(body), checksum, MODIFIED)

    def read(
        self, source: SourceObject, offset: int, length: int, block_bytes: int
    ) -> Iterator[bytes]:
        body = self._body_of(source)
        end = offset + length
        for start in range(offset, end, block_bytes):
            block = body[start : min(start + block_bytes, end)]
            self._buckets.bytes_read += len(block)
            yield self._buckets.flipped(start, block)

    def part_checksums(self, source: SourceObject, first: int, count: int) -> Sequence[str]:
        checksum, body = source.checksum, self._body_of(source)
        if checksum is None or checksum.part_bytes is None:
            raise ValueError(f"{self._ref} has no checksums by part")
        size = checksum.part_bytes
        starts = range(0, len(body), size)[first : first + count]
        if len(starts) != count:
            detail = f"{len(starts)} parts from part {first + 1} on, instead of {count}"
            raise SourceUnavailable(self._ref.bucket, self._ref.key, detail)
        return [digest(checksum.algorithm, body[at : at + size]) for at in starts]

    def _body_of(self, source: SourceObject) -> bytes:
        body = self._body()
        if etag_of(body) != source.etag:
            raise SourceChanged(self._ref.bucket, self._ref.key, source.etag)
        return body

    def _body(self) -> bytes:
        ref = self._ref
        if ref.bucket not in self._buckets.objects_by_bucket:
            raise BucketNotFound(ref.bucket)
        if ref.key not in self._buckets.objects_by_bucket[ref.bucket]:
            raise ObjectNotFound(ref.bucket, ref.key)
        if ref.key in self._buckets.refusing:
            self._buckets.refusing[ref.key]()
        return self._buckets.objects_by_bucket[ref.bucket][ref.key]


@dataclass
class InMemoryCredentialVault:
    secrets: dict[str, Credential] = field(default_factory=dict)

    def store(self, secret_id: str, credential: Credential) -> None:
        self.secrets[secret_id] = credential

    def read(self, secret_id: str) -> Credential:
        if secret_id not in self.secrets:
            raise CredentialMissing(secret_id)
        return self.secrets[secret_id]

    def delete(self, secret_id: str) -> None:
        self.secrets.pop(secret_id, None)


@dataclass
class InMemoryLaneQueue:
    messages: deque[LaneMessage] = field(default_factory=deque)
    delays: list[int] = field(default_factory=list)

    def send(self, message: LaneMessage, delay_seconds: int = 0) -> None:
        self.messages.append(message)
        self.delays.append(delay_seconds)


@dataclass
class InMemoryBus:
    """`refuse` is how many of the next events are refused."""

    taken: list[OutboxEvent] = field(default_factory=list)
    refuse: int = 0

    def publish(self, events: Sequence[OutboxEvent]) -> Sequence[str]:
        refused = [event.event_id for event in events[: self.refuse]]
        self.refuse = max(0, self.refuse - len(events))
        self.taken += [event for event in events if event.event_id not in refused]
        return refused

    def kinds(self) -> list[str]:
        """Detail-types in the order in which the bus took them, without progress."""
        return [e.detail_type for e in self.taken if "Progressed" not in e.detail_type]


class CountedMessageLease:
    def __init__(self) -> None:
        self.extended: list[int] = []

    def extend(self, seconds: int) -> None:
        self.extended.append(seconds)
