"""Figures of how transfers ended, in memory."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from threading import Lock

from services.progress.domain.ending import (
    EVERYBODY,
    MOST_CODES,
    OTHER,
    Counted,
    Ending,
    kept_until,
)
from services.progress.domain.statistics import DayFigures

Place = tuple[str, date, str]  # whose, day, destination


class InMemoryEndingFigures:
    def __init__(self) -> None:
        self.endings: dict[str, Counted] = {}
        self.hours: dict[Place, dict[int, Counter[str]]] = {}
        self.codes: dict[Place, set[str]] = {}
        self._lock = Lock()

    def counted(self, transfer_id: str) -> Counted | None:
        return self.endings.get(transfer_id)

    def count(self, ending: Ending, before: Counted | None, now: datetime) -> bool:
        with self._lock:
            if self.endings.get(ending.transfer_id) != before:
                return False
            if ending.reason and not all(self._has_room(each, ending) for each in _places(ending)):
                ending = replace(ending, reason=OTHER)
            if before and kept_until(before.ending.day) > now:
                self._add(before.ending, -1)
            self._add(ending, 1)
            self.endings[ending.transfer_id] = Counted(ending)
            return True

    def _has_room(self, place: Place, ending: Ending) -> bool:
        codes = self.codes.get(place, set())
        return ending.reason in {OTHER, *codes} or len(codes) < MOST_CODES

    def _add(self, ending: Ending, sign: int) -> None:
        for place in _places(ending):
            hour = self.hours.setdefault(place, {}).setdefault(ending.hour, Counter())
            for name, figure in ending.figures.items():
                hour[name] += sign * figure
            if ending.reason not in (None, OTHER):
                self.codes.setdefault(place, set()).add(str(ending.reason))

    def of(
        self, owner: str, first: date, until: date, destination: str | None = None
    ) -> Iterator[DayFigures]:
        for (whose, day, where), hours in sorted(self.hours.items(), key=lambda e: e[0][1:]):
            if whose == owner and first <= day <= until and destination in (None, where):
                yield DayFigures(day, where, hours)

    def counted_since(self, oldest: date) -> date | None:
        days = [day for whose, day, _ in self.hours if whose == EVERYBODY and day >= oldest]
        return min(days, default=None)


def _places(ending: Ending) -> list[Place]:
    return [(whose, ending.day, ending.destination) for whose in (ending.owner, EVERYBODY)]
