"""A destination's sessions in DynamoDB. Each slot in use has a row, and so has each waiter."""

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice

from botocore.client import BaseClient

from runtime.dynamodb.items import Item, epoch_seconds, from_item, to_attribute, to_item
from runtime.dynamodb.table import ANYWAY, Action, Table, delete, put, row_key, update
from services.transfer.domain.errors import LeaseLost
from services.transfer.domain.lane import Slot
from services.transfer.domain.leases import is_over
from services.transfer.domain.line_places import SessionsSeen
from services.transfer.domain.session_bound import SessionBound
from services.transfer.domain.waiting import (
    Limit,
    Line,
    LongLimit,
    Waiter,
    in_use_of,
    line_of,
)

WAITER_PREFIX = "SLOTLINE#"
TARGET = "SLOTTARGET"  # of lanes; beside the slots, so that one query reads it with them
BOUND = "SLOTBOUND"  # what the partner let in when it refused one more; beside them, too
WAITER_KEPT = timedelta(days=40)  # longer than a workflow, which lasts 30 days at most
KEPT = timedelta(days=1)  # a row stays so long after its lease, to look into incidents
LOOK_ROWS = 20_000  # to read and decode them takes some seconds
TAKE_TRIES = 20  # each lost race means that another holder got a slot, and sessions are few
# A holder may have been taken for dead, and a later one of the same name has the slot. `until`
# tells them apart, so the earlier one can neither free nor prolong the slot.
HELD = "#holder = :holder AND #until = :seen"
NEWER = "attribute_not_exists(#pk) OR #since <= :since OR #since > :wrong"  # than the bound there


class DynamoDbSessionSlots:
    def __init__(self, client: BaseClient, table: str, look_rows: int = LOOK_ROWS) -> None:
        """`look_rows`: how much of a line is read to show it."""
        self._table = Table(client, table)
        self._look_rows = look_rows

    def take(
        self,
        destination_id: str,
        limit: Limit,
        holder: str,
        now: datetime,
        until: datetime,
        ticket: str = "",
    ) -> Slot | None:
        """A holder that has a slot gets the same one again, so after a crash it has only one."""
        for _ in range(TAKE_TRIES):
            read = self._read(destination_id)
            known, line, long = read.slots, read.line(now, until), isinstance(limit, LongLimit)
            own = {slot.number for slot in known.values() if slot.holder == holder}
            over = {n for n, slot in known.items() if is_over(slot.until, now, until)}
            sessions = limit.of_all if isinstance(limit, LongLimit) else limit
            number = _choose(own, known.keys() - own - over, sessions)
            if number is None or not (own - over or line.admits(ticket, limit)):
                return None
            since = known[number].since if number in own - over else now
            slot = Slot(destination_id, number, holder, until, since, long)
            actions = [_occupy(slot, known.get(number))]
            if any(each.ticket == ticket for each in line.waiters):
                actions.append(("Delete", {"Key": _place(destination_id, ticket)}))
            if not self._table.write(actions, _lost(slot)):
                return slot
        return None

    def renew(self, slot: Slot, until: datetime) -> Slot:
        change = update(
            _key(slot),
            "SET #until = :until, #expires_at = :expires_at, #logged_in = :logged_in",
            HELD,
            until=until,
            logged_in=slot.logged_in,
            expires_at=_expires_at(until),
            seen=slot.until,
            holder=slot.holder,
        )
        if self._table.write([change], _lost(slot)):
            raise _lost(slot)
        return replace(slot, until=until)

    def free(self, *slots: Slot) -> None:
        left = list(slots)
        while left:
            gone = [delete(_key(slot), HELD, **_seen(slot)) for slot in left]
            lost = self._table.write(gone, _lost(left[0]))
            left = [slot for index, slot in enumerate(left) if lost and index not in lost]

    def bind(self, bound: SessionBound) -> None:
        row = row_key(_partition(bound.destination_id), BOUND) | to_item(bound)
        row |= {"expires_at": to_attribute(_expires_at(bound.since))}
        change = put(row, NEWER, since=bound.since, wrong=bound.wrong_clock)
        self._table.write([change], LeaseLost(f"bound of {bound.destination_id}"))

    def unbind(self, destination_id: str) -> None:
        gone = delete(row_key(_partition(destination_id), BOUND), ANYWAY)
        self._table.write([gone], LeaseLost(f"bound of {destination_id}"))

    def wait(self, waiter: Waiter) -> None:
        fields = to_item(replace(waiter, called_until=None)).keys() - {"since"}
        known = {name: getattr(waiter, name) for name in fields}
        change = ", ".join(f"#{name} = :{name}" for name in sorted(known))
        stand = update(
            _place(waiter.destination_id, waiter.ticket),
            f"SET {change}, #since = if_not_exists(#since, :since), #expires_at = :expires_at"
            " REMOVE #called_until",
            "attribute_not_exists(#pk) OR #ticket = :ticket"
            if waiter.is_called
            else "attribute_not_exists(#task_token)",
            since=waiter.since,
            expires_at=epoch_seconds(waiter.since + WAITER_KEPT),
            **known,
        )
        self._table.write([stand], _out_of_line(waiter))

    def line(self, destination_id: str, now: datetime, until: datetime) -> Line:
        return self._read(destination_id).line(now, until)

    def look(
        self, destination_id: str, now: datetime, until: datetime, rows: int | None = None
    ) -> SessionsSeen:
        rows_most = self._look_rows if rows is None else min(rows, self._look_rows)
        pages = {} if rows is None else {"Limit": rows_most + 1}
        stored = self._table.rows_under(_partition(destination_id), "SLOT", **pages)
        read = list(islice(stored, rows_most + 1))
        found, whole = _decoded(read[:rows_most]), len(read) <= rows_most
        waiters = found.line(now, until).waiters if whole else found.waiters
        held, most = found.held(now, until), found.most_at(now)
        return SessionsSeen(held, waiters, whole, found.most_long, most)

    def call(self, waiter: Waiter, until: datetime) -> bool:
        same, seen = _same(waiter)
        called = update(
            _place(waiter.destination_id, waiter.ticket),
            "SET #called_until = :until",
            f"{same} AND attribute_not_exists(#called_until)",
            until=until,
            **seen,
        )
        return not self._table.write([called], _out_of_line(waiter))

    def leave(self, waiter: Waiter) -> None:
        place = _place(waiter.destination_id, waiter.ticket)
        same, seen = _same(waiter)
        if waiter.called_until is None:
            gone = delete(place, f"{same} AND attribute_not_exists(#called_until)", **seen)
        else:
            called = "#called_until = :called_until"
            gone = delete(place, f"{same} AND {called}", called_until=waiter.called_until, **seen)
        self._table.write([gone], _out_of_line(waiter))

    def _read(self, destination_id: str) -> "_Rows":
        """One query reads all. Two queries would show the slots and the line at two moments."""
        return _decoded(self._table.rows_under(_partition(destination_id), "SLOT"))


@dataclass(frozen=True)
class _Rows:
    slots: dict[int, Slot]
    waiters: list[Waiter]
    most_long: int | None
    bound: SessionBound | None

    def most_at(self, now: datetime) -> int | None:
        return None if self.bound is None else self.bound.most_at(now)

    def held(self, now: datetime, until: datetime) -> Sequence[Slot]:
        return [slot for slot in self.slots.values() if not is_over(slot.until, now, until)]

    def line(self, now: datetime, until: datetime) -> Line:
        in_use = in_use_of(self.held(now, until), self.most_long, self.most_at(now), now)
        return line_of(in_use, self.waiters, now, until)


def _decoded(rows: Iterable[Item]) -> _Rows:
    slots: dict[int, Slot] = {}
    waiters: list[Waiter] = []
    most_long, bound = None, None
    for row in rows:
        name = row["sk"]["S"]
        if name == TARGET:
            most_long = int(row["lanes"]["N"])
        elif name == BOUND:
            bound = from_item(SessionBound, row)
        elif name.startswith(WAITER_PREFIX):
            waiters.append(from_item(Waiter, row))
        else:
            slot = from_item(Slot, row)
            slots[slot.number] = slot
    return _Rows(slots, waiters, most_long, bound)


def _choose(own: Set[int], live: Set[int], limit: int) -> int | None:
    """`live` are the slots in use by others. When the limit was lowered, slots above it count while
    they are in use, but nobody else gets them again."""
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


def _place(destination_id: str, ticket: str) -> Item:
    return row_key(_partition(destination_id), f"{WAITER_PREFIX}{ticket}")


def _same(waiter: Waiter) -> tuple[str, dict[str, object]]:
    """It still waits with that token, or for that turn: it does not stand there anew."""
    if waiter.lane is not None:
        return "#lane = :lane", {"lane": waiter.lane}
    if waiter.task_token is None:
        return "attribute_exists(#pk) AND attribute_not_exists(#task_token)", {}
    return "#task_token = :token", {"token": waiter.task_token}


def _out_of_line(waiter: Waiter) -> LeaseLost:
    return LeaseLost(f"place of {waiter.ticket} in the line of {waiter.destination_id}")


def _seen(slot: Slot) -> dict[str, object]:
    return {"holder": slot.holder, "seen": slot.until}


def _lost(slot: Slot) -> LeaseLost:
    return LeaseLost(f"session {slot.number} of destination {slot.destination_id}")
