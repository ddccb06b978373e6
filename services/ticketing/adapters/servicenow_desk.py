"""Keeps tickets in ServiceNow."""

import re
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from runtime.guarded_http import GuardedHttp
from services.ticketing.adapters.servicenow_import import ServiceNowImport
from services.ticketing.adapters.servicenow_people import ServiceNowPeople
from services.ticketing.adapters.servicenow_records import FIELDS
from services.ticketing.adapters.servicenow_table_api import (
    Instances,
    TableAnswer,
    TableApi,
    TableCall,
)
from services.ticketing.domain.desk import Fields, Record
from services.ticketing.domain.errors import Refused

# Nothing in them means anything in a query. ServiceNow cuts longer ids.
CORRELATION_ID = re.compile(r"[A-Za-z0-9:._-]{1,100}")
MOST_FOUND = 2
OLDEST = datetime.min.replace(tzinfo=UTC)
# Values in answers as they are stored and as people see them. What we write is as it is stored:
# states are numbers, references are sys_ids, times are in UTC whatever the user's time zone.
FORM = {
    "sysparm_display_value": "all",
    "sysparm_exclude_reference_link": "true",
    "sysparm_fields": ",".join(FIELDS),
}
WRITING = FORM | {"sysparm_input_display_value": "false"}


class ServiceNowDesk:
    """Implements Desk. `journals` are the fields in which the tables keep notes. A ticket with many
    notes has a long answer, so `http` has to take more than the usual size. `staging` names for a
    table the one by which its tickets are opened."""

    def __init__(
        self,
        http: GuardedHttp,
        instances: Instances,
        now: Callable[[], datetime],
        *,
        seconds: float = 20.0,
        journals: Sequence[str] = ("work_notes",),
        staging: Mapping[str, str] | None = None,
    ) -> None:
        self._api = TableApi(http, instances, now)
        self._people = ServiceNowPeople(self._api, now)
        self._seconds, self._journals = seconds, tuple(journals)
        self._imports = {
            table: ServiceNowImport(self._api, name, table)
            for table, name in (staging or {}).items()
        }

    def find(self, table: str, correlation_id: str) -> Sequence[Record]:
        _check(correlation_id)
        query = FORM | {
            "sysparm_query": f"correlation_id={correlation_id}^ORDERBYsys_created_on",
            "sysparm_limit": str(MOST_FOUND),
        }
        answer = self._answer(TableCall("GET", table, query))
        found = [answer.record(row) for row in answer.rows]
        # ServiceNow finds other cases, too. What differs in more shows that it dropped the query
        # because it cannot use the field. Then nobody knows whether our ticket is there.
        if any(each.correlation_id.casefold() != correlation_id.casefold() for each in found):
            said = "it does not look for correlation_id: the field is missing or may not be read"
            raise Refused(answer.http.status, said, table)
        ours = [each for each in found if each.correlation_id == correlation_id]
        ours.sort(key=lambda each: (each.created_at or OLDEST, each.record_id))
        return ours[:MOST_FOUND]

    def create(self, table: str, fields: Fields) -> Record:
        """Raises ValueError for a ticket that could not be found again."""
        _check(fields.get("correlation_id", ""))
        end = time.monotonic() + self._seconds
        named = self._people.named(fields, end)
        if table in self._imports:
            return self._imports[table].open(named, end)
        answer = self._api.answer(TableCall("POST", table, WRITING, fields=named), end)
        return answer.record(answer.result)

    def read(self, table: str, record_id: str) -> Record:
        query = FORM | {"sysparm_fields": ",".join((*FIELDS, *self._journals))}
        answer = self._answer(TableCall("GET", table, query, record_id))
        return answer.record(answer.result, self._journals)

    def change(self, table: str, record_id: str, fields: Fields) -> Record:
        answer = self._answer(TableCall("PATCH", table, WRITING, record_id, fields))
        return answer.record(answer.result)

    def _answer(self, call: TableCall) -> TableAnswer:
        return self._api.answer(call, time.monotonic() + self._seconds)


def _check(correlation_id: str) -> None:
    """An empty one would find the tickets of others."""
    if not CORRELATION_ID.fullmatch(correlation_id):
        raise ValueError(f"correlation_id {correlation_id!r} is none that is sent to ServiceNow")
