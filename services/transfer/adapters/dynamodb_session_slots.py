"""A destination's sessions in DynamoDB: one row per slot in use, across all transfers."""

from collections.abc import Set
from dataclasses import replace
from datetime import datetime, timedelta

from botocore.client import BaseClient

from runtime.dynamodb.items import Item, epoch_seconds, from_item, to_attribute, to_item
from runtime.dynamodb.table import Action, Table, delete, put, row_key, update
from services.transfer.domain.errors import LeaseLost
from services.transfer.domain.ledger import Slot, is_over

KEPT = timedelta(days=1)  # a row whose lease is over, for whoever looks into an incident
TAKE_TRIES = 20  # each lost race means that another holder got a slot; sessions are few
# `until` is a fence: a holder that was taken for dead cannot free or prolong the slot under the one
# of the same name that took it since.
HELD = "#holder = :holder AND #until = :seen"


class DynamoDbSessionSlots:
    def __init__(self, client: BaseClient, table: str) -> None:
        self._table = Table(client, table)

    def take(
        self, destination_id: str, limit: int, holder: str, now: datetime, until: datetime
    ) -> Slot | None:
        """A holder that has a slot gets the same one again: after a crash it must not eat two."""
        for _ in range(TAKE_TRIES):
            rows = self._table.rows_under(_partition(destination_id), "SLOT#")
            known = {slot.number: slot for slot in (from_item(Slot, row) for row in rows)}
            own = {slot.number for slot in known.values() if slot.holder == holder}
            over = {n for n, slot in known.items() if is_over(slot.until, now, until)}
            number = _choose(own, known.keys() - own - over, limit)
            if number is None:
                return None
            slot = Slot(destination_id, number, holder, until)
            if not self._table.write([_occupy(slot, known.get(number))], _lost(slot)):
                return slot
        return None

    def renew(self, slot: Slot, until: datetime) -> Slot:
        change = update(
            _key(slot),
            "SET #until = :until, #expires_at = :expires_at",
            HELD,
            until=until,
            expires_at=_expires_at(until),
            seen=slot.until,
            holder=slot.holder,
        )
        if self._table.write([change], _lost(slot)):
            raise _lost(slot)
        return replace(slot, until=until)

    def free(self, slot: Slot) -> None:
        self._table.write([delete(_key(slot), HELD, **_seen(slot))], _lost(slot))


def _choose(own: Set[int], live: Set[int], limit: int) -> int | None:
    """`live`: others' slots. Those above a lowered limit count while they live, but are given to
    nobody again."""
    if len(live) >= limit:
        return None
    free: list[int] = [number for number in (*sorted(own), *range(limit)) if number not in live]
    return free[0]


def _occupy(slot: Slot, seen: Slot | None) -> Action:
    row = _key(slot) | to_item(slot) | {"expires_at": to_attribute(_expires_at(slot.until))}
    if seen is None:
        return put(row, "attribute_not_exists(#pk)")
    return put(row, HELD, **_seen(seen))


def _expires_at(until: datetime) -> int:
    return epoch_seconds(until + KEPT)


def _partition(destination_id: str) -> str:
    return f"D#{destination_id}"


def _key(slot: Slot) -> Item:
    return row_key(_partition(slot.destination_id), f"SLOT#{slot.number:03d}")


def _seen(slot: Slot) -> dict[str, object]:
    return {"holder": slot.holder, "seen": slot.until}


def _lost(slot: Slot) -> LeaseLost:
    return LeaseLost(f"session {slot.number} of destination {slot.destination_id}")
