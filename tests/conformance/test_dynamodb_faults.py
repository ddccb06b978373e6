"""What DynamoDB and the network do to a write: conflicts, refusals, lost answers, repetitions."""

import json
from collections import Counter
from collections.abc import Iterator

import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ClientError, ConnectionClosedError

from services.transfer.domain.chunks import ChunkPlan
from services.transfer.domain.errors import StaleTransfer
from services.transfer.domain.ledger import ChunkLease, DoneChunk
from tests.conformance.hooked_table import HookedTable, claim, hooked_moto_table
from tests.conformance.records import a_key, a_moving_ledger, a_transfer, after, an_event

PLAN = ChunkPlan(size_bytes=30, chunk_bytes=10)
BEFORE_WRITE = "before-call.dynamodb.TransactWriteItems"


@pytest.fixture
def table() -> Iterator[HookedTable]:
    with hooked_moto_table() as opened:
        yield opened


def refusal(reasons: list[str]) -> tuple[AWSResponse, dict[str, object]]:
    """As botocore parses a refusal by DynamoDB."""
    response = AWSResponse("https://dynamodb", 400, {}, None)
    return response, {
        "Error": {"Code": "TransactionCanceledException", "Message": "refused"},
        "CancellationReasons": [{"Code": reason} for reason in reasons],
        "ResponseMetadata": {},
    }


def test_a_conflict_with_another_transaction_is_tried_again(table: HookedTable) -> None:
    ledger = a_moving_ledger(table.stores, PLAN)
    conflicts = [refusal(["None", "TransactionConflict"])] * 5
    table.client.meta.events.register(
        BEFORE_WRITE, lambda **_: conflicts.pop() if conflicts else None
    )
    lease = claim(table.stores, ledger, "a")
    assert lease == ChunkLease(ledger, 0, "a", 1, after(60))
    assert not conflicts


def test_endless_conflicts_end_in_an_error_that_may_be_retried(table: HookedTable) -> None:
    ledger = a_moving_ledger(table.stores, PLAN)
    conflict = refusal(["TransactionConflict", "None"])
    table.client.meta.events.register(BEFORE_WRITE, lambda **_: conflict)
    with pytest.raises(StaleTransfer):
        claim(table.stores, ledger, "a")


def test_a_fault_of_our_own_request_is_not_taken_for_a_conflict(table: HookedTable) -> None:
    ledger = a_moving_ledger(table.stores, PLAN)
    fault = refusal(["ValidationError", "None"])
    table.client.meta.events.register(BEFORE_WRITE, lambda **_: fault)
    with pytest.raises(ClientError):
        claim(table.stores, ledger, "a")


def lose_the_next_answer(table: HookedTable) -> None:
    """DynamoDB did it, and the network broke before we heard of it."""

    def break_connection() -> None:
        raise ConnectionClosedError(endpoint_url="https://dynamodb")

    table.after_next_write(break_connection)


def test_a_finish_whose_answer_was_lost_is_repeated_without_harm(table: HookedTable) -> None:
    ledger = a_moving_ledger(table.stores, PLAN)
    lease = claim(table.stores, ledger, "a")
    assert lease is not None
    lose_the_next_answer(table)
    with pytest.raises(ConnectionClosedError):
        table.stores.ledger.finish(lease, 10, 1)
    table.stores.ledger.finish(lease, 10, 1)
    assert list(table.stores.ledger.done_chunks(ledger)) == [DoneChunk(0, 10, 1, 1)]
    assert table.stores.ledger.progress(ledger).bytes_done == 10


def test_a_claim_whose_answer_was_lost_is_taken_over_when_it_expires(table: HookedTable) -> None:
    ledger = a_moving_ledger(table.stores, PLAN)
    lose_the_next_answer(table)
    with pytest.raises(ConnectionClosedError):
        claim(table.stores, ledger, "a")
    heir = claim(table.stores, ledger, "b", at=60)
    assert heir == ChunkLease(ledger, 0, "b", 2, after(120))


def test_a_create_whose_answer_was_lost_gives_the_first_transfer_when_repeated(
    table: HookedTable,
) -> None:
    lose_the_next_answer(table)
    with pytest.raises(ConnectionClosedError):
        table.stores.transfers.create(a_transfer("t-1"), [an_event("e-1")], a_key())
    again = table.stores.transfers.create(a_transfer("t-2"), [an_event("e-2")], a_key())
    assert again == a_transfer("t-1")
    assert table.stores.transfers.unpublished("t-1") == [an_event("e-1")]


def test_a_chunk_costs_one_query_and_two_writes_that_the_network_may_repeat(
    table: HookedTable,
) -> None:
    ledger = a_moving_ledger(table.stores, PLAN)
    calls: Counter[str] = Counter()
    tokens: set[str] = set()

    def count(model: object, params: dict[str, bytes], **_: object) -> None:
        calls[getattr(model, "name", "")] += 1
        tokens.add(json.loads(params["body"]).get("ClientRequestToken", ""))

    table.client.meta.events.register("before-call.dynamodb", count)
    lease = claim(table.stores, ledger, "a")
    assert lease is not None
    table.stores.ledger.finish(lease, 10, 1)
    assert calls == {"Query": 1, "TransactWriteItems": 2}
    assert len(tokens - {""}) == 2
