"""The object that is sent: what was asked for, and what S3 says that it is."""

from dataclasses import dataclass
from datetime import datetime

from services.transfer.domain.checksums import ObjectChecksum
from services.transfer.domain.errors import OtherObjectWanted
from services.transfer.domain.inventory import Inventory


@dataclass(frozen=True)
class ObjectRef:
    bucket: str
    key: str
    version_id: str | None = None


@dataclass(frozen=True)
class Origin:
    """The agent's proposal that the request names."""

    conversation_id: str
    proposal_id: str
    digest: str


@dataclass(frozen=True)
class SourceObject:
    """What HEAD said when the transfer began. Every later read insists on this ETag."""

    ref: ObjectRef
    size_bytes: int
    etag: str
    checksum: ObjectChecksum | None  # the best of those that S3 has
    last_modified: datetime
    inventory: Inventory | None = None  # of many objects, whose ETags are there

    def require(self, etag: str | None) -> None:
        """Raises OtherObjectWanted for another ETag. Some of S3's answers have it in quotes, and
        others do not."""
        if etag is not None and self.etag.strip('"') != etag.strip('"'):
            raise OtherObjectWanted(self.ref.bucket, self.ref.key, etag)

    @property
    def unit_bytes(self) -> int | None:
        """See ObjectChecksum.unit_bytes."""
        return self.checksum.unit_bytes(self.size_bytes) if self.checksum else None
