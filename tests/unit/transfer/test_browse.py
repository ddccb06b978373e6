"""Everybody sees only the buckets, folders and transfers that they may see."""

from datetime import UTC, datetime

import pytest

from kernel.caller import Caller, Role, SourceGrant
from services.transfer.domain.errors import FieldInvalid, RoleMissing, SourceNotGranted
from services.transfer.domain.transfer_query import TransferQuery
from services.transfer.use_cases.browse import list_buckets, list_files
from services.transfer.use_cases.list_history import list_history
from tests.fakes.callers import ADMIN, ANN, AUDITOR, BOB, OPERATOR, a_caller
from tests.fakes.world import World

GIL = a_caller(
    "gil",
    Role.USER,
    sources=(
        SourceGrant("deep", "a/b/"),
        SourceGrant("deep", "a/c/2026-"),
        SourceGrant("flat", ""),
    ),
)


def world() -> World:
    made = World()
    for bucket, key in [
        ("deep", "a/b/1.csv"),
        ("deep", "a/c/2026-01.csv"),
        ("deep", "a/c/2025-12.csv"),
        ("deep", "secret.csv"),
        ("flat", "x.csv"),
        ("hidden", "y.csv"),
    ]:
        made.buckets.put(bucket, key, b"1")
    return made


def names(caller: Caller, limit: int = 10, cursor: str | None = None) -> list[str]:
    page = list_buckets(caller, limit, cursor, ports=world().ports)
    return [name for name, _ in page.items]


def test_buckets_without_a_grant_are_not_listed() -> None:
    assert names(GIL) == ["deep", "flat"]
    assert names(BOB) == []
    assert names(ANN) == ["deep", "flat", "hidden"]


def test_buckets_come_in_pages() -> None:
    first = list_buckets(ANN, 2, None, ports=world().ports)
    assert [name for name, _ in first.items] == ["deep", "flat"]
    second = list_buckets(ANN, 2, first.cursor, ports=world().ports)
    assert ([name for name, _ in second.items], second.cursor) == (["hidden"], None)


@pytest.mark.parametrize("cursor", ["", "x", "flat"])
def test_a_cursor_that_is_not_ours_is_refused(cursor: str) -> None:
    with pytest.raises(FieldInvalid, match="cursor"):
        list_buckets(ANN, 2, cursor, ports=world().ports)


@pytest.mark.parametrize(
    ("prefix", "folders"),
    [("", ["a/"]), ("a/", ["a/b/", "a/c/"]), ("a/c/", ["a/c/2026-"])],
)
def test_above_a_grant_only_the_ways_down_to_it_are_shown(prefix: str, folders: list[str]) -> None:
    listing = list_files("deep", (prefix, "/"), (10, None), GIL, ports=world().ports)
    assert (listing.objects, listing.folders, listing.cursor) == ((), folders, None)


def test_without_a_delimiter_the_ways_are_the_granted_prefixes() -> None:
    listing = list_files("deep", ("", ""), (10, None), GIL, ports=world().ports)
    assert listing.folders == ["a/b/", "a/c/2026-"]


@pytest.mark.parametrize(
    ("prefix", "keys"), [("a/b/", ["a/b/1.csv"]), ("a/c/2026-", ["a/c/2026-01.csv"])]
)
def test_inside_a_grant_the_objects_are_shown(prefix: str, keys: list[str]) -> None:
    listing = list_files("deep", (prefix, "/"), (10, None), GIL, ports=world().ports)
    assert [each.key for each in listing.objects] == keys


@pytest.mark.parametrize(
    ("bucket", "prefix"),
    [("deep", "secret"), ("deep", "a/c/2025-"), ("hidden", ""), ("nowhere", "")],
)
def test_beside_the_grants_nothing_is_shown(bucket: str, prefix: str) -> None:
    with pytest.raises(SourceNotGranted):
        list_files(bucket, (prefix, "/"), (10, None), GIL, ports=world().ports)


def test_a_cursor_where_there_is_one_page_only_is_refused() -> None:
    with pytest.raises(FieldInvalid):
        list_files("deep", ("", "/"), (10, "after:x"), GIL, ports=world().ports)


def test_history_is_ones_own_unless_a_role_opens_it() -> None:
    made = world()
    mine = made.request(b"1").id
    ports = made.ports

    def seen(owner: str | None, caller: Caller) -> list[str]:
        return [
            each.id
            for each in list_history(TransferQuery(owner), caller, 10, None, ports=ports).items
        ]

    assert seen(None, ANN) == seen("ann", ANN) == [mine]
    assert seen(None, BOB) == seen("bob", BOB) == []
    for caller in (OPERATOR, AUDITOR, ADMIN):
        assert seen(None, caller) == []
        assert seen("*", caller) == seen("ann", caller) == [mine]
        assert seen("bob", caller) == []
    for owner in ("ann", "*"):
        with pytest.raises(RoleMissing):
            list_history(TransferQuery(owner), BOB, 10, None, ports=ports)


def test_conditions_that_make_no_sense_are_refused() -> None:
    noon = datetime(2026, 11, 2, 12, tzinfo=UTC)
    for query, field in [
        (TransferQuery(prefix="reports/"), "prefix"),
        (TransferQuery(since=noon, until=noon), "until"),
    ]:
        with pytest.raises(FieldInvalid, match=field):
            list_history(query, ANN, 10, None, ports=world().ports)
