"""An S3 on loopback that answers as AWS documents it and moto does not."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import boto3
from botocore.config import Config

ONE_TRY = Config(
    retries={"mode": "standard", "total_max_attempts": 1},
    s3={"addressing_style": "path"},
    response_checksum_validation="when_required",
)


@dataclass(frozen=True)
class Reply:
    """`code` and `text` are S3's. An answer to HEAD leaves them out, as S3 does."""

    status: int
    code: str = ""
    text: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def content(self) -> bytes:
        if not self.code:
            return self.body
        return f"<Error><Code>{self.code}</Code><Message>{self.text}</Message></Error>".encode()


FOUND = Reply(
    200, headers={"ETag": '"e"', "Last-Modified": "Sun, 01 Nov 2026 00:00:00 GMT"}, body=b"12345"
)
MISSING = Reply(404, "NoSuchKey")


@dataclass
class S3Server:
    """What it answers, by 'METHOD object' and 'METHOD bucket'."""

    replies: dict[str, Reply] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    url: str = ""

    def client(self) -> Any:  # noqa: ANN401 - boto3 has no types
        keys = {"aws_access_key_id": "a", "aws_secret_access_key": "s"}
        place = {"region_name": "eu-central-1", "endpoint_url": self.url}
        return boto3.client("s3", config=ONE_TRY, **keys, **place)


class ManyAtOnce(ThreadingHTTPServer):
    request_queue_size = 128  # with the usual 5 the sixth at once may wait for a second


@contextmanager
def s3_server() -> Iterator[S3Server]:
    server = S3Server()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            path = self.path.partition("?")[0].strip("/")
            asked = f"{self.command} {'object' if '/' in path else 'bucket'}"
            server.asked.append(asked)
            reply = server.replies.get(asked, MISSING)
            content = reply.content()
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        do_GET = do_HEAD = answer

        def log_message(self, *_: object) -> None:
            pass

    with ManyAtOnce(("127.0.0.1", 0), Handler) as http:
        thread = Thread(target=http.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        server.url = f"http://127.0.0.1:{http.server_address[1]}"
        yield server
        http.shutdown()
        thread.join()
