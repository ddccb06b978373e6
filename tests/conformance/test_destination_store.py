"""DestinationStore. A destination is saved only if nobody changed it meanwhile."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.transfer.domain.errors import (
    DestinationChanged,
    DestinationExists,
    DestinationNotFound,
    FieldInvalid,
    IdempotencyConflict,
)
from tests.conformance.records import NOON, a_destination, a_key, a_transfer
from tests.conformance.stores import Stores


def test_a_destination_comes_back_exactly_as_it_was_stored(stores: Stores) -> None:
    bare = replace(a_destination("bare"), host_keys=(), profile=None, base_path="")
    empty = replace(a_destination("empty"), secret_id=None, auth=None, retired_secret="a secret")
    for destination in (a_destination(), bare, empty):
        assert stores.destinations.create(destination, None) == destination
        assert stores.destinations.read(destination.id) == destination


def test_reading_an_unknown_destination_says_so(stores: Stores) -> None:
    with pytest.raises(DestinationNotFound):
        stores.destinations.read("partner")


def test_an_id_is_given_once(stores: Stores) -> None:
    first = stores.destinations.create(a_destination(), None)
    with pytest.raises(DestinationExists):
        stores.destinations.create(replace(a_destination(), host="other"), a_key())
    assert stores.destinations.read("partner") == first


def test_a_repeated_key_and_body_give_the_first_destination(stores: Stores) -> None:
    first = stores.destinations.create(a_destination(), a_key())
    changed = stores.destinations.save(replace(first, host="other.example.com"))
    assert stores.destinations.create(a_destination(), a_key()) == changed
    with pytest.raises(IdempotencyConflict):
        stores.destinations.create(a_destination("b"), a_key("another body"))
    with pytest.raises(DestinationNotFound):
        stores.destinations.read("b")


def test_a_repeated_key_does_not_bring_a_deleted_destination_back(stores: Stores) -> None:
    stores.destinations.delete(stores.destinations.create(a_destination(), a_key()))
    with pytest.raises(DestinationNotFound):
        stores.destinations.create(a_destination(), a_key())
    later = replace(a_destination(), created_at=NOON + timedelta(days=7))
    assert stores.destinations.create(later, a_key()) == later


def test_a_key_of_a_transfer_is_no_key_of_a_destination(stores: Stores) -> None:
    stores.transfers.create(a_transfer(), (), a_key("body"))
    assert stores.destinations.create(a_destination(), a_key("other body")) == a_destination()


def test_a_save_raises_the_version(stores: Stores) -> None:
    first = stores.destinations.create(a_destination(), None)
    saved = stores.destinations.save(replace(first, host_keys=(), profile=None))
    assert saved == replace(first, host_keys=(), profile=None, version=1)
    assert stores.destinations.read("partner") == saved


def test_a_stale_save_or_delete_changes_nothing(stores: Stores) -> None:
    first = stores.destinations.create(a_destination(), None)
    second = stores.destinations.save(replace(first, host="second"))
    with pytest.raises(DestinationChanged):
        stores.destinations.save(replace(first, host="third"))
    with pytest.raises(DestinationChanged):
        stores.destinations.delete(first)
    assert stores.destinations.read("partner") == second


def test_a_destination_that_is_gone_is_not_saved_and_deleting_it_again_is_no_error(
    stores: Stores,
) -> None:
    first = stores.destinations.create(a_destination(), None)
    for _ in range(2):
        stores.destinations.delete(first)
    with pytest.raises(DestinationChanged):
        stores.destinations.save(first)
    with pytest.raises(DestinationNotFound):
        stores.destinations.read("partner")


def test_one_that_was_registered_anew_is_not_the_one_that_was_read(stores: Stores) -> None:
    """Both have version 0: whoever read the old one, as a probe does, must not bring it back."""
    old = stores.destinations.create(a_destination(), None)
    stores.destinations.delete(old)
    anew = replace(old, host="new.example", created_at=NOON + timedelta(seconds=1))
    stores.destinations.create(anew, None)
    with pytest.raises(DestinationChanged):
        stores.destinations.save(replace(old, profile=None))
    with pytest.raises(DestinationChanged):
        stores.destinations.delete(old)
    assert stores.destinations.read("partner") == anew


def test_pages_list_every_destination_by_id(stores: Stores) -> None:
    for destination_id in ("c", "a", "e", "b", "d"):
        stores.destinations.create(a_destination(destination_id), None)
    pages: list[str] = []
    cursor = None
    while not pages or cursor is not None:
        page = stores.destinations.page(2, cursor)
        pages.append("".join(destination.id for destination in page.items))
        cursor = page.cursor
    assert pages == ["ab", "cd", "e"]
    assert stores.destinations.page(5, None).cursor is None


def test_a_page_can_be_of_some_ids_only_known_or_not(stores: Stores) -> None:
    for name in ("a", "b", "c", "d"):
        stores.destinations.create(a_destination(name), None)
    some = frozenset({"d", "a", "nobody", "c"})
    first = stores.destinations.page(2, None, some)
    assert [each.id for each in first.items] == ["a", "c"]
    second = stores.destinations.page(2, first.cursor, some)
    assert ([each.id for each in second.items], second.cursor) == (["d"], None)
    assert stores.destinations.page(2, None, frozenset()).items == []


def test_a_page_goes_on_after_a_destination_that_was_deleted_meanwhile(stores: Stores) -> None:
    for destination_id in ("a", "b", "c"):
        stores.destinations.create(a_destination(destination_id), None)
    cursor = stores.destinations.page(2, None).cursor
    stores.destinations.delete(stores.destinations.read("b"))
    assert [found.id for found in stores.destinations.page(2, cursor).items] == ["c"]


@pytest.mark.parametrize("cursor", ["", "x", "WyJkZXN0aW5hdGlvbnMiLCIiXQ", "W10", "ö"])
def test_a_cursor_that_is_not_ours_is_refused(stores: Stores, cursor: str) -> None:
    with pytest.raises(FieldInvalid, match="cursor"):
        stores.destinations.page(2, cursor)
