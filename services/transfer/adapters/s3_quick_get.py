"""Gets small S3 objects, and looks at many, over kept-alive connections, with our own signature.

boto3 takes 2.4 ms of CPU for each request, which is more than all the rest of a small file. It
still gives the credentials, the endpoint and its certificates, and it is asked again whenever the
answer is not a plain good one. The signature follows AWS's "Signature Version 4".
"""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from ssl import create_default_context
from typing import Any
from urllib.parse import quote, urlsplit

from botocore.httpsession import get_cert_path

from services.transfer.adapters.s3_connection import Answer, NotPlain, S3Connection

EMPTY = hashlib.sha256(b"").hexdigest()  # of a GET's body
ANSWER_BYTES = 1 << 16  # room for S3's words about an error, whatever the object's size
UNRESERVED = "-._~/"  # S3 signs paths as they are sent, with slashes
FIELDS = {
    "etag": "ETag",
    "x-amz-checksum-crc64nvme": "ChecksumCRC64NVME",
    "x-amz-checksum-crc32c": "ChecksumCRC32C",
    "x-amz-checksum-crc32": "ChecksumCRC32",
    "x-amz-checksum-sha256": "ChecksumSHA256",
    "x-amz-checksum-sha1": "ChecksumSHA1",
    "x-amz-checksum-type": "ChecksumType",
    "x-amz-server-side-encryption": "ServerSideEncryption",
    "x-amz-server-side-encryption-customer-algorithm": "SSECustomerAlgorithm",
}  # headers, and what botocore calls them
SEEN = {
    "etag": "ETag",
    "content-length": "ContentLength",
    "last-modified": "LastModified",
    "x-amz-storage-class": "StorageClass",
    "x-amz-archive-status": "ArchiveStatus",
    "x-amz-restore": "Restore",
}  # the same of an answer to HEAD
NEEDED = ("ETag", "ContentLength", "LastModified")
Got = tuple[Mapping[str, str], bytes]
FAILURES = (NotPlain, OSError, EOFError)


class QuickGet:
    """For several threads. `client` is botocore's, with path-style addresses."""

    def __init__(
        self, client: Any, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._endpoint = urlsplit(client.meta.endpoint_url)
        frozen = client._request_signer._credentials.get_frozen_credentials()
        self._signer = Signer(frozen, client.meta.region_name, self._endpoint.netloc, now)
        self._tls = None
        if self._endpoint.scheme == "https":  # reading the certificates takes a moment
            self._tls = create_default_context(cafile=get_cert_path(True))
        self._idle: list[S3Connection] = []
        self._closed = False

    def asked(self, bucket: str, key: str, etag: str) -> S3Connection | None:
        """The connection on which the whole object was asked for. None where that failed."""
        signed = {"if-match": etag, "x-amz-checksum-mode": "ENABLED"}
        return self._asked("GET", f"{bucket}/{key}", signed)

    def answered(self, connection: S3Connection, size_bytes: int) -> Got | None:
        """What S3 says of the object, and its bytes. None for every answer but a good one, and for
        one that is longer than the object or does not say how long it is."""
        told = self._answer(connection, max(size_bytes, ANSWER_BYTES))
        if told is None or told.status != HTTPStatus.OK:
            return None
        return _told(told, FIELDS), told.body

    def head(self, bucket: str, key: str) -> tuple[int, Mapping[str, str]] | None:
        """The HTTP status, and what S3 says of the object, with its status 200 at least NEEDED.
        None for no answer and for one that is none of S3's."""
        connection = self._asked("HEAD", f"{bucket}/{key}", {})
        answer = None if connection is None else self._answer(connection, 0)
        if answer is None:
            return None
        told = _told(answer, SEEN)
        complete = all(name in told for name in NEEDED)
        if answer.status == HTTPStatus.OK and not complete:
            return None
        return answer.status, told

    def close(self) -> None:
        """What is still on its way is closed by whoever waits for it."""
        self._closed = True
        while self._idle:
            self._idle.pop().close()

    def _asked(self, method: str, name: str, signed: Mapping[str, str]) -> S3Connection | None:
        path = quote(f"{self._endpoint.path.rstrip('/')}/{name}", safe=UNRESERVED)
        headers = self._signer.signed(path, signed, method)
        connection = None
        try:
            connection = self._connection()
            connection.ask(method, path, headers)
        except FAILURES:
            if connection is not None:
                connection.close()
            return None
        return connection

    def _answer(self, connection: S3Connection, most_bytes: int) -> Answer | None:
        try:
            answer = connection.receive(most_bytes)
        except FAILURES:
            connection.close()  # the next request opens another one
            return None
        if connection.is_usable:
            self._idle.append(connection)
        else:
            connection.close()
        if self._closed:
            self.close()
        return answer

    def _connection(self) -> S3Connection:
        try:
            return self._idle.pop()
        except IndexError:
            return S3Connection(self._endpoint, self._tls)


def _told(answer: Answer, fields: Mapping[str, str]) -> Mapping[str, str]:
    told = {name: answer.headers.get(field) for field, name in fields.items()}
    return {name: value for name, value in told.items() if value}


class Signer:
    """Signs requests without a query and a body. The key is made once a day."""

    def __init__(
        self, credentials: Any, region: str, host: str, now: Callable[[], datetime]
    ) -> None:
        self._credentials, self._region, self._host, self._now = credentials, region, host, now
        self._day, self._key = "", b""

    def signed(self, path: str, headers: Mapping[str, str], method: str = "GET") -> dict[str, str]:
        at = self._now().strftime("%Y%m%dT%H%M%SZ")
        sent = {"host": self._host, "x-amz-content-sha256": EMPTY, "x-amz-date": at, **headers}
        if self._credentials.token:
            sent["x-amz-security-token"] = self._credentials.token
        names = sorted(sent)
        lines = "".join(f"{name}:{sent[name]}\n" for name in names)
        signed = ";".join(names)
        request = f"{method}\n{path}\n\n{lines}\n{signed}\n{EMPTY}"
        scope = f"{at[:8]}/{self._region}/s3/aws4_request"
        digest = hashlib.sha256(request.encode()).hexdigest()
        text = f"AWS4-HMAC-SHA256\n{at}\n{scope}\n{digest}"
        signature = hmac.new(self._key_of(at[:8]), text.encode(), hashlib.sha256).hexdigest()
        sent["authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={self._credentials.access_key}/{scope}, "
            f"SignedHeaders={signed}, Signature={signature}"
        )
        return sent

    def _key_of(self, day: str) -> bytes:
        if day != self._day:
            key = f"AWS4{self._credentials.secret_key}".encode()
            for step in (day, self._region, "s3", "aws4_request"):
                key = hmac.new(key, step.encode(), hashlib.sha256).digest()
            self._key, self._day = key, day
        return self._key
