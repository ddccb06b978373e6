"""Conversations and budgets of the agent, in memory and in DynamoDB."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from moto import mock_aws

from kernel.idempotency import Idempotency
from kernel.outbox import OutboxEvent
from runtime.dynamodb.outbox import DynamoDbOutbox
from runtime.dynamodb.table import row_key
from services.agent.adapters.dynamodb_budget import DynamoDbBudget
from services.agent.adapters.dynamodb_conversations import PAGE_BYTES, DynamoDbConversations
from services.agent.domain.chat import Message, Said, Speaker, ToolResult, ToolUse
from services.agent.domain.conversation import Conversation, Entry, Turn
from services.agent.domain.errors import FieldInvalid, IdempotencyConflict
from services.agent.domain.handles import HandleKind, Handles
from services.agent.domain.ports import Budget, Conversations, Part, Sent, Written
from services.agent.domain.trouble import STOPPED
from tests.fakes.agent_stores import InMemoryBudget, InMemoryConversations
from tests.unit.runtime.service_table import client_with_table

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = NOON.date()
SECOND = timedelta(seconds=1)
OPENED = OutboxEvent("e-1", "ConversationOpened.v1", "{}")
KEY = Idempotency("ann#MessageRequest#k", "hash")


@dataclass(frozen=True)
class Backend:
    conversations: Conversations
    budget: Budget
    client: Any = None

    def told(self, conversation_id: str) -> list[str]:
        if isinstance(self.conversations, InMemoryConversations):
            return [each.event_id for each in self.conversations.told]
        outbox = DynamoDbOutbox(self.client, "agent")
        return [each.event_id for each in outbox.unpublished(f"C#{conversation_id}")]


@pytest.fixture(params=["in_memory", "moto"])
def backend(request: pytest.FixtureRequest) -> Iterator[Backend]:
    if request.param == "in_memory":
        yield Backend(InMemoryConversations(), InMemoryBudget())
        return
    with mock_aws():
        client = client_with_table("agent")
        kept = timedelta(days=400)
        stores = DynamoDbConversations(client, "agent", kept), DynamoDbBudget(client, "agent")
        yield Backend(*stores, client)


def a_conversation(name: str = "c-1", owner: str = "ann", at: datetime = NOON) -> Conversation:
    return Conversation(name, owner, at, at)


def opened(backend: Backend, name: str = "c-1", at: datetime = NOON) -> Conversation:
    return backend.conversations.open(a_conversation(name, at=at), [OPENED])


def an_entry(number: int, text: str = "Grüß dich\n\tAnn 😀") -> Entry:
    return Entry(number, Speaker.USER, text, NOON)


def saved(backend: Backend, now: Conversation, written: Written) -> Conversation:
    found = backend.conversations.save(now, written, NOON)
    assert found is not None
    return found


def at_once(backend: Backend, act: Callable[[], bool], times: int = 8) -> list[bool]:
    """Each has read everything before the first one writes. moto itself is not safe for threads, so
    there each one begins before the write of the one before."""
    if backend.client is None:
        with ThreadPoolExecutor(times) as crew:
            return list(crew.map(lambda _: act(), range(times)))
    ended, begun = list[bool](), count(1)

    def rival(**_: object) -> None:
        if next(begun) < times:
            ended.append(act())

    backend.client.meta.events.register("before-call.dynamodb.TransactWriteItems", rival)
    return [act(), *ended]


def test_a_conversation_comes_back_as_it_was_stored(backend: Backend) -> None:
    first = opened(backend)
    assert backend.told("c-1") == ["e-1"]
    full = replace(
        first,
        title="Grüße",
        messages=3,
        turn=Turn("t-1", 2, NOON + SECOND, stop=True),
        proposed_at=NOON,
        summary="",
        told_from=2,
    )
    assert saved(backend, full, Written()) == replace(full, version=2)
    assert backend.conversations.read("c-1") == replace(full, version=2)
    assert backend.conversations.read("c-2") is None


def test_of_two_writers_one_wins_and_the_other_writes_nothing(backend: Backend) -> None:
    first = opened(backend)
    saved(backend, first, Written([an_entry(0)]))
    lost = Written([an_entry(1)], [Part(1, 0, Message(Speaker.USER, (Said("x"),)))], Handles())
    assert backend.conversations.save(replace(first, messages=9), lost, NOON) is None
    assert backend.conversations.entry("c-1", 1) is None
    assert backend.conversations.history("c-1", 0) == []


def test_a_key_opens_one_conversation(backend: Backend) -> None:
    first = backend.conversations.open(a_conversation("c-1"), [OPENED], KEY)
    again = backend.conversations.open(a_conversation("c-2"), [OPENED], KEY)
    assert (first.id, again.id) == ("c-1", "c-1")
    assert backend.conversations.read("c-2") is None
    with pytest.raises(IdempotencyConflict):
        backend.conversations.open(a_conversation("c-3"), [], replace(KEY, body_hash="other"))


def test_a_key_sends_one_message_and_is_forgotten_after_days(backend: Backend) -> None:
    first = opened(backend)
    now = saved(backend, first, Written([an_entry(0), an_entry(1)], idempotency=KEY))
    assert backend.conversations.sent_before(KEY, NOON) == Sent("c-1", 1)
    again = Written([an_entry(2)], idempotency=KEY)
    assert backend.conversations.save(now, again, NOON) is None
    assert backend.conversations.entry("c-1", 2) is None
    with pytest.raises(IdempotencyConflict):
        backend.conversations.sent_before(replace(KEY, body_hash="other"), NOON)
    late = NOON + timedelta(days=8)
    assert backend.conversations.sent_before(KEY, late) is None
    assert backend.conversations.save(now, again, late) is not None


def test_of_many_at_once_with_one_key_one_sends(backend: Backend) -> None:
    first = opened(backend)

    def send() -> bool:
        written = Written([an_entry(0)], idempotency=KEY)
        return backend.conversations.save(first, written, NOON) is not None

    ended = at_once(backend, send)
    assert (len(ended), sum(ended)) == (8, 1)


def test_lists_are_the_owners_newest_first_in_pages(backend: Backend) -> None:
    for number in (2, 1, 3):
        opened(backend, f"c-{number}", NOON + number * SECOND)
    backend.conversations.open(a_conversation("b-1", "bob"), [])
    first = backend.conversations.of_owner("ann", 2, None)
    assert [each.id for each in first.items] == ["c-3", "c-2"]
    rest = backend.conversations.of_owner("ann", 2, first.cursor)
    assert ([each.id for each in rest.items], rest.cursor) == (["c-1"], None)
    with pytest.raises(FieldInvalid):
        backend.conversations.of_owner("bob", 2, first.cursor)
    assert backend.conversations.of_owner("carl", 2, None).items == []


def test_a_list_shows_conversations_as_they_are_now(backend: Backend) -> None:
    now = replace(opened(backend), title="Later", messages=1)
    saved(backend, now, Written([an_entry(0)]))
    [found] = backend.conversations.of_owner("ann", 5, None).items
    assert (found.title, found.messages) == ("Later", 1)


def test_messages_come_oldest_first_in_pages(backend: Backend) -> None:
    full = Entry(2, Speaker.MODEL, "", NOON, ("list_files",), "p-1", STOPPED, "t-1")
    saved(backend, opened(backend), Written([an_entry(0), an_entry(1), full]))
    opened(backend, "c-10")
    first = backend.conversations.entries("c-1", 2, None)
    assert first.items == [an_entry(0), an_entry(1)]
    rest = backend.conversations.entries("c-1", 2, first.cursor)
    assert (rest.items, rest.cursor) == ([full], None)
    with pytest.raises(FieldInvalid):
        backend.conversations.entries("c-10", 2, first.cursor)
    assert backend.conversations.entry("c-1", 2) == full


def test_the_history_is_told_in_order_from_a_message_on(backend: Backend) -> None:
    uses = Message(Speaker.MODEL, (Said("Ich sehe"), ToolUse("u1", "list", {"a": [1.5, None]})))
    results = Message(
        Speaker.USER,
        (ToolResult("u1", {"ö": "\u202e"}), ToolResult("u2", {"error": "no"}, failed=True)),
    )
    parts = [Part(0, 0, uses), Part(2, 0, results), Part(2, 1, uses), Part(10, 0, results)]
    now = saved(backend, opened(backend), Written(parts=list(reversed(parts))))
    assert backend.conversations.history("c-1", 0) == parts
    assert backend.conversations.history("c-1", 2) == parts[1:]
    saved(backend, now, Written(parts=[Part(2, 0, uses)]))
    assert backend.conversations.history("c-1", 2)[0] == Part(2, 0, uses)
    assert backend.conversations.history("c-2", 0) == []


def test_handles_come_back_with_their_numbers(backend: Backend) -> None:
    assert backend.conversations.handles("c-1") == Handles()
    key = {"bucket": "b", "key": "ü/x"}
    handles, name = Handles().with_new(HandleKind.OBJECT, key, {"size_bytes": 5})
    saved(backend, opened(backend), Written(handles=handles))
    found = backend.conversations.handles("c-1")
    assert (found, name) == (handles, "obj_1")
    assert found.with_new(HandleKind.OBJECT, {"bucket": "b", "key": "y"}, {})[1] == "obj_2"


@pytest.mark.parametrize("letter", ["😀", "\u0001", '"'])
def test_handles_of_the_longest_keys_fit_into_a_row(letter: str) -> None:
    handles, longest = Handles(), letter * (1_024 // len(letter.encode()))
    for number in range(250):
        key = {"bucket": "b" * 63, "key": f"{number}{longest}"}
        handles, name = handles.with_new(HandleKind.OBJECT, key, {"version_id": "v" * 1_024})
    with mock_aws():
        client = client_with_table("agent")
        store = DynamoDbConversations(client, "agent", timedelta(days=1))
        assert store.save(store.open(a_conversation(), []), Written(handles=handles), NOON)
        assert store.handles("c-1") == handles
        row = client.get_item(TableName="agent", Key=row_key("C#c-1", "HANDLES"))["Item"]
    size = len(row["handles"]["S"].encode())
    assert size < 390_000
    assert handles.known[name]["key"].startswith("249")


def test_tokens_are_taken_up_to_the_most_and_by_day(backend: Backend) -> None:
    budget = backend.budget
    assert budget.take("ann", DAY, 60, 100)
    assert not budget.take("ann", DAY, 41, 100)
    assert budget.take("ann", DAY, 40, 100)
    assert budget.taken("ann", DAY) == 100
    budget.give_back("ann", DAY, 30)
    assert budget.take("ann", DAY, 30, 100)
    budget.give_back("ann", DAY, -7)
    assert budget.taken("ann", DAY) == 107
    assert budget.taken("bob", DAY) == budget.taken("ann", date(2026, 11, 23)) == 0
    assert not budget.take("bob", DAY, 101, 100)


def test_many_at_once_cannot_take_more_than_the_most(backend: Backend) -> None:
    taken = at_once(backend, lambda: backend.budget.take("ann", DAY, 30, 100))
    assert (len(taken), sum(taken), backend.budget.taken("ann", DAY)) == (8, 3, 90)


def test_a_page_of_long_messages_ends_before_lambda_would_refuse_it() -> None:
    with mock_aws():
        client = client_with_table("agent")
        store = DynamoDbConversations(client, "agent", timedelta(days=1))
        now = store.open(a_conversation(), [])
        text = '"\u0001😀' * 16_000  # JSON escapes it
        for number in range(30):
            found = store.save(now, Written([an_entry(number, text)]), NOON)
            assert found is not None
            now = found
        page = store.entries("c-1", 1000, None)
        shown = sum(len(each.text.encode()) for each in page.items)
        assert 1 < len(page.items) < 30
        assert shown < PAGE_BYTES
        assert page.cursor is not None
        assert store.entries("c-1", 1000, page.cursor).items[0].number == len(page.items)


def test_everything_of_a_conversation_expires_after_its_last_message() -> None:
    with mock_aws():
        client = client_with_table("agent")
        store = DynamoDbConversations(client, "agent", timedelta(days=400))
        first = store.open(a_conversation(), [])
        later = NOON + timedelta(days=300)
        part = Part(0, 0, Message(Speaker.USER, (Said("x"),)))
        entry = replace(an_entry(0), at=later)
        written = Written([entry], [part], Handles(), KEY)
        assert store.save(replace(first, updated_at=later), written, later)
        rows = client.scan(TableName="agent")["Items"]
        ends = {row["sk"]["S"].split("#")[0]: int(row["expires_at"]["N"]) for row in rows}
        kept = int((later + timedelta(days=400)).timestamp())
        kinds = ("CONVERSATION", "M", "H", "HANDLES")
        assert [ends[kind] for kind in kinds] == [kept] * len(kinds)
        assert "IDEM" in ends
