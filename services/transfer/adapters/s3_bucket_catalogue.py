"""Lists buckets and objects for those who choose what to send."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from kernel.pages import CURSOR_ADVICE, read_cursor, write_cursor
from services.transfer.adapters.s3_errors import s3_errors
from services.transfer.domain.errors import BucketNotFound, FieldInvalid
from services.transfer.domain.ports import ListedObject, Listing

# botocore also accepts an ARN as a bucket, and would call whomever it names with our credentials.
BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,254}")
TOKEN = re.compile(r"[!-~]{1,2000}")  # S3's own, opaque


class S3BucketCatalogue:
    """Implements BucketCatalogue. `client` opens a session with the reader's rights."""

    def __init__(self, client: Callable[[], Any]) -> None:
        self._client = client

    def buckets(self) -> Sequence[tuple[str, datetime]]:
        with s3_errors("*"):
            client = self._client()
            answer = client.list_buckets()
            found = [(bucket["Name"], bucket["CreationDate"]) for bucket in answer["Buckets"]]
            while token := answer.get("ContinuationToken"):
                answer = client.list_buckets(ContinuationToken=token)
                found += [(bucket["Name"], bucket["CreationDate"]) for bucket in answer["Buckets"]]
        return found

    def objects(
        self, bucket: str, prefix: str, delimiter: str, limit: int, cursor: str | None
    ) -> Listing:
        if not BUCKET.fullmatch(bucket):
            raise BucketNotFound(bucket)
        query: dict[str, Any] = {"Bucket": bucket, "Prefix": prefix, "MaxKeys": limit}
        asked = f"files/{bucket}/{delimiter}/{prefix}"
        if delimiter:
            query["Delimiter"] = delimiter
        if cursor is not None:
            refusal = FieldInvalid("cursor", cursor, CURSOR_ADVICE)
            query["ContinuationToken"] = read_cursor(asked, cursor, TOKEN, refusal)
        with s3_errors(bucket, prefix):
            page = self._client().list_objects_v2(**query)
        more = page.get("NextContinuationToken")
        return Listing(
            objects=[
                ListedObject(one["Key"], one["Size"], one["LastModified"], one["ETag"])
                for one in page.get("Contents", [])
            ],
            folders=[one["Prefix"] for one in page.get("CommonPrefixes", [])],
            cursor=write_cursor(asked, more) if more else None,
        )
