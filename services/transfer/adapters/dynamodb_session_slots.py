"""A destination's sessions in DynamoDB: one row per slot in use, across all transfers."""

from dataclasses import replace
from datetime import datetime

from botocore.client import BaseClient

from runtime.dynamodb.items import Item, from_item, to_item
from runtime.dynamodb.table import Action, Table, delete, put, row_key, update
from services.transfer.domain.errors import LeaseLost
from services.transfer.domain.ledger import Slot

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
            number = _choose(known, limit, holder, now)
            if number is None:
                return None
            slot = Slot(destination_id, number, holder, until)
            if not self._table.write([_occupy(slot, known.get(number))], _lost(slot)):
                return slot
        return None

    def renew(self, slot: Slot, until: datetime) -> Slot:
        change = update(
            _key(slot),
            "SET #until = :until",
            HELD,
            until=until,
            seen=slot.until,
            holder=slot.holder,
        )
        if self._table.write([change], _lost(slot)):
            raise _lost(slot)
        return replace(slot, until=until)

    def free(self, slot: Slot) -> None:
        self._table.write([delete(_key(slot), HELD, **_seen(slot))], _lost(slot))


def _choose(known: dict[int, Slot], limit: int, holder: str, now: datetime) -> int | None:
    """Slots above a lowered limit count while they live, but are given to nobody again."""
    own = sorted(number for number, slot in known.items() if slot.holder == holder)
    live = {number for number, slot in known.items() if slot.until > now and number not in own}
    if len(live) >= limit:
        return None
    free: list[int] = [number for number in (*own, *range(limit)) if number not in live]
    return free[0]


def _occupy(slot: Slot, seen: Slot | None) -> Action:
    row = _key(slot) | to_item(slot)
    if seen is None:
        return put(row, "attribute_not_exists(#pk)")
    return put(row, HELD, **_seen(seen))


def _partition(destination_id: str) -> str:
    return f"D#{destination_id}"


def _key(slot: Slot) -> Item:
    return row_key(_partition(slot.destination_id), f"SLOT#{slot.number:03d}")


def _seen(slot: Slot) -> dict[str, object]:
    return {"holder": slot.holder, "seen": slot.until}


def _lost(slot: Slot) -> LeaseLost:
    return LeaseLost(f"session {slot.number} of destination {slot.destination_id}")
