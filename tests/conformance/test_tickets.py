"""Ticketing's stores: what is known of transfers, their tickets, the gate, the users."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from moto import mock_aws

from kernel.idempotency import Idempotency
from kernel.outbox import OutboxEvent
from runtime.dynamodb.outbox import DynamoDbOutbox
from services.ticketing.adapters.dynamodb_gates import DynamoDbGates
from services.ticketing.adapters.dynamodb_tickets import DynamoDbTickets
from services.ticketing.adapters.dynamodb_users import DynamoDbUsers
from services.ticketing.domain.case import Case, Trouble
from services.ticketing.domain.errors import IdempotencyConflict
from services.ticketing.domain.gate import Gate
from services.ticketing.domain.ports import Change, Gates, Tickets, Users
from services.ticketing.domain.ticket import Key, Kind, Lease, Rank, Record, Ticket, Wish
from services.ticketing.domain.user import User
from services.ticketing.domain_services.projection import told
from tests.conformance.stores import create_table, dynamodb_client
from tests.fakes.tickets import InMemoryGates, InMemoryTickets, InMemoryUsers
from tests.unit.progress.stories import NOON, Story

MINUTE = timedelta(minutes=1)
KEY = Key("T#t-1", Kind.USER)


@dataclass(frozen=True)
class Stores:
    tickets: Tickets
    gates: Gates
    users: Users
    told: object  # the outbox, where there is one


@pytest.fixture(params=["in_memory", "moto"])
def stores(request: pytest.FixtureRequest) -> Iterator[Stores]:
    if request.param == "in_memory":
        tickets = InMemoryTickets()
        yield Stores(tickets, InMemoryGates(), InMemoryUsers(), tickets)
        return
    with mock_aws():
        client = dynamodb_client()
        create_table(client, "ticketing", "ticketing")
        yield Stores(
            DynamoDbTickets(client, "ticketing", lambda: NOON),
            DynamoDbGates(client, "ticketing", lambda: NOON),
            DynamoDbUsers(client, "ticketing"),
            DynamoDbOutbox(client, "ticketing"),
        )


def a_case() -> Case:
    story, case = Story(), None
    for event in (story.requested(), story.started(), story.paused(), story.failed(3)):
        case = told(case, event.data, event.meta.occurred_at, MINUTE)
    assert case is not None
    return case


def a_ticket(key: Key = KEY, at: datetime = NOON, rank: Rank = Rank.OPENING) -> Ticket:
    return Ticket(key, "jane", NOON, "c-1", "t-1").due(rank, at)


def stored(stores: Stores, ticket: Ticket) -> Ticket:
    assert stores.tickets.store([Change(ticket)])
    found = stores.tickets.read(ticket.key)
    assert found is not None
    return found


def test_a_case_and_its_tickets_come_back_as_they_were_stored(stores: Stores) -> None:
    case = a_case()
    full = replace(
        a_ticket(),
        record=Record("incident", "sys1", "INC1", "https://desk.example/1"),
        noted=(1, 4),
        trouble=Trouble("a", "b", True),
        lease=Lease("me", NOON + MINUTE),
        wish=Wish("s", "d"),
    )
    assert stores.tickets.store([Change(full)], (case, None))
    assert stores.tickets.case("t-1") == replace(case, version=1)
    assert stores.tickets.read(KEY) == replace(full, version=1)


def test_nothing_is_stored_when_one_of_all_was_changed_meanwhile(stores: Stores) -> None:
    case, ticket = a_case(), a_ticket()
    assert stores.tickets.store([Change(ticket)], (case, None))
    known = stores.tickets.case("t-1")
    assert not stores.tickets.store([], (replace(case, run=9), None))
    audit = a_ticket(Key("T#t-1", Kind.AUDIT))
    assert not stores.tickets.store([Change(audit), Change(ticket, ticket)], (case, known))
    assert stores.tickets.read(audit.key) is None
    assert stores.tickets.case("t-1") == known


def test_of_two_writers_one_wins(stores: Stores) -> None:
    ticket = stored(stores, a_ticket())
    mine, yours = replace(ticket, run_shown=1), replace(ticket, run_shown=2)
    assert stores.tickets.store([Change(mine, ticket)])
    assert not stores.tickets.store([Change(yours, ticket)])
    found = stores.tickets.read(KEY)
    assert found is not None
    assert (found.run_shown, found.version) == (1, 2)


def test_tickets_of_a_transfer_come_by_kind_and_generation(stores: Stores) -> None:
    keys = [Key("T#t-1", kind, number) for kind in (Kind.AUDIT, Kind.USER) for number in (1, 2, 10)]
    for key in reversed(keys):
        stored(stores, a_ticket(key))
    stored(stores, a_ticket(Key("T#t-10", Kind.USER)))
    assert [each.key for each in stores.tickets.of_subject("T#t-1")] == keys


def test_what_is_due_comes_oldest_first_and_by_rank(stores: Stores) -> None:
    for number in (3, 1, 2):
        stored(stores, a_ticket(Key(f"T#t-{number}", Kind.USER), NOON + number * MINUTE))
    stored(stores, a_ticket(Key("T#t-4", Kind.USER), NOON, Rank.NOTE))
    due = stores.tickets.due(Rank.OPENING, NOON + 2 * MINUTE, 10)
    assert [key.subject for key in due] == ["T#t-1", "T#t-2"]
    assert [key.subject for key in stores.tickets.due(Rank.OPENING, NOON + 9 * MINUTE, 1)] == [
        "T#t-1"
    ]
    assert len(stores.tickets.waiting(Rank.OPENING, 10)) == 3
    assert len(stores.tickets.waiting(Rank.OPENING, 2)) == 2


def test_nobody_is_shown_a_ticket_that_is_written_or_done(stores: Stores) -> None:
    ticket = stored(stores, a_ticket())
    leased = replace(ticket, lease=Lease("me", NOON + 5 * MINUTE))
    assert stores.tickets.store([Change(leased, ticket)])
    assert stores.tickets.due(Rank.OPENING, NOON + 4 * MINUTE, 9) == []
    assert stores.tickets.due(Rank.OPENING, NOON + 5 * MINUTE, 9) == [KEY]
    found = stores.tickets.read(KEY)
    assert found is not None
    assert stores.tickets.store([Change(found.released().nothing_due(), found)])
    assert stores.tickets.due(Rank.OPENING, NOON + 9 * MINUTE, 9) == []
    assert stores.tickets.waiting(Rank.OPENING, 9) == []


def test_a_ticket_is_found_by_its_number(stores: Stores) -> None:
    ticket = stored(stores, a_ticket())
    opened = replace(ticket, record=Record("incident", "sys1", "INC1"))
    assert stores.tickets.by_number("INC1") is None
    assert stores.tickets.store([Change(opened, ticket)])
    assert stores.tickets.by_number("INC1") == stores.tickets.read(KEY)


def test_a_request_is_made_once_for_its_key(stores: Stores) -> None:
    def asked(number: int, body: str = "b") -> Ticket:
        ticket = a_ticket(Key(f"R#{number}", Kind.REQUEST))
        return stores.tickets.request(ticket, Idempotency("jane#k#1", body), NOON)

    first = asked(1)
    assert asked(2) == first
    assert stores.tickets.read(Key("R#2", Kind.REQUEST)) is None
    assert [each.key for each in stores.tickets.requests("t-1")] == [first.key]
    with pytest.raises(IdempotencyConflict):
        asked(3, "another")


def test_requests_without_a_key_are_all_made(stores: Stores) -> None:
    for number in (1, 2):
        stores.tickets.request(a_ticket(Key(f"R#{number}", Kind.REQUEST)), None, NOON)
    assert len(stores.tickets.requests("t-1")) == 2


def test_events_are_stored_with_the_change(stores: Stores) -> None:
    event = OutboxEvent("e-1", "TicketOpened.v1", "{}")
    ticket = a_ticket()
    assert stores.tickets.store([Change(ticket, None, (event,))])
    assert not stores.tickets.store([Change(ticket, None, (replace(event, event_id="e-2"),))])
    if isinstance(stores.told, DynamoDbOutbox):
        assert list(stores.told.unpublished("T#t-1")) == [event]


def test_the_gate_is_changed_by_one_at_a_time(stores: Stores) -> None:
    assert stores.gates.read() == Gate()
    closed = Gate(closed_until=NOON, trouble=Trouble("a", "b", True), since=NOON)
    assert stores.gates.store(closed)
    assert not stores.gates.store(Gate())
    found = stores.gates.read()
    assert found == replace(closed, version=1)
    assert stores.gates.store(found.after_success(NOON))
    assert stores.gates.read() == Gate(version=2)


def test_the_newest_of_a_user_is_kept(stores: Stores) -> None:
    assert stores.users.read("jane") == User("jane")
    newer, older = User("jane", "Jane", "j@x.example", False, 5), User("jane", "J", None, False, 4)
    again = replace(newer, full_name="Told again")
    for user in (newer, older, again):
        stores.users.keep(user)
    assert stores.users.read("jane") == again
