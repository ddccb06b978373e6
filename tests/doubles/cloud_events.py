"""Whether a body is a CloudEvent 1.0 in structured JSON."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

CONTENT_TYPE = "application/cloudevents+json"
NEEDED = ("id", "source", "type")
OPTIONAL = ("subject", "datacontenttype", "dataschema", "time")
NAME = re.compile(r"[a-z0-9]{1,20}")  # of an attribute; 20 is a 'should'
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
SMALLEST, LARGEST = -(2**31), 2**31 - 1  # an Integer


def problems_of(content_type: str, event: object) -> list[str]:
    """Sentences; none where all is well."""
    problems = []
    if content_type.partition(";")[0].strip().lower() != CONTENT_TYPE:
        problems.append(f"the content type is {content_type!r}, not {CONTENT_TYPE}")
    if not isinstance(event, dict):
        return [*problems, "the body is no JSON object"]
    if event.get("specversion") != "1.0":
        problems.append("specversion is not '1.0'")
    problems += [f"{name} is missing" for name in NEEDED if name not in event]
    problems += [f"{name} is no text" for name in (*NEEDED, *OPTIONAL) if _no_text(event, name)]
    problems += [f"{name} is no attribute's name or value" for name in event if _odd(event, name)]
    if "data" in event and "data_base64" in event:
        problems.append("it has both data and data_base64")
    if "time" in event and not _is_time(event["time"]):
        problems.append("time is no RFC 3339 time")
    return problems


def _no_text(event: Mapping[str, Any], name: str) -> bool:
    return name in event and not (isinstance(event[name], str) and event[name])


def _odd(event: Mapping[str, Any], name: str) -> bool:
    if name in ("data", "data_base64"):
        return name == "data_base64" and not isinstance(event[name], str)
    value = event[name]
    if isinstance(value, int) and not SMALLEST <= value <= LARGEST:
        return True
    return not NAME.fullmatch(name) or not isinstance(value, str | bool | int)


def _is_time(value: object) -> bool:
    if not isinstance(value, str) or not TIME.fullmatch(value):
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True
