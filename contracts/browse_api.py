"""HTTP requests and answers about buckets and the objects in them."""

from typing import Literal

from contracts.caller import Prefix
from contracts.contract import (
    Bytes,
    PageQuery,
    Published,
    UtcTime,
)


class FilesQuery(PageQuery):
    prefix: Prefix = ""
    delimiter: Literal["/", ""] = "/"


class BucketView(Published):
    name: str
    created_at: UtcTime


class BucketsPage(Published):
    """Sorted by name. `cursor` is null on the last page."""

    buckets: tuple[BucketView, ...]
    cursor: str | None


class FileView(Published):
    key: str
    size_bytes: Bytes
    last_modified: UtcTime
    etag: str


class FilesPage(Published):
    """`folders` are common prefixes with their delimiter. `cursor` is null on the last page."""

    files: tuple[FileView, ...]
    folders: tuple[str, ...]
    cursor: str | None
