"""HTTP requests and answers about how transfers ended: figures by day, hour and destination."""

import re
from datetime import date
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from contracts.caller import UserName
from contracts.contract import Bytes, Contract, Count, Published, Slug, TimeZone, UtcTime

MAX_DAYS, MAX_HOURLY_DAYS = 400, 35
ISO_DATE = r"\d{4}-\d\d-\d\d"


def _as_iso_date(value: object) -> object:
    """Pydantic would also take seconds since 1970, and times at midnight."""
    if isinstance(value, str) and not re.fullmatch(ISO_DATE, value, re.ASCII):
        raise PydanticCustomError("date_refused", "Send a date like 2026-11-02.")
    return value


SentDate = Annotated[date, BeforeValidator(_as_iso_date)]


class StatisticsQuery(Contract, strict=False):
    """Not strict, because everything in a query string is text."""

    first: SentDate = Field(alias="from", description="the first day, in `time_zone`")
    until: SentDate = Field(
        description=f"the last day; at most {MAX_DAYS} days, and {MAX_HOURLY_DAYS} by the hour"
    )
    time_zone: TimeZone = Field(
        default="UTC",
        description="whose days; where they begin within an hour of UTC, that hour belongs to the"
        " day in which it begins",
    )
    group: Literal["day", "hour"] = Field(
        default="day",
        description="day: a row for each day and destination; hour: a row for each hour, of all"
        " destinations together",
    )
    destination: Slug | None = Field(default=None, description="only transfers to this one")
    owner: UserName | Literal["*"] | None = Field(
        default=None, description="whose transfers; '*' is everybody's; yours without it"
    )


class ReasonCount(Published):
    code: str = Field(description="the `code` of the failure, or other")
    count: Count


class StatisticsRow(Published):
    """How transfers ended in a day (by the hour: in an hour), counted where they ended."""

    day: date | None = Field(description="null by the hour")
    hour: UtcTime | None = Field(description="when the hour began; null by the day")
    destination_id: str | None = Field(description="it may be removed by now; null by the hour")
    completed: Count
    failed: Count
    cancelled: Count
    bytes: Bytes = Field(description="of those that completed")
    seconds: float = Field(
        ge=0,
        description="that those that completed took, each from its first start to its end, with"
        " pauses and the time between tries",
    )
    reasons: tuple[ReasonCount, ...] = Field(description="of those that failed; most often first")


class StatisticsView(Published):
    """The rows in order of time, then of destinations. Where nothing ended there is no row.

    A transfer counts once, as it ended last: when a retry completes, the failure before it counts
    no more. Figures are kept for 400 days. They follow the transfers within seconds.
    """

    counted_since: date | None = Field(
        description="the first day (UTC) of which there are figures of anybody: what ended before"
        " it was not counted, or is not kept; null: nothing was counted yet"
    )
    rows: tuple[StatisticsRow, ...]
