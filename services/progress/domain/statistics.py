"""Figures as they are asked for, and as they are found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from services.progress.domain.ending import REASON, Figures, Outcome


@dataclass(frozen=True)
class StatisticsQuery:
    """From `first` to `until`, both inclusive, in the time zone. In `owner`, '*' stands for
    everybody and None for the caller."""

    first: date
    until: date
    time_zone: str = "UTC"
    by_hour: bool = False
    destination: str | None = None
    owner: str | None = None

    def has_day(self, day: date) -> bool:
        return self.first <= day <= self.until


@dataclass(frozen=True)
class DayFigures:
    """Some of the figures of a day and destination; there may be more of them. The day and its
    hours are of UTC."""

    day: date
    destination: str
    hours: Mapping[int, Figures]


@dataclass(frozen=True)
class Row:
    """`hour` and no `destination` by the hour, `day` and `destination` by the day."""

    figures: Figures
    day: date | None = None
    hour: datetime | None = None
    destination: str | None = None

    @property
    def is_empty(self) -> bool:
        """What was counted there was taken back again."""
        return not any(self.figures.get(each) for each in Outcome)

    @property
    def reasons(self) -> Sequence[tuple[str, int]]:
        """The codes of failures and how often they were the reason, most often first."""
        counts = {
            n.removeprefix(REASON): c for n, c in self.figures.items() if n.startswith(REASON)
        }
        return sorted(
            ((n, c) for n, c in counts.items() if c), key=lambda each: (-each[1], each[0])
        )


@dataclass(frozen=True)
class Statistics:
    counted_since: date | None
    rows: Sequence[Row]
