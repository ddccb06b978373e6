"""The Import Set API: a row of a staging table is transformed into a record.

The transform map coalesces on `u_correlation_id`: a record with this correlation_id is changed, and
made where there is none. An empty key finds nothing, so it always makes one. Each u_<column> goes
into <column> of the target; others are ignored.
"""

import itertools
from collections.abc import Mapping
from typing import Any

from tests.doubles.servicenow_query import parsed
from tests.doubles.servicenow_records import Person, Record, Records, Refusal, new_id

KEY = "correlation_id"


class Imports:
    """`staging` names the target of each staging table."""

    def __init__(self, staging: Mapping[str, str]) -> None:
        self._staging = staging
        self._sets = itertools.count(10_001)

    def take(
        self, name: str, row: Mapping[str, str], records: Records, by: Person, base: str
    ) -> dict[str, Any]:
        """A refusal of the target is told in a 201, as an error of the row."""
        if name not in self._staging:
            raise Refusal(400, f"Invalid staging table {name}")
        table = self._staging[name]
        result = {"transform_map": f"FileFerry to {table}", "table": table}
        try:
            status, record = _transformed(table, row, records, by)
        except Refusal as refusal:
            said = f"{refusal.message}: {refusal.detail}"
            result |= {"status": "error", "error_message": said, "sys_id": new_id()}
        else:
            result |= {
                "display_name": "number",
                "display_value": record.values["number"],
                "record_link": f"{base}/api/now/table/{table}/{record.values['sys_id']}",
                "status": status,
                "sys_id": record.values["sys_id"],
            }
        number = f"ISET{next(self._sets):07d}"
        return {"import_set": number, "staging_table": name, "result": [result]}


def _transformed(
    table: str, row: Mapping[str, str], records: Records, by: Person
) -> tuple[str, Record]:
    fields = {n.removeprefix("u_"): v for n, v in row.items() if n.startswith("u_")}
    key = fields.get(KEY, "")
    found = []
    if key:
        query = parsed(f"{KEY}={key.replace('^', '^^')}", lambda name: name == KEY)
        found = query.rows(each.values for each in records.records[table].values())
    if not found:
        return "inserted", records.insert(table, fields, by)
    record = records.get(table, found[0]["sys_id"])
    changed = records.update(record, fields, by)
    return ("updated" if changed else "ignored"), record
