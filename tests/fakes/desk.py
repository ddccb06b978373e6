"""ServiceNow in memory: tables, people who work there, a limit per hour, a login."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from services.ticketing.domain.desk import Fields, Record
from services.ticketing.domain.errors import LoginRefused, RecordGone, Throttled
from services.ticketing.domain.ports import LoginVersion

HOUR = timedelta(hours=1)
JOURNAL = ("work_notes", "comments")


@dataclass
class InMemoryDesk:
    """`records` are in the order in which they were made. `limit` is of requests in an hour."""

    now: Callable[[], datetime]
    records: dict[str, Record] = field(default_factory=dict)
    fields: dict[str, dict[str, str]] = field(default_factory=dict)  # by sys_id
    notes: dict[str, list[str]] = field(default_factory=dict)
    login: LoginVersion = field(default_factory=lambda: LoginVersion("v1", True))
    wrong_logins: set[str] = field(default_factory=set)
    limit: int | None = None
    keeps_states: bool = False  # by a rule that answers as if all were well
    close_notes_hold: int = 4_000  # characters; 0: the table has no such field
    turns_states: dict[str, str] = field(default_factory=dict)  # by a rule: what is set -> what is
    calls: list[tuple[datetime, str]] = field(default_factory=list)  # those that were counted

    _in_hour: Counter[datetime] = field(default_factory=Counter)

    def version(self) -> LoginVersion:
        return self.login

    def find(self, table: str, correlation_id: str) -> Sequence[Record]:
        if not correlation_id:
            raise ValueError("an empty correlation_id would match others' tickets")
        self._count("find")
        found = [each for each in self.records.values() if each.correlation_id == correlation_id]
        return [each for each in found if each.table == table][:2]

    def create(self, table: str, fields: Fields) -> Record:
        self._count("create")
        return self.made(table, fields)

    def made(self, table: str, fields: Fields) -> Record:
        """A record, whoever makes it."""
        number = len(self.records) + 1
        record_id = f"sys{number:05d}"
        notes = "" if self.close_notes_hold else None
        record = Record(
            table=table,
            record_id=record_id,
            number=f"INC{number:07d}",
            correlation_id=fields.get("correlation_id", ""),
            state=fields.get("state", "1"),
            created_at=self.now(),
            close_notes=notes,
        )
        self.records[record_id] = record
        self.fields[record_id], self.notes[record_id] = {}, []
        self._write(record_id, fields)
        return record

    def read(self, table: str, record_id: str) -> Record:
        self._count("read")
        return self._shown(table, record_id)

    def change(self, table: str, record_id: str, fields: Fields) -> Record:
        self._count("change")
        self._shown(table, record_id)
        self._write(record_id, fields)
        return self._shown(table, record_id)

    # --- people and the instance -----------------------------------------------------------------

    def closed_by_a_person(self, record_id: str, state: str = "7") -> None:
        self._write(record_id, {"state": state, "close_notes": "I called them."})

    def removed_by_a_person(self, record_id: str) -> None:
        del self.records[record_id]

    def of(self, correlation_id: str) -> list[Record]:
        return [each for each in self.records.values() if each.correlation_id == correlation_id]

    def text_of(self, record_id: str) -> str:
        return "\n".join(self.notes[record_id])

    @property
    def counted(self) -> Counter[str]:
        return Counter(name for _, name in self.calls)

    def _count(self, name: str) -> None:
        if self.login.version in self.wrong_logins:
            raise LoginRefused("desk.example", "User Not Authenticated", self.login.version)
        now = self.now()
        if self.limit is not None and self._in_hour[self._hour(now)] >= self.limit:
            left = self._hour(now) + HOUR - now
            raise Throttled(left.total_seconds(), self.limit)
        self._in_hour[self._hour(now)] += 1
        self.calls.append((now, name))

    def _hour(self, at: datetime) -> datetime:
        return at.replace(minute=0, second=0, microsecond=0)

    def _shown(self, table: str, record_id: str) -> Record:
        found = self.records.get(record_id)
        if found is None or found.table != table:
            raise RecordGone(table, record_id)
        return replace(found, work_notes="\n".join(reversed(self.notes[record_id])))

    def _write(self, record_id: str, fields: Fields) -> None:
        for name, value in fields.items():
            if name in JOURNAL:
                self.notes[record_id].append(value)
            else:
                self.fields[record_id][name] = value
        record = self.records[record_id]
        self.records[record_id] = replace(
            record,
            state=record.state if self.keeps_states else self._turned(fields, record.state),
            close_notes=self._kept(fields, record.close_notes),
        )

    def _turned(self, fields: Fields, before: str) -> str:
        state = fields.get("state", before)
        return self.turns_states.get(state, state)

    def _kept(self, fields: Fields, before: str | None) -> str | None:
        if before is None:
            return None
        return fields.get("close_notes", before)[: self.close_notes_hold]
