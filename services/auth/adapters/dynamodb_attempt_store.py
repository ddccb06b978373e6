"""Tries to log in, counted by the name that was given and by address, in DynamoDB.

Only the SHA-256 of a name is kept, because people type passwords into the wrong field.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from botocore.client import BaseClient

from kernel.outbox import OutboxEvent
from runtime.dynamodb.items import Item, epoch_seconds, from_item, to_attribute, to_item
from runtime.dynamodb.outbox import outbox_rows
from runtime.dynamodb.table import Action, Table, put, row_key
from services.auth.domain.attempts import ANY, Attempts
from services.auth.domain.errors import AttemptsBusy

PREFIX = "ATTEMPTS#"
# DynamoDB removes rows up to two days late. A row that is past its time counts as none.
FREE = "attribute_not_exists(#pk) OR #expires_at <= :now"


class DynamoDbAttemptStore:
    def __init__(self, client: BaseClient, table: str, now: Callable[[], datetime]) -> None:
        self._table, self._now = Table(client, table), now

    def read(self, name: str, address: str) -> Attempts | None:
        row = self._table.read(_key(name, address))
        return self._attempts(row, name) if row else None

    def save(self, *attempts: Attempts) -> bool:
        busy = AttemptsBusy(attempts[0].name)
        return not self._table.write([self._put(each) for each in attempts], busy)

    def failed(self, attempts: Attempts, events: Sequence[OutboxEvent]) -> None:
        rows = outbox_rows(_partition(attempts.name), attempts.version, events, self._now())
        self._table.write(list(rows), busy=AttemptsBusy(attempts.name))

    def forgive(self, name: str) -> None:
        for row in self._table.rows_under(_partition(name), PREFIX):
            attempts = self._attempts(row, name)
            if attempts is not None and attempts.count > 0:
                self.save(replace(attempts, count=0))  # if a rival is faster, its try counts

    def _attempts(self, row: Item, name: str) -> Attempts | None:
        if int(row["expires_at"]["N"]) <= epoch_seconds(self._now()):
            return None
        return replace(from_item(Attempts, row), name=name)

    def _put(self, attempts: Attempts) -> Action:
        name = _digest(attempts.name) if attempts.name != ANY else ANY
        saved = replace(attempts, name=name, version=attempts.version + 1)
        expires_at = {"expires_at": to_attribute(epoch_seconds(attempts.expires_at))}
        row = _key(attempts.name, attempts.address) | to_item(saved) | expires_at
        if attempts.version == 0:
            return put(row, FREE, now=epoch_seconds(self._now()))
        return put(row, "#version = :seen", seen=attempts.version)


def _partition(name: str) -> str:
    return f"LOGIN#{_digest(name)}"


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def _key(name: str, address: str) -> Item:
    if name == ANY:
        return row_key(f"LOGIN_FROM#{address}", PREFIX)
    return row_key(_partition(name), f"{PREFIX}{address}")
