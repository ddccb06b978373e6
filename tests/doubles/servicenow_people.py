"""What people of the service desk do in the user interface, while the API is used, too."""

from collections.abc import Callable, Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from tests.doubles.servicenow_records import MAY_CLOSE, Person, Record, Records

Act = Literal[
    "resolve",
    "close",
    "cancel",
    "reopen",
    "assign",  # to `who`
    "comment",  # `text`, seen by the caller
    "note",  # `text`, a work note
    "change",  # `fields`
    "delete",
    "hide",  # an ACL keeps it from the API
    "show",
    "create",  # `fields`, as somebody else
    "add_person",  # `fields`: name, email, user_name, sys_id
    "add_group",  # `fields`: name, sys_id
]
STATES = {
    "incident": {"resolve": "6", "close": "7", "cancel": "8", "reopen": "2"},
    "other": {"resolve": "3", "close": "3", "cancel": "4", "reopen": "2"},
}


class Deed(BaseModel):
    """Which record is said by `sys_id`, `number` or `correlation_id` (then each that has it)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    act: Act
    table: str = "incident"
    sys_id: str | None = None
    number: str | None = None
    correlation_id: str | None = None
    who: str = "Grace Hopper"
    text: str = "Done by hand."
    fields: Mapping[str, str] = Field(default_factory=dict)


class People:
    """Everybody is in sys_user, under the name that the deed gives."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def known(self, name: str, email: str = "", user_name: str = "", sys_id: str = "") -> Record:
        users = self._records.records["sys_user"]
        for each in users.values():
            if each.values["name"] == name:
                return each
        login = user_name or name.lower().replace(" ", ".")
        values = {
            "name": name,
            "user_name": login,
            "email": email or f"{login}@example.com",
            "active": "true",
        }
        return self._added("sys_user", values, sys_id)

    def person(self, name: str, *roles: str) -> Person:
        user = self.known(name).values
        return Person(user["user_name"], user["name"], user["sys_id"], frozenset(roles))

    def do(self, deed: Deed) -> list[Record]:
        """The records that were touched. Raises LookupError where there is none."""
        if deed.act == "add_person":
            return [self.known(**deed.fields)]
        if deed.act == "add_group":
            fields = dict(deed.fields)
            return [self._added("sys_user_group", fields, fields.pop("sys_id", ""))]
        by = self.person(deed.who, "itil", MAY_CLOSE, "admin")
        if deed.act == "create":
            return [self._records.insert(deed.table, deed.fields, by)]
        found = self._meant(deed)
        for each in found:
            self._act(deed, each, by)
        return found

    def _act(self, deed: Deed, record: Record, by: Person) -> None:
        if deed.act == "delete":
            self._records.delete(record)
        elif deed.act in ("hide", "show"):
            record.hidden = deed.act == "hide"
        else:
            self._records.update(record, _fields(deed, record, by), by)

    def _meant(self, deed: Deed) -> list[Record]:
        wanted = {
            name: value
            for name in ("sys_id", "number", "correlation_id")
            if (value := getattr(deed, name)) is not None
        }
        rows = self._records.records[self._records.table(deed.table).name].values()
        found = [
            each
            for each in rows
            if wanted and all(each.values[name] == value for name, value in wanted.items())
        ]
        if not found:
            raise LookupError(f"no record of {deed.table} with {wanted or 'nothing asked for'}")
        return found

    def _added(self, table: str, values: Mapping[str, str], sys_id: str) -> Record:
        made = self._records.insert(table, values, Person("admin", "System Administrator", ""))
        if sys_id:
            del self._records.records[table][made.values["sys_id"]]
            made.values["sys_id"] = sys_id
            self._records.records[table][sys_id] = made
        return made


def _fields(deed: Deed, record: Record, by: Person) -> dict[str, str]:
    states = STATES.get(record.table.name, STATES["other"])
    ways: dict[str, Callable[[], dict[str, str]]] = {
        "assign": lambda: {"assigned_to": by.sys_id, "state": "2"},
        "comment": lambda: {"comments": deed.text},
        "note": lambda: {"work_notes": deed.text},
        "change": dict,
    }
    if deed.act in ways:
        return {**ways[deed.act](), **deed.fields}
    fields = {"state": states[deed.act]}
    if deed.act != "reopen":
        fields |= {"close_notes": deed.text}
        if record.table.column("close_code"):
            fields |= {"close_code": "Solution provided"}
    return {**fields, **deed.fields}


def shown(record: Record) -> dict[str, Any]:
    """All of it, for tests."""
    return {
        "table": record.table.name,
        **record.values,
        "hidden": record.hidden,
        "journal": [
            {"element": each.element, "value": each.value, "at": each.at, "by": each.by.name}
            for each in record.journal
        ],
    }
