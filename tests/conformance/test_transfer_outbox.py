"""Outbox. Events wait in the order of their changes until a publisher has published each."""

from runtime.dynamodb.outbox import CLOCKS_DIFFER
from tests.conformance.records import a_transfer, after, an_event
from tests.conformance.stores import Stores


def test_events_wait_in_the_order_of_their_changes_until_published(stores: Stores) -> None:
    transfer = stores.transfers.create(a_transfer(), [an_event("z"), an_event("y")], None)
    for letters in ("x", "wvu", "", "t", "srqponm"):
        transfer = stores.transfers.save(transfer, [an_event(letter) for letter in letters])
    assert [event.event_id for event in stores.outbox.unpublished("t-1")] == list("zyxwvutsrqponm")
    assert stores.outbox.mark_published("t-1", "y")
    assert not stores.outbox.mark_published("t-1", "y")  # once only, so it counts once
    assert not stores.outbox.mark_published("t-1", "never seen")
    assert [event.event_id for event in stores.outbox.unpublished("t-1")] == list("zxwvutsrqponm")
    assert stores.outbox.unpublished("t-2") == []


def claimed(stores: Stores, holder: str, at: float = 0, event_id: str = "e-1") -> bool:
    """Claims the event for 30 seconds from `at`."""
    return stores.outbox.claim("t-1", event_id, holder, after(at), after(at + 30))


def test_an_event_is_claimed_by_one_publisher_at_a_time(stores: Stores) -> None:
    stores.transfers.create(a_transfer(), [an_event("e-1"), an_event("e-2")], None)
    assert claimed(stores, "a")
    assert not claimed(stores, "b", at=29.999999)
    assert claimed(stores, "b", event_id="e-2")
    waiting = [event.event_id for event in stores.outbox.unpublished("t-1")]
    assert waiting == ["e-1", "e-2"]  # claimed is not published
    assert claimed(stores, "b", at=30)
    assert not claimed(stores, "a", at=59)


def test_a_holder_may_take_its_own_claim_again_at_once(stores: Stores) -> None:
    stores.transfers.create(a_transfer(), [an_event("e-1")], None)
    assert claimed(stores, "a")
    assert claimed(stores, "a", at=1)
    assert not claimed(stores, "b", at=30)
    assert claimed(stores, "b", at=31)


def test_a_claim_of_a_clock_that_runs_ahead_is_not_believed(stores: Stores) -> None:
    stores.transfers.create(a_transfer(), [an_event("e-1")], None)
    believed = CLOCKS_DIFFER.total_seconds()
    assert claimed(stores, "ahead", at=believed)
    assert not claimed(stores, "b", at=0)
    assert claimed(stores, "ahead", at=believed + 0.000001)
    assert claimed(stores, "b", at=0)


def test_an_event_given_back_is_free_at_once(stores: Stores) -> None:
    stores.transfers.create(a_transfer(), [an_event("e-1")], None)
    assert claimed(stores, "a")
    for _ in range(2):
        stores.outbox.give_back("t-1", "e-1")
    assert claimed(stores, "b")
    stores.outbox.give_back("t-1", "never seen")
    assert not claimed(stores, "a")


def test_a_published_event_is_claimed_by_nobody_again(stores: Stores) -> None:
    stores.transfers.create(a_transfer(), [an_event("e-1")], None)
    assert claimed(stores, "a")
    stores.outbox.mark_published("t-1", "e-1")
    stores.outbox.give_back("t-1", "e-1")
    for holder in ("a", "b"):
        assert not claimed(stores, holder, at=1_000)
    assert not claimed(stores, "a", event_id="never seen")
    assert stores.outbox.unpublished("t-1") == []
