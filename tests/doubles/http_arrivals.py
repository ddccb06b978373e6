"""What arrived at a double."""

import threading
from collections import Counter, deque
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tests.doubles.http_call import Call

KEPT = 20_000  # calls; older ones are forgotten, and still counted
KEPT_BODY = 32_768  # characters of a body


@dataclass
class Arrival:
    """`status` is what the client was sent, None while nothing or nothing whole was. `done` is what
    the double decided, None where it was not asked."""

    call: Call
    status: int | None = None
    done: int | None = None
    fault: str | None = None
    ended_at: datetime | None = None

    def shown(self) -> dict[str, Any]:
        call = self.call
        headers = dict(call.headers)
        if "authorization" in headers:
            headers["authorization"] = headers["authorization"].partition(" ")[0] + " ***"
        return {
            "number": call.number,
            "at": call.at.isoformat(),
            "ended_at": self.ended_at.isoformat() if self.ended_at else None,
            "method": call.method,
            "path": call.path,
            "query": dict(call.query),
            "headers": headers,
            "body": call.text[:KEPT_BODY],
            "status": self.status,
            "done": self.done,
            "fault": self.fault,
        }


class Arrivals:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: deque[Arrival] = deque(maxlen=KEPT)
        self._counts: Counter[tuple[str, int | None, str | None]] = Counter()
        self._numbers = 0

    def next_number(self) -> int:
        with self._lock:
            self._numbers += 1
            return self._numbers

    def add(self, arrival: Arrival) -> None:
        with self._lock:
            self._kept.append(arrival)

    def end(self, arrival: Arrival) -> None:
        with self._lock:
            arrival.ended_at = datetime.now(UTC)
            self._counts[arrival.call.method, arrival.status, arrival.fault] += 1

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()
            self._counts.clear()

    def newer(self, since: int = 0) -> list[Arrival]:
        """Those with a number above `since`, in the order of arrival."""
        with self._lock:
            return [each for each in self._kept if each.call.number > since]

    def counts(self) -> list[dict[str, Any]]:
        with self._lock:
            return [
                {"method": method, "status": status, "fault": fault, "calls": calls}
                for (method, status, fault), calls in self._counts.items()
            ]
