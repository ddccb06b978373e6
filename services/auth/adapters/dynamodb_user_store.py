"""Users in DynamoDB. The row of a removed user stays, so that nobody gets the name again."""

import re
from collections.abc import Sequence
from datetime import datetime
from itertools import islice

from botocore.client import BaseClient

from kernel.idempotency import Idempotency
from kernel.outbox import OutboxEvent
from kernel.pages import CURSOR_ADVICE, Page, read_cursor, write_cursor
from runtime.dynamodb.idempotency import first_record, remember
from runtime.dynamodb.items import Item, from_item, to_attribute, to_item
from runtime.dynamodb.outbox import outbox_rows
from runtime.dynamodb.table import Table, check, put, row_key
from services.auth.domain.errors import (
    FieldInvalid,
    IdempotencyConflict,
    UserChanged,
    UserExists,
    UserNotFound,
)
from services.auth.domain.user import User

MAX_NAME_CHARACTERS = 128  # DynamoDB refuses keys that are much longer
USER_POSITION = re.compile(r"[!-~]{1,128}")
LISTED = "USERS"  # one partition of the index, because only admins list it, now and then


def partition_of(user: str) -> str:
    return f"USER#{user}"


class DynamoDbUserStore:
    def __init__(self, client: BaseClient, table: str) -> None:
        self._table = Table(client, table)

    def create(
        self, user: User, idempotency: Idempotency | None, events: Sequence[OutboxEvent] = ()
    ) -> User:
        actions = [put(user_row(user), "attribute_not_exists(#pk)")]
        if idempotency is not None:
            actions.append(remember("USER", idempotency, user.name, user.created_at))
        actions += outbox_rows(partition_of(user.name), user.version, events, user.created_at)
        refused = self._table.write(actions, busy=UserChanged(user.name))
        if not refused:
            return user
        if idempotency is not None and 1 in refused:
            conflict = IdempotencyConflict(idempotency.sent_key)
            now = user.created_at
            earlier = first_record(self._table, "USER", idempotency, conflict, now)
            found = self._find(earlier) if earlier is not None else None
            if found is not None:
                return found
        raise UserExists(user.name)

    def read(self, name: str) -> User:
        user = self._find(name)
        if user is None:
            raise UserNotFound(name)
        return user

    def save(self, user: User, by: User | None = None, events: Sequence[OutboxEvent] = ()) -> User:
        saved = user.saved()
        actions = [put(user_row(saved), "#version = :seen", seen=user.version)]
        if by is not None and by.name != user.name:
            actions.append(check(_key(by.name), "#version = :seen", seen=by.version))
        actions += outbox_rows(partition_of(user.name), saved.version, events, saved.updated_at)
        if self._table.write(actions, busy=UserChanged(user.name)):
            raise UserChanged(user.name)
        return saved

    def announce(self, user: User, event: OutboxEvent, now: datetime) -> None:
        actions = [
            check(_key(user.name), "#version = :seen", seen=user.version),
            *outbox_rows(partition_of(user.name), user.version, [event], now),
        ]
        if self._table.write(actions, busy=UserChanged(user.name)):
            raise UserChanged(user.name)

    def page(self, limit: int, cursor: str | None) -> Page[User]:
        options: dict[str, object] = {"IndexName": "listed", "Limit": limit + 1}
        if cursor is not None:
            refusal = FieldInvalid("cursor", cursor, CURSOR_ADVICE)
            after = read_cursor("users", cursor, USER_POSITION, refusal)
            options["ExclusiveStartKey"] = _key(after) | _listed(after)
        found = self._table.rows("#gsi1pk = :users", {"users": LISTED}, **options)
        # One more user than asked for tells whether this is the last page.
        users = [from_item(User, row) for row in islice(found, limit + 1)]
        more = write_cursor("users", users[limit - 1].name) if len(users) > limit else None
        return Page(users[:limit], more)

    def _find(self, name: str) -> User | None:
        known = len(name) <= MAX_NAME_CHARACTERS
        row = self._table.read(_key(name)) if known else None
        user = from_item(User, row) if row else None
        return None if user is None or user.removed else user


def _key(name: str) -> Item:
    return row_key(partition_of(name), "USER")


def _listed(name: str) -> Item:
    return {"gsi1pk": to_attribute(LISTED), "gsi1sk": to_attribute(name)}


def user_row(user: User) -> Item:
    row = _key(user.name) | to_item(user)
    return row if user.removed else row | _listed(user.name)
