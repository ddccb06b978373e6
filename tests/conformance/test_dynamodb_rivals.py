"""Rivals that change the table between an adapter's reading and its writing."""

from collections.abc import Iterator

import pytest

from services.transfer.domain.chunks import ChunkPlan
from services.transfer.domain.errors import LeaseLost
from services.transfer.domain.ledger import ChunkLease
from services.transfer.domain.transfer import Status
from tests.conformance.hooked_table import HookedTable, claim, hooked_moto_table
from tests.conformance.records import NOON, a_moving_ledger, after, set_status

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
    late = claim(table.stores, ledger, "late")
    assert late is not None
    table.before_next_write(lambda: table.rivals.ledger.renew(late, after(90)))
    lease = claim(table.stores, ledger, "a", at=60)
    assert lease is not None
    assert lease.number == 1


def test_a_chunk_released_at_the_last_moment_is_taken_over_with_its_checkpoint(
    table: HookedTable,
) -> None:
    ledger = a_moving_ledger(table.stores, PLAN)
    late = claim(table.stores, ledger, "late")
    assert late is not None
    table.before_next_write(lambda: table.rivals.ledger.release(late, 7, 77))
    lease = claim(table.stores, ledger, "a", at=60)
    assert lease == ChunkLease(ledger, 0, "a", 2, after(120), done_bytes=7, crc64=77)


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
    late = claim(table.stores, ledger, "late")
    assert late is not None
    table.before_next_write(lambda: claim(table.rivals, ledger, "b", at=60))
    with pytest.raises(LeaseLost):
        table.stores.ledger.finish(late, 10, 1)
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
        lease = claim(table.rivals, ledger, "b")
        assert lease is not None
        table.rivals.ledger.finish(lease, 10, 1)

    table.before_next_write(rival)
    assert claim(table.stores, ledger, "a") == ChunkLease(ledger, 1, "a", 1, after(60))


def test_a_checkpoint_that_a_rival_moves_on_first_is_the_one_to_go_on_from(
    table: HookedTable,
) -> None:
    ledger = a_moving_ledger(table.stores, PLAN)
    first = claim(table.stores, ledger, "first")
    assert first is not None
    table.stores.ledger.release(first, 3, 33)

    def rival() -> None:
        lease = claim(table.rivals, ledger, "b")
        assert lease is not None
        table.rivals.ledger.release(lease, 7, 77)

    table.before_next_write(rival)
    lease = claim(table.stores, ledger, "a")
    assert lease == ChunkLease(ledger, 0, "a", 3, after(60), done_bytes=7, crc64=77)
