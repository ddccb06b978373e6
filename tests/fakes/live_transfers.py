"""What progress knows of transfers, in memory."""

from dataclasses import replace
from threading import Lock

from services.progress.domain.known_transfer import KnownTransfer
from tests.fakes.calls import Calls


class InMemoryLiveTransfers:
    def __init__(self, calls: Calls | None = None) -> None:
        self.known: dict[str, KnownTransfer] = {}
        self._lock = Lock()

    def read(self, transfer_id: str) -> KnownTransfer | None:
        return self.known.get(transfer_id)

    def store(self, now: KnownTransfer, before: KnownTransfer | None) -> bool:
        with self._lock:
            stored = self.known.get(now.transfer_id)
            if (stored.version if stored else 0) != (before.version if before else 0):
                return False
            version = before.version + 1 if before else 1
            self.known[now.transfer_id] = replace(now, version=version)
            return True
