"""A write meets conflicts, refusals, lost answers and repetitions of DynamoDB and the network."""

import json
from collections import Counter
from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError

from services.transfer.domain.chunks import ChunkPlan
from services.transfer.domain.errors import StaleTransfer
from services.transfer.domain.ledger import ChunkLease, DoneChunk
from tests.conformance.hooked_table import (
    BEFORE_WRITE,
    HookedTable,
    claim,
    hooked_moto_table,
    must_claim,
    refusal,
)
from tests.conformance.records import (
    PART,
    a_key,
    a_lane,
    a_mark,
    a_moving_ledger,
    a_transfer,
    after,
    an_event,
    finish,
)

PLAN = ChunkPlan(size_bytes=30, chunk_bytes=10)


@pytest.fixture
def table() -> Iterator[HookedTable]:
    with hooked_moto_table() as opened:
        yield opened


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
    """DynamoDB wrote it, and the network broke before the answer came."""

    def break_connection() -> None:
        raise ConnectionClosedError(endpoint_url="https://dynamodb")

    table.after_next_write(break_connection)


def test_a_finish_whose_answer_was_lost_is_repeated_without_harm(table: HookedTable) -> None:
    ledger = a_moving_ledger(table.stores, PLAN)
    lease = must_claim(table.stores, ledger, "a")
    lose_the_next_answer(table)
    with pytest.raises(ConnectionClosedError):
        finish(table.stores, lease)
    finish(table.stores, lease)
    assert list(table.stores.ledger.done_chunks(ledger)) == [DoneChunk(0, 1, a_mark(), PART)]
    assert table.stores.ledger.progress(ledger).bytes_done == 10


def test_a_reopening_whose_answer_was_lost_is_repeated_without_harm(table: HookedTable) -> None:
    ledger = a_moving_ledger(table.stores, PLAN)
    finish(table.stores, must_claim(table.stores, ledger, "a"))
    [done] = table.stores.ledger.done_chunks(ledger)
    lose_the_next_answer(table)
    with pytest.raises(ConnectionClosedError):
        table.stores.ledger.reopen(ledger, done)
    assert not table.stores.ledger.reopen(ledger, done)
    progress = table.stores.ledger.progress(ledger)
    assert (progress.chunks_done, progress.bytes_done) == (0, 0)
    assert [lease.doubts for lease in table.stores.ledger.open_leases(ledger)] == [1]


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
    assert table.stores.outbox.unpublished("t-1") == [an_event("e-1")]


class CountedCalls(Counter[str]):
    """The calls of DynamoDB by name, and the tokens by which it recognises a repeated call."""

    def __init__(self, table: HookedTable) -> None:
        super().__init__()
        self.tokens: set[str] = set()
        table.client.meta.events.register("before-call.dynamodb", self.called)

    def called(self, model: object, params: dict[str, bytes], **_: object) -> None:
        self[getattr(model, "name", "")] += 1
        token = json.loads(params["body"]).get("ClientRequestToken")
        self.tokens |= {token} if token else set()

    def since(self) -> dict[str, int]:
        counted = dict(self)
        self.clear()
        return counted


def test_a_chunk_costs_one_query_and_two_writes_that_the_network_may_repeat(
    table: HookedTable,
) -> None:
    ledger = a_moving_ledger(table.stores, PLAN)
    calls = CountedCalls(table)
    finish(table.stores, must_claim(table.stores, ledger, "a"))
    assert calls.since() == {"Query": 1, "TransactWriteItems": 2}
    assert len(calls.tokens) == 2


def test_a_renewal_a_checkpoint_a_beat_and_a_look_cost_one_call_each(table: HookedTable) -> None:
    ledger = a_moving_ledger(table.stores, PLAN)
    table.stores.lanes.queue(a_lane())
    lane = table.stores.lanes.take(ledger, 0, 1, "a", after(0), after(60))
    slot = table.stores.slots.take("partner", 1, "a", after(0), after(60))
    lease = must_claim(table.stores, ledger, "a")
    assert lane is not None
    assert slot is not None
    calls = CountedCalls(table)
    for write in (
        lambda: table.stores.ledger.renew(lease, after(61)),
        lambda: table.stores.ledger.checkpoint(lease, a_mark(3)),
        lambda: table.stores.lanes.beat(lane, after(61), 1),
        lambda: table.stores.slots.renew(slot, after(61)),
    ):
        write()
        assert calls.since() == {"TransactWriteItems": 1}
    for look in (table.stores.ledger.progress, lambda of: table.stores.ledger.done_chunk(of, 0)):
        look(ledger)
        assert calls.since() == {"GetItem": 1}
    table.stores.ledger.reached(ledger)[1]
    assert calls.since() == {"Query": 1}


def test_an_event_is_claimed_marked_and_given_back_without_being_looked_for(
    table: HookedTable,
) -> None:
    table.stores.transfers.create(a_transfer(), [an_event(f"e-{n}") for n in range(3)], None)
    calls = CountedCalls(table)
    assert table.stores.outbox.claim("t-1", "e-2", "a", after(0), after(30))
    table.stores.outbox.give_back("t-1", "e-2")
    table.stores.outbox.mark_published("t-1", "e-2")
    assert calls.since() == {"TransactWriteItems": 3}


def test_the_highest_of_many_done_chunks_is_one_row_that_is_read(table: HookedTable) -> None:
    ledger = a_moving_ledger(table.stores, PLAN)
    for _ in range(3):
        finish(table.stores, must_claim(table.stores, ledger, "a"))
    read: list[int] = []
    table.client.meta.events.register(
        "after-call.dynamodb.Query", lambda parsed, **_: read.append(parsed["ScannedCount"])
    )
    highest = table.stores.ledger.reached(ledger)[1]
    assert (highest and highest.number, read) == (2, [1])
