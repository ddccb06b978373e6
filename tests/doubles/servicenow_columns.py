"""Tables of the ServiceNow double: their columns, and their states in words."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Column:
    """`length` is where ServiceNow cuts a text. `refers_to` names the table of a reference."""

    length: int = 40
    refers_to: str | None = None
    journal: bool = False
    label: str = ""


TEXT, LONG = Column(), Column(length=4_000)
PERSON, GROUP = Column(32, "sys_user"), Column(32, "sys_user_group")
WORK_NOTES = Column(65_000, journal=True, label="Work notes")
COMMENTS = Column(65_000, journal=True, label="Additional comments")
SYSTEM = {
    "sys_id": Column(32),
    "sys_created_on": TEXT,
    "sys_created_by": TEXT,
    "sys_updated_on": TEXT,
    "sys_updated_by": TEXT,
    "sys_mod_count": TEXT,
}
READ_ONLY = {*SYSTEM, "sys_class_name", "opened_by"}
TASK = SYSTEM | {
    "number": TEXT,
    "sys_class_name": Column(80),
    "short_description": Column(160),
    "description": LONG,
    "correlation_id": Column(100),
    "correlation_display": Column(100),
    "close_notes": LONG,
    "work_notes": WORK_NOTES,
    "comments": COMMENTS,
    "opened_by": PERSON,
    "closed_by": PERSON,
    "assigned_to": PERSON,
    "assignment_group": GROUP,
    "parent": Column(32, "task"),
    **dict.fromkeys(("state", "active", "priority", "urgency", "impact", "approval"), TEXT),
    **dict.fromkeys(("opened_at", "closed_at", "due_date", "contact_type", "location"), TEXT),
}
INCIDENT = TASK | {
    "caller_id": PERSON,
    "resolved_by": PERSON,
    **dict.fromkeys(("incident_state", "close_code", "resolved_at", "category"), TEXT),
    **dict.fromkeys(("subcategory", "severity", "hold_reason", "business_impact"), TEXT),
}
ITEM = TASK | {
    "requested_for": PERSON,
    "request": Column(32, "sc_request"),
    "cat_item": Column(32, "sc_cat_item"),
    **dict.fromkeys(("stage", "quantity", "price"), TEXT),
}
SYS_USER = SYSTEM | dict.fromkeys(("name", "user_name", "active"), TEXT) | {"email": Column(100)}
SYS_GROUP = SYSTEM | dict.fromkeys(("name", "active"), Column(80))
SYS_JOURNAL = SYSTEM | dict.fromkeys(("name", "element", "element_id"), TEXT) | {"value": LONG}
INCIDENT_STATES = {
    "1": "New",
    "2": "In Progress",
    "3": "On Hold",
    "6": "Resolved",
    "7": "Closed",
    "8": "Canceled",
}
TASK_STATES = {
    "-5": "Pending",
    "1": "Open",
    "2": "Work in Progress",
    "3": "Closed Complete",
    "4": "Closed Incomplete",
    "7": "Closed Skipped",
}
CUSTOM_COLUMN = re.compile(r"u_[a-z0-9_]{1,78}")


@dataclass(frozen=True)
class Table:
    """`custom`: whoever made the table gave it each column u_... that anybody asks for."""

    name: str
    label: str
    columns: Mapping[str, Column]
    prefix: str = ""  # of numbers; tables without one are not written by the API
    states: Mapping[str, str] = field(default_factory=dict)
    inactive: tuple[str, ...] = ()
    custom: bool = False

    def column(self, name: str) -> Column | None:
        if self.custom and CUSTOM_COLUMN.fullmatch(name):
            return Column(length=4_000)
        return self.columns.get(name)


def custom_table(name: str, prefix: str) -> Table:
    label = name.removeprefix("u_").replace("_", " ").capitalize()
    columns = TASK | {"caller_id": PERSON}
    return Table(name, label, columns, prefix, TASK_STATES, ("3", "4", "7"), custom=True)


TABLES = (
    Table("incident", "Incident", INCIDENT, "INC", INCIDENT_STATES, ("7", "8")),
    Table("sc_req_item", "Requested Item", ITEM, "RITM", TASK_STATES, ("3", "4", "7")),
    custom_table("u_file_transfer", "FTR"),
    Table("sys_user", "User", SYS_USER),
    Table("sys_user_group", "Group", SYS_GROUP),
    Table("sys_journal_field", "Journal Entry", SYS_JOURNAL),
)
