"""Which transfers a list holds, and in which order."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from services.transfer.domain.status import Status
from services.transfer.domain.transfer import Transfer


@dataclass(frozen=True)
class TransferQuery:
    """None is no condition. A transfer is listed when it meets every condition. The order is that
    of the requests."""

    owner: str | None = None
    statuses: frozenset[Status] | None = None
    destination_id: str | None = None
    bucket: str | None = None
    prefix: str = ""  # of the key
    reason: str | None = None  # the code of its failure
    label: str | None = None
    since: datetime | None = None  # requested then or later
    until: datetime | None = None  # requested earlier than that
    newest_first: bool = True

    def holds(self, transfer: Transfer) -> bool:
        failure = transfer.failure.code if transfer.failure else None
        conditions = (
            (self.owner, transfer.owner),
            (self.destination_id, transfer.destination_id),
            (self.bucket, transfer.source.bucket),
            (self.reason, failure),
            (self.label, transfer.label),
        )
        return (
            all(wanted in (None, found) for wanted, found in conditions)
            and (self.statuses is None or transfer.status in self.statuses)
            and transfer.source.key.startswith(self.prefix)
            and (self.since is None or transfer.requested_at >= self.since)
            and (self.until is None or transfer.requested_at < self.until)
        )

    @property
    def name(self) -> str:
        """Stands for this query in its cursors. The conditions themselves may be too long."""
        statuses = None if self.statuses is None else sorted(self.statuses)
        conditions = {**vars(self), "statuses": statuses}
        digest = hashlib.sha256(repr(sorted(conditions.items())).encode())
        return f"transfers/{digest.hexdigest()[:32]}"
