"""Rivals that change the table between an adapter's reading and its writing."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from services.transfer.domain.chunks import ChunkPlan
from services.transfer.domain.errors import LeaseLost
from services.transfer.domain.ledger import ChunkLease
from services.transfer.domain.status import Status
from tests.conformance.hooked_table import HookedTable, claim, hooked_moto_table, must_claim
from tests.conformance.records import (
    NOON,
    a_lane,
    a_mark,
    a_moving_ledger,
    after,
    finish,
    set_status,
)

PLAN = ChunkPlan(size_bytes=30, chunk_bytes=10)


@pytest.fixture
def table() -> Iterator[HookedTable]:
    with hooked_moto_table() as opened:
        yield opened


def test_a_rival_that_claims_the_same_chunk_first_gets_it(table: HookedTable) -> None:
    ledger = a_moving_ledger(table.stores, PLAN)
    table.before_next_write(lambda: claim(table.rivals, ledger, "b"))
    lease = claim(table.stores, ledger, "a")
    assert lease is not None
    assert lease.number == 1
    assert [lease.worker for lease in table.stores.ledger.open_leases(ledger)] == ["b", "a"]
    assert table.stores.ledger.progress(ledger).attempts == 2


def test_a_rival_that_takes_the_same_chunk_over_first_gets_it(table: HookedTable) -> None:
    ledger = a_moving_ledger(table.stores, PLAN)
    claim(table.stores, ledger, "dead")
    table.before_next_write(lambda: claim(table.rivals, ledger, "b", at=60))
    lease = claim(table.stores, ledger, "a", at=60)
    assert lease == ChunkLease(ledger, 1, "a", 1, after(120))
    assert table.stores.ledger.open_leases(ledger)[0] == ChunkLease(ledger, 0, "b", 2, after(120))


def test_a_chunk_renewed_at_the_last_moment_is_not_taken_over(table: HookedTable) -> None:
    ledger = a_moving_ledger(table.stores, PLAN)
    late = must_claim(table.stores, ledger, "late")
    table.before_next_write(lambda: table.rivals.ledger.renew(late, after(90)))
    lease = claim(table.stores, ledger, "a", at=60)
    assert lease is not None
    assert lease.number == 1


def test_a_chunk_released_at_the_last_moment_is_taken_over_with_its_checkpoint(
    table: HookedTable,
) -> None:
    ledger = a_moving_ledger(table.stores, PLAN)
    late = must_claim(table.stores, ledger, "late")
    table.before_next_write(lambda: table.rivals.ledger.release(replace(late, mark=a_mark(7))))
    lease = claim(table.stores, ledger, "a", at=60)
    assert lease == ChunkLease(ledger, 0, "a", 2, after(120), mark=a_mark(7))


def test_a_chunk_marked_at_the_last_moment_is_taken_over_with_that_mark(
    table: HookedTable,
) -> None:
    ledger = a_moving_ledger(table.stores, PLAN)
    late = must_claim(table.stores, ledger, "late")
    table.before_next_write(lambda: table.rivals.ledger.checkpoint(late, a_mark(7)))
    heir = must_claim(table.stores, ledger, "a", at=60)
    assert heir == ChunkLease(ledger, 0, "a", 2, after(120), mark=a_mark(7))


def test_what_is_found_not_to_be_there_at_the_last_moment_is_not_handed_on(
    table: HookedTable,
) -> None:
    ledger = a_moving_ledger(table.stores, PLAN)
    first = must_claim(table.stores, ledger, "first")
    table.stores.ledger.release(replace(first, mark=a_mark(3), ahead=a_mark(9)))
    late = must_claim(table.stores, ledger, "late")
    table.before_next_write(lambda: table.rivals.ledger.checkpoint(late, late.mark))
    heir = must_claim(table.stores, ledger, "a", at=60)
    assert heir == ChunkLease(ledger, 0, "a", 3, after(120), mark=a_mark(3))


@pytest.mark.parametrize("status", [Status.PAUSED, Status.CANCELLING])
def test_a_pause_or_cancel_at_the_last_moment_stops_the_claim(
    table: HookedTable, status: Status
) -> None:
    ledger = a_moving_ledger(table.stores, PLAN)
    table.before_next_write(lambda: set_status(table.rivals, "t-1", status))
    assert claim(table.stores, ledger, "a") is None
    assert table.stores.ledger.progress(ledger).attempts == 0
    assert table.stores.ledger.open_leases(ledger) == []


def test_a_takeover_at_the_last_moment_stops_the_finish(table: HookedTable) -> None:
    ledger = a_moving_ledger(table.stores, PLAN)
    late = must_claim(table.stores, ledger, "late")
    table.before_next_write(lambda: claim(table.rivals, ledger, "b", at=60))
    with pytest.raises(LeaseLost):
        finish(table.stores, late)
    assert table.stores.ledger.progress(ledger).chunks_done == 0


def test_a_rival_that_takes_the_same_session_first_gets_it(table: HookedTable) -> None:
    def rival() -> None:
        table.rivals.slots.take("partner", 2, "b", NOON, after(60))

    table.before_next_write(rival)
    slot = table.stores.slots.take("partner", 2, "a", NOON, after(60))
    assert slot is not None
    assert slot.number == 1
    assert table.stores.slots.take("partner", 2, "c", NOON, after(60)) is None


def test_a_chunk_that_a_rival_claims_and_finishes_first_is_not_moved_again(
    table: HookedTable,
) -> None:
    ledger = a_moving_ledger(table.stores, PLAN)

    def rival() -> None:
        finish(table.rivals, must_claim(table.rivals, ledger, "b"))

    table.before_next_write(rival)
    assert claim(table.stores, ledger, "a") == ChunkLease(ledger, 1, "a", 1, after(60))


def test_a_checkpoint_that_a_rival_moves_on_first_is_the_one_to_go_on_from(
    table: HookedTable,
) -> None:
    ledger = a_moving_ledger(table.stores, PLAN)
    first = must_claim(table.stores, ledger, "first")
    table.stores.ledger.release(replace(first, mark=a_mark(3)))

    def rival() -> None:
        lease = must_claim(table.rivals, ledger, "b")
        table.rivals.ledger.release(replace(lease, mark=a_mark(7)))

    table.before_next_write(rival)
    lease = claim(table.stores, ledger, "a")
    assert lease == ChunkLease(ledger, 0, "a", 3, after(60), mark=a_mark(7))


def test_a_chunk_that_two_find_damaged_at_once_is_opened_once(table: HookedTable) -> None:
    ledger = a_moving_ledger(table.stores, PLAN)
    finish(table.stores, must_claim(table.stores, ledger, "a"))
    [done] = table.stores.ledger.done_chunks(ledger)
    won: list[bool] = []
    table.before_next_write(lambda: won.append(table.rivals.ledger.reopen(ledger, done)))
    assert not table.stores.ledger.reopen(ledger, done)
    assert won == [True]
    assert table.stores.ledger.progress(ledger).chunks_done == 0


def test_a_turn_prolonged_at_the_last_moment_is_not_taken_over(table: HookedTable) -> None:
    ledger = a_moving_ledger(table.stores, PLAN)
    table.stores.lanes.queue(a_lane())
    late = table.stores.lanes.take(ledger, 0, 1, "late", NOON, after(60))
    assert late is not None
    table.before_next_write(lambda: table.rivals.lanes.beat(late, after(90), 7))
    assert table.stores.lanes.take(ledger, 0, 1, "a", after(60), after(120)) is None
    assert table.stores.lanes.lanes(ledger) == [replace(late, until=after(90), bytes_in_flight=7)]
