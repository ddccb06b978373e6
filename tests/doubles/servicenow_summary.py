"""What a test may ask of the ServiceNow double at the end."""

from collections import Counter, defaultdict
from typing import Any

from tests.doubles.servicenow_records import Record, Records
from tests.doubles.servicenow_shape import shown_value


def summary(records: Records, calls: Counter[tuple[str, int]]) -> dict[str, Any]:
    groups: dict[tuple[str, str], list[Record]] = defaultdict(list)
    for name, rows in records.records.items():
        if records.tables[name].prefix:
            for each in rows.values():
                groups[name, each.values["correlation_id"]].append(each)
    return {
        "records": [
            {
                "table": table,
                "correlation_id": key,
                "count": len(found),
                "sys_ids": [each.values["sys_id"] for each in found],
                "numbers": [each.values["number"] for each in found],
                "states": [shown_value(each, "state", records) for each in found],
                "notes": [len(each.journal) for each in found],
                "writes": [int(each.values["sys_mod_count"]) for each in found],
            }
            for (table, key), found in groups.items()
        ],
        "calls": [
            {"operation": operation, "status": status, "calls": number}
            for (operation, status), number in sorted(calls.items())
        ],
    }
