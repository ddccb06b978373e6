"""What the functions of the local stack logged."""

from typing import Any, NamedTuple

LOG_GROUPS = "/fileferry/local/"


class LogLine(NamedTuple):
    at_ms: int  # since 1970
    text: str


def log_lines(logs: Any, since_ms: int) -> list[LogLine]:  # noqa: ANN401 - boto3 has no types
    """Of all functions since then, oldest first."""
    groups = logs.describe_log_groups(logGroupNamePrefix=LOG_GROUPS)["logGroups"]
    pages = [
        page
        for group in groups
        for page in logs.get_paginator("filter_log_events").paginate(
            logGroupName=group["logGroupName"], startTime=since_ms
        )
    ]
    found = [LogLine(e["timestamp"], e["message"].rstrip()) for p in pages for e in p["events"]]
    return sorted(found, key=lambda line: line.at_ms)
