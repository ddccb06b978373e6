"""What only a real table can suffer: conflicts, lost answers, and rivals between two calls."""

import json
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from botocore.awsrequest import AWSResponse
from botocore.client import BaseClient
from botocore.exceptions import ClientError, ConnectionClosedError
from moto import mock_aws

from services.transfer.domain.chunks import ChunkPlan
from services.transfer.domain.errors import LeaseLost, StaleTransfer
from services.transfer.domain.ledger import ChunkLease, DoneChunk, LedgerId
from services.transfer.domain.transfer import Status
from tests.conformance.records import (
    NOON,
    a_key,
    a_moving_ledger,
    a_transfer,
    after,
    an_event,
    set_status,
)
from tests.conformance.stores import Stores, create_table, dynamodb_client, dynamodb_stores

PLAN = ChunkPlan(size_bytes=30, chunk_bytes=10)
BEFORE_WRITE = "before-call.dynamodb.TransactWriteItems"
AFTER_WRITE = "after-call.dynamodb.TransactWriteItems"


@pytest.fixture
def client() -> Iterator[BaseClient]:
    with mock_aws():
        client = dynamodb_client()
        create_table(client, "transfers")
        yield client


@pytest.fixture
def stores(client: BaseClient) -> Stores:
    """Those under test: hooks on `client` see their calls only."""
    return dynamodb_stores(client, "transfers")


@pytest.fixture
def rivals(client: BaseClient) -> Stores:
    """The same table through a client of its own."""
    return dynamodb_stores(dynamodb_client(), "transfers")


def once(action: Callable[[], object]) -> Callable[..., None]:
    waiting = [action]

    def hook(**_: object) -> None:
        if waiting:
            waiting.pop()()

    return hook


def refusal(reasons: list[str]) -> tuple[AWSResponse, dict[str, object]]:
    """As botocore parses a refusal by DynamoDB."""
    response = AWSResponse("https://dynamodb", 400, {}, None)
    return response, {
        "Error": {"Code": "TransactionCanceledException", "Message": "refused"},
        "CancellationReasons": [{"Code": reason} for reason in reasons],
        "ResponseMetadata": {},
    }


def claim(stores: Stores, ledger: LedgerId, worker: str, at: float = 0) -> ChunkLease | None:
    return stores.ledger.claim(ledger, worker, after(at), after(at + 60))


def test_a_conflict_with_another_transaction_is_tried_again(
    client: BaseClient, stores: Stores
) -> None:
    ledger = a_moving_ledger(stores, PLAN)
    conflicts = [refusal(["None", "TransactionConflict"])] * 5
    client.meta.events.register(BEFORE_WRITE, lambda **_: conflicts.pop() if conflicts else None)
    lease = claim(stores, ledger, "a")
    assert lease == ChunkLease(ledger, 0, "a", 1, after(60))
    assert not conflicts


def test_endless_conflicts_end_in_an_error_that_may_be_retried(
    client: BaseClient, stores: Stores
) -> None:
    ledger = a_moving_ledger(stores, PLAN)
    conflict = refusal(["TransactionConflict", "None"])
    client.meta.events.register(BEFORE_WRITE, lambda **_: conflict)
    with pytest.raises(StaleTransfer):
        claim(stores, ledger, "a")


def test_a_fault_of_our_own_request_is_not_taken_for_a_conflict(
    client: BaseClient, stores: Stores
) -> None:
    ledger = a_moving_ledger(stores, PLAN)
    fault = refusal(["ValidationError", "None"])
    client.meta.events.register(BEFORE_WRITE, lambda **_: fault)
    with pytest.raises(ClientError):
        claim(stores, ledger, "a")


def test_a_rival_that_claims_the_same_chunk_first_gets_it(
    client: BaseClient, stores: Stores, rivals: Stores
) -> None:
    ledger = a_moving_ledger(stores, PLAN)
    client.meta.events.register(BEFORE_WRITE, once(lambda: claim(rivals, ledger, "b")))
    lease = claim(stores, ledger, "a")
    assert lease is not None
    assert lease.number == 1
    assert [lease.worker for lease in stores.ledger.open_leases(ledger)] == ["b", "a"]
    assert stores.ledger.progress(ledger).attempts == 2


def test_a_rival_that_takes_the_same_chunk_over_first_gets_it(
    client: BaseClient, stores: Stores, rivals: Stores
) -> None:
    ledger = a_moving_ledger(stores, PLAN)
    claim(stores, ledger, "dead")
    client.meta.events.register(BEFORE_WRITE, once(lambda: claim(rivals, ledger, "b", at=60)))
    lease = claim(stores, ledger, "a", at=60)
    assert lease == ChunkLease(ledger, 1, "a", 1, after(120))
    assert stores.ledger.open_leases(ledger)[0] == ChunkLease(ledger, 0, "b", 2, after(120))


def test_a_chunk_renewed_at_the_last_moment_is_not_taken_over(
    client: BaseClient, stores: Stores, rivals: Stores
) -> None:
    ledger = a_moving_ledger(stores, PLAN)
    late = claim(stores, ledger, "late")
    assert late is not None
    client.meta.events.register(BEFORE_WRITE, once(lambda: rivals.ledger.renew(late, after(90))))
    lease = claim(stores, ledger, "a", at=60)
    assert lease is not None
    assert lease.number == 1


def test_a_chunk_released_at_the_last_moment_is_taken_over_with_its_checkpoint(
    client: BaseClient, stores: Stores, rivals: Stores
) -> None:
    ledger = a_moving_ledger(stores, PLAN)
    late = claim(stores, ledger, "late")
    assert late is not None
    client.meta.events.register(BEFORE_WRITE, once(lambda: rivals.ledger.release(late, 7, 77)))
    lease = claim(stores, ledger, "a", at=60)
    assert lease == ChunkLease(ledger, 0, "a", 2, after(120), done_bytes=7, crc64=77)


@pytest.mark.parametrize("status", [Status.PAUSED, Status.CANCELLING])
def test_a_pause_or_cancel_at_the_last_moment_stops_the_claim(
    client: BaseClient, stores: Stores, rivals: Stores, status: Status
) -> None:
    ledger = a_moving_ledger(stores, PLAN)
    hook = once(lambda: set_status(rivals, "t-1", status))
    client.meta.events.register(BEFORE_WRITE, hook)
    assert claim(stores, ledger, "a") is None
    assert stores.ledger.progress(ledger).attempts == 0
    assert stores.ledger.open_leases(ledger) == []


def test_a_takeover_at_the_last_moment_stops_the_finish(
    client: BaseClient, stores: Stores, rivals: Stores
) -> None:
    ledger = a_moving_ledger(stores, PLAN)
    late = claim(stores, ledger, "late")
    assert late is not None
    client.meta.events.register(BEFORE_WRITE, once(lambda: claim(rivals, ledger, "b", at=60)))
    with pytest.raises(LeaseLost):
        stores.ledger.finish(late, 10, 1)
    assert stores.ledger.progress(ledger).chunks_done == 0


def lose_the_next_answer(client: BaseClient) -> None:
    """DynamoDB did it, and the network broke before we heard of it."""

    def break_connection() -> None:
        raise ConnectionClosedError(endpoint_url="https://dynamodb")

    client.meta.events.register(AFTER_WRITE, once(break_connection))


def test_a_finish_whose_answer_was_lost_is_repeated_without_harm(
    client: BaseClient, stores: Stores
) -> None:
    ledger = a_moving_ledger(stores, PLAN)
    lease = claim(stores, ledger, "a")
    assert lease is not None
    lose_the_next_answer(client)
    with pytest.raises(ConnectionClosedError):
        stores.ledger.finish(lease, 10, 1)
    stores.ledger.finish(lease, 10, 1)
    assert list(stores.ledger.done_chunks(ledger)) == [DoneChunk(0, 10, 1, 1)]
    assert stores.ledger.progress(ledger).bytes_done == 10


def test_a_claim_whose_answer_was_lost_is_taken_over_when_it_expires(
    client: BaseClient, stores: Stores
) -> None:
    ledger = a_moving_ledger(stores, PLAN)
    lose_the_next_answer(client)
    with pytest.raises(ConnectionClosedError):
        claim(stores, ledger, "a")
    heir = claim(stores, ledger, "b", at=60)
    assert heir == ChunkLease(ledger, 0, "b", 2, after(120))


def test_a_create_whose_answer_was_lost_gives_the_first_transfer_when_repeated(
    client: BaseClient, stores: Stores
) -> None:
    lose_the_next_answer(client)
    with pytest.raises(ConnectionClosedError):
        stores.transfers.create(a_transfer("t-1"), [an_event("e-1")], a_key())
    again = stores.transfers.create(a_transfer("t-2"), [an_event("e-2")], a_key())
    assert again == a_transfer("t-1")
    assert stores.transfers.unpublished("t-1") == [an_event("e-1")]


def test_a_rival_that_takes_the_same_session_first_gets_it(
    client: BaseClient, stores: Stores, rivals: Stores
) -> None:
    def rival() -> None:
        rivals.slots.take("partner", 2, "b", NOON, after(60))

    client.meta.events.register(BEFORE_WRITE, once(rival))
    slot = stores.slots.take("partner", 2, "a", NOON, after(60))
    assert slot is not None
    assert slot.number == 1
    assert stores.slots.take("partner", 2, "c", NOON, after(60)) is None


def test_a_chunk_costs_one_query_and_two_writes_that_the_network_may_repeat(
    client: BaseClient, stores: Stores
) -> None:
    ledger = a_moving_ledger(stores, PLAN)
    calls: Counter[str] = Counter()
    tokens: set[str] = set()

    def count(model: object, params: dict[str, bytes], **_: object) -> None:
        calls[getattr(model, "name", "")] += 1
        tokens.add(json.loads(params["body"]).get("ClientRequestToken", ""))

    client.meta.events.register("before-call.dynamodb", count)
    lease = claim(stores, ledger, "a")
    assert lease is not None
    stores.ledger.finish(lease, 10, 1)
    assert calls == {"Query": 1, "TransactWriteItems": 2}
    assert len(tokens - {""}) == 2
