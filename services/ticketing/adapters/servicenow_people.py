"""Finds people of ServiceNow by their e-mail address, because its fields name them by sys_id."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

from services.ticketing.adapters.servicenow_records import RECORD_ID, value_of
from services.ticketing.adapters.servicenow_table_api import TableApi, TableCall
from services.ticketing.domain.desk import Fields
from services.ticketing.domain.errors import RecordGone, Refused

PEOPLE = frozenset({"caller_id", "requested_for"})  # fields that name a person
ADDRESS = re.compile(r"[A-Za-z0-9._%+'-]+@[A-Za-z0-9.-]+")  # nothing that means more in a query
KEPT = timedelta(hours=1)  # a look-up counts into the hourly limit
MOST_KEPT = 1_000


class ServiceNowPeople:
    def __init__(self, api: TableApi, now: Callable[[], datetime]) -> None:
        self._api, self._now = api, now
        self._known: dict[str, tuple[datetime, str | None]] = {}

    def named(self, fields: Fields, end: float) -> Fields:
        """With sys_ids in the place of addresses. A person who is not found is left out, because a
        ticket without a caller is better than none. Raises DeskError."""
        found = {
            name: self._sys_id(value, end) if name in PEOPLE and "@" in value else value
            for name, value in fields.items()
        }
        return {name: value for name, value in found.items() if value is not None}

    def _sys_id(self, address: str, end: float) -> str | None:
        if not ADDRESS.fullmatch(address):
            return None
        until, sys_id = self._known.get(address, (self._now(), None))
        if self._now() < until:
            return sys_id
        sys_id = self._looked_up(address, end)
        if len(self._known) >= MOST_KEPT:
            self._known.clear()
        self._known[address] = self._now() + KEPT, sys_id
        return sys_id

    def _looked_up(self, address: str, end: float) -> str | None:
        """None also for an address of several people, and where we may not look."""
        query = {
            "sysparm_query": f"email={address}^active=true",
            "sysparm_limit": "2",
            "sysparm_fields": "sys_id,email",
        }
        try:
            rows = self._api.answer(TableCall("GET", "sys_user", query), end).rows
        except (Refused, RecordGone):
            return None
        found = [
            value_of(row, "sys_id")
            for row in rows
            if isinstance(row, dict) and value_of(row, "email").casefold() == address.casefold()
        ]
        return found[0] if len(found) == 1 and RECORD_ID.fullmatch(found[0]) else None
