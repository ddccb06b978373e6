"""The stores of the auth service on each backend that the conformance suites run against."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count

from botocore.client import BaseClient
from moto import mock_aws

from kernel.caller import Role
from kernel.outbox import OutboxEvent
from services.auth.adapters.dynamodb_attempt_store import DynamoDbAttemptStore
from services.auth.adapters.dynamodb_handover_store import DynamoDbHandoverStore
from services.auth.adapters.dynamodb_session_store import DynamoDbSessionStore
from services.auth.adapters.dynamodb_sso_store import DynamoDbSsoStore
from services.auth.adapters.dynamodb_ticket_store import DynamoDbTicketStore
from services.auth.adapters.dynamodb_user_store import DynamoDbUserStore
from services.auth.domain.ports import (
    AttemptStore,
    HandoverStore,
    SessionStore,
    SsoStore,
    TicketStore,
    UserStore,
)
from services.auth.domain.session import ClientKind, Session
from services.auth.domain.user import LoginMethod, User
from tests.conformance.stores import dynamodb_client
from tests.fakes.auth_stores import (
    InMemoryAttemptStore,
    InMemoryHandoverStore,
    InMemorySessionStore,
    InMemorySsoStore,
    InMemoryTicketStore,
    InMemoryUserStore,
)
from tests.servers.emulator import Emulator

NOON = datetime(2026, 11, 2, 12, 0, 0, 123_456, tzinfo=UTC)
NUMBERS = count(1)
StartEmulator = Callable[[], Emulator]
Backend = Callable[[StartEmulator], AbstractContextManager["AuthStores"]]


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def pass_time(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass(frozen=True)
class AuthStores:
    users: UserStore
    sessions: SessionStore
    attempts: AttemptStore
    sso: SsoStore
    tickets: TicketStore
    handovers: HandoverStore
    clock: Clock
    told: Callable[[], list[str]]  # ids of the events in the outbox


@contextmanager
def in_memory(_: StartEmulator) -> Iterator[AuthStores]:
    clock, outbox = Clock(), list[OutboxEvent]()
    yield AuthStores(
        InMemoryUserStore(outbox),
        InMemorySessionStore(outbox),
        InMemoryAttemptStore(clock, outbox),
        InMemorySsoStore(),
        InMemoryTicketStore(),
        InMemoryHandoverStore(),
        clock,
        lambda: sorted(event.event_id for event in outbox),
    )


@contextmanager
def moto(_: StartEmulator) -> Iterator[AuthStores]:
    with mock_aws():
        client = dynamodb_client()
        create_auth_table(client, "auth")
        yield dynamodb_auth_stores(client, "auth")


@contextmanager
def moto_in_pages_of_one_row(_: StartEmulator) -> Iterator[AuthStores]:
    """Every query ends after each row, as a real one does after a megabyte."""
    with mock_aws():
        client = dynamodb_client()
        create_auth_table(client, "auth")
        client.meta.events.register("provide-client-params.dynamodb.Query", _one_row)
        yield dynamodb_auth_stores(client, "auth")


@contextmanager
def ministack(start: StartEmulator) -> Iterator[AuthStores]:
    client, table = dynamodb_client(start().endpoint), f"auth-{next(NUMBERS)}"
    create_auth_table(client, table)
    yield dynamodb_auth_stores(client, table)
    client.delete_table(TableName=table)


AUTH_BACKENDS: dict[str, Backend] = {
    "in_memory": in_memory,
    "ministack": ministack,
    "moto": moto,
    "moto_in_small_pages": moto_in_pages_of_one_row,
}


def dynamodb_auth_stores(client: BaseClient, table: str) -> AuthStores:
    clock = Clock()

    def told() -> list[str]:
        rows = client.scan(TableName=table)["Items"]
        return sorted(row["event_id"]["S"] for row in rows if "event_id" in row)

    return AuthStores(
        DynamoDbUserStore(client, table),
        DynamoDbSessionStore(client, table),
        DynamoDbAttemptStore(client, table, clock),
        DynamoDbSsoStore(client, table),
        DynamoDbTicketStore(client, table),
        DynamoDbHandoverStore(client, table),
        clock,
        told,
    )


def create_auth_table(client: BaseClient, name: str) -> None:
    """As services/auth/template.yaml declares it."""
    keys = ["pk", "sk", "gsi1pk", "gsi1sk"]
    client.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in keys],
        KeySchema=_key_schema("pk", "sk"),
        GlobalSecondaryIndexes=[
            {
                "IndexName": "listed",
                "KeySchema": _key_schema("gsi1pk", "gsi1sk"),
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )


def a_user(name: str = "ann") -> User:
    return User(name, name.title(), (Role.USER,), NOON, NOON, password_hash="$argon2id$...")


def a_session(session_id: str = "s1", user: str = "ann") -> Session:
    return Session(
        id=session_id,
        user=user,
        method=LoginMethod.PASSWORD,
        client=ClientKind.CONSOLE,
        source_ip="192.0.2.7",
        opened_at=NOON,
        last_seen_at=NOON,
        ends_at=NOON + timedelta(hours=12),
        refresh_hash="h1",
        idle_seconds=1_800,
    )


def an_event(event_id: str) -> OutboxEvent:
    return OutboxEvent(event_id, "SessionOpened.v1", '{"meta": {}, "data": {"ö": 1}}')


def _one_row(params: dict[str, object], **_: object) -> dict[str, object]:
    return params | {"Limit": 1}


def _key_schema(partition: str, sort: str) -> list[dict[str, str]]:
    return [
        {"AttributeName": partition, "KeyType": "HASH"},
        {"AttributeName": sort, "KeyType": "RANGE"},
    ]
