"""Lists the buckets and files that the caller may send."""

import re
from collections.abc import Sequence
from datetime import datetime

from kernel.caller import Caller
from kernel.pages import CURSOR_ADVICE, Page, read_cursor, write_cursor
from services.transfer.domain.errors import FieldInvalid, SourceNotGranted
from services.transfer.domain.ports import Listing, Ports

BUCKET_NAME = re.compile(r"[!-~]{1,255}")


def list_buckets(
    caller: Caller, limit: int, cursor: str | None, *, ports: Ports
) -> Page[tuple[str, datetime]]:
    """The buckets in which the caller has a grant, by name. Raises FieldInvalid."""
    after = ""
    if cursor is not None:
        refusal = FieldInvalid("cursor", cursor, CURSOR_ADVICE)
        after = read_cursor("buckets", cursor, BUCKET_NAME, refusal)
    found = sorted(bucket for bucket in ports.buckets.buckets() if caller.prefixes(bucket[0]))
    left = [bucket for bucket in found if bucket[0] > after]
    more = write_cursor("buckets", left[limit - 1][0]) if len(left) > limit else None
    return Page(left[:limit], more)


def list_files(
    bucket: str,
    folder: tuple[str, str],
    page: tuple[int, str | None],
    caller: Caller,
    *,
    ports: Ports,
) -> Listing:
    """`folder` is (prefix, delimiter), `page` is (limit, cursor). Above a granted prefix only the
    folders that lead down to it are shown. Raises SourceNotGranted, BucketNotFound,
    FieldInvalid."""
    prefix, delimiter = folder
    if caller.may_read(bucket, prefix):
        return ports.buckets.objects(bucket, prefix, delimiter, *page)
    ways = _ways_down(prefix, delimiter, caller.prefixes(bucket))
    if not ways:
        raise SourceNotGranted(bucket, prefix)
    if page[1] is not None:
        raise FieldInvalid("cursor", page[1], "This listing has one page only: leave it out.")
    return Listing(objects=(), folders=ways, cursor=None)


def _ways_down(prefix: str, delimiter: str, granted: Sequence[str]) -> list[str]:
    """The granted prefixes below `prefix`, each cut after the next delimiter."""
    ways = set()
    for each in granted:
        if each.startswith(prefix):
            end = each.find(delimiter, len(prefix)) if delimiter else -1
            ways.add(each[: end + 1] if end >= 0 else each)
    return sorted(ways)
