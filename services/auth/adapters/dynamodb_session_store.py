"""Sessions and their outbox in DynamoDB. A change and its events are one transaction."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from botocore.client import BaseClient

from kernel.outbox import OutboxEvent
from runtime.dynamodb.items import Item, epoch_seconds, from_item, instant, to_attribute, to_item
from runtime.dynamodb.outbox import outbox_rows
from runtime.dynamodb.table import ANYWAY, Action, Table, delete, put, row_key
from services.auth.adapters.dynamodb_user_store import partition_of
from services.auth.domain.errors import StaleSession
from services.auth.domain.session import Session

KEPT = timedelta(days=90)  # closed sessions stay, so that one can find out what happened
LISTED = "OPEN_SESSIONS"  # one partition of the index; a session changes at most once a minute
PREFIX = "SESSION#"
# Each open session has a second row. So the open ones are found without reading all of 90 days.
OPEN = "OPEN#"


class DynamoDbSessionStore:
    def __init__(self, client: BaseClient, table: str) -> None:
        self._table = Table(client, table)

    def create(self, session: Session, events: Sequence[OutboxEvent]) -> Session:
        marked = _open_key(session) | {"id": to_attribute(session.id)}
        mark = put(marked, ANYWAY) if session.is_open else None
        return self._write(session, put(_row(session), "attribute_not_exists(#pk)"), mark, events)

    def read(self, user: str, session_id: str) -> Session | None:
        row = self._table.read(_key(user, session_id))
        return from_item(Session, row) if row else None

    def save(self, session: Session, events: Sequence[OutboxEvent] = ()) -> Session:
        saved = replace(session, version=session.version + 1)
        row = put(_row(saved), "#version = :seen", seen=session.version)
        mark = None if saved.is_open else delete(_open_key(saved), ANYWAY)
        return self._write(saved, row, mark, events)

    def open_sessions(self, user: str, but_latest: int = 0) -> Sequence[Session]:
        marks = list(self._table.rows_under(partition_of(user), OPEN))
        ids = [mark["id"]["S"] for mark in marks[: max(0, len(marks) - but_latest)]]
        found = (self.read(user, session_id) for session_id in ids)
        return [each for each in found if each is not None and each.is_open]

    def due(self, now: datetime) -> Iterator[Session]:
        # '$' is the character after the '#' that follows the instant
        values: dict[str, object] = {"open": LISTED, "end": f"{instant(now)}$"}
        condition = "#gsi1pk = :open AND #gsi1sk < :end"
        for row in self._table.rows(condition, values, IndexName="listed"):
            yield from_item(Session, row)

    def _write(
        self, session: Session, row: Action, mark: Action | None, events: Sequence[OutboxEvent]
    ) -> Session:
        at = session.closed_at or session.last_seen_at
        told = outbox_rows(partition_of(session.user), session.version, events, at)
        actions = [row, *([mark] if mark else []), *told]
        if self._table.write(actions, busy=StaleSession(session.id)):
            raise StaleSession(session.id)
        return session


def _key(user: str, session_id: str) -> Item:
    return row_key(partition_of(user), f"{PREFIX}{session_id}")


def _open_key(session: Session) -> Item:
    at = instant(session.opened_at)
    return row_key(partition_of(session.user), f"{OPEN}{at}#{session.id}")


def _row(session: Session) -> Item:
    row = _key(session.user, session.id) | to_item(session)
    if session.closed_at is not None:
        return row | {"expires_at": to_attribute(epoch_seconds(session.closed_at + KEPT))}
    position = f"{instant(session.due_at)}#{session.user}#{session.id}"
    return row | {"gsi1pk": to_attribute(LISTED), "gsi1sk": to_attribute(position)}
