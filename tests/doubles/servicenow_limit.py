"""The limit of requests an hour and user. An 'hour' may be some seconds."""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

RULE = "6f9d1b2a4f1123004f7dd9a18110c7aa"  # sys_id of the rule, as the header names it


@dataclass
class RateLimit:
    """Hours begin at multiples of `hour_seconds` of the clock, as real ones at the full hour.
    `limit` 0: none. A request that is refused is not counted as one of the hour."""

    limit: int = 0
    hour_seconds: float = 3_600.0
    hours: dict[float, Counter[str]] = field(default_factory=dict)  # start -> operations
    refused: Counter[float] = field(default_factory=Counter)

    def take(self, operation: str, now: float) -> bool:
        start = self._start(now)
        hour = self.hours.setdefault(start, Counter())
        if self.limit and hour.total() >= self.limit:
            self.refused[start] += 1
            return False
        hour[operation] += 1
        return True

    def headers(self, now: float, refused: bool) -> Mapping[str, str]:
        if not self.limit:
            return {}
        end = self._start(now) + self.hour_seconds
        headers = {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Reset": str(math.ceil(end)),
            "X-RateLimit-Rule": RULE,
        }
        return headers | ({"Retry-After": str(max(1, math.ceil(end - now)))} if refused else {})

    def change(self, limit: int, hour_seconds: float) -> None:
        if limit < 0 or hour_seconds <= 0:
            raise ValueError("limit is 0 or more, hour_seconds more than 0")
        self.limit, self.hour_seconds = limit, hour_seconds

    def shown(self) -> list[dict[str, Any]]:
        return [
            {
                "start": datetime.fromtimestamp(start, UTC).isoformat(),
                "calls": hour.total(),
                "refused": self.refused[start],
                "operations": dict(hour),
            }
            for start, hour in sorted(self.hours.items())
        ]

    def _start(self, now: float) -> float:
        return math.floor(now / self.hour_seconds) * self.hour_seconds
