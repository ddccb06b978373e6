"""Reads records as ServiceNow writes them. Whatever else an answer has is no record."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from services.ticketing.domain.desk import Record

RECORD_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
LONGEST_NUMBER = 40
FIELDS = (
    "sys_id",
    "number",
    "correlation_id",
    "state",
    "sys_created_on",
    "sys_updated_on",
    "close_notes",
    "assigned_to",
    "assignment_group",
)


class NoRecord(Exception):
    """The reason says what is missing, never what is there."""


def record_of(found: object, table: str, url: str, journals: Sequence[str] = ()) -> Record:
    """`found` is asked for with sysparm_display_value=all. `journals` are the fields that hold
    notes. Raises NoRecord."""
    if not isinstance(found, dict):
        raise NoRecord("its record is no object")
    record_id = value_of(found, "sys_id")
    if not RECORD_ID.fullmatch(record_id):
        raise NoRecord("its record has no sys_id")
    return Record(
        table=table,
        record_id=record_id,
        # tables of a customer's own need not number their records
        number=_line(value_of(found, "number"))[:LONGEST_NUMBER] or record_id[:LONGEST_NUMBER],
        correlation_id=value_of(found, "correlation_id"),
        state=value_of(found, "state"),
        created_at=_time(value_of(found, "sys_created_on")),
        close_notes=value_of(found, "close_notes") if "close_notes" in found else None,
        work_notes="\n".join(filter(None, (_shown(found, name) for name in journals))),
        url=f"{url}/nav_to.do?uri={quote(f'{table}.do?sys_id={record_id}', safe='')}",
        shown={name: _line(_shown(found, name)) for name in FIELDS if name in found},
        updated_at=_time(value_of(found, "sys_updated_on")),
    )


def value_of(found: Mapping[str, Any], name: str) -> str:
    return _text(found.get(name), "value", "display_value")


def _shown(found: Mapping[str, Any], name: str) -> str:
    return _text(found.get(name), "display_value", "value")


def _text(field: object, first: str, second: str) -> str:
    """A field is text, or an object with the stored value and the one that people see."""
    if isinstance(field, dict):
        field = field.get(first) or field.get(second)
    return field if isinstance(field, str) else ""


def _line(text: str) -> str:
    """One line without what could hide or reorder its text."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())[:300]


def _time(text: str) -> datetime | None:
    """Stored times are in UTC, whatever the time zone of the integration user."""
    try:
        return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return None
