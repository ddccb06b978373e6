"""BucketCatalogue finds buckets and objects, folder by folder and page by page."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from services.transfer.adapters.s3_bucket_catalogue import S3BucketCatalogue
from services.transfer.domain.errors import BucketNotFound, FieldInvalid
from services.transfer.domain.ports import BucketCatalogue, Listing
from tests.conformance.clouds import CLOUDS, cloud, create_bucket, new_name
from tests.fakes.outside import InMemoryBuckets

KEYS = ("a.csv", "b/1.csv", "b/2.csv", "b/deep/3.csv", "c d/größe.csv", "z.csv")


@dataclass
class Storage:
    port: BucketCatalogue
    fill: Callable[[str, dict[str, bytes]], None]


@pytest.fixture(params=["in_memory", *CLOUDS])
def storage(request: pytest.FixtureRequest) -> Iterator[Storage]:
    if request.param == "in_memory":
        fake = InMemoryBuckets()

        def remember(bucket: str, objects: dict[str, bytes]) -> None:
            fake.objects_by_bucket[bucket] = objects

        yield Storage(fake, remember)
        return
    with cloud(request.param, request) as clients:
        s3 = clients("s3")

        def fill(bucket: str, objects: dict[str, bytes]) -> None:
            create_bucket(s3, bucket)
            for key, body in objects.items():
                s3.put_object(Bucket=bucket, Key=key, Body=body)

        yield Storage(S3BucketCatalogue(lambda: s3), fill)


@pytest.fixture
def bucket(storage: Storage) -> str:
    name = new_name("bucket")
    storage.fill(name, {key: key.encode() for key in KEYS})
    return name


def names(listing: Listing) -> tuple[list[str], list[str]]:
    return [each.key for each in listing.objects], list(listing.folders)


def test_buckets_are_listed_with_the_time_of_their_creation(storage: Storage, bucket: str) -> None:
    empty = new_name("bucket")
    storage.fill(empty, {})
    found = dict(storage.port.buckets())
    assert {bucket, empty} <= set(found)
    assert found[empty].tzinfo is not None
    assert names(storage.port.objects(empty, "", "/", 10, None)) == ([], [])


def test_an_object_is_listed_with_size_time_and_etag(storage: Storage, bucket: str) -> None:
    [listed] = storage.port.objects(bucket, "c d/", "/", 10, None).objects
    assert listed.key == "c d/größe.csv"
    assert listed.size_bytes == len("c d/größe.csv".encode())
    assert listed.last_modified.tzinfo is not None
    assert listed.etag.startswith('"')


@pytest.mark.parametrize(
    ("prefix", "delimiter", "keys", "folders"),
    [
        ("", "/", ["a.csv", "z.csv"], ["b/", "c d/"]),
        ("b/", "/", ["b/1.csv", "b/2.csv"], ["b/deep/"]),
        ("b", "/", [], ["b/"]),
        ("b/", "", ["b/1.csv", "b/2.csv", "b/deep/3.csv"], []),
        ("", "", list(KEYS), []),
        ("nothing", "/", [], []),
    ],
)
def test_folders_are_what_the_delimiter_cuts_off(
    storage: Storage, bucket: str, prefix: str, delimiter: str, keys: list[str], folders: list[str]
) -> None:
    listing = storage.port.objects(bucket, prefix, delimiter, 1_000, None)
    assert names(listing) == (keys, folders)
    assert listing.cursor is None


@pytest.mark.parametrize("limit", [1, 2, 3, 4])
@pytest.mark.parametrize("delimiter", ["", "/"])
def test_pages_show_every_entry_once(
    storage: Storage, bucket: str, delimiter: str, limit: int
) -> None:
    whole = names(storage.port.objects(bucket, "", delimiter, 1_000, None))
    keys: list[str] = []
    folders: list[str] = []
    cursor, first = None, True
    while first or cursor:
        page = storage.port.objects(bucket, "", delimiter, limit, cursor)
        assert len(page.objects) + len(page.folders) <= limit
        keys += names(page)[0]
        folders += names(page)[1]
        cursor, first = page.cursor, False
    assert (keys, folders) == whole


def test_a_bucket_that_does_not_exist_is_told_so(storage: Storage) -> None:
    with pytest.raises(BucketNotFound, match="'nowhere'"):
        storage.port.objects("nowhere", "", "/", 10, None)


@pytest.mark.parametrize("cursor", ["", "x", "\0", "AAAA", "not ours", "W10"])
def test_a_cursor_that_is_not_from_a_page_is_refused(
    storage: Storage, bucket: str, cursor: str
) -> None:
    with pytest.raises(FieldInvalid, match="cursor"):
        storage.port.objects(bucket, "", "/", 10, cursor)


def test_a_cursor_of_another_listing_is_refused(storage: Storage, bucket: str) -> None:
    cursor = storage.port.objects(bucket, "", "/", 1, None).cursor
    assert cursor is not None
    for prefix, delimiter in (("b/", "/"), ("", "")):
        with pytest.raises(FieldInvalid, match="cursor"):
            storage.port.objects(bucket, prefix, delimiter, 10, cursor)
