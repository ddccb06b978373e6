"""The stores of the transfer service on each backend that the conformance suite runs against."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, count

import boto3
from botocore.client import BaseClient
from moto import mock_aws

from bench.dynamodb_double import DynamoDbDouble, indexes_of
from infra.stacks import find_stack
from infra.templates import read_template
from kernel.outbox import Outbox
from runtime.dynamodb.outbox import DynamoDbOutbox
from services.transfer.adapters.dynamodb_chunk_ledger import DynamoDbChunkLedger
from services.transfer.adapters.dynamodb_destination_store import DynamoDbDestinationStore
from services.transfer.adapters.dynamodb_lane_register import DynamoDbLaneRegister
from services.transfer.adapters.dynamodb_lane_targets import DynamoDbLaneTargets
from services.transfer.adapters.dynamodb_session_slots import DynamoDbSessionSlots
from services.transfer.adapters.dynamodb_transfer_store import RECORDS, DynamoDbTransferStore
from services.transfer.domain.ports import (
    ChunkLedger,
    DestinationStore,
    LaneRegister,
    LaneTargets,
    SessionSlots,
    TransferStore,
)
from tests.fakes.stores import (
    InMemoryChunkLedger,
    InMemoryDestinationStore,
    InMemoryLaneRegister,
    InMemoryLaneTargets,
    InMemorySessionSlots,
    InMemoryTransferStore,
)
from tests.servers.emulator import Emulator

StartEmulator = Callable[[], Emulator]
Backend = Callable[[StartEmulator], AbstractContextManager["Stores"]]
NUMBERS = count(1)
LOOK_ROWS = 6  # of a line that is shown
ROWS_READ = 5  # for one page of a list, so that pages end before they are full
NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)  # when rows that expire are written
SESSION = boto3.Session()  # shared, because it keeps DynamoDB's model, which is slow to read


@dataclass(frozen=True)
class Stores:
    transfers: TransferStore
    outbox: Outbox
    ledger: ChunkLedger
    lanes: LaneRegister
    slots: SessionSlots
    targets: LaneTargets
    destinations: DestinationStore


def in_memory_stores() -> Stores:
    transfers, targets = InMemoryTransferStore(ROWS_READ), InMemoryLaneTargets()
    lanes = InMemoryLaneRegister()
    return Stores(
        transfers,
        transfers.outbox,
        InMemoryChunkLedger(transfers, lanes),
        lanes,
        InMemorySessionSlots(LOOK_ROWS, targets),
        targets,
        InMemoryDestinationStore(),
    )


@contextmanager
def in_memory(_: StartEmulator) -> Iterator[Stores]:
    yield in_memory_stores()


@contextmanager
def moto(_: StartEmulator) -> Iterator[Stores]:
    with mock_aws():
        client = dynamodb_client()
        create_table(client, "transfers")
        yield dynamodb_stores(client, "transfers")


@contextmanager
def moto_in_pages_of_one_row(_: StartEmulator) -> Iterator[Stores]:
    """Every query ends after each row, as a real one does after a megabyte."""
    with mock_aws():
        client = dynamodb_client()
        create_table(client, "transfers")
        client.meta.events.register("provide-client-params.dynamodb.Query", _one_row)
        yield dynamodb_stores(client, "transfers")


@contextmanager
def ministack(start: StartEmulator) -> Iterator[Stores]:
    client, table = dynamodb_client(start().endpoint), f"transfers-{next(NUMBERS)}"
    create_table(client, table)
    yield dynamodb_stores(client, table)
    client.delete_table(TableName=table)


@contextmanager
def counted(_: StartEmulator) -> Iterator[Stores]:
    """The table of bench.control_plane."""
    double = DynamoDbDouble(lambda operation: None, indexes_of("transfer"))
    yield dynamodb_stores(double, "transfers")


# The emulator is started only for the backend that asks for it.
BACKENDS: dict[str, Backend] = {
    "counted": counted,
    "in_memory": in_memory,
    "ministack": ministack,
    "moto": moto,
    "moto_in_small_pages": moto_in_pages_of_one_row,
}


def dynamodb_client(endpoint: str | None = None) -> BaseClient:
    return SESSION.client(
        "dynamodb",
        region_name="eu-central-1",
        endpoint_url=endpoint,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


def dynamodb_stores(client: BaseClient, table: str) -> Stores:
    return Stores(
        DynamoDbTransferStore(client, table, ROWS_READ),
        DynamoDbOutbox(client, table, RECORDS),
        DynamoDbChunkLedger(client, table, lambda: NOON),
        DynamoDbLaneRegister(client, table),
        DynamoDbSessionSlots(client, table, LOOK_ROWS),
        DynamoDbLaneTargets(client, table),
        DynamoDbDestinationStore(client, table),
    )


def create_table(client: BaseClient, name: str, service: str = "transfer") -> None:
    """As the service's template declares it."""
    indexes = read_template(find_stack(service).template)["Service"]["table"]["indexes"]
    keys = {"pk", "sk", *chain(*indexes.values())}
    client.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in sorted(keys)],
        KeySchema=_key_schema("pk", "sk"),
        GlobalSecondaryIndexes=[_index(index, *pair) for index, pair in indexes.items()],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )


def _one_row(params: dict[str, object], **_: object) -> dict[str, object]:
    return params | {"Limit": 1}


def _index(name: str, partition: str, sort: str) -> dict[str, object]:
    schema = _key_schema(partition, sort)
    return {"IndexName": name, "KeySchema": schema, "Projection": {"ProjectionType": "ALL"}}


def _key_schema(partition: str, sort: str) -> list[dict[str, str]]:
    return [
        {"AttributeName": partition, "KeyType": "HASH"},
        {"AttributeName": sort, "KeyType": "RANGE"},
    ]
