"""In-memory lane targets. The conformance suite checks that they do what DynamoDB does."""

import threading
from collections.abc import Sequence
from dataclasses import replace

from services.transfer.domain.lane_target import Decision, LaneTarget


class InMemoryLaneTargets:
    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.rows: dict[str, LaneTarget] = {}
        self.told: dict[str, list[Decision]] = {}

    def read(self, destination_id: str) -> LaneTarget | None:
        with self.lock:
            return self.rows.get(destination_id)

    def save(self, target: LaneTarget, decision: Decision | None) -> bool:
        with self.lock:
            stored = self.rows.get(target.destination_id)
            if (stored.version if stored else 0) != target.version:
                return False
            self.rows[target.destination_id] = replace(target, version=target.next_version)
            if decision is not None:
                self.told.setdefault(target.destination_id, []).append(decision)
            return True

    def decisions(self, destination_id: str, limit: int) -> Sequence[Decision]:
        with self.lock:
            return self.told.get(destination_id, [])[::-1][:limit]
