"""The calls of the Table API and of the Import Set API."""

import re
from collections.abc import Mapping

from tests.doubles.http_call import Answer, Call, json_answer
from tests.doubles.servicenow_columns import Table
from tests.doubles.servicenow_import import Imports
from tests.doubles.servicenow_query import Part, Query, parsed
from tests.doubles.servicenow_records import Person, Record, Records, Refusal, no_record
from tests.doubles.servicenow_shape import Shape, journal_rows

MOST_ROWS = 10_000  # ServiceNow's own default of sysparm_limit
TABLE_PATH = re.compile(r"/api/now/(?:(?P<version>v[12])/)?table/(?P<table>\w+)(?:/(?P<id>\w+))?/?")
IMPORT_PATH = re.compile(r"/api/now/(?:v[12]/)?import/(?P<staging>\w+)/?")


class TableApi:
    """`nothing_for_bad_queries` is glide.invalid_query.returns_no_rows of the instance."""

    def __init__(
        self, records: Records, imports: Imports, nothing_for_bad_queries: bool = False
    ) -> None:
        self._records, self._imports = records, imports
        self._nothing = nothing_for_bad_queries
        self._doubled = 0

    def double(self, count: int) -> None:
        """The next so many creations make two records each, as a POST does that a proxy repeats."""
        self._doubled = count

    def set_queries(self, bad_query_returns_nothing: bool) -> None:
        self._nothing = bad_query_returns_nothing

    def answer(self, call: Call, by: Person, base: str) -> Answer:
        """Raises Refusal."""
        if match := IMPORT_PATH.fullmatch(call.path):
            if call.method != "POST":
                raise Refusal(405, "Method not supported")
            row = _values(call)
            taken = self._imports.take(match["staging"], row, self._records, by, base)
            return json_answer(201, taken)
        if not (match := TABLE_PATH.fullmatch(call.path)):
            raise Refusal(400, "Requested URI does not represent any resource", call.path)
        self._records.table(match["table"])
        shape = Shape.asked(call.query, base)
        if match["id"]:
            return self._one(call, match["table"], match["id"], by, shape)
        if call.method == "GET":
            return self._find(call, match["table"], shape, match["version"] == "v1")
        if call.method == "POST":
            return self._create(call, match["table"], by, shape)
        raise Refusal(405, "Method not supported")

    def _one(self, call: Call, table: str, sys_id: str, by: Person, shape: Shape) -> Answer:
        record = self._records.get(table, sys_id)
        if record.hidden:
            raise no_record()
        if call.method in ("PATCH", "PUT"):
            self._writable(table)
            self._records.update(record, self._fields(call, record.table), by)
        elif call.method == "DELETE":
            detail = "ACL Exception Delete Failed due to security constraints"
            raise Refusal(403, "Operation Failed", detail)
        elif call.method != "GET":
            raise Refusal(405, "Method not supported")
        return json_answer(200, {"result": shape.document(record, self._records)})

    def _create(self, call: Call, table: str, by: Person, shape: Shape) -> Answer:
        self._writable(table)
        fields = self._fields(call, self._records.tables[table])
        record = self._records.insert(table, fields, by)
        if self._doubled > 0:
            self._doubled -= 1
            self._records.insert(table, fields, by)
        location = f"{shape.base}/api/now/table/{table}/{record.values['sys_id']}"
        document = {"result": shape.document(record, self._records)}
        return json_answer(201, document, {"Location": location})

    def _find(self, call: Call, table: str, shape: Shape, old: bool) -> Answer:
        rows = self._rows(table)
        query = parsed(
            call.query.get("sysparm_query", ""),
            lambda name: self._records.tables[table].column(name) is not None,
        )
        _add_pairs(call, query, self._records.tables[table])
        nothing = bool(query.dropped) and self._nothing
        found = [] if nothing else query.rows(each.values for each in rows.values())
        offset = _number(call, "sysparm_offset", 0)
        page = found[offset : offset + _number(call, "sysparm_limit", MOST_ROWS)]
        if old and not page:
            raise no_record()
        documents = [shape.document(rows[each["sys_id"]], self._records) for each in page]
        return json_answer(200, {"result": documents}, {"X-Total-Count": str(len(found))})

    def _rows(self, table: str) -> Mapping[str, Record]:
        if table == "sys_journal_field":
            return journal_rows(self._records)
        rows = self._records.records[table]
        return {sys_id: each for sys_id, each in rows.items() if not each.hidden}

    def _writable(self, table: str) -> None:
        if not self._records.tables[table].prefix:
            detail = "ACL Exception Insert Failed due to security constraints"
            raise Refusal(403, "Operation Failed", detail)

    def _fields(self, call: Call, table: Table) -> dict[str, str]:
        """With sysparm_input_display_value references are given by their names."""
        fields = _values(call)
        if call.query.get("sysparm_input_display_value") != "true":
            return fields
        for name in fields:
            column = table.column(name)
            if column and column.refers_to:
                rows = self._records.records.get(column.refers_to, {})
                named = [i for i, each in rows.items() if each.values["name"] == fields[name]]
                fields[name] = named[0] if named else ""
        return fields


def _values(call: Call) -> dict[str, str]:
    """Of several records in a body only the first one counts."""
    content = call.headers.get("content-type", "application/json")
    if "json" not in content:
        raise Refusal(415, "Unsupported media type", content)
    try:
        document = call.json()
    except ValueError:
        detail = "The payload is not valid JSON."
        raise Refusal(400, "Exception while reading request", detail) from None
    if isinstance(document, list) and document:
        document = document[0]
    if not isinstance(document, dict):
        raise Refusal(400, "Exception while reading request", "The payload is not an object.")
    return {name: _text(value) for name, value in document.items()}


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _add_pairs(call: Call, query: Query, table: Table) -> None:
    """?name=value beside sysparm_query. Pairs with unknown names are dropped, too."""
    for name, value in call.query.items():
        if name.startswith("sysparm_"):
            continue
        if table.column(name) is None:
            query.dropped.append(name)
            continue
        for branch in query.branches:
            branch.append([Part(name, "=", value)])


def _number(call: Call, name: str, default: int) -> int:
    text = call.query.get(name, "")
    return int(text) if text.isdecimal() else default
