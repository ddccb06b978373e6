"""A folder of buckets served as S3 by sendfile: the cheapest source there is, so that the bench
measures us.

Answers HEAD and ranged GET of objects (ETag is the MD5, as S3's own; If-Match; CRC64NVME), HEAD of
buckets, and lists them (ListObjectsV2). No signatures are checked. With --repeat-to each object is
its file's content again and again, so that a terabyte needs no room.
"""

import argparse
import base64
import hashlib
import os
import re
from dataclasses import dataclass
from email.utils import formatdate
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from awscrt import checksums

from bench.s3_listing import listing

RANGE = re.compile(r"bytes=(\d+)-(\d*)$")
BLOCK_BYTES = 1 << 20


@dataclass(frozen=True)
class Sums:
    etag: str
    crc64nvme: str


@cache
def sums_of(path: Path, modified_ns: int, size: int) -> Sums:
    """The file is read once. Another modification time counts as another file. `size` is the
    object's, whose content is the file's again and again."""
    md5, crc = hashlib.md5(usedforsecurity=False), 0
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            md5.update(block)
            crc = checksums.crc64nvme(block, crc)
    length = path.stat().st_size
    if size != length:
        md5.update(str(size).encode())
        crc = repeated(path, crc, length, size)
    return Sums(f'"{md5.hexdigest()}"', base64.b64encode(crc.to_bytes(8, "big")).decode())


def own_etag(path: Path) -> str:
    status = path.stat()
    return sums_of(path, status.st_mtime_ns, status.st_size).etag


def repeated(path: Path, crc: int, length: int, size: int) -> int:
    """The CRC64NVME of `size` bytes, of which each `length` are the file's, with its `crc`."""
    times, rest = divmod(size, length)
    whole, power, reach = 0, crc, length
    while times:
        if times & 1:
            whole = checksums.combine_crc64nvme(whole, power, reach)
        power = checksums.combine_crc64nvme(power, power, reach)
        times, reach = times >> 1, reach << 1
    with path.open("rb") as file:
        end = checksums.crc64nvme(file.read(rest), 0)
    return int(checksums.combine_crc64nvme(whole, end, rest)) if rest else int(whole)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    root: Path
    repeat_to: int | None = None  # bytes of each object

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def _answer(self, *, with_body: bool) -> None:
        path = (self.root / unquote(urlsplit(self.path).path).lstrip("/")).resolve()
        if not path.is_relative_to(self.root) or not path.exists():
            return self._end(404)
        query = parse_qs(urlsplit(self.path).query, keep_blank_values=True)
        if path.is_dir():
            return self._list(path, query) if with_body and query else self._end(200)
        status = path.stat()
        size = self.repeat_to or status.st_size
        sums = sums_of(path, status.st_mtime_ns, size)
        if self.headers.get("If-Match", sums.etag) != sums.etag:
            return self._end(412)
        first, last = self._range(size)
        headers = {
            "ETag": sums.etag,
            "Last-Modified": formatdate(status.st_mtime, usegmt=True),
            "Accept-Ranges": "bytes",
        }
        if self.headers.get("x-amz-checksum-mode"):
            headers |= {
                "x-amz-checksum-crc64nvme": sums.crc64nvme,
                "x-amz-checksum-type": "FULL_OBJECT",
            }
        if "Range" in self.headers:
            headers["Content-Range"] = f"bytes {first}-{last}/{size}"
        self._end(206 if "Range" in self.headers else 200, last - first + 1, headers)
        if with_body:
            with path.open("rb") as file:
                while first <= last:
                    at = first % status.st_size
                    length = min(last - first + 1, status.st_size - at)
                    self.connection.sendfile(file, at, length)
                    first += length
        return None

    def _list(self, bucket: Path, query: dict[str, list[str]]) -> None:
        if query.get("list-type") != ["2"]:
            return self._end(501)  # the older listing has other tokens
        body = listing(bucket, query, own_etag)
        self._end(200, len(body), {"Content-Type": "application/xml"})
        self.wfile.write(body)
        return None

    def _range(self, size: int) -> tuple[int, int]:
        found = RANGE.match(self.headers.get("Range", ""))
        if not found:
            return 0, size - 1
        return int(found[1]), min(size - 1, int(found[2] or size - 1))

    def _end(self, status: int, length: int = 0, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(length))
        self.end_headers()
        self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:
        """Prints nothing, because the CPU for printing would be measured, too."""


class Server(ThreadingHTTPServer):
    request_queue_size = 128  # of the standard library's 5, the sixth waits for a second


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("root", type=Path)
    parser.add_argument("ready_file", type=Path, help="the port is written here")
    parser.add_argument("--repeat-to", type=int, help="bytes of each object")
    arguments = parser.parse_args()
    Handler.root, Handler.repeat_to = arguments.root.resolve(), arguments.repeat_to
    server = Server(("127.0.0.1", 0), Handler)
    ready = arguments.ready_file.with_suffix(".new")
    ready.write_text(str(server.server_address[1]))
    os.replace(ready, arguments.ready_file)
    server.serve_forever()


if __name__ == "__main__":
    main()
