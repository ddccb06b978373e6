"""Lists and reads many S3 objects with a session that may read what has one beginning."""

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from threading import Lock
from typing import Any, TypeVar

from services.transfer.adapters.s3_checksums import best_checksum
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

AT_ONCE = 8  # threads: S3 answers a small GET in some 20 ms
LOOKS_AT_ONCE = 32  # threads: a HEAD takes as long, and 100,000 of them have minutes
AHEAD = 64  # objects asked for and not taken yet
AHEAD_BYTES = 16 << 20
PAGE_KEYS = 1_000  # S3's own limit

T = TypeVar("T")
Asked = TypeVar("Asked")


class S3FolderSource:
    """Implements FolderSource. Only its threads call S3 at once. All else is for one thread."""

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
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="s3")
        self._lookers = ThreadPoolExecutor(LOOKS_AT_ONCE, thread_name_prefix="s3-look")

    @property
    def _client(self) -> Any:
        return self._renewed()[0]

    def _renewed(self) -> tuple[Any, QuickGet]:
        with self._lock:
            if self._session is None:
                raise ValueError(f"the reader session for {self._root!r} is closed")
            if self._now() >= self._session.renew_at:
                self._session, self._quick = self._assume(), None
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
        yield from self._in_order(self._lookers, keys, self._look, lambda _: 0)

    def fetched(self, files: Iterable[ListedFile]) -> Generator[Fetched, None, None]:
        yield from self._in_order(self._pool, files, self._fetch, lambda file: file.size_bytes)

    def opened(self, file: ListedFile) -> S3ObjectSource:
        return S3ObjectSource(self._assume, ObjectRef(self._bucket, file.key), self._now)

    def close(self) -> None:
        for pool in (self._pool, self._lookers):
            pool.shutdown(wait=False, cancel_futures=True)
        with self._lock:
            if self._quick is not None:
                self._quick.close()
            if self._session is not None:
                self._session.client.close()
            self._session = self._quick = None

    def __enter__(self) -> "S3FolderSource":
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _in_order(
        self,
        pool: ThreadPoolExecutor,
        asked: Iterable[Asked],
        answer: Callable[[Asked], T],
        size: Callable[[Asked], int],
    ) -> Generator[T, None, None]:
        """As many at once as are ahead. Whoever stops early leaves no thread at work on more."""
        coming: deque[tuple[Future[T], int]] = deque()
        ahead = 0
        try:
            for each in asked:
                while coming and (len(coming) >= AHEAD or ahead + size(each) > AHEAD_BYTES):
                    future, taken = coming.popleft()
                    ahead -= taken
                    yield future.result()
                coming.append((pool.submit(answer, each), size(each)))
                ahead += size(each)
            while coming:
                yield coming.popleft()[0].result()
        finally:
            for future, _ in coming:
                future.cancel()

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

    def _fetch(self, file: ListedFile) -> Fetched:
        """Only a good answer is taken from the quick way. All else is asked again by the way that
        tries again and knows every error."""
        client, quick = self._renewed()
        told = quick.get(self._bucket, file.key, file.etag, file.size_bytes)
        try:
            head, body = told or self._carefully(client, file)
        except SourceError as error:
            return Fetched(file, error=error)
        if len(body) != file.size_bytes:
            detail = f"{len(body)} bytes instead of {file.size_bytes}"
            return Fetched(file, error=SourceUnavailable(self._bucket, file.key, detail))
        return Fetched(file, body, best_checksum(head, lambda _: None))

    def _carefully(self, client: Any, file: ListedFile) -> tuple[Any, bytes]:
        with s3_errors(self._bucket, file.key, file.etag):
            answer = client.get_object(
                Bucket=self._bucket, Key=file.key, IfMatch=file.etag, ChecksumMode="ENABLED"
            )
            with answer["Body"] as body:
                return answer, body.read(file.size_bytes + 1)
