"""Opens tickets by an import set, where ServiceNow itself sees to it that none is doubled."""

from collections.abc import Mapping
from typing import Any

from services.ticketing.adapters.servicenow_answers import NO_REASON, clean
from services.ticketing.adapters.servicenow_records import NoRecord, record_of, value_of
from services.ticketing.adapters.servicenow_table_api import TableAnswer, TableApi, TableCall
from services.ticketing.domain.desk import Fields, Record
from services.ticketing.domain.errors import OutcomeUnknown, Refused

COLUMN = "u_"  # how the columns of tables begin that customers make
DONE = ("inserted", "updated", "ignored")


class ServiceNowImport:
    """The staging table has a transform map that coalesces on u_correlation_id."""

    def __init__(self, api: TableApi, staging: str, table: str) -> None:
        self._api, self._staging, self._table = api, staging, table

    def open(self, fields: Fields, end: float) -> Record:
        """Its state and times are not told. Raises DeskError."""
        row = {
            name if name.startswith(COLUMN) else f"{COLUMN}{name}": value
            for name, value in fields.items()
        }
        call = TableCall("POST", self._staging, {}, fields=row, api="import")
        answer = self._api.answer(call, end)
        told, host = _only(answer), answer.instance.host
        if told.get("status") == "error":
            said = clean(value_of(told, "error_message")) or NO_REASON
            raise Refused(answer.http.status, said, self._table)
        if told.get("status") not in DONE:
            raise OutcomeUnknown(host, "the import set is not transformed yet")
        if told.get("table") != self._table:
            raise OutcomeUnknown(host, "the import set writes into another table")
        numbered = told.get("display_name") == "number"
        made = {
            "sys_id": told.get("sys_id"),
            "number": told.get("display_value") if numbered else "",
            "correlation_id": fields["correlation_id"],
        }
        try:
            return record_of(made, self._table, answer.instance.url)
        except NoRecord as error:
            raise OutcomeUnknown(host, str(error)) from None


def _only(answer: TableAnswer) -> Mapping[str, Any]:
    rows = answer.rows
    if len(rows) != 1 or not isinstance(rows[0], dict):
        raise OutcomeUnknown(answer.instance.host, "the import set did not make one ticket")
    row: Mapping[str, Any] = rows[0]
    return row
