"""One call of ServiceNow's Table API or Import Set API, sent once. Answers may be hostile."""

import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import urlencode

from runtime.guarded_http import AnswerLost, GuardedHttp, HttpAnswer, NotSent
from services.ticketing.adapters.servicenow_answers import document_of, refusal_of, said_by
from services.ticketing.adapters.servicenow_instance import Instance
from services.ticketing.adapters.servicenow_login import ServiceNowLogin
from services.ticketing.adapters.servicenow_records import RECORD_ID, NoRecord, record_of
from services.ticketing.domain.desk import Fields, Record
from services.ticketing.domain.errors import (
    LoginRefused,
    OutcomeUnknown,
    RecordGone,
    Unavailable,
    Unreachable,
)

TABLE = re.compile(r"[a-z][a-z0-9_]{0,79}")
JSON = {"Accept": "application/json", "Content-Type": "application/json"}


class Instances(Protocol):
    def instance(self) -> Instance:
        """Read anew each time. Raises NotConfigured, Unreachable."""
        ...


@dataclass(frozen=True)
class TableCall:
    """Raises ValueError for a table or a record whose name could mean another one."""

    method: str
    table: str
    query: Mapping[str, str] = field(repr=False)
    record_id: str | None = None
    fields: Fields | None = field(default=None, repr=False)
    api: str = "table"  # or import, for a staging table

    def __post_init__(self) -> None:
        if not TABLE.fullmatch(self.table):
            raise ValueError(f"table {self.table!r} is none that is sent to ServiceNow")
        if self.record_id is not None and not RECORD_ID.fullmatch(self.record_id):
            raise ValueError(f"record_id {self.record_id!r} is none that is sent to ServiceNow")

    @property
    def writes(self) -> bool:
        return self.method != "GET"

    def url_at(self, base: str) -> str:
        place = f"/{self.record_id}" if self.record_id else ""
        return f"{base}/api/now/{self.api}/{self.table}{place}?{urlencode(self.query)}"


class TableApi:
    """A call is made with the login as the secret has it then."""

    def __init__(
        self, http: GuardedHttp, instances: Instances, now: Callable[[], datetime]
    ) -> None:
        self._http, self._instances, self._now = http, instances, now
        self._login = ServiceNowLogin(http, now)

    def answer(self, call: TableCall, end: float) -> "TableAnswer":
        """`end` is of time.monotonic(). Raises DeskError."""
        instance = self._instances.instance()
        answer = self._sent(call, instance, end)
        return TableAnswer(call, instance, answer, self._result(call, instance, answer))

    def _sent(self, call: TableCall, instance: Instance, end: float) -> HttpAnswer:
        """Sends it again only with a new token, after a kept one was refused."""
        url = call.url_at(instance.url)
        body = None if call.fields is None else json.dumps(dict(call.fields)).encode()
        while True:
            proof, kept = self._login.header(instance, _left(end, instance))
            headers = JSON | {"Authorization": proof}
            seconds = _left(end, instance)
            try:
                answer = self._http.send(call.method, url, headers, body, seconds=seconds)
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

    def _result(self, call: TableCall, instance: Instance, answer: HttpAnswer) -> object:
        status, document = answer.status, document_of(answer)
        if status == 404 and call.record_id and document and "error" in document:
            raise RecordGone(call.table, call.record_id)
        if not 200 <= status < 300:
            host, now = instance.host, self._now()
            raise refusal_of(answer, host=host, table=call.table, writes=call.writes, now=now)
        if document is None:
            reason = f"it answers {status} without JSON, perhaps with a login page"
            raise OutcomeUnknown(instance.host, reason)
        if "error" in document:  # a transaction that took too long ends so, after its first rows
            said = said_by(document)
            if call.writes:
                raise OutcomeUnknown(instance.host, f"it answers {status} with an error: {said}")
            raise Unavailable(status, said, None)
        return document.get("result")


@dataclass(frozen=True)
class TableAnswer:
    """A success. `result` may still be anything."""

    call: TableCall
    instance: Instance
    http: HttpAnswer
    result: object

    @property
    def rows(self) -> Sequence[Any]:
        if not isinstance(self.result, list):
            raise OutcomeUnknown(self.instance.host, "its result is no list")
        return self.result

    def record(self, found: object, journals: Sequence[str] = ()) -> Record:
        try:
            record = record_of(found, self.call.table, self.instance.url, journals)
        except NoRecord as error:
            raise OutcomeUnknown(self.instance.host, str(error)) from None
        if self.call.record_id not in (None, record.record_id):
            raise OutcomeUnknown(self.instance.host, "it answers about another record")
        return record


def _left(end: float, instance: Instance) -> float:
    seconds = end - time.monotonic()
    if seconds <= 0:
        raise Unreachable(instance.host, "the time of the call is over")
    return seconds
