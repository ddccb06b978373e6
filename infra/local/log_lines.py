"""What the functions of the local stack logged."""

from collections.abc import Iterator
from typing import Any, NamedTuple

LOG_GROUPS = "/fileferry/local/"
PAGE = 10_000


class LogLine(NamedTuple):
    at_ms: int  # since 1970
    text: str


def log_lines(logs: Any, since_ms: int, groups: str = LOG_GROUPS) -> list[LogLine]:  # noqa: ANN401 - boto3 has no types
    """The lines of all functions since then, oldest first. `groups` is the beginning of the log
    groups' names."""
    found = [
        line
        for page in logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=groups)
        for group in page["logGroups"]
        for line in _lines_of(logs, group["logGroupName"], since_ms)
    ]
    return sorted(found, key=lambda line: line.at_ms)


def _lines_of(logs: Any, group: str, since_ms: int) -> Iterator[LogLine]:  # noqa: ANN401
    """Asks again from the last event on, because MiniStack shows 10,000 events at once and no next
    page."""
    begin, seen = since_ms, set[LogLine]()
    while begin >= 0:
        wish = {"logGroupName": group, "startTime": begin, "limit": PAGE}
        events = logs.filter_log_events(**wish)["events"]
        found = [LogLine(each["timestamp"], each["message"].rstrip()) for each in events]
        fresh = [line for line in found if line not in seen]
        yield from fresh
        more = len(events) == PAGE
        if more and not fresh:
            raise ValueError(f"{group} has more than {PAGE} events in millisecond {begin}")
        seen = {line for line in found if line.at_ms == found[-1].at_ms}
        begin = found[-1].at_ms if more else -1
