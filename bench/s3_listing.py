"""Pages of S3's ListObjectsV2, of a folder's files."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from xml.sax.saxutils import escape

PAGE_KEYS = 1_000
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
)


def listing(
    bucket: Path, query: Mapping[str, Sequence[str]], etag_of: Callable[[Path], str]
) -> bytes:
    """One page. The token for the next page is the last name."""
    prefix, after, start, delimiter = (
        query.get(name, [""])[0]
        for name in ("prefix", "continuation-token", "start-after", "delimiter")
    )
    names = [name for name in _names(bucket, prefix, delimiter) if name > max(after, start)]
    page = names[: int(query.get("max-keys", [str(PAGE_KEYS)])[0])]
    entries = "".join(
        _folder(name) if delimiter and name.endswith(delimiter) else _object(bucket, name, etag_of)
        for name in page
    )
    more = len(page) < len(names)
    token = f"<NextContinuationToken>{escape(page[-1])}</NextContinuationToken>" if more else ""
    return (
        f"{HEAD}<Name>{escape(bucket.name)}</Name><Prefix>{escape(prefix)}</Prefix>"
        f"<KeyCount>{len(page)}</KeyCount><IsTruncated>{str(more).lower()}</IsTruncated>"
        f"{token}{entries}</ListBucketResult>"
    ).encode()


def _names(bucket: Path, prefix: str, delimiter: str) -> list[str]:
    """Keys, and what keys with the delimiter have in common, in order."""
    found = set[str]()
    for path in bucket.rglob("*"):
        key = path.relative_to(bucket).as_posix()
        if key.startswith(prefix) and path.is_file():
            end = key.find(delimiter, len(prefix)) if delimiter else -1
            found.add(key if end < 0 else key[: end + len(delimiter)])
    return sorted(found)


def _folder(name: str) -> str:
    return f"<CommonPrefixes><Prefix>{escape(name)}</Prefix></CommonPrefixes>"


def _object(bucket: Path, key: str, etag_of: Callable[[Path], str]) -> str:
    status = (bucket / key).stat()
    modified = datetime.fromtimestamp(status.st_mtime, UTC).isoformat(timespec="milliseconds")
    return (
        f"<Contents><Key>{escape(key)}</Key><Size>{status.st_size}</Size>"
        f"<ETag>{escape(etag_of(bucket / key))}</ETag>"
        f"<LastModified>{modified.replace('+00:00', 'Z')}</LastModified>"
        "<StorageClass>STANDARD</StorageClass></Contents>"
    )
