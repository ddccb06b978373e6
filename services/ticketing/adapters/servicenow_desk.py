"""Keeps tickets in ServiceNow by its Table API."""

import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol
from urllib.parse import urlencode

from runtime.guarded_http import AnswerLost, GuardedHttp, HttpAnswer, NotSent
from services.ticketing.adapters.servicenow_answers import document_of, refusal_of, said_by
from services.ticketing.adapters.servicenow_instance import Instance
from services.ticketing.adapters.servicenow_login import ServiceNowLogin
from services.ticketing.adapters.servicenow_records import FIELDS, RECORD_ID, NoRecord, record_of
from services.ticketing.domain.desk import Fields, Record
from services.ticketing.domain.errors import (
    LoginRefused,
    OutcomeUnknown,
    RecordGone,
    Refused,
    Unavailable,
    Unreachable,
)

# Nothing in them means anything in a query. ServiceNow cuts longer ids.
CORRELATION_ID = re.compile(r"[A-Za-z0-9:._-]{1,100}")
TABLE = re.compile(r"[a-z][a-z0-9_]{0,79}")
MOST_FOUND = 2
OLDEST = datetime.min.replace(tzinfo=UTC)
JSON = {"Accept": "application/json", "Content-Type": "application/json"}
# Values in answers as they are stored and as people see them. What we write is as it is stored:
# states are numbers, references are sys_ids, times are in UTC whatever the user's time zone.
FORM = {
    "sysparm_display_value": "all",
    "sysparm_exclude_reference_link": "true",
    "sysparm_fields": ",".join(FIELDS),
}
WRITING = FORM | {"sysparm_input_display_value": "false"}


class Instances(Protocol):
    def instance(self) -> Instance:
        """Read anew each time. Raises NotConfigured, Unreachable."""
        ...


class ServiceNowDesk:
    """Implements Desk. `journals` are the fields in which the tables keep notes. A ticket with many
    notes has a long answer, so `http` has to take more than the usual size."""

    def __init__(
        self,
        http: GuardedHttp,
        instances: Instances,
        now: Callable[[], datetime],
        *,
        seconds: float = 20.0,
        journals: Sequence[str] = ("work_notes",),
    ) -> None:
        self._http, self._instances, self._now = http, instances, now
        self._seconds, self._journals = seconds, tuple(journals)
        self._login = ServiceNowLogin(http, now)

    def find(self, table: str, correlation_id: str) -> Sequence[Record]:
        _check("correlation_id", CORRELATION_ID, correlation_id)
        query = FORM | {
            "sysparm_query": f"correlation_id={correlation_id}^ORDERBYsys_created_on",
            "sysparm_limit": str(MOST_FOUND),
        }
        call = self._call("GET", table, None, query)
        rows = call.result
        if not isinstance(rows, list):
            raise call.unreadable("its result is no list")
        found = [call.record(row) for row in rows]
        ours = [each for each in found if each.correlation_id == correlation_id]
        # ServiceNow finds other cases, too. What differs in more shows that it dropped the query
        # because it cannot use the field. Then nobody knows whether our ticket is there.
        if any(each.correlation_id.casefold() != correlation_id.casefold() for each in found):
            said = "it does not look for correlation_id: the field is missing or may not be read"
            raise Refused(call.answer.status, said, table)
        ours.sort(key=lambda each: (each.created_at or OLDEST, each.record_id))
        return ours[:MOST_FOUND]

    def create(self, table: str, fields: Fields) -> Record:
        """Raises ValueError for a ticket that could not be found again."""
        _check("correlation_id", CORRELATION_ID, fields.get("correlation_id", ""))
        call = self._call("POST", table, None, WRITING, fields)
        return call.record(call.result)

    def read(self, table: str, record_id: str) -> Record:
        asked = ",".join((*FIELDS, *self._journals))
        call = self._call("GET", table, record_id, FORM | {"sysparm_fields": asked})
        return call.record(call.result, self._journals)

    def change(self, table: str, record_id: str, fields: Fields) -> Record:
        call = self._call("PATCH", table, record_id, WRITING, fields)
        return call.record(call.result)

    def _call(
        self,
        method: str,
        table: str,
        record_id: str | None,
        query: Mapping[str, str],
        fields: Fields | None = None,
    ) -> "TableCall":
        _check("table", TABLE, table)
        if record_id is not None:
            _check("record_id", RECORD_ID, record_id)
        end = time.monotonic() + self._seconds
        instance = self._instances.instance()
        place = f"/{record_id}" if record_id else ""
        url = f"{instance.url}/api/now/table/{table}{place}?{urlencode(query)}"
        body = None if fields is None else json.dumps(dict(fields)).encode()
        answer = self._send(instance, end, method, url, body)
        return TableCall(instance, table, record_id, method != "GET", answer).checked(self._now())

    def _send(
        self, instance: Instance, end: float, method: str, url: str, body: bytes | None
    ) -> HttpAnswer:
        """Sends it again only with a new token, after a kept one was refused."""
        while True:
            proof, kept = self._login.header(instance, _left(end, instance))
            try:
                headers = JSON | {"Authorization": proof}
                answer = self._http.send(method, url, headers, body, seconds=_left(end, instance))
            except NotSent as error:
                raise Unreachable(error.host, error.reason) from None
            except AnswerLost as error:
                raise OutcomeUnknown(error.host, error.reason) from None
            if answer.status != 401:
                return answer
            self._login.forget()
            if not kept:
                said = said_by(document_of(answer))
                raise LoginRefused(instance.host, said, instance.version)


class TableCall:
    """A call of the Table API that was answered."""

    def __init__(
        self,
        instance: Instance,
        table: str,
        record_id: str | None,
        writes: bool,
        answer: HttpAnswer,
    ) -> None:
        self._instance, self._table, self._record_id = instance, table, record_id
        self._writes, self.answer = writes, answer
        self.result: Any = None

    def checked(self, now: datetime) -> "TableCall":
        """With its result. Raises DeskError for whatever has none."""
        status, document = self.answer.status, document_of(self.answer)
        if status == 404 and self._record_id and document and "error" in document:
            raise RecordGone(self._table, self._record_id)
        if not 200 <= status < 300:
            host, table = self._instance.host, self._table
            raise refusal_of(self.answer, host=host, table=table, writes=self._writes, now=now)
        if document is None:
            raise self.unreadable(f"it answers {status} without JSON, perhaps with a login page")
        if "error" in document:  # a transaction that took too long ends so, after its first rows
            said = said_by(document)
            unsure = self.unreadable(f"it answers {status} with an error: {said}")
            raise unsure if self._writes else Unavailable(status, said, None)
        self.result = document.get("result")
        return self

    def record(self, found: object, journals: Sequence[str] = ()) -> Record:
        try:
            record = record_of(found, self._table, self._instance.url, journals)
        except NoRecord as error:
            raise self.unreadable(str(error)) from None
        if self._record_id not in (None, record.record_id):
            raise self.unreadable("it answers about another record")
        return record

    def unreadable(self, reason: str) -> OutcomeUnknown:
        return OutcomeUnknown(self._instance.host, reason)


def _check(what: str, form: re.Pattern[str], value: str) -> None:
    if not form.fullmatch(value):
        raise ValueError(f"{what} {value!r} is none that is sent to ServiceNow")


def _left(end: float, instance: Instance) -> float:
    seconds = end - time.monotonic()
    if seconds <= 0:
        raise Unreachable(instance.host, "the time of the call is over")
    return seconds
