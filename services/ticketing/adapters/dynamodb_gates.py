"""The gate in DynamoDB: one row."""

from collections.abc import Callable, Sequence
from datetime import datetime

from botocore.client import BaseClient

from kernel.outbox import OutboxEvent
from runtime.dynamodb.items import from_item, to_attribute, to_item
from runtime.dynamodb.outbox import outbox_rows
from runtime.dynamodb.table import Table, put, row_key
from services.ticketing.domain.errors import CaseBusy
from services.ticketing.domain.gate import Gate

GATE = "GATE"


class DynamoDbGates:
    def __init__(self, client: BaseClient, table: str, now: Callable[[], datetime]) -> None:
        self._table, self._now = Table(client, table), now

    def read(self) -> Gate:
        row = self._table.read(row_key(GATE, GATE))
        return from_item(Gate, row) if row else Gate()

    def store(self, gate: Gate, events: Sequence[OutboxEvent] = ()) -> bool:
        version = gate.version + 1
        item = row_key(GATE, GATE) | to_item(gate) | {"version": to_attribute(version)}
        actions = [put(item, "attribute_not_exists(#pk)")]
        if gate.version:
            actions = [put(item, "#version = :version", version=gate.version)]
        actions += outbox_rows(GATE, version, events, self._now())
        return not self._table.write(actions, busy=CaseBusy(GATE))
