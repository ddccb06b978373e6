"""TransferStore. A transfer's events are read from the newest on, page by page."""

import base64
from collections.abc import Iterator

import pytest

from kernel.outbox import OutboxEvent
from kernel.pages import write_cursor
from services.transfer.adapters.dynamodb_ledger_rows import LEDGER_ROW_LIFETIME
from services.transfer.adapters.dynamodb_transfer_timeline import FACTS_KEPT
from services.transfer.domain.errors import FieldInvalid
from services.transfer.domain.timeline import fact_id, is_first
from tests.conformance.records import a_transfer, an_event
from tests.conformance.stores import Stores
from tests.conformance.test_dynamodb_expiry import LONGEST_RUN

# With random endings, so that nothing but the sequence puts them in order.
UNIQUE = ("f00", "0", "zz", "9", "a", "5", "Z", "00", "b", "1", "d", "e")
FACTS = [an_event(fact_id(sequence, unique)) for sequence, unique in enumerate(UNIQUE)]


def store(stores: Stores) -> None:
    """Two of the events at a time, and the first one alone."""
    transfer = stores.transfers.create(a_transfer(), FACTS[:1], None)
    for number in range(1, len(FACTS), 2):
        transfer = stores.transfers.save(transfer, FACTS[number : number + 2])
        transfer = stores.transfers.save(transfer)
    other = [an_event(fact_id(0, "other"))]
    stores.transfers.create(a_transfer("t-10"), other, None)


def pages(stores: Stores, limit: int) -> Iterator[list[OutboxEvent]]:
    cursor = None
    for _ in FACTS:
        page = stores.transfers.timeline("t-1", limit, cursor)
        yield list(page.items)
        cursor = page.cursor
        if cursor is None:
            return
    raise AssertionError("the pages have no end")


@pytest.mark.parametrize("limit", [1, 5, len(FACTS) - 1, len(FACTS), 1000])
def test_the_pages_put_together_are_all_events_newest_first(stores: Stores, limit: int) -> None:
    store(stores)
    found = list(pages(stores, limit))
    assert [each for page in found for each in page] == FACTS[::-1]
    assert [len(page) for page in found[:-1]] == [limit] * (len(found) - 1)
    assert 0 < len(found[-1]) <= limit


def test_published_events_stay_in_the_timeline(stores: Stores) -> None:
    store(stores)
    for event in stores.outbox.unpublished("t-1"):
        stores.outbox.mark_published("t-1", event.event_id)
    assert stores.transfers.timeline("t-1", 1000, None).items == FACTS[::-1]


def test_a_cursor_goes_on_although_something_happened_meanwhile(stores: Stores) -> None:
    store(stores)
    first = stores.transfers.timeline("t-1", 3, None)
    newer = an_event(fact_id(99, "newer"))
    stores.transfers.save(stores.transfers.read("t-1"), [newer])
    second = stores.transfers.timeline("t-1", 3, first.cursor)
    assert [*first.items, *second.items] == FACTS[:-7:-1]
    assert stores.transfers.timeline("t-1", 1, None).items == [newer]


def test_events_whose_ids_have_no_order_are_not_in_a_timeline(stores: Stores) -> None:
    """They were stored before ids had one."""
    old = [an_event("0123456789abcdef0123"), an_event("ffffffffffffffffffff")]
    transfer = stores.transfers.create(a_transfer(), old, None)
    stores.transfers.save(transfer, FACTS[4:5])
    assert stores.transfers.timeline("t-1", 10, None).items == FACTS[4:5]
    assert not is_first(FACTS[4].event_id)
    assert is_first(FACTS[0].event_id)


def test_a_transfer_without_events_has_an_empty_page(stores: Stores) -> None:
    page = stores.transfers.timeline("none-such", 10, None)
    assert (list(page.items), page.cursor) == ([], None)


def test_a_cursor_that_is_not_of_this_timeline_is_refused(stores: Stores) -> None:
    store(stores)
    for text in ("x", "!", base64.urlsafe_b64encode(b'["", ""]').decode()):
        with pytest.raises(FieldInvalid):
            stores.transfers.timeline("t-1", 1, text)
    own = stores.transfers.timeline("t-1", 1, None).cursor
    with pytest.raises(FieldInvalid):
        stores.transfers.timeline("t-10", 1, own)
    with pytest.raises(FieldInvalid):
        stores.transfers.timeline("t-1", 1, write_cursor("timeline of t-1", "OUTBOX"))


def test_a_timeline_stays_as_long_as_the_ledger() -> None:
    """Its time counts from the last change of state, which may lie a whole run back."""
    assert FACTS_KEPT >= LEDGER_ROW_LIFETIME + LONGEST_RUN
