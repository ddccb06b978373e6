"""ServiceNow's Table API, Import Set API and token address, as documented, with their traps.

    python -m tests.doubles.servicenow --port 0 --ready-file F
        [--user fileferry] [--password double-password]
        [--client-id fileferry-client] [--client-secret double-secret] [--token-seconds 1799]
        [--limit 0] [--hour-seconds 3600]      # requests an hour and user; 0: no limit
        [--bad-query-returns-nothing]          # glide.invalid_query.returns_no_rows
        [--table u_other=OTH]                  # a further custom table, with the prefix of numbers
        [--staging u_other_import=u_other]     # a further staging table, with its target

    GET    /api/now/table/{table}?sysparm_query=&sysparm_fields=&sysparm_limit=&sysparm_offset=
           &sysparm_display_value=false|true|all&sysparm_exclude_reference_link=true
    POST   /api/now/table/{table}                    201 + Location + {"result": {...}}
    GET, PATCH, PUT /api/now/table/{table}/{sys_id}  200 {"result": {...}}; DELETE is denied (403)
    POST   /api/now/import/{staging}                 201 {"import_set", "result": [{}], ...}
    POST   /oauth_token.do                           grant_type=client_credentials

Tables: incident, sc_req_item, u_file_transfer (any u_ column), and to read: sys_user,
sys_user_group, sys_journal_field. Staging: u_fileferry_import -> incident.
Errors are {"error": {"message", "detail"}, "status": "failure"}.

Controls, beside those of http_double.py (GET/POST/DELETE /_double/faults, /_double/requests):

    GET  /_double/summary   {"records": [{"table", "correlation_id", "count", "sys_ids", "numbers",
                             "states", "notes", "writes"}], "calls": [{"operation", "status",
                             "calls"}], "hours": [{"start", "calls", "refused", "operations": {}}],
                             "logins": {}, "locked", "arrived": [{"method", "status", "fault",
                             "calls"}]}
    GET  /_double/records   ?table=&correlation_id= -> {"records": [{"table", all columns, "hidden",
                             "journal": [{"element", "value", "at", "by"}]}]}, in order of creation
    POST /_double/people    a Deed (servicenow_people.py): {"act": "resolve", "table": "incident",
                             "correlation_id" | "number" | "sys_id": ...} -> {"records": [...]}
    POST /_double/doubling  {"count": 1}: each of the next POSTs to a table makes two records
    POST /_double/limit     {"limit": 100, "hour_seconds": 5}
    POST /_double/logins    {"locked", "password", "client_secret", "token_seconds", "roles",
                             "expire_tokens"}, each optional
    POST /_double/queries   {"bad_query_returns_nothing": true}

Operations in the summary: find, read, create, change, delete, import, each with the table's name
("create incident"). Their calls are those that the double itself judged; what a fault answered
instead is in `arrived` alone. Not checked against an instance: the words of the 429's body.
"""

import argparse
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from tests.doubles.http_call import Answer, Call, json_answer
from tests.doubles.http_double import Double, run
from tests.doubles.servicenow_columns import TABLES, custom_table
from tests.doubles.servicenow_import import Imports
from tests.doubles.servicenow_limit import RateLimit
from tests.doubles.servicenow_login import Account
from tests.doubles.servicenow_page import servicenow_page
from tests.doubles.servicenow_people import Deed, People, shown
from tests.doubles.servicenow_records import Records, Refusal
from tests.doubles.servicenow_summary import summary
from tests.doubles.servicenow_table_api import TableApi

INTEGRATION = "FileFerry Integration"  # the name of the integration user
OPERATIONS = {"GET": "read", "POST": "create", "PATCH": "change", "PUT": "change"}
WORDS = {
    401: ("User Not Authenticated", "Required to provide Auth information"),
    403: ("Operation Failed", "ACL Exception Update Failed due to security constraints"),
    404: ("No Record found", "Record doesn't exist or ACL restricts the record retrieval"),
    429: ("Rate limit exceeded", "Too many requests in this hour for this user"),
}


class ServiceNow(Double):
    def __init__(self, account: Account, limit: RateLimit, records: Records, api: TableApi) -> None:
        self.account, self.limit, self.records, self.api = account, limit, records, api
        self.people = People(records)
        self.people.known(INTEGRATION, user_name=account.user)
        self.calls: Counter[tuple[str, int]] = Counter()
        self._lock = threading.RLock()

    def answer(self, call: Call) -> Answer:
        with self._lock:
            if call.path == "/oauth_token.do" and call.method == "POST":
                return self._counted("token", self.account.token(call))
            if not call.path.startswith("/api/now/"):
                return self.refusal(404)
            operation = _operation(call)
            if not self.account.admits(call):
                return self._counted(operation, self.refusal(401))
            now = time.time()
            taken = self.limit.take(operation, now)
            answer = self._judged(call) if taken else self.refusal(429)
            headers = {**answer.headers, **self.limit.headers(now, not taken)}
            return self._counted(operation, replace(answer, headers=headers))

    def refusal(self, status: int) -> Answer:
        message, detail = WORDS.get(status, ("Transaction cancelled", "The node is overloaded"))
        headers = {"WWW-Authenticate": 'BASIC realm="Service-now"'} if status == 401 else {}
        return _error(status, message, detail, headers)

    def page(self) -> Answer:
        with self._lock:
            refused = self.limit.refused.total()
            return servicenow_page(self.records, self.calls.total(), refused, self.limit.limit)

    def summary(self) -> dict[str, Any]:
        with self._lock:
            return summary(self.records, self.calls) | {
                "hours": self.limit.shown(),
                "logins": dict(self.account.counts),
                "locked": self.account.locked,
            }

    def control(self, call: Call) -> Answer | None:
        ways: dict[tuple[str, str], Callable[[Call], object]] = {
            ("GET", "records"): self._all_records,
            ("POST", "people"): self._deed,
            ("POST", "doubling"): lambda call: self.api.double(int(call.json()["count"])),
            ("POST", "limit"): lambda call: self.limit.change(**call.json()),
            ("POST", "logins"): lambda call: self.account.change(call.json()),
            ("POST", "queries"): lambda call: self.api.set_queries(**call.json()),
        }
        way = ways.get((call.method, call.path.removeprefix("/_double/")))
        if way is None:
            return None
        with self._lock:
            return json_answer(200, way(call) or {})

    def _judged(self, call: Call) -> Answer:
        base = f"http://{call.headers.get('host', '127.0.0.1')}"
        by = replace(self.people.person(INTEGRATION), roles=self.account.roles)
        try:
            return self.api.answer(call, by, base)
        except Refusal as refusal:
            return _error(refusal.status, refusal.message, refusal.detail)

    def _all_records(self, call: Call) -> object:
        found = [
            shown(each)
            for table in self.records.tables.values()
            if table.name == call.query.get("table") or (table.prefix and "table" not in call.query)
            for each in self.records.records[table.name].values()
        ]
        key = call.query.get("correlation_id")
        return {"records": [each for each in found if key in (None, each.get("correlation_id"))]}

    def _deed(self, call: Call) -> object:
        try:
            touched = self.people.do(Deed(**call.json()))
        except Refusal as refusal:
            raise ValueError(f"{refusal.message}: {refusal.detail}") from refusal
        return {"records": [shown(each) for each in touched]}

    def _counted(self, operation: str, answer: Answer) -> Answer:
        self.calls[operation, answer.status] += 1
        return answer


def _operation(call: Call) -> str:
    _, _, rest = call.path.partition("/table/")
    if not rest:
        return f"import {call.path.rpartition('/')[2]}"
    table, _, sys_id = rest.partition("/")
    verb = OPERATIONS.get(call.method, call.method.lower())
    return f"{'find' if call.method == 'GET' and not sys_id else verb} {table}"


def _error(
    status: int, message: str, detail: str | None, headers: Mapping[str, str] | None = None
) -> Answer:
    document = {"error": {"message": message, "detail": detail}, "status": "failure"}
    return json_answer(status, document, headers)


def parser() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(prog="tests.doubles.servicenow")
    options.add_argument("--user", default="fileferry")
    options.add_argument("--password", default="double-password")
    options.add_argument("--client-id", default="fileferry-client")
    options.add_argument("--client-secret", default="double-secret")
    options.add_argument("--token-seconds", type=float, default=1_799)
    options.add_argument("--limit", type=int, default=0)
    options.add_argument("--hour-seconds", type=float, default=3_600)
    options.add_argument("--bad-query-returns-nothing", action="store_true")
    options.add_argument("--table", action="append", default=[], metavar="NAME=PREFIX")
    options.add_argument("--staging", action="append", default=[], metavar="NAME=TABLE")
    return options


def made(options: argparse.Namespace) -> ServiceNow:
    further = [custom_table(*each.split("=", 1)) for each in options.table]
    staging = {"u_fileferry_import": "incident"} | dict(e.split("=", 1) for e in options.staging)
    account = Account(
        options.user,
        options.password,
        options.client_id,
        options.client_secret,
        options.token_seconds,
    )
    records = Records([*TABLES, *further])
    api = TableApi(records, Imports(staging), options.bad_query_returns_nothing)
    return ServiceNow(account, RateLimit(options.limit, options.hour_seconds), records, api)


if __name__ == "__main__":
    run(parser(), made)
