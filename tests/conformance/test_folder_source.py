"""FolderSource lists and reads many objects: the fake, and S3 by our own signatures."""

from collections.abc import Iterator

import pytest

from services.transfer.adapters.s3_folder_source import S3FolderSource
from services.transfer.domain.checksums import Algorithm, ObjectChecksum
from services.transfer.domain.errors import ObjectNotFound, SourceChanged
from services.transfer.domain.inventory import ListedFile
from services.transfer.domain.ports import FolderSource
from tests.conformance.objects import BODY, Storage, digest, storage_in

KEYS = ("in/a b.csv", "in/größe+%2f.csv", "in/~*'()!&=@:,$;?#.csv", "in/sub/", "in/z")
EMULATED = ("in_memory", "ministack")  # moto answers botocore only, and these are real calls


@pytest.fixture(params=EMULATED)
def storage(request: pytest.FixtureRequest) -> Iterator[Storage]:
    with storage_in(request.param, request) as opened:
        yield opened


@pytest.fixture
def source(storage: Storage) -> Iterator[FolderSource]:
    for number, key in enumerate(KEYS):
        body = b"" if key.endswith("/") else BODY[number:]
        storage.put(storage.bucket, key, body)
    storage.put(storage.bucket, "other", BODY)
    with storage.readers.authorize_many(storage.bucket, "in/", "t-1") as opened:
        yield opened


def test_all_objects_below_the_root_are_listed(source: FolderSource) -> None:
    source.look()
    found = list(source.listed())
    assert [each.key for each in found] == sorted(KEYS, key=str.encode)
    assert {each.key: each.size_bytes for each in found}["in/z"] == len(BODY) - 4
    assert all(each.etag.startswith('"') and each.modified.tzinfo for each in found)


def test_more_than_a_page_is_listed(source: FolderSource) -> None:
    if isinstance(source, S3FolderSource):
        source.page_keys = 2
    assert [each.key for each in source.listed()] == sorted(KEYS, key=str.encode)


def test_objects_are_fetched_whole_in_order_and_with_their_checksum(source: FolderSource) -> None:
    files = [each for each in source.listed() if not each.key.endswith("/")] * 10
    for file, found in zip(files, source.fetched(files), strict=True):
        assert found.file == file
        assert found.error is None
        assert len(found.body) == file.size_bytes
        assert found.body == BODY[KEYS.index(file.key) :]
        told = ObjectChecksum(Algorithm.CRC64NVME, digest(Algorithm.CRC64NVME, found.body))
        assert found.checksum == told


def test_an_object_that_changed_or_vanished_is_told_beside_the_others(
    storage: Storage, source: FolderSource
) -> None:
    files = [each for each in source.listed() if not each.key.endswith("/")]
    storage.put(storage.bucket, files[1].key, b"changed")
    gone = ListedFile("in/gone", "", 3, '"e"', files[0].modified)
    found = list(source.fetched([files[0], files[1], gone, files[2]]))
    assert [type(each.error) for each in found] == [
        type(None), SourceChanged, ObjectNotFound, type(None)
    ]  # fmt: skip


def test_objects_are_looked_at_in_order(source: FolderSource) -> None:
    missing, found = source.looked_at(["in/none", "in/z"])
    assert isinstance(missing, ObjectNotFound)
    assert isinstance(found, ListedFile)
    assert (found.key, found.size_bytes) == ("in/z", len(BODY) - 4)


def test_one_object_is_opened_for_a_stream(source: FolderSource) -> None:
    [file] = [each for each in source.listed() if each.key == "in/z"]
    with source.opened(file) as opened:
        found = opened.inspect()
        assert found.etag == file.etag
        assert b"".join(opened.read(found, 1, 9, 4)) == BODY[5:14]


def test_a_reader_that_stops_early_leaves_nothing_at_work(source: FolderSource) -> None:
    files = [each for each in source.listed() if not each.key.endswith("/")] * 20
    coming = source.fetched(files)
    assert next(coming).error is None
    coming.close()
    assert [each.error for each in source.fetched(files[:2])] == [None, None]
