"""Channels in DynamoDB. A row beside them counts those that each user made, and the shared ones."""

import re
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import datetime
from heapq import merge
from itertools import islice

from botocore.client import BaseClient

from kernel.idempotency import Idempotency
from kernel.pages import CURSOR_ADVICE, Page, read_cursor, write_cursor
from runtime.dynamodb.idempotency import first_record, remember
from runtime.dynamodb.items import Item, from_item, instant, to_attribute, to_item
from runtime.dynamodb.table import ANYWAY, Action, Table, delete, put, row_key, update
from services.notify.domain.channel import Channel
from services.notify.domain.errors import (
    ChannelChanged,
    ChannelExists,
    ChannelNotFound,
    FieldInvalid,
    IdempotencyConflict,
    TooManyChannels,
)

ROW, KIND, COUNT = "CHANNEL", "CHANNEL", "COUNT"
CHANNEL_POSITION = re.compile(r"[a-z0-9-]{1,64}")
SHARED, EVERYBODYS = "SHARED", "EVERYBODYS"
SEEN = "#version = :seen AND #created_at = :made"  # an id can be removed and used again
LESS_THAN_MOST = "attribute_not_exists(#pk) OR #channels < :most"
COUNT_AT, KEY_AT = 1, 2  # in the transaction of a creation
UNSAVED = frozenset({"version", "last_sent_at"})  # a message may be sent while a change is made


class DynamoDbChannels:
    def __init__(self, client: BaseClient, table: str) -> None:
        self._table = Table(client, table)

    def create(
        self, channel: Channel, most: int, idempotency: Idempotency | None = None
    ) -> Channel:
        one_more = _counted(channel, 1, LESS_THAN_MOST, most=most)
        actions = [put_channel(channel), one_more]
        if idempotency is not None:
            record = f"{channel.id}#{instant(channel.created_at)}"
            actions.append(remember(KIND, idempotency, record, channel.created_at))
        refused = self._table.write(actions, busy=ChannelChanged(channel.id))
        if not refused:
            return channel
        if idempotency is not None and KEY_AT in refused:
            earlier = self._made_by(idempotency, channel.created_at)
            if earlier is not None:
                return earlier
        if refused == {COUNT_AT}:
            raise TooManyChannels(most, "shared" if channel.shared else "own")
        raise ChannelExists(channel.id)

    def read(self, channel_id: str) -> Channel | None:
        row = self._table.read(_key(channel_id))
        return from_item(Channel, row) if row else None

    def save(self, channel: Channel) -> Channel:
        saved = replace(channel, version=channel.version + 1)
        if self._table.write([_change(channel, saved)], busy=ChannelChanged(channel.id)):
            raise ChannelChanged(channel.id)
        return saved

    def remove(self, channel: Channel) -> None:
        seen = {"seen": channel.version, "made": channel.created_at}
        actions = [delete(_key(channel.id), SEEN, **seen)]
        if not channel.is_given:
            actions.append(_counted(channel, -1, ANYWAY))
        refused = self._table.write(actions, busy=ChannelChanged(channel.id))
        if refused and self.read(channel.id) is not None:
            raise ChannelChanged(channel.id)

    def mark_sent(self, channel_id: str, at: datetime) -> None:
        change, there = "SET #last_sent_at = :at", "attribute_exists(#pk)"
        mark = update(_key(channel_id), change, there, at=at)
        self._table.write([mark], busy=ChannelChanged(channel_id))

    def page(self, owner: str, limit: int, cursor: str | None) -> Page[Channel]:
        query, after = f"channels of {owner}", ""
        if cursor is not None:
            refusal = FieldInvalid("cursor", cursor, CURSOR_ADVICE)
            after = read_cursor(query, cursor, CHANNEL_POSITION, refusal)
        lists = [
            self._listed("listed", "list_of", place, after, limit + 1)
            for place in (_own(owner), SHARED)
        ]
        # One more than asked for tells whether this is the last page.
        found = list(islice(merge(*lists, key=lambda each: each.id), limit + 1))
        more = write_cursor(query, found[limit - 1].id) if len(found) > limit else None
        return Page(found[:limit], more)

    def of_list(self, owner: str | None) -> Sequence[Channel]:
        return self._listed("listed", "list_of", SHARED if owner is None else _own(owner))

    def concerned(self, owner: str, after: str | None, limit: int) -> Sequence[Channel]:
        everybodys, _, position = (after or "0#").partition("#")
        found: list[Channel] = []
        if everybodys == "0":
            found += self._listed("watching", "watch_of", _own(owner), position, limit)
            position = ""
        if len(found) < limit:
            rest = limit - len(found)
            found += self._listed("watching", "watch_of", EVERYBODYS, position, rest)
        return found

    def _made_by(self, idempotency: Idempotency, now: datetime) -> Channel | None:
        """None when the key has expired since. Raises ChannelNotFound, IdempotencyConflict."""
        conflict = IdempotencyConflict(idempotency.sent_key)
        record = first_record(self._table, KIND, idempotency, conflict, now)
        if record is None:
            return None
        channel_id, _, made = record.partition("#")
        found = self.read(channel_id)
        if found is None or instant(found.created_at) != made:  # somebody else may have the id now
            raise ChannelNotFound(channel_id)
        return found

    def _listed(
        self, index: str, hash_key: str, place: str, after: str = "", limit: int | None = None
    ) -> list[Channel]:
        condition, values = f"#{hash_key} = :place", dict[str, object](place=place)
        if after:
            condition, values = f"{condition} AND #id > :after", values | {"after": after}
        options: dict[str, object] = {"IndexName": index}
        if limit:
            options["Limit"] = limit
        rows = self._table.rows(condition, values, **options)
        return [from_item(Channel, row) for row in islice(rows, limit)]


def put_channel(channel: Channel) -> Action:
    """Is refused while the id is taken."""
    return put(channel_row(channel), "attribute_not_exists(#pk)")


def one_more(channel: Channel) -> Action:
    """Counts it, however many there are."""
    return _counted(channel, 1, ANYWAY)


def _key(channel_id: str) -> Item:
    return row_key(f"CHANNEL#{channel_id}", ROW)


def _own(owner: str) -> str:
    return f"OWN#{owner}"


def channel_row(channel: Channel) -> Item:
    return _key(channel.id) | to_item(channel) | _places(channel)


def _places(channel: Channel) -> Item:
    own = _own(channel.owner or "")
    return {
        "list_of": to_attribute(SHARED if channel.owner is None else own),
        "watch_of": to_attribute(EVERYBODYS if channel.tells_everybodys else own),
    }


def _change(channel: Channel, saved: Channel) -> Action:
    """Of each field that a save may change. An absent attribute stands for None."""
    names = [each.name for each in fields(saved) if each.name not in UNSAVED]
    values = {name: getattr(saved, name) for name in names}
    given = {name: value for name, value in values.items() if value is not None}
    given |= {name: place["S"] for name, place in _places(saved).items()}
    gone = [f"#{name}" for name in names if name not in given]
    change = "SET #version = :next, " + ", ".join(f"#{name} = :{name}" for name in given)
    change += f" REMOVE {', '.join(gone)}" if gone else ""
    seen = {"seen": channel.version, "made": channel.created_at, "next": saved.version}
    return update(_key(channel.id), change, SEEN, **given, **seen)


def _counted(channel: Channel, by: int, condition: str, **values: object) -> Action:
    place = SHARED if channel.owner is None else _own(channel.owner)
    key = row_key(f"CHANNELS#{place}", COUNT)
    return update(key, "ADD #channels :by", condition, by=by, **values)
