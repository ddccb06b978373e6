"""Of a transfer the newest event is known, in whichever order they come and by whichever clock."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

from moto import mock_aws

from runtime.consumer import never_works
from runtime.dynamodb.items import epoch_seconds
from services.agent.adapters.dynamodb_known_transfers import DynamoDbKnownTransfers
from services.agent.domain.errors import KnownTransferBusy
from services.agent.domain.known_transfer import KnownTransfer
from services.agent.domain.ports import KnownPorts
from services.agent.use_cases.keep_newest import keep_newest
from tests.unit.runtime.service_table import client_with_table

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
KEEP_FOR = timedelta(days=90)
EVENTS = ["TransferRequested.v1", "TransferStarted.v1", "TransferFailed.v1"]


def told(sequence: int, transfer_id: str = "t-1") -> KnownTransfer:
    at = NOON - timedelta(minutes=sequence)  # by clocks that differ
    return KnownTransfer(transfer_id, EVENTS[sequence], sequence, at)


def test_the_newest_event_is_kept_in_every_order_and_until_long_after_it() -> None:
    with mock_aws():
        client = client_with_table("known")
        ports = KnownPorts(DynamoDbKnownTransfers(client, "known"), KEEP_FOR)
        for number, order in enumerate(permutations(range(len(EVENTS)))):
            for sequence in (*order, *order):
                keep_newest(told(sequence, f"t-{number}"), ports=ports)
        rows = client.scan(TableName="known")["Items"]
    newest = told(len(EVENTS) - 1)
    expires_at = str(epoch_seconds(newest.occurred_at + KEEP_FOR))
    assert {(row["newest_event"]["S"], row["expires_at"]["N"]) for row in rows} == {
        (newest.newest_event, expires_at)
    }
    assert {row["transfer_id"]["S"] for row in rows} == {f"t-{n}" for n in range(6)}


def test_a_busy_row_is_tried_again() -> None:
    assert not never_works(KnownTransferBusy("t-1"))
