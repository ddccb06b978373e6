"""A ticket as ServiceNow has it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

Fields = Mapping[str, str]  # name in the table -> value; all values there are text


@dataclass(frozen=True)
class Record:
    """`work_notes` is all notes as one text, newest first; empty where it was not asked for.
    `close_notes` is None where the table has no such field.
    `shown` has the values as people see them."""

    table: str
    record_id: str  # sys_id
    number: str
    correlation_id: str
    state: str
    created_at: datetime | None
    close_notes: str | None = None
    work_notes: str = ""
    url: str | None = None
    shown: Mapping[str, str] = field(default_factory=dict)
    updated_at: datetime | None = None
