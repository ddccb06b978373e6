"""How records look in answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.doubles.servicenow_records import Record, Records


@dataclass(frozen=True)
class Shape:
    """What the query of a call asks for. `base` is the address that links begin with."""

    base: str
    display: str  # false, true, all
    links: bool
    fields: tuple[str, ...]

    @classmethod
    def asked(cls, query: Mapping[str, str], base: str) -> "Shape":
        names = [each.strip() for each in query.get("sysparm_fields", "").split(",")]
        display = query.get("sysparm_display_value", "false")
        return cls(
            base,
            display if display in ("true", "all") else "false",
            query.get("sysparm_exclude_reference_link", "false") != "true",
            tuple(each for each in names if each),
        )

    def document(self, record: Record, records: Records) -> dict[str, Any]:
        """All values are text, whatever they mean. Unknown names of sysparm_fields are left out."""
        names = self.fields or (*record.values, *_journals(record))
        return {
            name: self._value(record, name, records)
            for name in dict.fromkeys(names)
            if record.table.column(name) is not None
        }

    def _value(self, record: Record, name: str, records: Records) -> Any:  # noqa: ANN401
        column = record.table.column(name)
        value = record.values.get(name, "")
        shown = value if self.display == "false" else shown_value(record, name, records)
        if self.display == "all":
            both = {"display_value": shown, "value": value}
            if column and column.refers_to and value and self.links:
                both["link"] = self._link(column.refers_to, value)
            return both
        if column and column.refers_to and value and self.links:
            key = "value" if self.display == "false" else "display_value"
            return {"link": self._link(column.refers_to, value), key: shown}
        return shown

    def _link(self, table: str, sys_id: str) -> str:
        return f"{self.base}/api/now/table/{table}/{sys_id}"


def shown_value(record: Record, name: str, records: Records) -> str:
    """As a person sees it."""
    column = record.table.column(name)
    value = record.values.get(name, "")
    if column and column.journal:
        return journal_text(record, name)
    if column and column.refers_to:
        found = records.records.get(column.refers_to, {}).get(value)
        return (found.values.get("name") or found.values.get("number") or "") if found else ""
    words: dict[str, Callable[[], str]] = {
        "state": lambda: record.table.states.get(value, value),
        "incident_state": lambda: record.table.states.get(value, value),
        "sys_class_name": lambda: record.table.label,
    }
    return words[name]() if name in words else value


def journal_text(record: Record, name: str) -> str:
    """All notes, newest first."""
    column = record.table.column(name)
    label = column.label if column else name
    entries = [each for each in reversed(record.journal) if each.element == name]
    return "".join(f"{each.at} - {each.by.name} ({label})\n{each.value}\n\n" for each in entries)


def journal_rows(records: Records) -> dict[str, Record]:
    """The notes as rows of sys_journal_field."""
    table = records.tables["sys_journal_field"]
    rows = {}
    for owner in _visible(records):
        for each in owner.journal:
            values = {
                "sys_id": each.sys_id,
                "sys_created_on": each.at,
                "sys_created_by": each.by.user_name,
                "name": owner.table.name,
                "element": each.element,
                "element_id": owner.values["sys_id"],
                "value": each.value,
            }
            rows[each.sys_id] = Record(table, values)
    return rows


def _visible(records: Records) -> list[Record]:
    rows = [each for table in records.records.values() for each in table.values()]
    return [each for each in rows if not each.hidden]


def _journals(record: Record) -> list[str]:
    return [name for name, column in record.table.columns.items() if column.journal]
