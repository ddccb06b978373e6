"""InventoryStore keeps pages as they were written."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from services.transfer.adapters.dynamodb_inventory import ROWS_AT_ONCE, DynamoDbInventoryStore
from services.transfer.domain.inventory import PAGE_FILES, PAGE_KEY_BYTES, ListedFile, paged
from services.transfer.domain.ports import InventoryStore
from tests.conformance.clouds import cloud
from tests.conformance.stores import create_table
from tests.fakes.many_files import InMemoryInventoryStore

WHEN = datetime(2026, 5, 6, 7, 8, 9, 500_000, tzinfo=UTC)
PAGE = [
    ListedFile("out/größe.csv", "größe.csv", 5, '"e"', WHEN),
    ListedFile("out/a", "elsewhere", 0, "", WHEN, ("name_invalid", "It is so.")),
    ListedFile("out/", "", 0, '"e"', WHEN),
]


@pytest.fixture(params=["in_memory", "moto"])
def store(request: pytest.FixtureRequest) -> Iterator[InventoryStore]:
    if request.param == "in_memory":
        yield InMemoryInventoryStore()
        return
    with cloud("moto", request) as clients:
        client = clients("dynamodb")
        create_table(client, "transfers")
        yield DynamoDbInventoryStore(client, "transfers", lambda: WHEN)


def test_a_page_is_read_as_it_was_written(store: InventoryStore) -> None:
    assert store.add("t-1", "i-1", iter([PAGE, PAGE[:1]])) == 2
    assert store.add("t-1", "i-2", [PAGE[1:]]) == 1
    assert list(store.page("t-1", "i-1", 0)) == PAGE
    assert list(store.page("t-1", "i-1", 1)) == PAGE[:1]
    assert list(store.page("t-1", "i-2", 0)) == PAGE[1:]


def test_a_page_that_was_never_written_is_a_bug(store: InventoryStore) -> None:
    store.add("t-1", "i-1", [PAGE])
    for transfer, inventory, number in (("t-2", "i-1", 0), ("t-1", "i-2", 0), ("t-1", "i-1", 1)):
        with pytest.raises(ValueError, match="has no page"):
            store.page(transfer, inventory, number)


def test_the_largest_page_has_room_in_a_row(store: InventoryStore) -> None:
    """Random names do not shrink, and a refusal quotes its name."""
    name = "".join(chr(0x4E00 + 7 * n % 20_000) for n in range(340))
    files = [
        ListedFile(f"{n:04d}{name}", f"{n:04d}{name}", n, '"e"', WHEN, ("name_invalid", name))
        for n in range(2 * PAGE_FILES)
    ]
    first, *_ = paged(files)
    assert sum(len(each.key.encode()) for each in first) <= PAGE_KEY_BYTES
    store.add("t-1", "i-1", [first])
    assert list(store.page("t-1", "i-1", 0)) == first


def test_more_pages_than_one_call_writes_are_read_in_their_order(store: InventoryStore) -> None:
    pages = [[replace(PAGE[0], size_bytes=n)] for n in range(ROWS_AT_ONCE + 3)]
    assert store.add("t-1", "i-1", iter(pages)) == len(pages)
    store.add("t-1", "i-10", [PAGE])
    assert [list(each) for each in store.pages("t-1", "i-1")] == pages
    assert store.add("t-1", "i-3", []) == 0
    assert list(store.pages("t-1", "i-3")) == []
