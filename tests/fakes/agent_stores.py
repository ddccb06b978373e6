"""Conversations and budgets of the agent in memory. `told` has every event that was stored."""

import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from kernel.idempotency import Idempotency
from kernel.outbox import OutboxEvent
from kernel.pages import CURSOR_ADVICE, Page, read_cursor, write_cursor
from services.agent.adapters.dynamodb_conversations import CONVERSATION_PLACE, NUMBER
from services.agent.domain.conversation import Conversation, Entry
from services.agent.domain.errors import FieldInvalid, IdempotencyConflict, RecordBusy
from services.agent.domain.handles import Handles
from services.agent.domain.ports import Part, Sent, Written

KEY_LIFETIME = timedelta(days=7)


@dataclass
class _Keys:
    rows: dict[str, tuple[str, Sent, datetime]] = field(default_factory=dict)

    def find(self, idempotency: Idempotency, now: datetime) -> Sent | None:
        body_hash, record, until = self.rows.get(idempotency.key, ("", None, now))
        if record is None or until <= now:
            return None
        if body_hash != idempotency.body_hash:
            raise IdempotencyConflict(idempotency.sent_key)
        return record

    def is_free(self, idempotency: Idempotency | None, now: datetime) -> bool:
        return idempotency is None or self.rows.get(idempotency.key, ("", None, now))[2] <= now

    def remember(self, idempotency: Idempotency | None, record: Sent, now: datetime) -> None:
        if idempotency is not None:
            self.rows[idempotency.key] = (idempotency.body_hash, record, now + KEY_LIFETIME)


class InMemoryConversations:
    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.rows: dict[str, Conversation] = {}
        self.said: dict[str, dict[int, Entry]] = {}
        self.parts: dict[str, dict[tuple[int, int], Part]] = {}
        self.known: dict[str, Handles] = {}
        self.told: list[OutboxEvent] = []
        self._opened, self._sent = _Keys(), _Keys()

    def open(
        self,
        conversation: Conversation,
        events: Sequence[OutboxEvent],
        idempotency: Idempotency | None = None,
    ) -> Conversation:
        at = conversation.opened_at
        with self.lock:
            earlier = self._opened.find(idempotency, at) if idempotency else None
            if earlier is not None:
                return self.rows[earlier.conversation_id]
            if conversation.id in self.rows:
                raise RecordBusy(f"conversation {conversation.id!r}")
            self._opened.remember(idempotency, Sent(conversation.id, 0), at)
            self.rows[conversation.id] = conversation
            self.told += events
            return conversation

    def read(self, conversation_id: str) -> Conversation | None:
        return self.rows.get(conversation_id)

    def of_owner(self, owner: str, limit: int, cursor: str | None) -> Page[Conversation]:
        query = f"conversations of {owner}"
        found = sorted(
            ((_place(each), each) for each in self.rows.values() if each.owner == owner),
            key=lambda each: each[0],
            reverse=True,
        )
        if cursor is not None:
            refusal = FieldInvalid("cursor", cursor, CURSOR_ADVICE)
            after = read_cursor(query, cursor, CONVERSATION_PLACE, refusal)
            found = [each for each in found if each[0] < after]
        last = write_cursor(query, found[limit - 1][0]) if len(found) > limit else None
        return Page([each for _, each in found[:limit]], last)

    def save(self, now: Conversation, written: Written, at: datetime) -> Conversation | None:
        with self.lock:
            stored = self.rows.get(now.id)
            said = self.said.setdefault(now.id, {})
            same = stored is not None and stored.version == now.version
            taken = any(each.number in said for each in written.entries)
            if not same or taken or not self._sent.is_free(written.idempotency, at):
                return None
            self.rows[now.id] = replace(now, version=now.version + 1)
            said |= {each.number: each for each in written.entries}
            parts = self.parts.setdefault(now.id, {})
            parts |= {(each.number, each.index): each for each in written.parts}
            if written.handles is not None:
                self.known[now.id] = written.handles
            if written.idempotency is not None:
                sent = Sent(now.id, written.entries[-1].number)
                self._sent.remember(written.idempotency, sent, at)
            return self.rows[now.id]

    def sent_before(self, idempotency: Idempotency, now: datetime) -> Sent | None:
        return self._sent.find(idempotency, now)

    def entry(self, conversation_id: str, number: int) -> Entry | None:
        return self.said.get(conversation_id, {}).get(number)

    def entries(self, conversation_id: str, limit: int, cursor: str | None) -> Page[Entry]:
        query, after = f"messages of {conversation_id}", -1
        if cursor is not None:
            refusal = FieldInvalid("cursor", cursor, CURSOR_ADVICE)
            after = int(read_cursor(query, cursor, NUMBER, refusal))
        said = self.said.get(conversation_id, {})
        found = [each for number, each in sorted(said.items()) if number > after]
        page = found[:limit]
        more = len(found) > limit
        return Page(page, write_cursor(query, f"{page[-1].number:06}") if more else None)

    def history(self, conversation_id: str, since: int) -> Sequence[Part]:
        parts = sorted(self.parts.get(conversation_id, {}).items())
        return [part for (number, _), part in parts if number >= since]

    def handles(self, conversation_id: str) -> Handles:
        return self.known.get(conversation_id, Handles())


class InMemoryBudget:
    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.rows: Counter[tuple[str, date]] = Counter()

    def taken(self, user: str, day: date) -> int:
        return self.rows[user, day]

    def take(self, user: str, day: date, tokens: int, most: int) -> bool:
        with self.lock:
            if self.rows[user, day] + tokens > most:
                return False
            self.rows[user, day] += tokens
            return True

    def give_back(self, user: str, day: date, tokens: int) -> None:
        with self.lock:
            self.rows[user, day] -= tokens


def _place(conversation: Conversation) -> str:
    opened = conversation.opened_at.isoformat(timespec="microseconds")
    return f"CONVERSATION#{opened}#{conversation.id}"
