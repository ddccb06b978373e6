"""TransferStore: optimistic saves, outbox, idempotency keys and open transfers."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.transfer.domain.errors import (
    IdempotencyConflict,
    StaleTransfer,
    TransferNotFound,
)
from services.transfer.domain.part_file import OldTarget
from services.transfer.domain.status import Status
from tests.conformance.records import (
    NOON,
    a_full_transfer,
    a_key,
    a_part,
    a_transfer,
    an_event,
)
from tests.conformance.stores import Stores


def test_a_transfer_comes_back_exactly_as_it_was_stored(stores: Stores) -> None:
    for transfer in (a_transfer(), a_full_transfer()):
        assert stores.transfers.create(transfer, (), None) == transfer
        assert stores.transfers.read(transfer.id) == transfer


def test_reading_an_unknown_transfer_says_so(stores: Stores) -> None:
    with pytest.raises(TransferNotFound):
        stores.transfers.read("t-1")


def test_a_save_raises_the_version_and_replaces_every_field(stores: Stores) -> None:
    full = stores.transfers.create(a_full_transfer(), (), None)
    bare = replace(a_transfer(full.id), version=full.version)
    saved = stores.transfers.save(bare)
    assert saved == replace(bare, version=full.version + 1)
    assert stores.transfers.read(full.id) == saved


@pytest.mark.parametrize(("events", "more"), [(0, 1), (1, 1), (2, 2), (3, 3)])
def test_every_event_of_a_save_has_a_version_of_its_own(
    stores: Stores, events: int, more: int
) -> None:
    before = stores.transfers.create(a_transfer(), (), None)
    saved = stores.transfers.save(before, [an_event(f"e-{n}") for n in range(events)])
    assert saved.version == before.version + more
    assert stores.transfers.read("t-1") == saved
    with pytest.raises(StaleTransfer):
        stores.transfers.save(replace(saved, version=saved.version - 1))
    assert stores.transfers.save(saved).version == saved.version + 1


def test_a_stale_save_changes_nothing_and_stores_no_event(stores: Stores) -> None:
    first = stores.transfers.create(a_transfer(), (), None)
    second = stores.transfers.save(replace(first, lanes=1), [an_event("e-1")])
    with pytest.raises(StaleTransfer):
        stores.transfers.save(replace(first, lanes=2), [an_event("e-2")])
    assert stores.transfers.read("t-1") == second
    assert stores.outbox.unpublished("t-1") == [an_event("e-1")]


def test_saving_a_transfer_that_was_never_created_is_refused(stores: Stores) -> None:
    with pytest.raises(StaleTransfer):
        stores.transfers.save(a_transfer())


def test_creating_an_existing_transfer_again_is_refused(stores: Stores) -> None:
    stores.transfers.create(a_transfer(), [an_event("e-1")], None)
    with pytest.raises(StaleTransfer):
        stores.transfers.create(a_transfer(lanes=3), [an_event("e-2")], a_key())
    assert stores.transfers.read("t-1") == a_transfer()
    assert stores.outbox.unpublished("t-1") == [an_event("e-1")]
    other = stores.transfers.create(a_transfer("t-2"), (), a_key("another body"))
    assert other.id == "t-2"  # the refused request left no key behind


def test_a_repeated_key_and_body_give_the_first_transfer(stores: Stores) -> None:
    first = stores.transfers.create(a_transfer("t-1"), [an_event("e-1")], a_key())
    moved_on = stores.transfers.save(replace(first, status=Status.MOVING))
    assert stores.transfers.create(a_transfer("t-2"), [an_event("e-2")], a_key()) == moved_on
    assert stores.transfers.create(a_transfer("t-1"), [an_event("e-1")], a_key()) == moved_on
    with pytest.raises(TransferNotFound):
        stores.transfers.read("t-2")
    assert stores.outbox.unpublished("t-1") == [an_event("e-1")]
    assert stores.outbox.unpublished("t-2") == []


def test_a_repeated_key_with_another_body_is_a_conflict(stores: Stores) -> None:
    stores.transfers.create(a_transfer("t-1"), (), a_key("body"))
    with pytest.raises(IdempotencyConflict):
        stores.transfers.create(a_transfer("t-2"), [an_event()], a_key("other"))
    with pytest.raises(TransferNotFound):
        stores.transfers.read("t-2")


def test_a_request_is_known_by_its_key_and_body(stores: Stores) -> None:
    store, week = stores.transfers, timedelta(days=7)
    assert store.requested_before(a_key(), NOON) is None
    first = store.create(a_transfer("t-1"), (), a_key())
    moved_on = store.save(replace(first, status=Status.MOVING))
    assert store.requested_before(a_key(), NOON) == moved_on
    with pytest.raises(IdempotencyConflict):
        store.requested_before(a_key("another body"), NOON)
    assert store.requested_before(a_key(), NOON + week - timedelta(seconds=1)) == moved_on
    assert store.requested_before(a_key(), NOON + week) is None


def test_a_key_is_forgotten_after_seven_days(stores: Stores) -> None:
    week = timedelta(days=7)
    stores.transfers.create(a_transfer("t-1"), (), a_key("body"))
    still_known = a_transfer("t-2", at=NOON + week - timedelta(seconds=1))
    assert stores.transfers.create(still_known, (), a_key("body")).id == "t-1"
    assert stores.transfers.create(a_transfer("t-3", at=NOON + week), (), a_key("new")).id == "t-3"
    assert stores.transfers.create(a_transfer("t-4", at=NOON + week), (), a_key("new")).id == "t-3"


def test_open_transfers_are_those_that_need_work(stores: Stores) -> None:
    for status in Status:
        stores.transfers.create(a_transfer(f"t-{status}", status=status), (), None)
        untidy = {
            "part": a_transfer(f"part-{status}", status=status, part=a_part()),
            "left": a_transfer(f"left-{status}", status=status, leftovers=(a_part(),)),
            "aside": a_transfer(
                f"aside-{status}", status=status, aside=OldTarget("/in/.a.old", "/in/a", "here")
            ),
        }
        for transfer in untidy.values():
            stores.transfers.create(transfer, (), None)
    ended = {"t-completed", "t-failed", "t-cancelled"}
    every = {f"{kind}-{status}" for status in Status for kind in ("t", *untidy)}
    assert {transfer.id for transfer in stores.transfers.open_transfers()} == every - ended


def test_a_transfer_leaves_and_enters_the_open_ones_with_its_state(stores: Stores) -> None:
    transfer = stores.transfers.create(a_transfer(), (), None)
    for status, part, is_open in [
        (Status.FAILED, a_part(), True),
        (Status.FAILED, None, False),
        (Status.REQUESTED, None, True),
        (Status.COMPLETED, None, False),
    ]:
        transfer = stores.transfers.save(replace(transfer, status=status, part=part))
        assert [found.id for found in stores.transfers.open_transfers()] == ["t-1"] * is_open


def test_open_transfers_are_read_by_id_from_behind_any_of_them(stores: Stores) -> None:
    for number in (3, 1, 2, 4):
        stores.transfers.create(a_transfer(f"t-{number}"), (), None)

    def found(after: str) -> list[str]:
        return [transfer.id for transfer in stores.transfers.open_transfers(after)]

    assert found("") == ["t-1", "t-2", "t-3", "t-4"]
    assert found("t-2") == ["t-3", "t-4"]
    assert found("t-2-gone") == ["t-3", "t-4"]
    assert found("t-4") == []


def test_the_sweepers_position_is_kept(stores: Stores) -> None:
    assert stores.transfers.sweep_position() == ""
    for position in ("t-7", "t-2"):
        stores.transfers.save_sweep_position(position)
        assert stores.transfers.sweep_position() == position
