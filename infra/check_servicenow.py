"""python -m infra.check_servicenow tries a ServiceNow as the ticketing service uses it.

It opens two tickets, finds them, adds notes, resolves one and cancels the other, and says what it
sees at each step. Nothing is deleted, because the integration user may not. The environment says
where: FILEFERRY_SERVICENOW_URL with _USER and _PASSWORD, or with _CLIENT_ID, _CLIENT_SECRET and
perhaps _TOKEN_URL. Optional are _MAPPING (the TicketMapping of the stage), _CALLER (an e-mail
address that ServiceNow knows) and _NETWORKS (CIDRs of an instance that is not public).
"""

import json
import os
import secrets
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from runtime.address_guard import AddressGuard
from runtime.guarded_http import GuardedHttp
from services.ticketing.adapters.servicenow_desk import ServiceNowDesk
from services.ticketing.adapters.servicenow_instance import Instance, instance_of
from services.ticketing.domain.desk import Record
from services.ticketing.domain.errors import DeskError
from services.ticketing.domain.form import Form, forms_of
from services.ticketing.domain.ticket import Kind

PREFIX = "FILEFERRY_SERVICENOW_"
LOGIN = ("url", "user", "password", "client_id", "client_secret", "token_url")
LOOPBACK = ("127.0.0.0/8", "::1/128")  # for doubles
MAX_ANSWER_BYTES = 2_000_000
NOTE = "FileFerry checks work notes"


class CheckFailed(Exception):
    """ServiceNow answered, but it did not do what the ticketing service needs."""


@dataclass(frozen=True)
class Check:
    desk: ServiceNowDesk
    forms: Mapping[Kind, Form]
    caller: str
    key: str  # part of the correlation_ids, new for each check

    def steps(self, opened: dict[Kind, Record]) -> Iterator[str]:
        """Does a step for each line. `opened` gets the tickets that are still open."""
        kinds = (Kind.USER, Kind.AUDIT)
        for kind in kinds:
            table = self.forms[kind].table
            self._is(not self.desk.find(table, self._id(kind)), "it finds what is not there")
            yield f"logged in; nothing is found in {table} under a new correlation_id"
        for kind in kinds:
            opened[kind] = self.desk.create(self.forms[kind].table, self._opening(kind))
            yield f"opened {opened[kind].number}: {opened[kind].url}"
        for kind in kinds:
            found = self.desk.find(opened[kind].table, self._id(kind))
            ids = [each.record_id for each in found]
            self._is(ids == [opened[kind].record_id], f"it finds {len(ids)} tickets, not this one")
            yield f"found {opened[kind].number} by its correlation_id, and no other"
        for kind in kinds:
            ticket, journal = opened[kind], self.forms[kind].journal
            self.desk.change(ticket.table, ticket.record_id, {journal: NOTE})
            notes = self.desk.read(ticket.table, ticket.record_id).work_notes
            self._is(NOTE in notes, f"{journal} cannot be read back")
            yield f"added a note to {ticket.number} and read it again"
        yield from self._end(opened, Kind.USER, "resolved")
        yield from self._end(opened, Kind.AUDIT, "cancelled")

    def cancel(self, opened: dict[Kind, Record]) -> Iterator[str]:
        """After a step that failed."""
        for kind, ticket in list(opened.items()):
            try:
                yield from self._end(opened, kind, "cancelled")
            except (DeskError, CheckFailed) as error:
                yield f"{ticket.number} stays open, end it by hand: {error}"

    def _end(self, opened: dict[Kind, Record], kind: Kind, how: str) -> Iterator[str]:
        ticket, form = opened[kind], self.forms[kind]
        resolves = how == "resolved"
        state = form.resolved_state if resolves else form.cancelled_state
        code = form.close_code if resolves else form.cancel_code
        fields = {"state": state, "close_notes": f"FileFerry's check {how} it"}
        fields |= {"close_code": code} if code else {}
        self.desk.change(ticket.table, ticket.record_id, fields)
        read = self.desk.read(ticket.table, ticket.record_id)
        self._is(read.state == state, f"{ticket.number} has state {read.state!r}, not {state!r}")
        del opened[kind]
        yield f"{how} {ticket.number}: {read.shown.get('state', read.state)}"

    def _opening(self, kind: Kind) -> dict[str, str]:
        fields = self.forms[kind].fields
        filled = {name: each.replace("{owner_email}", self.caller) for name, each in fields.items()}
        return {name: each for name, each in filled.items() if each and "{" not in each} | {
            "correlation_id": self._id(kind),
            "correlation_display": "FileFerry",
            "short_description": f"FileFerry checks its connection ({kind})",
            "description": f"Ended by itself. Made at {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC.",
        }

    def _id(self, kind: Kind) -> str:
        return f"ff:{self.key}:{kind}"

    def _is(self, true: bool, otherwise: str) -> None:
        if not true:
            raise CheckFailed(otherwise)


@dataclass(frozen=True)
class Given:
    value: Instance

    def instance(self) -> Instance:
        return self.value


def check_of(environment: Mapping[str, str]) -> Check:
    """Raises ValueError, which says what is missing."""
    said = {name: environment.get(f"{PREFIX}{name.upper()}", "") for name in LOGIN}
    instance = instance_of("check", json.dumps({n: each for n, each in said.items() if each}))
    if instance is None:
        raise ValueError(
            f"Set {PREFIX}URL (https) with {PREFIX}USER and {PREFIX}PASSWORD, or with"
            f" {PREFIX}CLIENT_ID and {PREFIX}CLIENT_SECRET."
        )
    networks = [each for each in environment.get(f"{PREFIX}NETWORKS", "").split(",") if each]
    http = GuardedHttp(AddressGuard.of([*LOOPBACK, *networks]), max_answer_bytes=MAX_ANSWER_BYTES)
    forms = forms_of(json.loads(environment.get(f"{PREFIX}MAPPING") or "{}"))
    desk = ServiceNowDesk(
        http,
        Given(instance),
        lambda: datetime.now(UTC),
        journals=sorted({form.journal for form in forms.values()}),
        staging={form.table: form.staging for form in forms.values() if form.staging},
    )
    return Check(
        desk, forms, environment.get(f"{PREFIX}CALLER", ""), f"check{secrets.token_hex(8)}"
    )


def main() -> None:
    try:
        check = check_of(os.environ)
    except ValueError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
    opened: dict[Kind, Record] = {}
    try:
        for line in check.steps(opened):
            print(f"ok  {line}", flush=True)
    except (DeskError, CheckFailed) as error:
        print(f"NOT ok: {error}", file=sys.stderr)
        for line in check.cancel(opened):
            print(f"    {line}", file=sys.stderr)
        sys.exit(1)
    print("FileFerry can work with this ServiceNow.")


if __name__ == "__main__":
    main()
