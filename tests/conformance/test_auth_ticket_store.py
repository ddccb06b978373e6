"""TicketStore. A ticket is taken once, also by one of many who try at the same moment."""

from concurrent.futures import ThreadPoolExecutor

from moto import mock_aws

from services.auth.adapters.dynamodb_ticket_store import DynamoDbTicketStore
from services.auth.domain.ticket import Ticket
from tests.conformance.auth_stores import NOON, AuthStores, create_auth_table
from tests.conformance.stores import dynamodb_client

TICKET = Ticket("hash-1", "ann+b@acme.example", "s1", NOON)
AT_ONCE = 8


def test_a_ticket_is_taken_once_as_it_was_kept(auth_stores: AuthStores) -> None:
    auth_stores.tickets.keep(TICKET)
    assert auth_stores.tickets.take("hash-2") is None
    assert auth_stores.tickets.take("hash-1") == TICKET
    assert auth_stores.tickets.take("hash-1") is None


def test_of_many_who_take_it_at_once_one_gets_it(auth_stores: AuthStores) -> None:
    auth_stores.tickets.keep(TICKET)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        taken = list(pool.map(auth_stores.tickets.take, ["hash-1"] * AT_ONCE))
    assert [each for each in taken if each is not None] == [TICKET]


def test_a_rival_who_takes_it_between_reading_and_writing_leaves_nothing() -> None:
    with mock_aws():
        client = dynamodb_client()
        create_auth_table(client, "auth")
        mine, rivals = (DynamoDbTicketStore(each, "auth") for each in (client, dynamodb_client()))
        mine.keep(TICKET)
        taken: list[Ticket | None] = []
        client.meta.events.register(
            "before-call.dynamodb.TransactWriteItems",
            lambda **_: taken.append(rivals.take("hash-1")),
        )
        assert mine.take("hash-1") is None
        assert taken == [TICKET]
