"""The records of the ServiceNow double, and the rules by which they are written."""

import itertools
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tests.doubles.servicenow_columns import READ_ONLY, TABLES, Table

FIRST_NUMBER = 10_001
RESOLVED, CLOSED = "6", "7"
MAY_CLOSE = "itil_admin"


class Refusal(Exception):
    """Is answered in ServiceNow's error form."""

    def __init__(self, status: int, message: str, detail: str | None = None) -> None:
        super().__init__(message)
        self.status, self.message, self.detail = status, message, detail


def no_record() -> Refusal:
    detail = "Record doesn't exist or ACL restricts the record retrieval"
    return Refusal(404, "No Record found", detail)


@dataclass(frozen=True)
class Person:
    """Who writes. `roles` decide what may be written."""

    user_name: str
    name: str
    sys_id: str
    roles: frozenset[str] = frozenset()


@dataclass
class Entry:
    """One note."""

    element: str
    value: str
    at: str
    by: Person
    sys_id: str


@dataclass
class Record:
    """`hidden`: an ACL keeps it from whoever comes by the API."""

    table: Table
    values: dict[str, str]
    journal: list[Entry] = field(default_factory=list)
    hidden: bool = False


class Records:
    """Nothing here is unique, as in the real tables. Callers hold the double's lock."""

    def __init__(self, tables: Iterable[Table] = TABLES) -> None:
        self.tables = {each.name: each for each in tables}
        self.records: dict[str, dict[str, Record]] = {each: {} for each in self.tables}
        self._numbers = {each: itertools.count(FIRST_NUMBER) for each in self.tables}

    def table(self, name: str) -> Table:
        if name not in self.tables:
            raise Refusal(400, f"Invalid table {name}")
        return self.tables[name]

    def get(self, table: str, sys_id: str) -> Record:
        found = self.records[self.table(table).name].get(sys_id)
        if found is None:
            raise no_record()
        return found

    def insert(self, table: str, fields: Mapping[str, str], by: Person) -> Record:
        kind = self.table(table)
        record = Record(kind, self._first_values(kind, by))
        self._write(record, fields, by)
        self.records[table][record.values["sys_id"]] = record
        return record

    def update(self, record: Record, fields: Mapping[str, str], by: Person) -> bool:
        """Whether anything changed. Nothing is written where it is refused."""
        closed = record.table.name == "incident" and record.values["state"] == CLOSED
        if closed and MAY_CLOSE not in by.roles:
            raise _denied("Update")
        return self._write(record, fields, by)

    def delete(self, record: Record) -> None:
        del self.records[record.table.name][record.values["sys_id"]]

    # --- rules --------------------------------------------------------------------------------

    def _write(self, record: Record, fields: Mapping[str, str], by: Person) -> bool:
        before = record.values
        after, notes = dict(before), []
        for name, value in fields.items():
            column = record.table.column(name)
            if column is None or name in READ_ONLY or (name == "number" and not value):
                continue  # ServiceNow says nothing of either
            if column.journal:
                notes.append((name, value))
            else:
                after[name] = value[: column.length]
        self._follow(record.table, before, after, by)
        _check(record.table, before, after, by)
        notes = [(name, value) for name, value in notes if value.strip()]
        new = before["sys_mod_count"] == ""
        if not new and after == before and not notes:
            return False
        now = _now()
        after |= {"sys_updated_on": now, "sys_updated_by": by.user_name}
        after["sys_mod_count"] = "0" if new else str(int(before["sys_mod_count"]) + 1)
        record.values = after
        record.journal += [Entry(name, value, now, by, new_id()) for name, value in notes]
        return True

    def _follow(
        self, table: Table, before: Mapping[str, str], after: dict[str, str], by: Person
    ) -> None:
        """What business rules set when the state changes."""
        if not table.states:
            return
        if "incident_state" in table.columns:
            if after["incident_state"] != before["incident_state"]:
                after["state"] = after["incident_state"]
            after["incident_state"] = after["state"]
        if after["state"] == before["state"]:
            return
        over = after["state"] in table.inactive
        after["active"] = "false" if over else "true"
        after["closed_at"], after["closed_by"] = (_now(), by.sys_id) if over else ("", "")
        if table.name == "incident" and after["state"] == RESOLVED:
            after["resolved_at"], after["resolved_by"] = _now(), by.sys_id

    def _first_values(self, table: Table, by: Person) -> dict[str, str]:
        now = _now()
        values = dict.fromkeys((n for n, c in table.columns.items() if not c.journal), "")
        values |= {"sys_id": new_id(), "sys_created_on": now, "sys_created_by": by.user_name}
        if table.prefix:
            number = f"{table.prefix}{next(self._numbers[table.name]):07d}"
            values |= {"number": number, "state": "1", "active": "true", "opened_at": now}
            values |= {"opened_by": by.sys_id, "sys_class_name": table.name}
            values |= {"priority": "5", "urgency": "3", "impact": "3"}
        if "incident_state" in values:
            values["incident_state"] = "1"
        return values


def _check(table: Table, before: Mapping[str, str], after: Mapping[str, str], by: Person) -> None:
    """The data policy and the ACL of incidents."""
    if table.name != "incident" or after["state"] not in (RESOLVED, CLOSED):
        return
    labels = {"close_code": "Resolution code", "close_notes": "Resolution notes"}
    missing = [label for name, label in labels.items() if not after[name].strip()]
    if missing:
        detail = f"Data Policy Exception: The following fields are mandatory: {', '.join(missing)}"
        raise Refusal(403, "Operation Failed", detail)
    if after["state"] == CLOSED != before["state"] and MAY_CLOSE not in by.roles:
        raise _denied("Update" if before["sys_mod_count"] else "Insert")


def _denied(what: str) -> Refusal:
    detail = f"ACL Exception {what} Failed due to security constraints"
    return Refusal(403, "Operation Failed", detail)


def new_id() -> str:
    return secrets.token_hex(16)


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")
