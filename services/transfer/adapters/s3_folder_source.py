"""Lists and reads many S3 objects with a session that may read what has one beginning."""

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from threading import Lock
from typing import Any, NamedTuple

from services.transfer.adapters.s3_checksums import best_checksum
from services.transfer.adapters.s3_connection import S3Connection
from services.transfer.adapters.s3_errors import s3_errors
from services.transfer.adapters.s3_look import is_archived, look_at
from services.transfer.adapters.s3_quick_get import QuickGet
from services.transfer.adapters.s3_source_readers import ReaderSession, S3ObjectSource
from services.transfer.domain.errors import (
    ObjectArchived,
    ObjectNotFound,
    SourceError,
    SourceUnavailable,
)
from services.transfer.domain.inventory import ListedFile
from services.transfer.domain.ports import Fetched
from services.transfer.domain.source import ObjectRef

AT_ONCE = 16  # connections: S3 answers a small GET in some 20 ms, and each costs a handshake
BYTES_AT_ONCE = 16 << 20  # on their way, or in the kernel's buffers; at least one object
LOOKS_AT_ONCE = 32  # threads: a HEAD takes as long, and 100,000 of them have minutes
AHEAD = 64  # looks asked for and not taken yet
PAGE_KEYS = 1_000  # S3's own limit


class Asked(NamedTuple):
    """`connection` is where the answer comes. None where it could not be asked for."""

    file: ListedFile
    quick: QuickGet
    connection: S3Connection | None


class S3FolderSource:
    """Implements FolderSource, for one thread. Those of its own only look at objects."""

    def __init__(
        self,
        assume: Callable[[], ReaderSession],
        bucket: str,
        root: str,
        now: Callable[[], datetime],
    ) -> None:
        self._assume, self._bucket, self._root, self._now = assume, bucket, root, now
        self._session: ReaderSession | None = assume()
        self._lock = Lock()
        self._quick: QuickGet | None = None
        self.page_keys = PAGE_KEYS
        self._bucket_is_there = False
        self._lookers = ThreadPoolExecutor(LOOKS_AT_ONCE, thread_name_prefix="s3-look")

    @property
    def _client(self) -> Any:
        return self._renewed()[0]

    def _renewed(self) -> tuple[Any, QuickGet]:
        with self._lock:
            if self._session is None:
                raise ValueError(f"the reader session for {self._root!r} is closed")
            if self._now() >= self._session.renew_at:
                self._session = self._assume()
                self._forget_quick()
            if self._quick is None:
                self._quick = QuickGet(self._session.client)
            return self._session.client, self._quick

    def look(self) -> None:
        with s3_errors(self._bucket, self._root):
            self._client.list_objects_v2(Bucket=self._bucket, Prefix=self._root, MaxKeys=1)

    def listed(self) -> Iterator[ListedFile]:
        more: dict[str, str] = {}
        while True:
            with s3_errors(self._bucket, self._root):
                page = self._client.list_objects_v2(
                    Bucket=self._bucket, Prefix=self._root, MaxKeys=self.page_keys, **more
                )
            for one in page.get("Contents", []):
                key = one["Key"]
                yield ListedFile(key, key, one["Size"], one["ETag"], one["LastModified"])
            if not page.get("NextContinuationToken"):
                return
            more = {"ContinuationToken": page["NextContinuationToken"]}

    def looked_at(self, keys: Iterable[str]) -> Iterator[ListedFile | SourceError]:
        """Whoever stops early leaves no thread at work on more."""
        coming: deque[Future[ListedFile | SourceError]] = deque()
        try:
            for key in keys:
                if len(coming) >= AHEAD:
                    yield coming.popleft().result()
                coming.append(self._lookers.submit(self._look, key))
            while coming:
                yield coming.popleft().result()
        finally:
            for future in coming:
                future.cancel()

    def fetched(self, files: Iterable[ListedFile]) -> Generator[Fetched, None, None]:
        """Many are asked for, and their answers are read one after the other. Threads would do no
        more at once: they wait for the same interpreter."""
        coming: deque[Asked] = deque()
        size = 0
        try:
            for file in files:
                found: list[Fetched] = []
                size += file.size_bytes
                while coming and (len(coming) >= AT_ONCE or size > BYTES_AT_ONCE):
                    found.append(self._answered(coming.popleft()))
                    size -= found[-1].file.size_bytes
                coming.append(self._asked(file))
                yield from found
            while coming:
                yield self._answered(coming.popleft())
        finally:
            for each in coming:
                if each.connection is not None:
                    each.connection.close()

    def opened(self, file: ListedFile) -> S3ObjectSource:
        return S3ObjectSource(self._assume, ObjectRef(self._bucket, file.key), self._now)

    def close(self) -> None:
        self._lookers.shutdown(wait=False, cancel_futures=True)
        with self._lock:
            self._forget_quick()
            if self._session is not None:
                self._session.client.close()
            self._session = None

    def _forget_quick(self) -> None:
        if self._quick is not None:
            self._quick.close()
        self._quick = None

    def __enter__(self) -> "S3FolderSource":
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _look(self, key: str) -> ListedFile | SourceError:
        try:
            head = self._head(ObjectRef(self._bucket, key))
        except SourceError as error:
            return error
        modified = head["LastModified"]
        if not isinstance(modified, datetime):
            modified = parsedate_to_datetime(modified)
        file = ListedFile(key, key, int(head["ContentLength"]), head["ETag"], modified)
        return file.refused(ObjectArchived(self._bucket, key)) if is_archived(head) else file

    def _head(self, ref: ObjectRef) -> Mapping[str, Any]:
        """A key that is missing is asked about by the quick way alone, once the careful one has
        seen that the bucket is there."""
        client, quick = self._renewed()
        status, told = quick.head(ref.bucket, ref.key) or (None, {})
        if status == HTTPStatus.OK:
            return told
        if status == HTTPStatus.NOT_FOUND and self._bucket_is_there:
            raise ObjectNotFound(ref.bucket, ref.key)
        try:
            return look_at(client, ref)
        except ObjectNotFound:
            self._bucket_is_there = True
            raise

    def _asked(self, file: ListedFile) -> Asked:
        _, quick = self._renewed()
        return Asked(file, quick, quick.asked(self._bucket, file.key, file.etag))

    def _answered(self, asked: Asked) -> Fetched:
        """Only a good answer is taken from the quick way. All else is asked again by the way that
        tries again and knows every error."""
        file, quick, connection = asked
        told = None if connection is None else quick.answered(connection, file.size_bytes)
        try:
            head, body = told or self._carefully(file)
        except SourceError as error:
            return Fetched(file, error=error)
        if len(body) != file.size_bytes:
            detail = f"{len(body)} bytes instead of {file.size_bytes}"
            return Fetched(file, error=SourceUnavailable(self._bucket, file.key, detail))
        return Fetched(file, body, best_checksum(head, lambda _: None))

    def _carefully(self, file: ListedFile) -> tuple[Any, bytes]:
        with s3_errors(self._bucket, file.key, file.etag):
            answer = self._client.get_object(
                Bucket=self._bucket, Key=file.key, IfMatch=file.etag, ChecksumMode="ENABLED"
            )
            with answer["Body"] as body:
                return answer, body.read(file.size_bytes + 1)
