"""TransferStore's lists: every combination of conditions, in both orders, page by page."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import TypeVar

import pytest

from services.transfer.domain.errors import FieldInvalid
from services.transfer.domain.failure import Failure
from services.transfer.domain.source import ObjectRef
from services.transfer.domain.status import ENDED, Status
from services.transfer.domain.transfer import Transfer
from services.transfer.domain.transfer_query import TransferQuery
from tests.conformance.records import NOON, a_transfer, after
from tests.conformance.stores import Stores

ANNS, EVERYBODYS = TransferQuery(owner="ann"), TransferQuery()
MANY = 24  # transfers; a page reads five rows
QUERIES = 50  # for each set of transfers
NONE = frozenset[Status]()
Value = TypeVar("Value")


def ids(transfers: list[Transfer]) -> list[str]:
    return [each.id for each in transfers]


def every_page(stores: Stores, query: TransferQuery, limit: int) -> list[Transfer]:
    found: list[Transfer] = []
    cursor = None
    for _ in range(2 * MANY):
        page = stores.transfers.history(query, limit, cursor)
        assert len(page.items) <= limit
        found += page.items
        cursor = page.cursor
        if cursor is None:
            return found
    raise AssertionError("the pages have no end")


def some_transfers(random: Random) -> Iterator[Transfer]:
    for number in range(MANY):
        status = random.choice(list(Status))
        reason = random.choice(["no_space", "connection_lost"])
        troubled = status is Status.FAILED or (status not in ENDED and random.random() < 0.5)
        key = random.choice(["reports/", "reports-old/", "ö "]) + str(number)
        yield a_transfer(
            f"t-{random.randrange(10**6)}-{number}",
            owner=random.choice(["ann", "bob"]),
            at=after(random.randrange(10)),  # some of them at the same instant
            status=status,
            failure=Failure(reason, "What to do.", True) if troubled else None,
            source=ObjectRef(random.choice(["bucket", "other-bucket"]), key),
            destination_id=random.choice(["acme", "globex"]),
            label=random.choice([None, "month end", "ann#month end"]),
        )


def a_query(random: Random) -> TransferQuery:
    """Any combination of conditions. Most of them hold some of the transfers."""

    def perhaps(share: float, *values: Value) -> Value | None:
        return random.choice(values) if random.random() < share else None

    bucket = perhaps(0.3, "bucket", "other-bucket")
    some = (ENDED, frozenset(Status) - ENDED, *(frozenset({each}) for each in Status), NONE)
    return TransferQuery(
        owner=perhaps(0.5, "ann", "bob"),
        statuses=perhaps(0.4, *some),
        destination_id=perhaps(0.3, "acme", "globex"),
        bucket=bucket,
        prefix=perhaps(0.5, "reports", "ö ") or "" if bucket else "",
        reason=perhaps(0.2, "no_space", "connection_lost"),
        label=perhaps(0.3, "month end", "ann#month end"),
        since=perhaps(0.3, *map(after, range(5))),
        until=perhaps(0.3, *map(after, range(4, 11))),
        newest_first=random.random() < 0.5,
    )


@pytest.mark.parametrize("seed", range(3))
def test_the_pages_put_together_are_the_filtered_and_sorted_list(stores: Stores, seed: int) -> None:
    random = Random(seed)  # noqa: S311 - no secret
    transfers = list(some_transfers(random))
    for transfer in transfers:
        stores.transfers.create(transfer, (), None)
    for query in (a_query(random) for _ in range(QUERIES)):
        held = [each for each in transfers if query.holds(each)]
        held.sort(key=lambda each: (each.requested_at, each.id), reverse=query.newest_first)
        assert every_page(stores, query, random.choice([1, 2, 3, 50])) == held, query


def test_a_page_ends_where_enough_was_read_and_its_cursor_goes_on(stores: Stores) -> None:
    for number in range(12):
        made = a_transfer(f"t-{number}", at=after(number), destination_id="acme")
        stores.transfers.create(made, (), None)
    rare = a_transfer("t-rare", at=after(-1), destination_id="acme", target_path="x")
    rare = replace(rare, source=ObjectRef("bucket", "rare"))
    stores.transfers.create(rare, (), None)
    query = TransferQuery(destination_id="acme", bucket="bucket", prefix="rare")
    first = stores.transfers.history(query, 2, None)
    assert (first.items, first.cursor is None) == ([], False)
    assert every_page(stores, query, 2) == [rare]


def test_a_transfer_is_listed_by_the_state_it_is_in(stores: Stores) -> None:
    transfer = stores.transfers.create(a_transfer(), (), None)
    failure = Failure("no_space", "The disk is full.", False)
    for status, reason in [
        (Status.MOVING, failure),
        (Status.FAILED, failure),
        (Status.REQUESTED, None),
        (Status.CANCELLED, None),
        (Status.COMPLETED, None),
    ]:
        transfer = stores.transfers.save(replace(transfer, status=status, failure=reason))
        for owner in (None, "ann"):
            listed = [
                each
                for each in Status
                if every_page(stores, TransferQuery(owner, frozenset({each})), 5)
            ]
            assert listed == [status]
            by_reason = TransferQuery(owner, reason="no_space")
            assert every_page(stores, by_reason, 5) == ([transfer] if reason else [])


def test_a_transfer_that_was_stored_before_labels_is_listed(stores: Stores) -> None:
    stores.transfers.create(a_transfer(), (), None)
    assert ids(every_page(stores, TransferQuery(owner="ann", label="x"), 5)) == []
    assert ids(every_page(stores, ANNS, 5)) == ["t-1"]


def test_a_cursor_of_another_query_is_refused(stores: Stores) -> None:
    for number in range(3):
        stores.transfers.create(a_transfer(f"t-{number}"), (), None)
    cursor = stores.transfers.history(ANNS, 2, None).cursor
    assert cursor is not None
    assert ids(list(stores.transfers.history(ANNS, 1, cursor).items)) == ["t-0"]
    for query in (
        EVERYBODYS,
        TransferQuery(owner="bob"),
        replace(ANNS, newest_first=False),
        replace(ANNS, statuses=frozenset()),
        replace(ANNS, statuses=ENDED),
        replace(ANNS, prefix="x"),
        replace(ANNS, label="x"),
        replace(ANNS, reason="x"),
        replace(ANNS, since=NOON),
        replace(ANNS, until=NOON),
    ):
        with pytest.raises(FieldInvalid, match="cursor"):
            stores.transfers.history(query, 2, cursor)


def test_history_pages_through_every_transfer_of_the_owner_newest_first(stores: Stores) -> None:
    for number in range(7):
        # Two requests within one instant must not hide each other
        at = after(number // 2)
        stores.transfers.create(a_transfer(f"t-{number}", at=at), (), None)
    stores.transfers.create(a_transfer("t-other", owner="bob"), (), None)
    pages: list[list[str]] = []
    cursor = None
    while not pages or cursor is not None:
        page = stores.transfers.history(ANNS, 2, cursor)
        pages.append([transfer.id for transfer in page.items])
        cursor = page.cursor
    assert pages == [["t-6", "t-5"], ["t-4", "t-3"], ["t-2", "t-1"], ["t-0"]]


def test_everybodys_history_pages_through_the_transfers_of_all_owners(stores: Stores) -> None:
    for number, owner in enumerate(("ann", "bob", "ann", "cid", "bob")):
        made = a_transfer(f"t-{number}", owner=owner, at=NOON + timedelta(seconds=number))
        stores.transfers.create(made, (), None)
    seen: list[str] = []
    cursor = None
    while True:
        page = stores.transfers.history(EVERYBODYS, 2, cursor)
        assert len(page.items) <= 2
        seen += [each.id for each in page.items]
        cursor = page.cursor
        if cursor is None:
            break
    assert seen == ["t-4", "t-3", "t-2", "t-1", "t-0"]


def test_the_last_full_page_of_history_has_no_cursor(stores: Stores) -> None:
    for number in range(2):
        stores.transfers.create(a_transfer(f"t-{number}"), (), None)
    assert stores.transfers.history(ANNS, 2, None).cursor is None
    assert stores.transfers.history(TransferQuery(owner="nobody"), 2, None).items == []


@pytest.mark.parametrize(
    "cursor", ["", "x", "????", "bm9uc2Vuc2U", "WyJoaXN0b3J5L2FubiIsIiJd", "ö", "e30", "\ud800"]
)
def test_a_cursor_that_is_not_ours_is_refused(stores: Stores, cursor: str) -> None:
    with pytest.raises(FieldInvalid, match="cursor"):
        stores.transfers.history(ANNS, 2, cursor)
