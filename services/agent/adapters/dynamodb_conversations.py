"""Conversations in DynamoDB: each with its messages, its history and its handles in a partition."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from kernel.idempotency import Idempotency
from kernel.outbox import OutboxEvent
from kernel.pages import CURSOR_ADVICE, Page, read_cursor, write_cursor
from runtime.dynamodb.batch_reads import read_rows
from runtime.dynamodb.idempotency import first_record, remember
from runtime.dynamodb.items import (
    Item,
    epoch_seconds,
    from_item,
    instant,
    to_attribute,
    to_item,
)
from runtime.dynamodb.outbox import outbox_rows
from runtime.dynamodb.table import ANYWAY, Action, Table, put, row_key
from services.agent.adapters.converse import from_converse, to_converse
from services.agent.domain.conversation import Conversation, Entry
from services.agent.domain.errors import FieldInvalid, IdempotencyConflict, RecordBusy
from services.agent.domain.handles import Handles
from services.agent.domain.ports import Part, Sent, Written

CONVERSATION, HANDLES = "CONVERSATION", "HANDLES"
ENTRY, PART, PLACE = "M#", "H#", "CONVERSATION#"
NEW, SEEN = "attribute_not_exists(#pk)", "#version = :seen"
OPENED, SAID = "conversation", "message"  # kinds of idempotency keys
CONVERSATION_PLACE = re.compile(r"CONVERSATION#[0-9T:.+-]{32}#[A-Za-z0-9._:-]{1,128}")
NUMBER = re.compile(r"\d{6}")
PAGE_BYTES = 2_500_000  # Lambda answers 6 MB, and JSON escapes what a model or a user wrote


class DynamoDbConversations:
    def __init__(self, client: Any, table: str, kept: timedelta) -> None:
        self._client, self._name, self._table = client, table, Table(client, table)
        self._kept = kept

    def open(
        self,
        conversation: Conversation,
        events: Sequence[OutboxEvent],
        idempotency: Idempotency | None = None,
    ) -> Conversation:
        at = conversation.opened_at
        actions = [put(self._row(conversation), NEW), self._place(conversation)]
        actions += outbox_rows(f"C#{conversation.id}", conversation.version, events, at)
        if idempotency is not None:
            actions.append(remember(OPENED, idempotency, conversation.id, at))
        if not self._table.write(actions, _busy(conversation.id)):
            return conversation
        if idempotency is not None:
            conflict = IdempotencyConflict(idempotency.sent_key)
            earlier = first_record(self._table, OPENED, idempotency, conflict, at)
            found = self.read(earlier) if earlier else None
            if found is not None:
                return found
        raise _busy(conversation.id)

    def read(self, conversation_id: str) -> Conversation | None:
        row = self._table.read(_key(conversation_id))
        return from_item(Conversation, row) if row else None

    def of_owner(self, owner: str, limit: int, cursor: str | None) -> Page[Conversation]:
        values: dict[str, object] = {"pk": f"U#{owner}", "prefix": PLACE}
        options: dict[str, Any] = {"ScanIndexForward": False, "Limit": limit + 1}
        query = f"conversations of {owner}"
        if cursor is not None:
            refusal = FieldInvalid("cursor", cursor, CURSOR_ADVICE)
            after = read_cursor(query, cursor, CONVERSATION_PLACE, refusal)
            options["ExclusiveStartKey"] = row_key(f"U#{owner}", after)
        found = self._table.rows("#pk = :pk AND begins_with(#sk, :prefix)", values, **options)
        places = list(islice(found, limit + 1))
        shown, more = places[:limit], len(places) > limit
        last = write_cursor(query, shown[-1]["sk"]["S"]) if more else None
        return Page(list(self._all(shown)), last)

    def _all(self, places: Sequence[Item]) -> Iterator[Conversation]:
        ids = [place["conversation_id"]["S"] for place in places]
        keys = [_key(each) for each in ids]
        rows = read_rows(self._client, self._name, keys, lambda left: _busy(ids[-left]))
        known = {each.id: each for each in (from_item(Conversation, row) for row in rows)}
        yield from (known[each] for each in ids if each in known)

    def save(self, now: Conversation, written: Written, at: datetime) -> Conversation | None:
        saved = replace(now, version=now.version + 1)
        actions = [put(self._row(saved), SEEN, seen=now.version)]
        actions += [self._entered(now.id, each) for each in written.entries]
        actions += [self._told(now.id, each, at) for each in written.parts]
        if written.entries:
            actions.append(self._place(saved))
        if written.handles is not None:
            actions.append(self._handled(now.id, written.handles, at))
        if written.idempotency is not None:
            number = written.entries[-1].number
            record = f"{now.id}#{number}"
            actions.append(remember(SAID, written.idempotency, record, at))
        return None if self._table.write(actions, _busy(now.id)) else saved

    def sent_before(self, idempotency: Idempotency, now: datetime) -> Sent | None:
        conflict = IdempotencyConflict(idempotency.sent_key)
        record = first_record(self._table, SAID, idempotency, conflict, now)
        if record is None:
            return None
        conversation_id, _, number = record.rpartition("#")
        return Sent(conversation_id, int(number))

    def entry(self, conversation_id: str, number: int) -> Entry | None:
        row = self._table.read(_entry_key(conversation_id, number))
        return from_item(Entry, row) if row else None

    def entries(self, conversation_id: str, limit: int, cursor: str | None) -> Page[Entry]:
        query, partition = f"messages of {conversation_id}", f"C#{conversation_id}"
        options: dict[str, Any] = {"Limit": limit + 1}
        if cursor is not None:
            refusal = FieldInvalid("cursor", cursor, CURSOR_ADVICE)
            after = read_cursor(query, cursor, NUMBER, refusal)
            options["ExclusiveStartKey"] = row_key(partition, f"{ENTRY}{after}")
        found, size = list[Entry](), 0
        for row in self._table.rows_under(partition, ENTRY, **options):
            size += len(json.dumps(row))
            if len(found) == limit or (found and size > PAGE_BYTES):
                return Page(found, write_cursor(query, f"{found[-1].number:06}"))
            found.append(from_item(Entry, row))
        return Page(found, None)

    def history(self, conversation_id: str, since: int) -> Sequence[Part]:
        between = {"pk": f"C#{conversation_id}", "low": f"{PART}{since:06}", "high": f"{PART}:"}
        rows = self._table.rows("#pk = :pk AND #sk BETWEEN :low AND :high", {**between})
        return [_part(row) for row in rows]

    def handles(self, conversation_id: str) -> Handles:
        row = self._table.read(row_key(f"C#{conversation_id}", HANDLES))
        return Handles(**json.loads(row["handles"]["S"])) if row else Handles()

    def _row(self, conversation: Conversation) -> Item:
        row = _key(conversation.id) | to_item(conversation)
        return row | self._expiry(conversation.updated_at)

    def _place(self, conversation: Conversation) -> Action:
        """By which it is found among those of its owner."""
        place = f"{PLACE}{instant(conversation.opened_at)}#{conversation.id}"
        row = row_key(f"U#{conversation.owner}", place)
        row |= {"conversation_id": to_attribute(conversation.id)}
        return put(row | self._expiry(conversation.updated_at), ANYWAY)

    def _entered(self, conversation_id: str, entry: Entry) -> Action:
        row = _entry_key(conversation_id, entry.number) | to_item(entry)
        return put(row | self._expiry(entry.at), NEW)

    def _told(self, conversation_id: str, part: Part, at: datetime) -> Action:
        row = row_key(f"C#{conversation_id}", f"{PART}{part.number:06}#{part.index:03}")
        row |= {"message": to_attribute(_text(to_converse(part.message)))}
        return put(row | self._expiry(at), ANYWAY)

    def _handled(self, conversation_id: str, handles: Handles, at: datetime) -> Action:
        text = _text({"known": dict(handles.known), "last": dict(handles.last)})
        row = row_key(f"C#{conversation_id}", HANDLES) | {"handles": to_attribute(text)}
        return put(row | self._expiry(at), ANYWAY)

    def _expiry(self, at: datetime) -> Item:
        return {"expires_at": to_attribute(epoch_seconds(at + self._kept))}


def _key(conversation_id: str) -> Item:
    return row_key(f"C#{conversation_id}", CONVERSATION)


def _entry_key(conversation_id: str, number: int) -> Item:
    return row_key(f"C#{conversation_id}", f"{ENTRY}{number:06}")


def _part(row: Item) -> Part:
    number, index = row["sk"]["S"].removeprefix(PART).split("#")
    return Part(int(number), int(index), from_converse(json.loads(row["message"]["S"])))


def _text(value: Iterable[Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _busy(conversation_id: str) -> RecordBusy:
    return RecordBusy(f"conversation {conversation_id!r}")
