"""Channels in DynamoDB. A channel is a row of its owner's partition; a row of its own says whose.

    CHANNELS#<owner>  CHANNEL#<id>     the channel; the shared ones are in the partition CHANNELS#
    CHANNELS#<owner>  COUNT            how many there are
    CHANNEL#<id>      OWNER            whose it is, so that an id is given once
    CHANNELS_OF_ALL   <owner>#<id>     of a user's channel that tells of everybody's transfers

Each change writes what it touches of these in one transaction.
"""

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import datetime

from botocore.client import BaseClient

from kernel.idempotency import Idempotency
from runtime.dynamodb.idempotency import first_record, remember
from runtime.dynamodb.items import Item, from_item, instant, to_attribute, to_item
from runtime.dynamodb.table import ANYWAY, Action, Table, delete, put, row_key, update
from services.notify.domain.channel import Channel, Whose
from services.notify.domain.errors import (
    ChannelChanged,
    ChannelExists,
    ChannelNotFound,
    IdempotencyConflict,
    TooManyChannels,
)

KIND, OF_ALL, ROW, COUNT = "CHANNEL", "CHANNELS_OF_ALL", "CHANNEL#", "COUNT"
FREE, EXISTS = "attribute_not_exists(#pk)", "attribute_exists(#pk)"
# Versions begin anew when an id is used again: only with its creation is one the channel seen
SAME = "#created_at = :created_at"
SEEN = f"#version = :seen AND {SAME}"
FIXED = frozenset({"id", "owner", "created_at", "last_sent_at", "version"})  # of a save
OWNER_AT, COUNT_AT, IDEMPOTENCY_AT = 0, 1, 4  # in the transaction of a creation


class DynamoDbChannels:
    """Implements Channels."""

    def __init__(self, client: BaseClient, table: str) -> None:
        self._table = Table(client, table)

    def create(self, channel: Channel, most: int, idempotency: Idempotency | None) -> Channel:
        owned = {} if channel.owner is None else {"owner": to_attribute(channel.owner)}
        one_more = update(
            _count_key(channel.owner),
            "ADD #channels :one",
            "attribute_not_exists(#channels) OR #channels < :most",
            one=1,
            most=most,
        )
        actions = [
            put(_owner_key(channel.id) | owned, FREE),
            one_more,
            put(_key(channel) | to_item(channel), FREE),
            _in_list_of_all(channel),
        ]
        if idempotency is not None:
            record = f"{channel.id}#{instant(channel.created_at)}"
            actions.append(remember(KIND, idempotency, record, channel.created_at))
        refused = self._table.write(actions, busy=ChannelChanged(channel.id))
        if not refused:
            return channel
        if idempotency is not None and IDEMPOTENCY_AT in refused:
            earlier = self._earlier(idempotency, channel.created_at)
            if earlier is not None:
                return earlier
        if COUNT_AT in refused and OWNER_AT not in refused:
            raise TooManyChannels(most, "shared" if channel.shared else "own")
        raise ChannelExists(channel.id)

    def read(self, channel_id: str) -> Channel:
        owner = self._table.read(_owner_key(channel_id))
        row = owner and self._table.read(_row_key(_text(owner, "owner"), channel_id))
        if not row:
            raise ChannelNotFound(channel_id)
        return from_item(Channel, row)

    def save(self, channel: Channel) -> Channel:
        saved = replace(channel, version=channel.version + 1)
        actions = [_changed(channel, saved), _in_list_of_all(saved)]
        if self._table.write(actions, busy=ChannelChanged(channel.id)):
            raise ChannelChanged(channel.id)
        return saved

    def delete(self, channel: Channel) -> None:
        seen = {"seen": channel.version, "created_at": channel.created_at}
        one_less = update(_count_key(channel.owner), "ADD #channels :less", EXISTS, less=-1)
        actions = [
            delete(_key(channel), SEEN, **seen),
            delete(_owner_key(channel.id), EXISTS),
            one_less,
            delete(_of_all_key(channel), ANYWAY),
        ]
        refused = self._table.write(actions, busy=ChannelChanged(channel.id))
        if refused and self._table.read(_key(channel)) is not None:
            raise ChannelChanged(channel.id)

    def record_sent(self, channel: Channel, at: datetime) -> None:
        newer = f"{SAME} AND (attribute_not_exists(#last_sent_at) OR #last_sent_at < :at)"
        told = {"at": at, "created_at": channel.created_at}
        action = update(_key(channel), "SET #last_sent_at = :at", newer, **told)
        self._table.write([action], busy=ChannelChanged(channel.id))

    def of_owner(self, owner: str | None) -> Sequence[Channel]:
        rows = self._table.rows_under(_partition(owner), ROW)
        return [from_item(Channel, row) for row in rows]

    def told_of(self, user: str) -> Sequence[Channel]:
        found = [*self.of_owner(user), *self.of_owner(None)]
        for pointer in self._table.rows("#pk = :pk", {"pk": OF_ALL}):
            if pointer["owner"]["S"] != user:
                row = self._table.read(_row_key(pointer["owner"]["S"], pointer["id"]["S"]))
                found += [from_item(Channel, row)] if row else []
        return found

    def _earlier(self, idempotency: Idempotency, now: datetime) -> Channel | None:
        """None when the key has expired since. Raises ChannelNotFound, IdempotencyConflict."""
        conflict = IdempotencyConflict(idempotency.sent_key)
        record = first_record(self._table, KIND, idempotency, conflict, now)
        if record is None:
            return None
        channel_id, _, created_at = record.partition("#")
        channel = self.read(channel_id)
        if instant(channel.created_at) != created_at:  # the id was used again, maybe by others
            raise ChannelNotFound(channel_id)
        return channel


def _changed(channel: Channel, saved: Channel) -> Action:
    """Every field that a save may change. An absent attribute stands for None."""
    names = [each.name for each in fields(saved) if each.name not in FIXED]
    values = {name: getattr(saved, name) for name in names}
    given = {name: value for name, value in values.items() if value is not None}
    gone = [f"#{name}" for name in names if name not in given]
    change = "SET #version = :next, " + ", ".join(f"#{name} = :{name}" for name in given)
    change += f" REMOVE {', '.join(gone)}" if gone else ""
    seen = {"seen": channel.version, "created_at": channel.created_at, "next": saved.version}
    return update(_key(channel), change, SEEN, **given, **seen)


def _in_list_of_all(channel: Channel) -> Action:
    if channel.owner is None or channel.whose is not Whose.ALL:
        return delete(_of_all_key(channel), ANYWAY)
    told = {"owner": to_attribute(channel.owner), "id": to_attribute(channel.id)}
    return put(_of_all_key(channel) | told, ANYWAY)


def _partition(owner: str | None) -> str:
    return f"CHANNELS#{owner or ''}"


def _row_key(owner: str | None, channel_id: str) -> Item:
    return row_key(_partition(owner), f"{ROW}{channel_id}")


def _key(channel: Channel) -> Item:
    return _row_key(channel.owner, channel.id)


def _owner_key(channel_id: str) -> Item:
    return row_key(f"{ROW}{channel_id}", "OWNER")


def _count_key(owner: str | None) -> Item:
    return row_key(_partition(owner), COUNT)


def _of_all_key(channel: Channel) -> Item:
    return row_key(OF_ALL, f"{channel.owner or ''}#{channel.id}")


def _text(row: Item, name: str) -> str | None:
    return str(row[name]["S"]) if name in row else None
