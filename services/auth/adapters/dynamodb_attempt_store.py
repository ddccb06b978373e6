"""Tries to log in, counted by the name that was given, in DynamoDB.

Of the name only its SHA-256 is kept: people type passwords into the wrong field.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from botocore.client import BaseClient

from kernel.outbox import OutboxEvent
from runtime.dynamodb.items import Item, epoch_seconds, from_item, to_attribute, to_item
from runtime.dynamodb.outbox import outbox_rows
from runtime.dynamodb.table import Table, delete, put, row_key
from services.auth.domain.attempts import Attempts
from services.auth.domain.errors import AttemptsBusy

REMEMBERED = timedelta(days=1)
# DynamoDB removes rows up to two days late: one that is past its time counts as none
FREE = "attribute_not_exists(#pk) OR #expires_at <= :now"


class DynamoDbAttemptStore:
    def __init__(self, client: BaseClient, table: str, now: Callable[[], datetime]) -> None:
        self._table, self._now = Table(client, table), now

    def read(self, name: str) -> Attempts | None:
        row = self._table.read(_key(name))
        if row is None or int(row["expires_at"]["N"]) <= epoch_seconds(self._now()):
            return None
        return replace(from_item(Attempts, row), name=name)

    def save(self, attempts: Attempts) -> bool:
        digest = _digest(attempts.name)
        saved = replace(attempts, name=digest, version=attempts.version + 1)
        expires_at = epoch_seconds(attempts.last_at + REMEMBERED)
        row = _key(attempts.name) | to_item(saved) | {"expires_at": to_attribute(expires_at)}
        if attempts.version == 0:
            action = put(row, FREE, now=epoch_seconds(self._now()))
        else:
            action = put(row, "#version = :seen", seen=attempts.version)
        return not self._table.write([action], busy=AttemptsBusy(attempts.name))

    def failed(self, attempts: Attempts, events: Sequence[OutboxEvent]) -> None:
        rows = outbox_rows(_partition(attempts.name), attempts.version, events, self._now())
        self._table.write(list(rows), busy=AttemptsBusy(attempts.name))

    def clear(self, name: str) -> None:
        gone = delete(_key(name), "attribute_not_exists(#pk) OR attribute_exists(#pk)")
        self._table.write([gone], busy=AttemptsBusy(name))


def _partition(name: str) -> str:
    return f"LOGIN#{_digest(name)}"


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def _key(name: str) -> Item:
    return row_key(_partition(name), "ATTEMPTS")
